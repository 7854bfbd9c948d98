# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The recipe of a detector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..data.simulated_frames import CLASSES, FramesPlan, check_looks
from ..recipe_values import plan_of, read_values

DETECTED = CLASSES
"""Labels in the order of the detector's outputs."""


@dataclass(frozen=True)
class DetectorPlan:
    """Training of the detector.

    Args:
        data: the simulated frames; a detector needs more pixels of them than the model.
        looks: share of each of the simulator's looks among them; held-out ones are for tests.
        real_frames: frames composed of real pictures, where a folder of these is given.
        architecture: an ultralytics model YAML.
        depth, width: multiples of that architecture's layers and channels.
        epochs: passes over the frames.
        image_size: longer side of the network's input, pixels.
        batch: pictures a step.
        learning_rate: peak rate of AdamW.

    Raises:
        ValueError: on shares of looks that are unknown, held out, or do not add up to 1.
    """

    data: FramesPlan
    looks: Mapping[str, float]
    real_frames: int
    architecture: str
    depth: float
    width: float
    epochs: int
    image_size: int
    batch: int
    learning_rate: float

    def __post_init__(self) -> None:
        check_looks(self.looks)

    @property
    def frames(self) -> int:
        """Frames in all: the simulated ones first, then those of real pictures."""
        return self.data.frames + self.real_frames


def read_detector_plan(path: Path) -> tuple[DetectorPlan, int]:
    """The detector's recipe and its seed.

    Raises:
        ValueError: on a missing or unknown key, naming it and the file.
    """
    values = read_values(path)
    try:
        detector, seed = dict(values["detector"]), int(values["seed"])
        detector["data"] = plan_of(FramesPlan, detector["data"], f"{path}: detector.data")
    except KeyError as error:
        raise ValueError(f"{path}: {error.args[0]} is missing") from error
    return plan_of(DetectorPlan, detector, f"{path}: detector"), seed
