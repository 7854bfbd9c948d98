# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Whether two readings ask the same, however they put it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .. import question as q


def normal_form(question: q.Question) -> q.Question:
    """The question with conditions on one object's number as comparisons of quantities.

    "Is pallet 9 taller than the shelf?" holds a condition or compares two heights: the second.
    """
    match question:
        case q.Whether(q.Holds(subject, q.Compared(key, comparison, value))):
            if not _is_one(subject):
                return question
            first = _of(key, subject)
            if first is None:
                return question
            return q.Whether(q.Compares(first, comparison, _value(subject, key, value)))
    return question


def _value(
    subject: q.Selection, key: q.Key, value: float | q.Selection | q.Quantity | q.Key
) -> float | q.Quantity:
    """What the number of an object is compared with."""
    if isinstance(value, float | int | q.Quantity):
        return value
    of = _of(value, subject) if isinstance(value, q.Key) else _of(key, value)
    assert of is not None
    return of


def _is_one(selection: q.Selection) -> bool:
    match selection:
        case q.Ids(ids):
            return len(ids) == 1
        case q.Ranked():
            return selection.take == 1
        case q.Camera():
            return True
    return False


def _of(key: q.Key, subject: q.Selection) -> q.Quantity | None:
    """A key's number of one object."""
    match key:
        case q.DistanceTo(target):
            return q.Distance(subject, target)
        case q.SizeOf(dimension):
            return q.Size(subject, dimension)
    return None


def same_question(first: q.Question, second: q.Question, labels: Mapping[int, str]) -> bool:
    """Whether two readings ask the same of the regions in view."""
    return _comparable(first, labels) == _comparable(second, labels)


_OPEN = {q.Comparison.AT_MOST: q.Comparison.LESS, q.Comparison.AT_LEAST: q.Comparison.MORE}
_FLIPPED = {q.Comparison.LESS: q.Comparison.MORE, q.Comparison.AT_MOST: q.Comparison.AT_LEAST}


def _comparable(question: q.Question, labels: Mapping[int, str]) -> object:
    """A question with everything that is only a manner of asking in one form."""

    def change(part: object) -> object:
        match part:
            case q.OfClass(label):
                return frozenset(i for i, found in labels.items() if found == label)
            case q.Ids(ids):
                return frozenset(ids)
            case q.Union(members):
                return _together(members)
            case q.All(conditions) | q.AnyOf(conditions):
                return (type(part), frozenset(conditions))
            case q.Between(one, two):
                return (q.Between, frozenset((one, two)))
            case q.Difference(one, two):
                return (q.Difference, one, two)
            case q.Distance(one, two, mode):
                return (mode, frozenset((one, two)))
            case q.Same(one, two):
                return (q.Same, frozenset((one, two)))
            case q.Compared(key, comparison, value):
                exact = isinstance(key, q.Holding)
                return (q.Compared, key, _bound(comparison, exact), _rounded(value))
            case q.Compares(one, comparison, two):
                bound = _bound(comparison, isinstance(one, q.Count))
                flipped = _FLIPPED.get(bound)
                if flipped is not None:
                    return (flipped, _rounded(two), one)
                return (bound, one, _rounded(two))
            case q.HowMuch(quantity) | q.Dimensions(quantity):
                return (type(part), quantity)
            case q.Each(selection, key):
                return (q.Each, selection, key)
            case _Columns(selection, keys):
                return (q.Table, selection, frozenset(keys))
            case q.Which(selection) | q.Listing(selection):
                return (q.Listing, selection)
        return part

    return q.changed(q.changed(_as_comparison(question), _without_checks), change)


def _without_checks(part: object) -> object:
    """Parts that would not allow what the comparison makes of their own parts."""
    match part:
        case q.Exactly(of):  # how many there are is said of a class or of everything alone
            return of
        case q.Table(selection, keys):
            return _Columns(selection, keys)
    return part


@dataclass(frozen=True)
class _Columns:
    """Of a table; distances to "the person" and to "person 3" may be the same column."""

    selection: q.Selection
    keys: tuple[q.Key, ...]


def _as_comparison(question: q.Question) -> q.Question:
    """As the normal form, of classes too: "the shelf" may be all of them."""
    match question:
        case q.Whether(q.Holds(q.OfClass() as subject, q.Compared(key, comparison, value))):
            first = _of(key, subject)
            if first is not None:
                return q.Whether(q.Compares(first, comparison, _value(subject, key, value)))
    return normal_form(question)


def _bound(comparison: q.Comparison, exact: bool) -> q.Comparison:
    """At least 2 m and more than 2 m are the same of what is measured, not of what is counted."""
    return comparison if exact else _OPEN.get(comparison, comparison)


def _together(members: tuple[object, ...]) -> object:
    """Several selections without order; ids of several classes as one set."""
    ids: frozenset[object] = frozenset()
    others: list[object] = []
    for member in members:
        if isinstance(member, frozenset):
            ids |= member
        else:
            others.append(member)
    if not others:
        return ids
    return frozenset((*others, ids)) if ids else frozenset(others)


def _rounded(value: object) -> object:
    return round(value, 6) if isinstance(value, float) else value
