# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What meanings of the grammar call for the two ends of a distance or a difference."""

from __future__ import annotations

from dataclasses import replace

from .. import question as q
from .modifiers import before_its_noun
from .parser import Mismatch
from .references import Counted, Such, check_one_of, counted_class, counted_one

_THREE = "three objects have three distances; ask for one, or for a table"


def together_ends(first: q.Selection, second: q.Selection) -> tuple[q.Selection, q.Selection]:
    """The two ends of a distance."""
    if isinstance(first, q.Ranked) and isinstance(first.of, q.Where):
        check_one_of(second)
    return before_its_noun(first, second), second


def listed_ends(first: q.Selection, second: q.Selection) -> tuple[q.Selection, q.Selection]:
    """The two ends of a distance, joined by "and".

    Raises:
        Mismatch: for "pallets 3, 5 and 7", which are one list.
    """
    match first, second:
        case q.Ids(several), q.Ids() if len(several) > 1:
            raise Mismatch(_THREE)
    return before_its_noun(first, second), second


def side_by_side(first: q.Selection, second: q.Selection) -> tuple[q.Selection, q.Selection]:
    """The two ends of a distance, without a word between them.

    Raises:
        Mismatch: for "the middle" and "buffer", which are one phrase, and for "pallets 3, 4 and 7",
            whose numbers are no other objects.
    """
    if Such() in q.parts_of(first):
        raise Mismatch("a distance has two ends")
    if isinstance(first, q.OfClass) and isinstance(second, q.Ids):
        raise Mismatch(_THREE)
    return first, second


def ends(selection: q.Selection) -> tuple[q.Selection, q.Selection]:
    """The two ends that one phrase names: "pallets 3 and 7".

    Raises:
        Mismatch: if they are not two.
    """
    if isinstance(selection, q.Union) and len(selection.members) == 2:
        first, second = selection.members
        if any(isinstance(end, q.Ids) and len(end.ids) > 1 for end in (first, second)):
            raise Mismatch(_THREE)
        return first, second
    if isinstance(selection, q.Ids) and len(selection.ids) == 2:
        return q.Ids(selection.ids[:1], selection.label), q.Ids(selection.ids[1:], selection.label)
    if isinstance(selection, q.Ranked) and selection.take == 2:
        return replace(selection, take=1), replace(selection, take=1, rank=2)
    if isinstance(selection, Counted) and selection.number == 2:
        return counted_one(selection, 0), counted_one(selection, 1)
    if isinstance(selection, q.Exactly) and selection.number == 2:
        return (
            q.Ranked(selection, q.Column(), q.Extreme.LEAST),
            q.Ranked(selection, q.Column(), q.Extreme.MOST),
        )
    raise Mismatch("a distance has two ends")


def the_pair(label: str, number: float | None) -> q.Selection:
    """ "The shelves", "the two shelves": two of them."""
    return counted_class(label, 2 if number is None else number)
