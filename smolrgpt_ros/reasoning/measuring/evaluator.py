# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Evaluates a question of the query language on the measured objects of a frame."""

from __future__ import annotations

import math
from dataclasses import replace

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.language.question import (
    Condition,
    Conditional,
    Exactly,
    Key,
    Quantity,
    Question,
    Ranked,
    Selection,
    Union,
    Where,
    Whether,
    Which,
)
from smolrgpt_ros.scene.status import QueryError, Status

from .answers import answer_of
from .conditions import chance_of
from .context import Amount, Selected
from .evaluation import SURE, Evaluation, answered_question
from .floor_objects import End
from .numbers import CannotMeasure, Number
from .quantities import amount_of, number_of
from .regions_needed import regions_needed
from .scene_objects import SceneObjects
from .selections import none_fits, resolve
from .wording import noun

#: Largest distance that a camera with depth measures, metres; by unit, as an area and a volume.
_MOST_M = 1000.0
_MOST_BY_UNIT = {"m": _MOST_M, "m2": _MOST_M**2, "m3": _MOST_M**3}


def evaluate(question: Question, geometry: FrameGeometry) -> Evaluation:
    """Measures the answer of a question.

    Args:
        question: its regions by id.
        geometry: of the frame with all its regions.

    Returns:
        Without a value and with a reason where depth cannot answer.

    Raises:
        QueryError: ``UNKNOWN_REGION`` where an object that the question names is not there, or
            several fit where one is needed; ``BAD_QUESTION`` where it contradicts itself.
    """
    if isinstance(question, Conditional):
        return _chosen_by_condition(question, geometry)
    evaluator = _Evaluator(geometry)
    try:
        geometry.prepare(sorted(regions_needed(question, evaluator)))
        found = _plausible(answer_of(question, evaluator))
    except CannotMeasure as error:
        return Evaluation(reason=str(error), doubts=evaluator.doubts)
    if found.valid_ratio is None:  # of the picture alone
        return found
    return replace(found, unsure=geometry.plausibility.unsure)


def _chosen_by_condition(question: Conditional, geometry: FrameGeometry) -> Evaluation:
    """The answer of one of two questions, as sure as the condition that chose it at most."""
    asked = Whether(question.condition)
    truth = evaluate(asked, geometry)
    if not truth.answered:
        return truth
    truth = replace(truth, holds=truth.value is True)
    taken = answered_question(question, truth)
    if taken == asked:
        return truth
    found = evaluate(taken, geometry)
    surely = 1.0 if truth.certainty is None else truth.certainty
    probability = found.probability
    if isinstance(found.value, bool) and probability is not None:
        probability = surely * probability + (1.0 - surely) * 0.5
    elif probability is not None or surely < 1.0:
        probability = surely * (1.0 if probability is None else probability)
    doubts = found.doubts
    if surely < SURE:
        doubts = (f"whether the condition holds is not sure ({1 - surely:.2f})", *doubts)
    return replace(
        found,
        probability=probability,
        doubts=doubts,
        holds=truth.holds,
        unsure=found.unsure or truth.unsure,
    )


def _plausible(found: Evaluation) -> Evaluation:
    """An answer; none where a number of it is not finite or beyond what cameras see."""
    most = _MOST_BY_UNIT.get(found.unit, math.inf)
    numbers = [found.value, found.std, *found.values, *found.stds]
    for number in numbers:
        if isinstance(number, float) and not (math.isfinite(number) and abs(number) <= most):
            return Evaluation(
                reason=f"the result of {number:.6g} {found.unit} is beyond {_MOST_M:g} m or no "
                "number: check the focal lengths and the region of interest of camera_info, and "
                "that depth is in the unit of its encoding (32FC1: metres, 16UC1: millimetres)",
                doubts=found.doubts,
            )
    return found


def locate(selection: Selection, geometry: FrameGeometry) -> int | None:
    """The one region that a selection selects; ``None`` for none, several, or without depth."""
    evaluator = _Evaluator(geometry)
    try:
        geometry.prepare(sorted(regions_needed(Which(selection), evaluator)))
        return evaluator.one(selection)
    except (CannotMeasure, QueryError):
        return None


class _Evaluator:
    """The evaluation of one question; see ``context.Context``."""

    def __init__(self, geometry: FrameGeometry) -> None:
        self._objects = SceneObjects(geometry)
        self._selected: dict[Selection, Selected] = {}
        self._relied_on: dict[Selection, Selected] = {}
        self._doubts: dict[str, None] = {}

    # -- parts of a question ----------------------------------------------------------------

    @property
    def objects(self) -> SceneObjects:
        """The objects of the frame."""
        return self._objects

    @property
    def doubts(self) -> tuple[str, ...]:
        """What else is probable."""
        return tuple(self._doubts)

    def select(self, selection: Selection) -> Selected:
        """What a selection selects, with probabilities."""
        if selection not in self._selected:
            self._selected[selection] = resolve(selection, self)
        return self._selected[selection]

    def one(self, selection: Selection) -> End:
        """The single object, or the camera, of a selection.

        An object that cannot be measured does not stop another from being the one: "the empty
        transporter" implies that there is one.
        """
        selected = self.select(selection)
        ids = selected.ids
        if selected.camera and not ids:
            return None
        if len(ids) == 1 and not selected.camera:
            self._rely_on(selection, selected)
            return ids[0]
        if not ids:
            for reason in selected.unknown.values():
                raise CannotMeasure(reason)
            raise none_fits(selection, self)
        fitting = ", ".join(str(i) for i in ids)
        raise QueryError(
            Status.UNKNOWN_REGION,
            f"several {noun(selection, 2)} fit: {fitting}; say which one",
        )

    def members(self, selection: Selection) -> tuple[int, ...]:
        """All objects of a selection; what is doubtful about them counts in the answer."""
        selected = self.select(selection)
        if selected.camera:
            raise QueryError(Status.BAD_QUESTION, "the camera is none of the objects asked about")
        for reason in selected.unknown.values():
            raise CannotMeasure(reason)
        self._rely_on(selection, selected)
        return selected.ids

    def known_members(self, selection: Selection) -> tuple[int, ...]:
        """As ``members``; what depth cannot decide is a doubt where something else belongs."""
        selected = self.select(selection)
        if not selected.ids or not selected.unknown or selected.camera:
            return self.members(selection)
        self._rely_on(selection, selected)
        return selected.ids

    def chance(self, condition: Condition, end: End) -> float:
        """Probability that a condition holds for an object."""
        return chance_of(condition, end, self)

    def number(self, key: Key, end: End) -> Number:
        """A number of an object."""
        return number_of(key, end, self)

    def amount(self, quantity: Quantity) -> Amount:
        """The value of a quantity."""
        return amount_of(quantity, self)

    def _rely_on(self, selection: Selection, selected: Selected) -> None:
        self._relied_on[selection] = selected
        for doubt in selected.doubts:
            self.doubt(doubt)
        for region_id, reason in selected.unknown.items():
            self.doubt(f"{self._objects.name(region_id)} could be meant as well: {reason}")

    @property
    def relies_on_measured_choice(self) -> bool:
        """Whether measuring decided which objects the answer relies on."""
        return any(_is_decided(selection) for selection in self._relied_on)

    def certainty(self) -> float:
        """How surely every object the answer relies on is the one that is meant.

        What depth cannot decide is as probable as not.
        """
        return math.prod(
            selected.certainty * 0.5 ** len(selected.unknown)
            for selected in self._relied_on.values()
        )

    def doubt(self, sentence: str) -> None:
        self._doubts[sentence] = None


def _is_decided(selection: Selection) -> bool:
    """Whether measuring decides what a selection selects."""
    if isinstance(selection, Union):
        return any(_is_decided(member) for member in selection.members)
    return isinstance(selection, (Where, Ranked, Exactly))
