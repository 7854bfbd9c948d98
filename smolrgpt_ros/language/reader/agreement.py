# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What meanings of the grammar call for what a question says twice: a class, a number, a unit."""

from __future__ import annotations

from .. import question as q
from .parser import Mismatch
from .references import class_of


def agreed(value: object, again: object) -> object:
    """What a question says, and may say again.

    Raises:
        Mismatch: if it says something else the second time.
    """
    if again is not None and again != value:
        raise Mismatch("the question says two things where one is meant")
    return value


def of_label(label: str | None, selection: q.Selection) -> q.Selection:
    """ "Which pallet of 3 and 7": the objects named, whose class is said as well.

    Raises:
        Mismatch: if they are named with another class.
    """
    named = {part.label for part in q.parts_of(selection) if isinstance(part, q.Ids | q.OfClass)}
    if label is not None and named - {label, "region"}:
        raise Mismatch("the objects are of another class than the one asked for")
    return selection


def of_kind(label: str, selection: q.Selection) -> q.Selection:
    """ "The pallet closest to the shelf: which pallet".

    Raises:
        Mismatch: if it is of another class.
    """
    if class_of(selection) != label:
        raise Mismatch("the object is of another class than the one asked for")
    return selection


def as_many(count: float, selection: q.Ids) -> q.Ids:
    """ "There are 3 pallets (1, 2, 4)".

    Raises:
        Mismatch: if the number is another one.
    """
    if len(selection.ids) != count:
        raise Mismatch("more or fewer objects are named than the question says")
    return selection
