# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What meanings of the grammar call to ask for yes or no."""

from __future__ import annotations

from typing import Any

from .. import question as q
from .conditions import Amount, held_by, referring
from .ends import ends
from .joining import unless
from .modifiers import of, where
from .parser import Mismatch
from .quantities import distance, exists
from .references import AllOf, It, LeftOut, alike, class_of, references_of, under_what_it_holds
from .superlatives import Rank, Unsaid, with_target


def counted(selection: q.Selection, some: Amount) -> q.Whether:
    """Are there at least three?"""
    if some.comparison is q.Comparison.AT_LEAST and some.number == 1:
        return exists(selection)
    return q.Whether(q.Compares(q.Count(selection), some.comparison, some.number))


def compared(first: q.Quantity, comparison: q.Comparison, second: q.Quantity | float) -> q.Whether:
    """Is the first number less than the second?"""
    return q.Whether(q.Compares(first, comparison, second))


def nearer(first: q.Selection, comparison: q.Comparison, second: q.Selection) -> q.Whether:
    """ "Is the left pallet nearer than the right one": to the camera.

    "Is the nearest pallet to buffer 3 nearer than the nearest shelf to it": to buffer 3.
    """
    target: q.Selection = q.Camera()
    match first, second:
        case q.Ranked(_, q.DistanceTo(one)), q.Ranked(_, q.DistanceTo(other)) if one == other:
            if Unsaid() not in q.parts_of(one):
                target = one
    return compared(distance(first, target), comparison, distance(second, target))


def bounded(question: object, comparison: q.Comparison, metres: float) -> q.Whether:
    """ "How far is it, is that more than 7 m".

    Raises:
        Mismatch: where several numbers are asked for.
    """
    if isinstance(question, q.HowMuch):
        return compared(question.quantity, comparison, metres)
    raise Mismatch("it is open which of the numbers is compared")


def holds(subject: q.Selection, condition: q.Condition | Rank, denied: object = None) -> q.Whether:
    """Is the condition true of the subject? "Isn't it?" asks the same.

    "It has the most pallets" asks whether it is the one that does.

    Raises:
        Mismatch: for "are not all", which may mean none of them, and for "pallet 9 except 10".
    """
    if denied is not None and isinstance(subject, AllOf):
        raise Mismatch('"not all" can mean two things; ask for one that is not, or for none')
    if isinstance(condition, Rank):
        return same_kind(subject, condition)
    match subject, condition:
        case q.Ids(), q.Not(LeftOut(q.Ids())):  # "pallet 9 without pallet 10"
            raise Mismatch("from certain objects nothing can be left out")
    condition = _of_the_other(condition, subject)
    match condition:  # "is the nearest pallet within 2 m of the shelf": the nearest to the shelf
        case q.Compared(q.DistanceTo(target)) if Unsaid() not in q.parts_of(target):
            found: Any = with_target(subject, target)
            subject = found
    return q.Whether(q.Holds(subject, under_what_it_holds(alike(condition, subject), subject)))


def _of_the_other(condition: q.Condition, subject: q.Selection) -> q.Condition:
    """ "Left of shelf 3 and more than 2 m from it": from the one thing that it is related to."""
    related = references_of([condition])
    if isinstance(subject, q.Ranked) and isinstance(subject.key, q.DistanceTo):
        related.append(subject.key.target)
    others = {target for target in related if not isinstance(target, It | Unsaid | q.Camera)}
    if len(others) != 1 or not any(isinstance(target, It) for target in related):
        return condition
    return referring(condition, others.pop())


def both(subject: q.Selection) -> q.Selection:
    """ "Are pallets 8 and 9 both loaded".

    Raises:
        Mismatch: unless they are two.
    """
    ends(subject)
    return subject


def next_to_each_other(both_: q.Selection) -> q.Whether:
    """ "Are pallets 7 and 9 next to each other"."""
    first, second = ends(both_)
    return q.Whether(q.Holds(first, q.NextTo(second)))


def equal_sizes(both: q.Selection, dimension: q.Dimension) -> q.Whether:
    """ "Are pallets 7 and 9 the same height": neither is the taller."""
    first, second = ends(both)
    return compared(q.Size(first, dimension), q.Comparison.EQUAL, q.Size(second, dimension))


def equal_contents(both: q.Selection, content: q.Selection) -> q.Whether:
    """ "Do buffers 3 and 5 hold the same number of pallets"."""
    first, second = (q.Count(where(content, held_by(place))) for place in ends(both))
    return compared(first, q.Comparison.EQUAL, second)


def shared(selection: q.Selection, condition: q.Condition, part: q.Comparison) -> q.Whether:
    """ "Are most pallets loaded": more of them are than are not."""
    others = q.Count(where(selection, unless(condition)))
    return compared(q.Count(where(selection, condition)), part, others)


def denied(question: q.Question) -> q.Whether:
    """ "Is it false that pallet 4 is in buffer 3".

    Raises:
        Mismatch: for a statement about several objects, which can be false in several ways.
    """
    match question:
        case q.Whether(q.Exists(selection)):
            return compared(q.Count(selection), q.Comparison.EQUAL, 0)
        case q.Whether(q.Compares(q.Count(selection), q.Comparison.EQUAL, 0)):
            return exists(selection)
        case q.Whether(q.Holds(AllOf(label), condition)):
            return exists(where(q.OfClass(label), q.negated(condition)))
        case q.Whether(q.Holds(q.Ids(ids) as subject, condition)) if len(ids) == 1:
            return holds(subject, q.negated(condition))
    raise Mismatch("a statement that can be false in several ways; ask whether it is true")


def same(first: q.Selection, second: q.Selection) -> q.Whether:
    """Is pallet 9 the leftmost pallet?

    Raises:
        Mismatch: unless one of them says more than a class.
    """
    if isinstance(second, q.OfClass | q.Everything) or any(
        isinstance(end, q.Ranked) and end.take > 1 for end in (first, second)
    ):
        raise Mismatch("one of the two names no certain object")
    if any(isinstance(end, q.Ids) and len(end.ids) > 1 for end in (first, second)):
        raise Mismatch("one object is the same as another; ask for each on its own")
    return q.Whether(q.Same(first, second))


def same_kind(subject: q.Selection, *modifiers: object) -> q.Whether:
    """Is pallet 9 the leftmost one?

    Raises:
        Mismatch: if the subject has no class of its own.
    """
    label = class_of(subject)
    if not label:
        raise Mismatch("name the class of objects that it is compared with")
    if isinstance(subject, q.Ids) and len(subject.ids) > 1:
        raise Mismatch("one object is compared with the others")
    return same(subject, of(q.OfClass(label), *modifiers))
