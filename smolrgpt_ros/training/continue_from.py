# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The value of ``--continue-from``: looked at before a run makes its frames, which take minutes."""

from __future__ import annotations

import json
from pathlib import Path

_FILES_OF_A_MINI = ("config.json", "model.safetensors", "tokenizer.json")


def check_mini(start: Path) -> None:
    """Refuses what the mini's stages cannot continue from.

    Raises:
        FileNotFoundError: if there is nothing, or a file of a mini is missing in the folder.
        ValueError: if it is a file, or the folder of another model.
    """
    from smolrgpt_ros.model.architecture.config import SmolRGPTConfig
    from smolrgpt_ros.model.geometry_tokens.features import FEATURE_COUNT

    expected = "expected the folder of a mini, as `smolrgpt train` exports it"
    if not start.exists():
        raise FileNotFoundError(f"--continue-from {start} does not exist; {expected}")
    if not start.is_dir():
        raise ValueError(
            f"--continue-from {start} is a file; {expected}; "
            "to continue from a detector's weights, set --detector"
        )
    for name in _FILES_OF_A_MINI:
        if not (start / name).is_file():
            raise FileNotFoundError(f"--continue-from {start} has no {name}; {expected}")
    config = json.loads((start / "config.json").read_text())
    found, features = config.get("model_type"), config.get("geometry_features")
    if found != SmolRGPTConfig.model_type:
        raise ValueError(
            f"--continue-from {start} holds a model of type {found!r}, not "
            f"{SmolRGPTConfig.model_type!r}; {expected}"
        )
    if features != FEATURE_COUNT:
        raise ValueError(
            f"--continue-from {start} holds a model with geometry_features: {features}, expected "
            f"{FEATURE_COUNT}: it is of another version of this package, or no mini"
        )


def check_detector(start: Path) -> None:
    """Refuses what the detector cannot continue from.

    Raises:
        FileNotFoundError: if there is nothing.
        ValueError: if it is a folder, or no ``.pt`` file.
    """
    expected = "with --detector, expected a detector's .pt file"
    if not start.exists():
        raise FileNotFoundError(f"--continue-from {start} does not exist; {expected}")
    if start.is_dir():
        raise ValueError(
            f"--continue-from {start} is a folder; {expected}; "
            "to continue from a mini, leave --detector out"
        )
    if start.suffix != ".pt":
        raise ValueError(f"--continue-from {start} is no .pt file; {expected}")


def refuse(start: Path | None, why: str) -> None:
    """For commands that continue from no weights.

    Args:
        start: the value, if any was given.
        why: what the command does, and what to set instead.

    Raises:
        ValueError: on a value.
    """
    if start is not None:
        raise ValueError(f"--continue-from {start} is for the mini and its detector; {why}")
