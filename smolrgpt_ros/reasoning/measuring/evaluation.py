# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The measured answer of a question, and from which probability on it counts as sure."""

from __future__ import annotations

from dataclasses import dataclass

from smolrgpt_ros.language.answers import Value
from smolrgpt_ros.language.question import Conditional, Plain, Question

#: Below this probability an answer says what else could be meant or could be true.
SURE = 0.8


@dataclass(frozen=True)
class Evaluation:
    """The measured answer of a question.

    Args:
        value: metres (cubic metres, square metres) or a count; ``True`` or ``False`` of a yes/no
            question; the word of a relation; the hour of a direction; the region id where one
            object was asked for; the distance of a closest or farthest pair. ``None`` for lists,
            orders, dimensions and "where is", and where depth cannot answer.
        unit: of ``value``, or of ``values``: ``"m"``, ``"m2"``, ``"m3"``, ``"count"``, ``"hour"``
            of the clock, ``"deg"``, ``"ratio"`` or ``""``.
        std: standard deviation of ``value``, in its unit; ``None`` for counts, words and ids.
        std_systematic: share of ``std`` that all questions about the camera have in common: its
            calibration, the scale of its depth; ``None`` where ``std`` is.
        lower_bound: whether ``value`` is the least it can be: the picture's border cuts the object,
            or something hides a part of which its class does not say how long it is.
        probability: of a yes; of all other answers, how surely the count, list, order, choice or
            word is as given (1.0: certain), or whether a distance to a place is 0; ``None`` where
            nothing is uncertain but a number's last digits.
        region_ids: the ends of a distance, the counted, chosen, listed or ordered objects, the
            pair. Of "where is": the object, then what it stands in or on.
        values, stds: one for each of ``region_ids`` where each has a number; of a table, all of the
            first region, then all of the next. Of dimensions: length, width and height; of a floor
            region no height. Of "where is": metres from the camera, then hour of the clock.
        lower_bounds: whether each of ``values`` is the least it can be, likewise.
        valid_ratio: least share of pixels with depth among the regions used; ``None`` where no
            depth was needed.
        reason: one sentence why depth cannot answer; ``""`` with an answer.
        doubts: sentences that name what else is probable.
        holds: of a conditional question, whether its condition does; ``None`` of others.
        unsure: why it is not to be acted on although it was measured, one clause; else ``""``.
    """

    value: Value | bool | None = None
    unit: str = ""
    std: float | None = None
    probability: float | None = None
    region_ids: tuple[int, ...] = ()
    values: tuple[float, ...] = ()
    stds: tuple[float, ...] = ()
    valid_ratio: float | None = None
    reason: str = ""
    doubts: tuple[str, ...] = ()
    std_systematic: float | None = None
    lower_bound: bool = False
    lower_bounds: tuple[bool, ...] = ()
    holds: bool | None = None
    unsure: str = ""

    @property
    def answered(self) -> bool:
        """Whether there is an answer; an empty list is one."""
        return not self.reason

    @property
    def certainty(self) -> float | None:
        """How surely the answer is the right one, of a yes and of a no; ``None`` as above."""
        if self.probability is None or not isinstance(self.value, bool):
            return self.probability
        return self.probability if self.value else 1.0 - self.probability


def answered_question(question: Question, found: Evaluation) -> Plain:
    """The question that was answered: of a conditional one, the one that its condition chose."""
    if isinstance(question, Conditional):
        return question.otherwise if found.holds is False else question.then
    return question
