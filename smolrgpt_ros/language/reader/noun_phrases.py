# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What meanings of the grammar call to name objects: ids, modifiers of a noun, pronouns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from .. import question as q
from .parser import Mismatch
from .references import (
    OTHER_THAN_IT,
    Counted,
    It,
    Such,
    alike,
    class_of,
    counted_class,
    one_by_one,
    references_of,
    referring_to,
    under_what_it_holds,
)
from .superlatives import Ordinal, Rank, Unsaid, last, toward, whole, with_target


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


def ids(label: str, *numbers: object) -> q.Ids:
    """Regions by number; the class is checked when the question is resolved."""
    flat: list[int] = []
    for number in numbers:
        flat += [whole(n) for n in (number if isinstance(number, tuple) else (number,))]
    return q.Ids(tuple(dict.fromkeys(flat)), label)


def masks(label: str, *placeholders: object) -> q.Ids:
    """Placeholders of a question, as ids below zero: the first is -1."""
    found = ids(label, *placeholders)
    return q.Ids(tuple(-1 - i for i in found.ids), label)


def of(base: q.Selection, *groups: object) -> q.Selection:
    """A selection with its modifiers: conditions narrow it, then a superlative ranks it."""
    modifiers: list[Modifier] = list(_flat(groups))
    ranks = [m for m in modifiers if isinstance(m, Rank)]
    ordinals = [m.rank for m in modifiers if isinstance(m, Ordinal)]
    takes = [m.number for m in modifiers if isinstance(m, Take)]
    targets = [m.selection for m in modifiers if isinstance(m, Target)]
    conditions = [
        m for m in modifiers if not isinstance(m, Rank | Ordinal | Take | Target | Last | Other)
    ]
    named = list(dict.fromkeys(references_of(conditions)))
    if len(named) == 1 and class_of(named[0]) != class_of(base):
        # "pallets within 3 m of the transporter except the one it carries"
        carried_by_it: q.Condition = q.Not(q.OnTop(It()))  # type: ignore[arg-type]
        carried = q.Not(q.OnTop(named[0]))
        conditions = [carried if c == carried_by_it else c for c in one_by_one(conditions)]
    if Other() in modifiers and not any(
        isinstance(c, q.Not) and isinstance(c.condition, q.Among) for c in one_by_one(conditions)
    ):
        conditions.append(q.Not(q.Among(_other_than(base, ranks, conditions))))
    result = base
    for condition in conditions:
        result = q.where(result, under_what_it_holds(_fitting(condition, base), base))
    if len(ranks) > 1 or len(ordinals) > 1 or len(takes) > 1 or len(targets) > 1:
        raise Mismatch("two superlatives choose from the same objects; ask with one")
    if not ranks:
        if ordinals or takes or targets or Last() in modifiers:
            raise Mismatch("a number or a reference stands without the superlative it belongs to")
        return result
    rank = last(ranks[0]) if Last() in modifiers else ranks[0]
    if rank.end == "from" and not (ordinals or takes or Last() in modifiers):
        raise Mismatch("from the left counts: say which one, as in the second from the left")
    if rank.end == "two":
        if not isinstance(result, q.OfClass):
            raise Mismatch("a comparative chooses one of two")
        result = counted_class(result.label, 2)
    if rank.extreme is q.Extreme.MIDDLE and isinstance(base, q.Ids) and len(base.ids) == 1:
        raise Mismatch("the middle of one object is its centre, no object among others")
    label = class_of(base)
    if label and Such() in q.parts_of(rank.key):  # "the pallet closest to the one on the AGV"
        rank = replace(rank, key=alike(rank.key, base))
    match rank.key:
        case q.DistanceTo(It()) if len(named) == 1:  # "right of pallet 9 and nearest to it"
            rank = replace(rank, key=q.DistanceTo(named[0]))
        case q.DistanceTo(target) if Other() not in modifiers and not isinstance(target, Unsaid):
            result = referring_to(result, target)
    if targets:
        rank = toward(rank, targets[0])
        if Other() not in modifiers:  # "the closest pallet to the shelf that is not on it"
            result = referring_to(result, targets[0])
    elif len(named) == 1:
        rank = with_target(rank, named[0])
    place = ordinals[0] if ordinals else rank.rank
    return q.Ranked(result, rank.key, rank.extreme, place, takes[0] if takes else rank.take)


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
    for part in condition.conditions if isinstance(condition, q.All) else (condition,):
        match part:
            case q.Not(q.Among(other)) | q.Compared(_, _, other) if label:
                if Such() in q.parts_of(other):
                    condition = _replaced(condition, other, alike(other, base))
    return condition


def _replaced(condition: Any, old: object, new: object) -> q.Condition:
    found: q.Condition = q.changed(condition, lambda v: new if v == old else v)
    return found


def _other_than(base: q.Selection, ranks: list[Rank], conditions: list[q.Condition]) -> q.Selection:
    """What "other" sets apart: in "the other pallet nearest to pallet 9" that pallet."""
    targets = [rank.key.target for rank in ranks if isinstance(rank.key, q.DistanceTo)]
    named = dict.fromkeys((*targets, *references_of(conditions)))
    alike_ = [t for t in named if isinstance(t, q.Ids) and t.label == class_of(base)]
    return alike_[0] if len(alike_) == 1 else It()  # type: ignore[return-value]


def others() -> Other:
    """ "The others": objects of the class that is named elsewhere, without those."""
    return Other()


def near_and(rank: Rank, target: q.Selection | None, condition: q.Condition) -> tuple[object, ...]:
    """ "That is closest to buffer 3 but not in it"."""
    return toward(rank, target), condition


def several_of(base: q.Selection, *groups: object) -> q.Selection:
    """A plural with its modifiers.

    Raises:
        Mismatch: for "the pallets nearest to the shelf", which leaves open how many.
    """
    result = of(base, *groups)
    behind = groups[-1] if isinstance(groups[-1], tuple) else ()
    if isinstance(result, q.Ranked) and result.take == 1 and any(_is_near(m) for m in behind):
        raise Mismatch("say how many of the nearest ones are meant, or sort them by distance")
    return result


def _is_near(modifier: object) -> bool:
    return isinstance(modifier, Rank) and isinstance(modifier.key, q.DistanceTo)


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


def ranked(selection: q.Selection, *modifiers: object) -> q.Selection:
    """A selection ranked by a superlative of another phrase: "which of the pallets is tallest"."""
    return of(selection, *modifiers)


def together(first: q.Selection, *others: object) -> q.Selection:
    """ "pallet 9 and the transporter".

    Raises:
        Mismatch: if one of them is named twice.
    """
    flat: list[q.Selection] = [first]
    for other in others:
        if isinstance(other, tuple):
            flat += other
        elif other is not None:
            flat.append(other)  # type: ignore[arg-type]
    named = [name for selection in flat for name in _parts(selection)]
    if len(set(named)) < len(named):
        raise Mismatch("the question names one thing twice")
    return q.union(*flat)


def _parts(selection: q.Selection) -> list[q.Selection]:
    return list(selection.members) if isinstance(selection, q.Union) else [selection]


def choices(first: q.Selection, *others: object) -> q.Selection:
    """Objects to choose from.

    Raises:
        Mismatch: if all are one class, and for "pallet 4 excluded", which is none to choose.
    """
    result = together(first, *others)
    for part in _parts(result):
        if isinstance(part, q.Where) and isinstance(part.condition, q.Not):
            if isinstance(part.condition.condition, q.Among):
                raise Mismatch("what is left out is no alternative")
    if isinstance(result, q.OfClass | q.Everything):
        raise Mismatch("the alternatives are the same")
    return result


def of_class(label: str | None, default: str) -> q.Selection:
    """The class that a phrase names, if it names one."""
    return q.OfClass(label or default)


def canonical_rank(
    of_: q.Selection,
    rank: Rank,
    ordinal: Ordinal | None = None,
    number: int | None = None,
    target: q.Selection | None = None,
) -> q.Selection:
    """ "The second closest of (pallets that are empty) to transporter 10"."""
    return of(of_, toward(rank, target), ordinal, taken(number))


def taken(number: int | None) -> Take | None:
    """ "three" of "the three tallest"."""
    return None if number is None else Take(number)


def placed_at(selection: q.Selection, ordinal: Ordinal) -> q.Selection:
    """ "the third of the pallets from the left".

    Raises:
        Mismatch: if the objects stand in no order.
    """
    if not isinstance(selection, q.Ranked) or selection.rank != 1 or selection.take != 1:
        raise Mismatch("a number needs an order, as from the left, to name one of several objects")
    return replace(selection, rank=ordinal.rank)


def ranked_only(selection: q.Selection) -> q.Selection:
    """A phrase that must have a superlative."""
    if not isinstance(selection, q.Ranked):
        raise Mismatch("the objects are in no order")
    return selection


def chosen(selection: q.Selection | None, label: str, number: float) -> q.Selection:
    """Objects to choose from: those named, or "the two shelves"."""
    return counted_class(label, number) if selection is None else selection


def nearest(selection: q.Selection, target: q.Selection) -> q.Ranked:
    """ "Which pallet can transporter 4 reach first": the nearest to it."""
    return q.Ranked(selection, q.DistanceTo(target), q.Extreme.LEAST)


def several(selection: q.Selection) -> q.Selection:
    """ "pallets 2 and 3", to choose from.

    Raises:
        Mismatch: for one object.
    """
    if isinstance(selection, q.Exactly) or (
        isinstance(selection, Counted) and selection.number > 1
    ):
        return selection
    if not isinstance(selection, q.Ids) or len(selection.ids) < 2:
        raise Mismatch("one object leaves nothing to choose from")
    return selection


def single(selection: q.Selection) -> q.Selection:
    """ "Which buffer holds the tallest pallet": certain objects.

    Raises:
        Mismatch: for a class, which leaves open which object of it is meant.
    """
    if isinstance(selection, q.OfClass | q.Everything | Counted):
        raise Mismatch("the class alone names no certain object")
    return selection


def no_mere_class(selection: q.Selection) -> q.Selection:
    """A phrase alone that asks which object it is.

    Raises:
        Mismatch: for a class alone.
    """
    if isinstance(selection, q.OfClass | q.Everything):
        raise Mismatch("the question names a class and asks nothing of it")
    return selection


def not_class(selection: q.Selection) -> q.Selection:
    """A phrase of several objects that is more than a class.

    Raises:
        Mismatch: for a class alone, which :func:`every` reads.
    """
    if isinstance(selection, q.OfClass):
        raise Mismatch("the class alone is read as all objects of it")
    return selection
