# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What meanings of the grammar call for questions in steps, and for what the answer shall be."""

from __future__ import annotations

from typing import Any

from .. import question as q
from .contexts import about
from .parser import Mismatch
from .quantities import in_unit
from .references import It, That
from .superlatives import Unsaid


def naming_ids(question: q.Question) -> q.Question:
    """ "... and return its id".

    Raises:
        Mismatch: if it asks for no objects.
    """
    if not isinstance(question, q.Which | q.Listing | q.Order | q.Pair):
        raise Mismatch("only of objects the ids can be returned")
    return question


def valued(question: q.Question, unit: q.Unit | None = None) -> q.Question:
    """ "... and return only the number".

    Raises:
        Mismatch: if it asks for no number.
    """
    if not isinstance(question, q.HowMuch):
        raise Mismatch("the question asks for more than a number")
    return question if unit is None else in_unit(question, unit)


def taken_up(topic: q.Selection, question: Any) -> Any:
    """ "Pallet 9 how far is it from the shelf".

    Raises:
        Mismatch: if no pronoun takes the topic up, or what is nearest to is left open.
    """
    parts = q.parts_of(question)
    if It() not in parts or Unsaid() in parts:
        raise Mismatch("the first part of the question is not taken up by the second")
    return about(topic, question)


def in_order(*numbers: float) -> bool:
    """ "Step 1 ... step 2 ...".

    Raises:
        Mismatch: if the numbers are others.
    """
    if list(numbers) != list(range(1, len(numbers) + 1)):
        raise Mismatch("the steps are not counted from 1")
    return True


def stepped(question: Any, ordered: bool, *found: q.Selection) -> Any:
    """ "Step 1: find the AGV. Step 2: find what it carries. Step 3: report its height".

    Raises:
        Mismatch: if a step does not take up what the one before it finds.
    """
    for selection in reversed(found):
        again = It() in q.parts_of(question) or That() not in q.parts_of(question)
        question = _with_that(taken_up(selection, question) if again else question, selection)
    return question


def _with_that(question: Any, selection: q.Selection) -> Any:
    """ "That pallet", "that carried object" as what the step before finds."""

    def narrowed(value: Any) -> Any:
        match value:
            case q.Where(That(), condition):
                return q.where(selection, condition)
        return value

    found = q.changed(question, narrowed)
    return q.changed(found, lambda part: selection if part == That() else part)
