# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What may be missing from an answer about a set, or too much in it: possible objects, regions that
may be none or gone, places not wholly seen."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.language.question import Beside, Camera, Question, Side, parts_of
from smolrgpt_ros.scene.status import QueryError

from .floor_raster import FloorRaster
from .measuring.evaluation import Evaluation
from .measuring.evaluator import evaluate
from .places_seen import places_in_doubt
from .possible_objects import (
    doubtful_regions,
    is_about_a_set,
    possible_objects,
    remembered_regions,
)
from .unexplained import things_in_places

#: Possible objects and doubtful regions that are named in an answer, at most.
_MOST_NAMED = 3
#: Numbers that differ by less are the same, metres.
_EQUAL = 0.01


@dataclass(frozen=True)
class Completeness:
    """Whether an answer may lack something.

    Args:
        changeable: what may be an object would change the answer if it was one, or a region if it
            was none, or is gone since it was seen.
        caveats: one sentence for each thing that may be missing; none: the answer is complete.
    """

    changeable: bool = False
    caveats: tuple[str, ...] = ()


def completeness(
    question: Question,
    measured: Evaluation,
    geometry: FrameGeometry,
    novelty: float | None = None,
    sure_score: float = 0.0,
) -> Completeness:
    """What may be missing from the measured answer of a question.

    Args:
        question: as it was read.
        measured: its answer.
        geometry: of the frame, with candidates.
        novelty: how unlike the detector's training pictures the frame is, above 1: unlike them;
            ``None`` where it is not known.
        sure_score: score below which a region may be no object; 0: all are believed.
    """
    if not measured.answered:
        return Completeness()
    raster = FloorRaster(geometry)
    changes = [
        *_changes(question, measured, raster),
        *_changes_without(question, measured, geometry, sure_score),
    ]
    named = changes[:_MOST_NAMED]
    if len(changes) > len(named):
        named.append(
            f"{len(changes) - len(named)} more that may be objects, or none, could change it."
        )
    unfamiliar = novelty is not None and novelty > 1.0
    if unfamiliar:
        named.append(
            "This picture, or a part of it, is unlike those that the detector was trained on "
            f"(novelty {novelty:.1f}, usual is up to 1): it may miss objects here, or see some "
            "that are none."
        )
    if behind := Beside(Side.BEHIND, Camera()) in parts_of(question):
        named.append("What is behind the camera is not in its view.")
    unseen, unsure = places_in_doubt(question, raster)
    return Completeness(
        bool(changes or unsure) or behind or (unfamiliar and is_about_a_set(question)),
        (*named, *unseen, *unsure),
    )


def _changes(question: Question, measured: Evaluation, raster: FloorRaster) -> list[str]:
    """One sentence for each possible object that would change the answer."""
    geometry = raster.geometry
    weak = (
        (possible.words, (geometry.with_candidate(possible.region),))
        for possible in possible_objects(question, geometry)
    )
    things = ((thing.words, thing.frames) for thing in things_in_places(question, raster))
    sentences = []
    for words, others in chain(weak, things):
        ends = (_change(question, measured, other) for other in others)
        if end := next(filter(None, ends), ""):
            sentences.append(f"{words} {end}.")
    return sentences


def _changes_without(
    question: Question, measured: Evaluation, geometry: FrameGeometry, sure_score: float
) -> list[str]:
    """One sentence for each region that may be no object, or gone, and without which the answer
    changes."""
    regions = geometry.regions
    why = {
        region.id: f"{region.name} may be none (score {region.score:.2f})"
        for region in doubtful_regions(question, regions, sure_score)
    }
    for region in remembered_regions(question, regions):
        why.setdefault(region.id, f"{region.name} was last seen {region.seen_age_s:.1f} s ago")
    return [
        f"{words}: without it the answer could change."
        for region_id, words in why.items()
        if _change(question, measured, geometry.without(region_id))
    ]


def _change(question: Question, measured: Evaluation, other: FrameGeometry) -> str:
    """How another frame changes the answer, the end of a sentence; empty where it doesn't."""
    try:
        differs = _differs(measured, evaluate(question, other))
    except QueryError as error:
        return f"would make the question ambiguous: {error.message}"
    return "could change the answer" if differs else ""


def _differs(one: Evaluation, other: Evaluation) -> bool:
    """Whether two answers to a question are not the same."""
    if (one.region_ids, one.answered, one.holds) != (other.region_ids, other.answered, other.holds):
        return True
    if len(one.values) != len(other.values):
        return True
    if any(map(_apart, one.values, other.values, one.stds)):
        return True
    if isinstance(one.value, float) and isinstance(other.value, float):
        return _apart(one.value, other.value, one.std or 0.0)
    return one.value != other.value


def _apart(one: float, other: float, std: float) -> bool:
    """Whether two numbers differ by more than the standard deviation of the first."""
    return abs(one - other) > max(std, _EQUAL)
