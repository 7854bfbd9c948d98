# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The mini's recipe: sizes, data and the schedule of every stage, read from one YAML file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smolrgpt_ros.model.geometry_tokens.features import MOST_CLASSES

from ..data.simulated_frames import FramesPlan
from ..recipe_values import plan_of, read_values
from .training_frames import MiniFrames

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
CONTINUED = ("centres", "language", "sft")
"""Stages of a run that continues from a finished model: all but the tower are trained on."""


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
class MiniRecipe:
    """A whole run.

    Args:
        seed: of weights and order.
        frames: the frames.
        named: classes that the model has words for; others, and often these, are objects.
        score_frames: frames of later seeds on which the finished model is scored and calibrated.
        vision, decoder: keyword arguments of transformers' SiglipVisionConfig and LlamaConfig.
        refiner_stages: of the model.
        depth: whether regions have tokens of the depth picture.
        vocabulary: learned tokenizer entries.
        stages: plans by stage name.

    Raises:
        ValueError: on more classes than regions have marks for.
    """

    seed: int
    frames: MiniFrames
    named: tuple[str, ...]
    score_frames: int
    vision: dict[str, Any]
    decoder: dict[str, Any]
    refiner_stages: int
    depth: bool
    vocabulary: int
    stages: dict[str, StagePlan]

    def __post_init__(self) -> None:
        if len(self.named) > MOST_CLASSES:
            raise ValueError(f"named may have {MOST_CLASSES} classes, found {list(self.named)}")


def read_recipe(path: Path) -> MiniRecipe:
    """Reads a recipe.

    Raises:
        ValueError: on a missing or unknown key, naming it and the file.
    """
    return recipe_of(read_values(path), path)


def planned_stages(
    recipe: MiniRecipe, path: Path, continues: bool, stage: str | None = None
) -> tuple[str, ...]:
    """The stages that a command trains, in their order: all of the run, or one.

    Args:
        recipe: of the run.
        path: its file, named in errors.
        continues: whether the run continues from a finished model.
        stage: the only one, where one is asked for; one of ``STAGES``.

    Raises:
        ValueError: on a stage that such a run leaves out, or that the recipe has no plan of.
    """
    stages = CONTINUED if continues else STAGES
    if stage is not None and stage not in stages:
        raise ValueError(
            f"--stage {stage}: a run that continues leaves this stage out; set one of "
            f"{', '.join(stages)}, or leave --continue-from out"
        )
    if missing := [name for name in stages if name not in recipe.stages]:
        start = "" if continues else "--continue-from to a finished mini, or "
        raise ValueError(
            f"{path}: stages has no {', '.join(missing)}; set {start}--config to a recipe that has"
        )
    return stages if stage is None else (stage,)


def recipe_of(values: dict[str, Any], path: Path) -> MiniRecipe:
    """The recipe of a file's values; ``path`` is named in errors.

    Raises:
        ValueError: as :func:`read_recipe`.
    """
    try:
        model = values["model"]
        return MiniRecipe(
            seed=int(values["seed"]),
            frames=_frames(values["data"], f"{path}: data"),
            named=tuple(values["named"]),
            score_frames=int(values["score_frames"]),
            vision=dict(model["vision"]),
            decoder=dict(model["decoder"]),
            refiner_stages=int(model["refiner_stages"]),
            depth=bool(model["depth"]),
            vocabulary=int(model["vocabulary"]),
            stages={
                name: plan_of(StagePlan, plan, f"{path}: stages.{name}")
                for name, plan in values["stages"].items()
            },
        )
    except KeyError as error:
        raise ValueError(f"{path}: {error.args[0]} is missing") from error


def _frames(values: dict[str, Any], where: str) -> MiniFrames:
    plain = dict(values)
    looks, rough = plain.pop("looks"), float(plain.pop("rough_masks"))
    return MiniFrames(plan_of(FramesPlan, plain, where), looks, rough)
