# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Means of a detector's weights and of those that its training continued from.

Such a mean often finds more, of data like the training's and of other data, than either (Wortsman
et al., "Robust fine-tuning of zero-shot models", 2022): what the last steps changed by chance is
less in it, what both have learned stays.
"""

from __future__ import annotations

from pathlib import Path

PRECISE_MASKS = "metrics/mAP50-95(M)"
"""The validation metric by which the best mean is chosen: masks' mean average precision over
overlaps from 0.5 to 0.95."""


def write_mean(trained: Path, start: Path, share: float, out: Path) -> None:
    """Writes a checkpoint of the mean of two, in everything else that of the trained one.

    Args:
        trained: a finished ultralytics checkpoint.
        start: another one of the same network, which the training continued from.
        share: of the start's weights in the mean.
        out: the file to write.

    Raises:
        ValueError: if the two are of different networks.
    """
    import torch

    # Our own files, written by ultralytics; their format is a pickle.
    checkpoint = torch.load(trained, map_location="cpu", weights_only=False)
    other = torch.load(start, map_location="cpu", weights_only=False)["model"].state_dict()
    weights = checkpoint["model"].state_dict()
    shapes = {name: value.shape for name, value in weights.items()}
    if shapes != {name: value.shape for name, value in other.items()}:
        raise ValueError(f"{trained} and {start} are of different networks")
    for name, value in weights.items():
        if value.is_floating_point():
            mean = (1 - share) * value.float() + share * other[name].float()
            weights[name] = mean.to(value.dtype)
    checkpoint["model"].load_state_dict(weights)
    torch.save(checkpoint, out)
