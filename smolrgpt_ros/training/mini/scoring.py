# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A finished mini on frames that it was not trained on: shares right by form, and calibration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from tqdm import tqdm

from smolrgpt_ros.detection.detector import RegionDetector
from smolrgpt_ros.language.kinds import kind_of
from smolrgpt_ros.language.verdicts import read_verdict
from smolrgpt_ros.model.inference.confidence import Curves
from smolrgpt_ros.model.inference.confidence_curve import fit_curves
from smolrgpt_ros.model.inference.engine import SmolRGPTEngine
from smolrgpt_ros.perception.candidates import seen_alone
from smolrgpt_ros.reasoning.answer import agree
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.simulation.sensing.matching import match_objects
from smolrgpt_ros.simulation.sensing.sensor import SensorModel
from smolrgpt_ros.simulation.true_answers.true_answers import TrueAnswers
from smolrgpt_ros.simulation.warehouse import SimulatedFrame, simulate_frame
from smolrgpt_ros.simulation.world.scenes import FAMILIES

from ..data.simulated_frames import drawn_looks
from .recipe import MiniRecipe
from .tokenizer import REGION_NAMES
from .worked_examples import WorkedExample, draw_example

LEAST_RIGHT, LEAST_ASKED = 0.85, 20
"""A form is listed, to be asked, where at least this share of at least so many was right."""

_SEEDS_AFTER = 700_000
"""From the first training frame to the first of these."""
_PER_FRAME, _CANDIDATES = 16, 8
"""Questions a frame; drawn for each, the one of the rarest form being asked."""
_SIZE = (640, 360)


@dataclass(frozen=True)
class ScoredAnswer:
    """One answer of the model.

    Args:
        form: of the question.
        detected: whether the masks were a detector's.
        confidence: raw.
        right: by the rule of agreement.
    """

    form: str
    detected: bool
    confidence: float
    right: bool


def score(
    engine: SmolRGPTEngine, recipe: MiniRecipe, detector: RegionDetector | None, frames: int
) -> list[ScoredAnswer]:
    """Asks about frames of later seeds; every other pair of them has the detector's masks.

    Args:
        engine: with the model.
        recipe: looks, seeds and words of the training.
        detector: ``None``: the simulator's masks throughout.
        frames: how many.
    """
    return list(_answers(engine, recipe, detector, frames))


def _answers(
    engine: SmolRGPTEngine, recipe: MiniRecipe, detector: RegionDetector | None, frames: int
) -> Iterator[ScoredAnswer]:
    asked: Counter[str] = Counter()
    looks = recipe.frames.looks
    first = recipe.frames.data.seed + _SEEDS_AFTER
    for index in tqdm(range(frames), desc="score"):
        rng = np.random.default_rng([recipe.seed, first + index])
        look = drawn_looks(looks, rng)
        family = FAMILIES[index % len(FAMILIES)]
        shot = simulate_frame(first + index, family, *_SIZE, SensorModel(), looks=look)
        detected = detector is not None and index % 4 >= 2  # both camera families
        masks = _masks(shot, detector if detected else None)
        objects = [item for item in shot.truth.regions if item.id in masks]
        truth = TrueAnswers(shot.truth)
        examples = []
        for _ in range(_PER_FRAME):
            drawn = [
                draw_example(truth, objects, rng, recipe.named, most_regions=REGION_NAMES)
                for _ in range(_CANDIDATES)
            ]
            found = [example for example in drawn if example is not None]
            if not found:
                break
            example = min(found, key=lambda one: asked[one.form])
            asked[example.form] += 1
            examples.append(example)
        ask = partial(_ask, engine, shot, masks, detected)
        # At once: the engine answers what waits in one batch.
        with ThreadPoolExecutor(_PER_FRAME) as threads:
            yield from threads.map(ask, examples)


def _masks(shot: SimulatedFrame, detector: RegionDetector | None) -> dict[int, Region]:
    """Regions by the id of the true object; those that a detector missed are left out."""
    if detector is None:
        return {region.id: region for region in shot.regions}
    regions = seen_alone(detector.detect(shot.frame), shot.frame).regions
    by_id = {region.id: region for region in regions}
    return {item.id: by_id[i] for i, item in match_objects(shot.truth, regions).items()}


def _ask(
    engine: SmolRGPTEngine,
    shot: SimulatedFrame,
    regions: dict[int, Region],
    detected: bool,
    example: WorkedExample,
) -> ScoredAnswer:
    prompt, kind = example.prompt, kind_of(example.question)
    asked = [regions[i] for i in prompt.region_ids]
    answered = engine.answer(
        shot.frame, [r.mask for r in asked], prompt.text, labels=[r.label for r in asked]
    )
    found = read_verdict(answered.text, kind, prompt.region_ids, truncated=answered.truncated)
    right = bool(agree(kind, found.value, example.truth.value))
    return ScoredAnswer(example.form, detected, answered.confidence, right)


def trained_forms(answers: Sequence[ScoredAnswer]) -> list[str]:
    """The forms that the model is to be asked, by all answers: a node has a detector's masks."""
    asked, right = Counter[str](), Counter[str]()
    for answer in answers:
        asked[answer.form] += 1
        right[answer.form] += answer.right
    return sorted(
        form
        for form, count in asked.items()
        if count >= LEAST_ASKED and right[form] >= LEAST_RIGHT * count
    )


def curves_of(answers: Sequence[ScoredAnswer], fitted_on: str) -> Curves:
    """Calibration by form, and of all forms together.

    Raises:
        ValueError: with too few answers.
    """
    rows = [(answer.form, answer.confidence, answer.right) for answer in answers]
    return fit_curves(rows, fitted_on)
