"""What a training run is made of, read from one YAML file."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

STAGES = (
    "tower",
    "region_geometry",
    "centres",
    "language",
    "rgb_alignment",
    "region_alignment",
    "sft",
)
"""In the order they run."""


@dataclass(frozen=True)
class StagePlan:
    """Size of one stage.

    Args:
        steps: optimizer steps.
        frames: frames a step.
        learning_rate: peak rate.
        questions: questions a frame; 0 in stages without a decoder.
    """

    steps: int
    frames: int
    learning_rate: float
    questions: int = 0


@dataclass(frozen=True)
class DataPlan:
    """Simulated frames of the run: how many, from which seed on, and their size in pixels."""

    frames: int
    seed: int
    width: int
    height: int


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

    data: DataPlan
    architecture: str
    depth: float
    width: float
    epochs: int
    image_size: int
    batch: int
    learning_rate: float


@dataclass(frozen=True)
class Recipe:
    """A whole run.

    Args:
        seed: of weights and order.
        data: the frames.
        vision, decoder: keyword arguments of transformers' SiglipVisionConfig and LlamaConfig.
        refiner_stages: of the model.
        depth: whether regions have tokens of the depth picture.
        vocabulary: learned tokenizer entries.
        stages: plans by stage name.
        detector: plan of the detector.
    """

    seed: int
    data: DataPlan
    vision: dict[str, Any]
    decoder: dict[str, Any]
    refiner_stages: int
    depth: bool
    vocabulary: int
    stages: dict[str, StagePlan]
    detector: DetectorPlan


def read_recipe(path: Path) -> Recipe:
    """Read a recipe.

    Raises:
        ValueError: on a missing or unknown key, naming it and the file.
    """
    return recipe_of(yaml.safe_load(path.read_text()), path)


def read_detector_plan(path: Path) -> tuple[DetectorPlan, int]:
    """The detector's part of a recipe and the seed; the rest may be missing.

    Raises:
        ValueError: as :func:`read_recipe`.
    """
    values = yaml.safe_load(path.read_text())
    try:
        return _detector_plan(values["detector"], f"{path}: detector"), int(values["seed"])
    except KeyError as error:
        raise ValueError(f"{path}: {error.args[0]} is missing") from error


def recipe_of(values: dict[str, Any], path: Path) -> Recipe:
    """The recipe of a file's values; ``path`` is named in errors.

    Raises:
        ValueError: as :func:`read_recipe`.
    """
    try:
        model = values["model"]
        return Recipe(
            seed=int(values["seed"]),
            data=_plan(DataPlan, values["data"], f"{path}: data"),
            vision=dict(model["vision"]),
            decoder=dict(model["decoder"]),
            refiner_stages=int(model["refiner_stages"]),
            depth=bool(model["depth"]),
            vocabulary=int(model["vocabulary"]),
            stages={
                name: _plan(StagePlan, plan, f"{path}: stages.{name}")
                for name, plan in values["stages"].items()
            },
            detector=_detector_plan(values["detector"], f"{path}: detector"),
        )
    except KeyError as error:
        raise ValueError(f"{path}: {error.args[0]} is missing") from error


def _detector_plan(values: dict[str, Any], where: str) -> DetectorPlan:
    data = _plan(DataPlan, values["data"], f"{where}.data")
    plan: DetectorPlan = _plan(DetectorPlan, {**values, "data": data}, where)
    return plan


def _plan(kind: type[Any], values: dict[str, Any], where: str) -> Any:
    known = {field.name for field in fields(kind)}
    if unknown := sorted(set(values) - known):
        raise ValueError(f"{where}: unknown {unknown}, expected {sorted(known)}")
    try:
        return kind(**values)
    except TypeError as error:
        raise ValueError(f"{where}: {error}") from error
