# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What "the" before a singular says: one object is meant, also where several would be taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from .. import question as q
from .references import Such
from .tokens import Token

_THE = ("the", "this", "that")
_AT = frozenset("in inside within into on onto outside".split())


@dataclass(frozen=True)
class TheOne(q.Where):
    """ "The pallet in buffer 2"."""


def the_one(selection: q.Selection) -> q.Selection:
    """A singular with "the" that a condition narrows; any other selection as it is."""
    if isinstance(selection, q.Where) and isinstance(selection.of, q.OfClass | q.Everything | Such):
        return TheOne(selection.of, selection.condition)
    return selection


def with_one_each(meaning: Any) -> Any:
    """A reading in which "nearest to the pallet in buffer 2" asks for the only pallet there.

    A distance to several objects is that to the nearest of them, and "in" is in one of several
    places: without this, a second pallet in the buffer would be passed over.
    """
    return q.changed(q.changed(meaning, _only), _plain)


def strictest(questions: Sequence[q.Question]) -> list[q.Question]:
    """Readings without those that say the same and pass over a second object."""
    kept: dict[object, q.Question] = {}
    for question in questions:
        loose = q.changed(question, _any_number)
        if loose not in kept or _ones(question) > _ones(kept[loose]):
            kept[loose] = question
    return list(kept.values())


def _ones(question: q.Question) -> int:
    """How many of its objects must be the only one."""
    return sum(isinstance(part, q.Exactly) and part.number == 1 for part in q.parts_of(question))


def _any_number(part: Any) -> Any:
    return part.of if isinstance(part, q.Exactly) and part.number == 1 else part


def _only(part: Any) -> Any:
    match part:
        case q.DistanceTo(TheOne() as named):
            return q.DistanceTo(_counted(named))
        case q.Holds(TheOne() as named, condition):
            return q.Holds(_counted(named), condition)
        case q.NextTo(TheOne() as named):
            return q.NextTo(_counted(named))
        case q.Inside(TheOne() as named):
            return q.Inside(_counted(named))
        case q.OnTop(TheOne() as named):
            return q.OnTop(_counted(named))
        case q.Compared(value=TheOne() as named):
            return replace(part, value=_counted(named))
    return part


def _counted(named: TheOne) -> q.Selection:
    narrowed = q.Where(named.of, named.condition)
    # "The one on transporter 5", where it is open of what class.
    return narrowed if isinstance(named.of, Such) else q.Exactly(narrowed, 1)


def _plain(part: Any) -> Any:
    return q.Where(part.of, part.condition) if isinstance(part, TheOne) else part


def objection_to_the(
    question: q.Question, tokens: Sequence[Token], labels: Mapping[int, str]
) -> str:
    """Why "in the buffer" names none of several buffers; or "".

    Args:
        question: as read.
        tokens: of its text.
        labels: the class of each region in view.
    """
    places = {
        place.label
        for part in q.parts_of(question)
        if isinstance(part, q.Inside | q.OnTop)
        for place in [part.place if isinstance(part, q.Inside) else part.carrier]
        if isinstance(place, q.OfClass)
    }
    before = ["", *(token.text for token in tokens)]
    for at, (the, noun) in enumerate(pairwise(tokens)):
        label = noun.value
        if the.text not in _THE or label not in places or "NOUNS" in noun.signs:
            continue
        several = sum(found == label for found in labels.values()) > 1
        if several and before[at] in _AT and noun.kind == "noun":
            return f'it is open which one "the {label}" is; name it, or say "any {label}"'
    return ""
