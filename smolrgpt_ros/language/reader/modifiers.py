# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A noun with its modifiers as a selection: conditions narrow it, then a superlative ranks it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .. import question as q
from .parser import Mismatch
from .references import (
    CARRIERS,
    ON_FLOOR,
    OTHER_THAN_IT,
    It,
    LeftOut,
    Such,
    alike,
    check_ones,
    class_of,
    counted_class,
    one_by_one,
    references_of,
    referring_to,
    under_what_it_holds,
)
from .superlatives import Ordinal, Rank, Unsaid, last, toward, with_target


@dataclass(frozen=True)
class Take:
    """ "three": how many a superlative takes."""

    number: int


@dataclass(frozen=True)
class Target:
    """ "to the transporter" behind "the nearest pallet"."""

    selection: q.Selection


@dataclass(frozen=True)
class Last:
    """ "last": the first from the other end."""


@dataclass(frozen=True)
class Other:
    """ "the other pallets": without those that the same phrase, or the topic, names."""


Modifier = Rank | Ordinal | Take | Target | Last | Other | q.Condition


def of(base: q.Selection, *groups: object) -> q.Selection:
    """A selection with its modifiers.

    Raises:
        Mismatch: for modifiers that do not fit one another or the selection.
    """
    given = _Given.of(groups)
    named = list(dict.fromkeys(references_of(given.conditions)))
    narrowed = _narrowed(base, given, named)
    if any(len(found) > 1 for found in (given.ranks, given.ordinals, given.takes, given.targets)):
        raise Mismatch("two superlatives choose from the same objects; ask with one")
    if given.ranks:
        return _ranked(base, narrowed, given, named)
    if given.ordinals or given.takes or given.targets or given.last:
        raise Mismatch("a number or a reference stands without the superlative it belongs to")
    return narrowed


@dataclass(frozen=True)
class _Given:
    """The modifiers of one noun by what they are; more than one of a kind is refused later."""

    ranks: Sequence[Rank]
    ordinals: Sequence[int]
    takes: Sequence[int]
    targets: Sequence[q.Selection]
    conditions: Sequence[q.Condition]
    last: bool
    other: bool

    @classmethod
    def of(cls, groups: tuple[object, ...]) -> _Given:
        modifiers: list[Modifier] = list(_flat(groups))
        return cls(
            ranks=[m for m in modifiers if isinstance(m, Rank)],
            ordinals=[m.rank for m in modifiers if isinstance(m, Ordinal)],
            takes=[m.number for m in modifiers if isinstance(m, Take)],
            targets=[m.selection for m in modifiers if isinstance(m, Target)],
            conditions=[
                m
                for m in modifiers
                if not isinstance(m, Rank | Ordinal | Take | Target | Last | Other)
            ],
            last=Last() in modifiers,
            other=Other() in modifiers,
        )


def _narrowed(base: q.Selection, given: _Given, named: Sequence[q.Selection]) -> q.Selection:
    """The selection with its conditions.

    Args:
        base: the noun.
        given: its modifiers.
        named: what its conditions refer to.
    """
    conditions = list(given.conditions)
    if len(named) == 1 and class_of(named[0]) != class_of(base):
        # "pallets within 3 m of the transporter except the one it carries"
        carried_by_it: q.Condition = q.OnTop(It())  # type: ignore[arg-type]
        carried = q.Not(q.OnTop(named[0]))
        conditions = [
            carried if isinstance(c, q.Not) and c.condition == carried_by_it else c
            for c in one_by_one(conditions)
        ]
    if given.other and not any(
        isinstance(c, q.Not) and isinstance(c.condition, q.Among) for c in one_by_one(conditions)
    ):
        conditions.append(q.Not(q.Among(_other_than(base, given.ranks, conditions))))
    result = base
    for condition in conditions:
        check_ones(condition, [other for other in conditions if other is not condition])
        result = q.where(result, under_what_it_holds(_fitting(condition, base), base))
    return result


def _ranked(
    base: q.Selection, narrowed: q.Selection, given: _Given, named: Sequence[q.Selection]
) -> q.Selection:
    """The narrowed selection ranked by its superlative; arguments as of :func:`_narrowed`."""
    rank = last(given.ranks[0]) if given.last else given.ranks[0]
    if rank.end == "from" and not (given.ordinals or given.takes or given.last):
        raise Mismatch("from the left counts: say which one, as in the second from the left")
    if rank.end == "two":
        if not isinstance(narrowed, q.OfClass):
            raise Mismatch("a comparative chooses one of two")
        narrowed = counted_class(narrowed.label, 2)
    if rank.extreme is q.Extreme.MIDDLE and isinstance(base, q.Ids) and len(base.ids) == 1:
        raise Mismatch("the middle of one object is its centre, no object among others")
    if class_of(base) and Such() in q.parts_of(rank.key):
        # "the pallet closest to the one on the AGV"
        rank = replace(rank, key=alike(rank.key, base))
    rank, narrowed = _referred(rank, narrowed, given, named)
    place = given.ordinals[0] if given.ordinals else rank.rank
    take = given.takes[0] if given.takes else rank.take
    return q.Ranked(narrowed, rank.key, rank.extreme, place, take)


def _referred(
    rank: Rank, narrowed: q.Selection, given: _Given, named: Sequence[q.Selection]
) -> tuple[Rank, q.Selection]:
    """A superlative and the selection with what "nearest" and "it" in them stand for."""
    match rank.key:
        case q.DistanceTo(It()) if len(named) == 1:  # "right of pallet 9 and nearest to it"
            rank = replace(rank, key=q.DistanceTo(named[0]))
        case q.DistanceTo(target) if not given.other and not isinstance(target, Unsaid):
            narrowed = referring_to(narrowed, target)
    if given.targets:
        rank = toward(rank, given.targets[0])
        if not given.other:  # "the closest pallet to the shelf that is not on it"
            narrowed = referring_to(narrowed, given.targets[0])
    elif len(named) == 1:
        rank = with_target(rank, named[0])
    return rank, narrowed


def _flat(groups: tuple[object, ...]) -> Iterator[Any]:
    """Modifiers one by one; a pattern may give several at once, and may give none."""
    for group in groups:
        if isinstance(group, tuple):
            yield from _flat(group)
        elif group is not None:
            yield group


def _fitting(condition: q.Condition, base: q.Selection) -> q.Condition:
    """ "Pallets except the carried one", "pallets taller than the one on the AGV": a pallet."""
    label = class_of(base)
    if base == q.OfClass(label):  # "near another pallet": none is measured to itself
        condition = _replaced(condition, q.Where(base, OTHER_THAN_IT), base)
    condition = q.all_of(*(_left_out(part, label) for part in one_by_one([condition])))
    for part in one_by_one([condition]):
        match part:
            case q.Not(q.Among(other)) | q.Compared(_, _, other) if label:
                if Such() in q.parts_of(other):
                    condition = _replaced(condition, other, alike(other, base))
    return condition


def _left_out(condition: q.Condition, label: str) -> q.Condition:
    """ "Pallets, ignoring buffer 2": those in it.

    Raises:
        Mismatch: for "pallets except shelf 12", "except pallets": none is left out, or all are.
    """
    match condition:
        case q.Not(LeftOut(other)) if label not in ("", *ON_FLOOR):
            excepted = class_of(other)
            if excepted in ON_FLOOR and label in CARRIERS:
                return q.Not(q.Inside(other))
            if excepted not in ("", label) or other == q.OfClass(label):
                raise Mismatch("what is left out is none of what is asked about", decisive=True)
    return condition


def _replaced(condition: Any, old: object, new: object) -> q.Condition:
    found: q.Condition = q.changed(condition, lambda v: new if v == old else v)
    return found


def _other_than(
    base: q.Selection, ranks: Sequence[Rank], conditions: Sequence[q.Condition]
) -> q.Selection:
    """What "other" sets apart: in "the other pallet nearest to pallet 9" that pallet."""
    targets = [rank.key.target for rank in ranks if isinstance(rank.key, q.DistanceTo)]
    named = dict.fromkeys((*targets, *references_of(conditions)))
    alike_ = [t for t in named if isinstance(t, q.Ids) and t.label == class_of(base)]
    return alike_[0] if len(alike_) == 1 else It()  # type: ignore[return-value]


def ones_like(selection: q.Selection, states: tuple[object, ...]) -> q.Selection:
    """ "Loaded ones" behind "more empty pallets than"."""
    found: q.Selection = alike(of(Such(), states), selection)  # type: ignore[arg-type]
    return found


def before_its_noun(first: q.Selection, second: q.Selection) -> q.Selection:
    """ "The tallest" of "the tallest and the shortest pallet in buffer 1": of those in buffer 1.

    "The nearest and the farthest pallet from the shelf" are so to the same shelf.
    """
    match first, second:
        case q.Ranked(Such(), q.DistanceTo(Unsaid())), q.Ranked(of_, q.DistanceTo() as key):
            return replace(first, of=of_, key=key)
        case q.Ranked(Such()), q.Ranked(of_) if not isinstance(of_, Such):
            return replace(first, of=of_)
    return first


def where(selection: q.Selection, *conditions: q.Condition | None) -> q.Selection:
    """A selection narrowed by what else the question says of it; under a superlative, if any."""
    given = [c for c in conditions if c is not None]
    if OTHER_THAN_IT in q.parts_of(selection):  # "how many other pallets are near pallet 9"
        other = q.Not(q.Among(_other_than(selection, [], given)))
        selection = q.changed(selection, lambda v: other if v == OTHER_THAN_IT else v)
    excepted = [part for condition in given for part in q.parts_of(condition)]
    if any(isinstance(part, q.Not) and isinstance(part.condition, q.Among) for part in excepted):
        selection = _without_open_other(selection)
    if isinstance(selection, q.Ranked) and given:
        if isinstance(selection.key, q.DistanceTo):  # "nearest to the AGV but the one it carries"
            given = [referring_to(c, selection.key.target) for c in given]
        return replace(selection, of=of(selection.of, *given))
    return of(selection, *given)


def _without_open_other(selection: q.Selection) -> q.Selection:
    """ "Which other pallets are there besides pallet 8": the exception says other than what."""
    if isinstance(selection, q.Where):
        condition = selection.condition
        kept = condition.conditions if isinstance(condition, q.All) else (condition,)
        kept = tuple(c for c in kept if c != OTHER_THAN_IT)
        return q.Where(selection.of, q.all_of(*kept)) if kept else selection.of
    return selection
