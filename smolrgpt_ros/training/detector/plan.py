"""The detector's part of a recipe."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..data.simulated_frames import FramesPlan
from ..recipe_values import plan_of, read_values


@dataclass(frozen=True)
class DetectorPlan:
    """Training of the detector.

    Args:
        data: the frames; a detector needs more pixels of them than the model.
        architecture: an ultralytics model YAML.
        depth, width: multiples of that architecture's layers and channels.
        epochs: passes over the frames.
        image_size: longer side of the network's input, pixels.
        batch: pictures a step.
        learning_rate: peak rate of AdamW.
    """

    data: FramesPlan
    architecture: str
    depth: float
    width: float
    epochs: int
    image_size: int
    batch: int
    learning_rate: float


def read_detector_plan(path: Path) -> tuple[DetectorPlan, int]:
    """The detector's part of a recipe and the recipe's seed; other parts may be missing.

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
