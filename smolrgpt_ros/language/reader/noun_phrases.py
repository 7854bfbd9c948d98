# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What meanings of the grammar call to name objects: ids, classes, several of them, one of them."""

from __future__ import annotations

from dataclasses import replace

from .. import question as q
from .modifiers import Other, Take, before_its_noun, of
from .parser import Mismatch
from .references import Counted, Such, alike, class_of, counted_class, is_exception, one_by_one
from .superlatives import Ordinal, Rank, toward, whole


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


def named_twice(rank: Rank, label: str, number: int) -> q.Selection:
    """ "The leftmost pallet [Region 3]": nothing says that it is the leftmost.

    Raises:
        Mismatch: always.
    """
    raise Mismatch(f"name {label} {number} by its number or by its place, not by both", True)


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


def ranked(selection: q.Selection, *modifiers: object) -> q.Selection:
    """A selection ranked by a superlative of another phrase: "which of the pallets is tallest"."""
    return of(selection, *modifiers)


def together(first: q.Selection, *others: object) -> q.Selection:
    """ "pallet 9 and the transporter".

    Raises:
        Mismatch: if one of them is named twice, as in "the pallets and pallet 3", and for "pallets
            except the tallest and the shortest", where both are left out.
    """
    flat: list[q.Selection] = [first]
    for other in others:
        if isinstance(other, tuple):
            flat += other
        elif other is not None:
            flat.append(other)  # type: ignore[arg-type]
    flat[0] = before_its_noun(flat[0], flat[-1])
    for at, member in enumerate(flat):
        if _leaves_out(member) and any(_is_alike(other, member) for other in flat[at + 1 :]):
            raise Mismatch('"and" behind an exception goes on with what is left out')
    named = [name for selection in flat for name in _parts(selection)]
    classes = {part.label for part in named if isinstance(part, q.OfClass)}
    again = any(isinstance(part, q.Ids) and part.label in classes for part in named)
    if len(set(named)) < len(named) or again:
        raise Mismatch("the question names one thing twice")
    return q.union(*flat)


def _leaves_out(selection: q.Selection) -> bool:
    """Whether a phrase ends with an exception: "the pallets except the tallest"."""
    match selection:
        case q.Where(of_, condition):
            return any(map(is_exception, one_by_one([condition]))) or _leaves_out(of_)
        case q.Ranked(of_):
            return _leaves_out(of_)
    return False


def _is_alike(other: q.Selection, member: q.Selection) -> bool:
    """Whether a phrase may name objects of the class of another one."""
    if isinstance(other, q.Camera):
        return False
    return Such() in q.parts_of(other) or class_of(other) in ("", class_of(member))


def and_those(first: q.Selection, *others: object) -> q.Selection:
    """ "The pallets in buffer 3 and those left of shelf 12": all of them together."""
    return together(first, *(alike(other, first) for other in others))


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
