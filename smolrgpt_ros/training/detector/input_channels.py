# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A detector's weights with and without the input for heights above the floor."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smolrgpt_ros.scene.height_picture import CHANNELS, COLOURS

if TYPE_CHECKING:
    import torch

_FIRST = "model.0.conv.weight"


def with_heights(weights: Path, out: Path) -> Path:
    """Weights of a network that takes heights; it finds the same, whatever they are.

    Args:
        weights: a ``.pt`` file of ultralytics' segmentation, with three or four inputs.
        out: the file to write where it has three.

    Returns:
        The file that takes heights.

    Raises:
        ValueError: for another number of inputs.
    """
    checkpoint, network = _read(weights)
    values = network.state_dict()
    first = values[_FIRST]
    if first.shape[1] == CHANNELS:
        return weights
    import torch

    nothing = torch.zeros(first.shape[0], CHANNELS - COLOURS, *first.shape[2:])
    _write(checkpoint, network, torch.cat([first.flip(1), nothing], dim=1), out)
    return out


def for_colours(weights: Path, out: Path) -> None:
    """Writes weights of a network for colours alone; it finds what it found of pictures without
    heights.

    Args:
        weights: a ``.pt`` file of ultralytics' segmentation, with four inputs.
        out: the file to write.

    Raises:
        FileNotFoundError: if there is none.
        ValueError: for another number of inputs.
    """
    checkpoint, network = _read(weights)
    first = network.state_dict()[_FIRST]
    if first.shape[1] != CHANNELS:
        raise ValueError(f"{weights} takes colours alone: it can be tuned on them as it is")
    _write(checkpoint, network, first[:, :COLOURS].flip(1), out)


def _read(weights: Path) -> tuple[dict[str, Any], Any]:
    """The checkpoint and its network."""
    import torch

    if not weights.is_file():
        raise FileNotFoundError(f"{weights} is missing, expected a detector's .pt file")
    # A file that who trains has chosen; its format is a pickle.
    checkpoint = torch.load(weights, map_location="cpu", weights_only=False)
    network = (checkpoint.get("ema") or checkpoint["model"]).float()
    inputs = network.state_dict()[_FIRST].shape[1]
    if inputs not in (COLOURS, CHANNELS):
        raise ValueError(f"{weights} takes {inputs} channels, expected {COLOURS} or {CHANNELS}")
    return checkpoint, network


def _write(checkpoint: dict[str, Any], old: Any, first: torch.Tensor, out: Path) -> None:
    """Writes a checkpoint whose network has another first layer.

    Args:
        first: its weights, shape ``(filters, channels, h, w)``. Ultralytics turns blue, green and
            red around for three channels, and for no other number.
    """
    import torch
    from ultralytics.nn.tasks import SegmentationModel

    channels = int(first.shape[1])
    layout = {**deepcopy(old.yaml), "channels": channels}
    new = SegmentationModel(layout, ch=channels, nc=len(old.names), verbose=False)
    new.load_state_dict({**old.state_dict(), _FIRST: first})
    new.names, new.task = old.names, "segment"
    out.parent.mkdir(parents=True, exist_ok=True)
    torch.save({**checkpoint, "model": new.half(), "ema": None}, out)
