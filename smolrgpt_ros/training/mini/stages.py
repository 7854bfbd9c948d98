# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The stages of the mini: tower and language apart, then the published three-stage curriculum.

tower             dense labels, no decoder (``tower``)
region_geometry   connectors, refiners and the estimator of geometry from their tokens; no decoder
centres           estimator of object centres (``centres``)
language          decoder and geometry encoder, on geometry tokens alone: short steps, no picture
rgb_alignment     stage 1: the RGB connector, on captions; decoder and tower frozen
region_alignment  stage 2: connectors and refiners, on region descriptions; decoder and tower frozen
sft               stage 3: all but the tower, on questions

Stages that see pictures also keep training the estimator of the regions' geometry.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from smolrgpt_ros.model.architecture.smolrgpt import SmolRGPTForConditionalGeneration
from smolrgpt_ros.model.geometry_tokens.centre_estimator import CentreEstimator
from smolrgpt_ros.model.preprocessing.processor import SmolRGPTProcessor

from . import sampling
from .batches import FrameTokens, backpropagate_answers
from .build import load_part, save_part
from .centres import train_centres
from .frames import CachedFrames
from .loop import Schedule, fit
from .processes import ALONE, Processes
from .recipe import CONTINUED, STAGES, MiniRecipe
from .region_geometry import geometry_loss
from .sampling import Sampler
from .tower import pretrain_tower
from .tower_features import TowerFeatures, tower_features

_PAIRS_SHARE = 0.2
"""Part of the language stage that asks about pairs alone."""

_CENTRES = "geometry_encoder.centres"

_OF_REGIONS = (
    "rgb_connector",
    "depth_connector",
    "rgb_refiner",
    "depth_refiner",
    "picture_geometry",
)
_TRAINED = {
    "tower": ("vision_tower",),
    "region_geometry": _OF_REGIONS,
    "centres": (_CENTRES,),
    "language": ("language_model", "geometry_encoder"),
    "rgb_alignment": ("rgb_connector",),
    "region_alignment": _OF_REGIONS,
    "sft": (*_OF_REGIONS, "geometry_encoder", "language_model"),
}
_BUILDS_ON = {
    "tower": (),
    "region_geometry": ("tower",),
    "centres": (),
    "language": ("centres",),
    "rgb_alignment": STAGES[:4],
    "region_alignment": STAGES[:5],
    "sft": STAGES[:6],
}


@dataclass(frozen=True, eq=False)
class TrainingRun:
    """State shared by the stages.

    Args:
        recipe: sizes and schedules.
        frames: the training frames.
        folder: of the run; each stage writes its modules to ``parts/<module>.safetensors``.
        features: file of the tower's features.
        processes: that share the run.
        continues: whether the model began as a finished one, and not with fresh weights.
    """

    recipe: MiniRecipe
    frames: CachedFrames
    model: SmolRGPTForConditionalGeneration
    processor: SmolRGPTProcessor
    folder: Path
    features: Path
    processes: Processes = ALONE
    continues: bool = False

    @property
    def stages(self) -> tuple[str, ...]:
        """Of the run, in their order."""
        return CONTINUED if self.continues else STAGES

    def keep_parts(self) -> None:
        """Writes the modules of stages that a run which continues leaves out, for the others."""
        for stage in STAGES:
            for part in _TRAINED[stage] if stage not in self.stages else ():
                # Kept where it exists: the features of the tower are those of this file.
                if not self.part(part).exists():
                    save_part(self.model.get_submodule(part), self.part(part))

    def part(self, name: str) -> Path:
        return self.folder / "parts" / f"{name}.safetensors"


def train_stage(run: TrainingRun, name: str, deadline: float | None = None) -> None:
    """Trains one stage on the modules of the stages before it, and writes its own.

    Args:
        name: one of ``STAGES``.
        deadline: ``time.time()`` after which the stage saves its state and stops; its modules are
            then written as they are.

    Raises:
        ValueError: on an unknown stage.
        FileNotFoundError: if a stage it builds on has not run.
    """
    if name not in STAGES:
        raise ValueError(f"stage must be one of {STAGES}, found {name!r}")
    plan = run.recipe.stages[name]
    schedule = Schedule(steps=plan.steps, learning_rate=plan.learning_rate)
    _load_earlier(run, name)
    trained = {part: run.model.get_submodule(part) for part in _TRAINED[name]}
    run.model.requires_grad_(False)
    for module in trained.values():
        module.requires_grad_(True)
    fitted: dict[str, Any] = {
        "batch": plan.frames,
        "seed": run.recipe.seed,
        "deadline": deadline,
    }
    if name == "centres":
        estimator = cast(CentreEstimator, trained[_CENTRES])
        if run.processes.leads:  # minutes of tiny steps
            train_centres(
                estimator,
                run.frames,
                schedule,
                run.folder,
                named=run.recipe.named,
                **fitted,
            )
    elif name == "tower":
        pretrain_tower(
            run.model, run.frames, schedule, run.folder, **fitted, processes=run.processes
        )
    elif name == "region_geometry":
        _run_region_geometry(run, trained, schedule, deadline)
    else:
        run.model.get_submodule(_CENTRES).requires_grad_(False)  # the encoder builds on them
        _run_decoder_stage(run, name, trained, schedule, deadline)
    if run.processes.leads:
        for part, module in trained.items():
            save_part(module, run.part(part))
    run.processes.wait()


def _load_earlier(run: TrainingRun, name: str) -> None:
    """Loads the modules that earlier stages trained; other modules start fresh."""
    for part in dict.fromkeys(part for stage in _BUILDS_ON[name] for part in _TRAINED[stage]):
        load_part(run.model.get_submodule(part), run.part(part))


def _run_region_geometry(
    run: TrainingRun,
    trained: dict[str, nn.Module],
    schedule: Schedule,
    deadline: float | None,
) -> None:
    features = _features(run)

    def backward(step: int) -> dict[str, float]:
        rng, index = _drawn(run, "region_geometry", step)
        tokens = _frame_tokens(run, features, index)
        estimator = run.model.picture_geometry
        assert estimator is not None
        loss, numbers = geometry_loss(estimator, run.frames, index, tokens, rng)
        loss.backward()
        return numbers

    processes = run.processes
    name = "region_geometry"
    fit(name, trained, backward, schedule, run.folder, deadline=deadline, processes=processes)


def _drawn(run: TrainingRun, name: str, step: int) -> tuple[np.random.Generator, NDArray[np.intp]]:
    """Random generator and frames of this process's part of a step."""
    seed = (run.recipe.seed, STAGES.index(name), step)
    rng, processes = np.random.default_rng(seed), run.processes
    index = rng.choice(len(run.frames), size=run.recipe.stages[name].frames, replace=False)
    if processes.count > 1:
        rng = np.random.default_rng((*seed, processes.rank))
    return rng, processes.part(index)


def _run_decoder_stage(
    run: TrainingRun,
    name: str,
    trained: dict[str, nn.Module],
    schedule: Schedule,
    deadline: float | None,
) -> None:
    plan = run.recipe.stages[name]
    sampler = _sampler(run, name, plan.questions)
    pairs = _pairs(run, plan.questions) if name == "language" else sampler
    first = 0 if run.continues else round(_PAIRS_SHARE * plan.steps)
    pictures = name != "language"
    head = run.processor.prefix if pictures else "<|im_start|>user\n"
    prefix = run.processor.encode(head)
    features = _features(run) if pictures else None

    def backward(step: int) -> dict[str, float]:
        rng, index = _drawn(run, name, step)
        ask = pairs if step < first else sampler
        examples = [e for slot, f in enumerate(index) for e in ask(slot, int(f), rng)]
        if features is None:
            return backpropagate_answers(run.model, prefix, examples, None)
        tokens = _frame_tokens(run, features, index)
        estimator = run.model.picture_geometry
        assert estimator is not None
        loss, numbers = geometry_loss(estimator, run.frames, index, tokens, rng)
        loss.backward(retain_graph=True)
        return numbers | backpropagate_answers(run.model, prefix, examples, tokens)

    processes = run.processes
    fit(name, trained, backward, schedule, run.folder, deadline=deadline, processes=processes)


def _sampler(run: TrainingRun, name: str, count: int) -> Sampler:
    frames, processor = run.frames, run.processor
    if name == "rgb_alignment":
        return sampling.captions(frames, processor)
    if name == "region_alignment":
        return sampling.descriptions(frames, processor, count, geometry=False)
    pictures = name == "sft"
    asking = sampling.Asking(
        count,
        run.recipe.named,
        without_geometry=0.1 if pictures else 0.0,
        without_depth=0.08 if pictures else 0.0,
    )
    questions = sampling.answers(frames, processor, asking)
    regions = sampling.descriptions(frames, processor, max(1, count // 2), geometry=not pictures)
    return sampling.mixed([(0.95, questions), (0.05, regions)])


def _pairs(run: TrainingRun, count: int) -> Sampler:
    """Short questions about a few regions, to learn geometry tokens first."""
    asking = sampling.Asking(count, run.recipe.named, pairs=True)
    questions = sampling.answers(run.frames, run.processor, asking)
    regions = sampling.descriptions(run.frames, run.processor, max(1, count // 2), geometry=True)
    return sampling.mixed([(0.85, questions), (0.15, regions)])


def _features(run: TrainingRun) -> TowerFeatures:
    with run.processes.leader_first():
        return tower_features(run.model, run.frames, run.part("vision_tower"), run.features)


def _frame_tokens(
    run: TrainingRun, features: TowerFeatures, index: NDArray[np.intp]
) -> list[FrameTokens]:
    """Picture tokens of a step's frames; the tower is frozen in every stage that uses them."""
    masks = [
        torch.from_numpy(run.frames.masks[run.frames.regions(int(f))].astype(np.float32) / 255)
        for f in index
    ]
    depth = features.depth(index) if run.recipe.depth else None
    return [
        FrameTokens(found.image, found.rgb, found.depth)
        for found in run.model.vision_encoder.picture_tokens(features.rgb(index), depth, masks)
    ]


def minutes_from_now(minutes: float | None) -> float | None:
    """A deadline for :func:`train_stage`."""
    return None if minutes is None else time.time() + 60 * minutes
