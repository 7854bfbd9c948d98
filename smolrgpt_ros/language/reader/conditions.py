# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What meanings of the grammar call to say what is true or false of one object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .. import question as q
from .joining import any_of, unless
from .noun_phrases import together
from .parser import Mismatch
from .references import ON_FLOOR, OTHER_THAN_IT, Excepted, It, LeftOut, Such, class_of
from .superlatives import Rank, Unsaid, with_target

_AHEAD_DEG = 10.0
_ON_TOP_OF = ("pallet", "transporter", "shelf")


@dataclass(frozen=True)
class Amount:
    """ "at least three"."""

    comparison: q.Comparison
    number: float


def ahead() -> q.Condition:
    """Straight ahead: about where the camera looks, to the left or to the right."""
    return q.Compared(q.Bearing(), q.Comparison.LESS, _AHEAD_DEG)


def straight_ahead(selection: q.Selection) -> q.Selection:
    """ "Which pallet is straight ahead": of those that are, the one least to a side."""
    return q.Ranked(q.where(selection, ahead()), q.Bearing(), q.Extreme.LEAST)


def first_ahead() -> q.Selection:
    """ "The first thing I would bump into, straight ahead": the nearest of what is there."""
    return q.Ranked(q.where(q.Everything(), ahead()), q.DistanceTo(q.Camera()), q.Extreme.LEAST)


def or_unsaid(target: q.Selection | None) -> q.Selection:
    """What a distance is from, where the phrase may leave it out."""
    return Unsaid() if target is None else target  # type: ignore[return-value]


def equally(comparison: q.Comparison | None) -> q.Comparison:
    """ "As tall as", "at least as tall as"."""
    return comparison or q.Comparison.EQUAL


def within(target: q.Selection, metres: float) -> q.Condition:
    """Nearer to the target than that."""
    return q.Compared(q.DistanceTo(target), q.Comparison.LESS, float(metres))


def distant(target: q.Selection, comparison: q.Comparison, other: q.Selection) -> q.Condition:
    """ "Farther from the shelf than the nearest pallet": the nearest to the shelf."""
    said: Any = with_target(other, target)
    return q.Compared(q.DistanceTo(target), comparison, said)


def beyond(target: q.Selection, metres: float) -> q.Condition:
    """Farther from the target than that."""
    return q.Compared(q.DistanceTo(target), q.Comparison.MORE, float(metres))


def sized(dimension: q.Dimension, more: bool, other: q.Selection | float) -> q.Condition:
    """Taller, wider, smaller than a length or than another object."""
    comparison = q.Comparison.MORE if more else q.Comparison.LESS
    return q.Compared(q.SizeOf(dimension), comparison, other)


def nearer_than_to(
    first: q.Selection, comparison: q.Comparison, second: q.Selection
) -> q.Condition:
    """ "Closer to shelf 3 than to shelf 4", "than to any other shelf": than shelf 3.

    Raises:
        Mismatch: for "farther from shelf 3 than from any other": a distance to several is that to
            the nearest of them.
    """
    other: q.Condition = q.Not(q.Among(first))
    said = q.changed(second, lambda v: other if v == OTHER_THAN_IT else v)
    several = isinstance(said, q.Where) and isinstance(said.of, q.OfClass)
    if several and comparison is q.Comparison.MORE:
        raise Mismatch("farther than from several is open; ask which one is the farthest")
    return q.Compared(q.DistanceTo(first), comparison, q.DistanceTo(said))


def own_sizes(one: q.Dimension, comparison: q.Comparison, other: q.Dimension) -> q.Condition:
    """ "Wider than tall": two sizes of the same object.

    Raises:
        Mismatch: for one size that is compared with itself.
    """
    if one is other:
        raise Mismatch("one size is compared with itself")
    return q.Compared(q.SizeOf(one), comparison, q.SizeOf(other))


def excepting(selection: q.Selection) -> q.Condition:
    """Any but the selected ones."""
    if isinstance(selection, q.Where) and isinstance(selection.of, q.Everything):
        return Excepted(selection.condition)
    named = It() not in q.parts_of(selection)
    return q.negated(LeftOut(selection) if named else q.Among(selection))


def place_shared(places: q.Selection, thing: q.Selection) -> q.Condition:
    """ "In the same buffer as pallet 8": in one that holds it, and another object."""
    place = q.where(places, holding(Amount(q.Comparison.AT_LEAST, 1.0), thing))
    return q.all_of(q.Inside(place), excepting(thing))


def sharing(label: str, number: float, places: str) -> q.Condition:
    """ "The two pallets in the same buffer": in one that holds so many."""
    held = holding(Amount(q.Comparison.AT_LEAST, float(number)), q.OfClass(label))
    return q.Inside(q.Where(q.OfClass(places), held))


def alone_in(place: q.Selection) -> q.Condition:
    """ "Alone in a buffer": in one that holds nothing else."""
    return q.Inside(q.where(place, holding(Amount(q.Comparison.EQUAL, 1.0), q.Everything())))


def held_by(place: q.Selection) -> q.Condition:
    """What "holds" or "has" says of the thing held: inside a place, on top of an object."""
    return q.OnTop(place) if class_of(place) in _ON_TOP_OF else q.Inside(place)


def load_of(carrier: q.Selection) -> q.Selection:
    """ "The transporter's load": what it carries.

    Raises:
        Mismatch: for a pallet, whose goods are no objects of their own, and for a place.
    """
    base = carrier.of if isinstance(carrier, q.Where | q.Ranked) else carrier
    label = base.label if isinstance(base, q.Ids | q.OfClass) else ""
    if label in ("pallet", *ON_FLOOR):
        raise Mismatch("only what carries pallets has a load that is an object of its own")
    return q.where(q.Everything(), q.OnTop(carrier))


def counted_in(label: str, place: q.Selection | None) -> q.Selection:
    """All objects of a class, or those in a place."""
    objects = q.OfClass(label)
    return objects if place is None else q.where(objects, inside_only(place))


def inside_only(place: q.Selection) -> q.Condition:
    """ "the pallets of buffer 3".

    Raises:
        Mismatch: if it is no place to stand in.
    """
    condition = held_by(place)
    if not isinstance(condition, q.Inside):
        raise Mismatch("only a place has objects of its own")
    return condition


def on(place: q.Selection) -> q.Condition:
    """ "On": on top of an object; a buffer is marked on the floor, what is on it is in it."""
    base = place.of if isinstance(place, q.Where | q.Ranked) else place
    if isinstance(place, q.Ranked) and q.Column() == place.key and Such() in q.parts_of(base):
        raise Mismatch("on the left is where an object stands, nothing that it stands on")
    if isinstance(base, q.Where | q.Ranked):
        return _same_kind(on(base), place)
    marked = isinstance(base, q.Ids | q.OfClass) and base.label in ON_FLOOR
    return q.Inside(place) if marked else q.OnTop(place)


def in_places(*places: object) -> q.Condition:
    """ "in buffer 3 or buffer 5"."""
    return q.Inside(together(*places))  # type: ignore[arg-type]


def none_of(first: q.Condition, others: tuple[q.Condition, ...]) -> q.Condition:
    """ "neither in a buffer nor on a transporter"."""
    return q.all_of(*(unless(c) for c in (first, *others)))


def in_neither(first: q.Selection, others: tuple[q.Selection, ...]) -> q.Condition:
    """ "neither in buffer 3 nor buffer 5"."""
    return q.all_of(*(q.negated(q.Inside(place)) for place in (first, *others)))


def bounds(one: float, other: float) -> tuple[float, float]:
    """ "Between 80 and 100 cm": the shorter length first, whichever is said first."""
    return min(float(one), float(other)), max(float(one), float(other))


def from_until(key: q.Key, bounds: tuple[float, float]) -> q.Condition:
    """ "Between 80 and 100 cm high", both ends included."""
    least, most = bounds
    return q.all_of(
        q.Compared(key, q.Comparison.AT_LEAST, least),
        q.Compared(key, q.Comparison.AT_MOST, most),
    )


def none_among(first: q.Selection, others: tuple[q.Selection, ...]) -> q.Condition:
    """ "neither pallets nor shelves"."""
    return q.all_of(*(excepting(selection) for selection in (first, *others)))


def with_all(condition: q.Condition, targets: tuple[q.Selection, ...]) -> q.Condition:
    """ "within 3 m of both pallet 4 and pallet 7": the condition with each for its reference."""
    return q.all_of(*(referring(condition, target) for target in targets))


def with_any(
    condition: q.Condition, first: q.Selection, others: tuple[q.Selection, ...]
) -> q.Condition:
    """ "within 3 m of pallet 4 or pallet 7"."""
    return any_of(*(referring(condition, target) for target in (first, *others)))


def with_any_of(condition: q.Condition, several: q.Ids) -> q.Condition:
    """ "taller than pallets 7 or 9"."""
    first, *others = (q.Ids((i,), several.label) for i in several.ids)
    return with_any(condition, first, tuple(others))


def taking_up(condition: q.Condition, before: q.Condition) -> q.Condition:
    """ "More pallets left of shelf 3 than right of it": right of the shelf."""
    match before:
        case q.Beside(_, target) | q.NextTo(target) | q.Inside(target):
            return referring(condition, target)
    return condition


def referring(condition: Any, target: q.Selection) -> q.Condition:
    """A condition whose pronoun stands for the target."""
    found: q.Condition = q.changed(condition, lambda v: target if isinstance(v, It) else v)
    return found


def _same_kind(condition: q.Condition, place: q.Selection) -> q.Condition:
    return q.OnTop(place) if isinstance(condition, q.OnTop) else q.Inside(place)


def amount(comparison: q.Comparison, number: float) -> Amount:
    """ "at least three"."""
    return Amount(comparison, float(number))


def holding_none(first: q.Selection, others: tuple[q.Selection, ...]) -> q.Condition:
    """ "With neither pallets nor transporters"."""
    none = Amount(q.Comparison.EQUAL, 0.0)
    return q.all_of(*(holding(none, content) for content in (first, *others)))


def or_one(some: Amount | None = None) -> Amount:
    """ "In which a pallet stands": at least one."""
    return some or Amount(q.Comparison.AT_LEAST, 1.0)


def holding(some: Amount, content: q.Selection) -> q.Condition:
    """ "with at least three pallets"."""
    return q.Compared(q.Holding(content), some.comparison, some.number)


def holding_these(content: q.Selection) -> q.Condition:
    """ "Which buffer contains pallets 8 and 9": both of them."""
    parts = content.members if isinstance(content, q.Union) else (content,)
    several = [len(part.ids) if isinstance(part, q.Ids) else 1 for part in parts]
    held = [
        holding(amount(q.Comparison.AT_LEAST, number), part)
        for part, number in zip(parts, several, strict=True)
    ]
    return q.all_of(*held)


def holding_rank(content: q.Selection, most: bool) -> Rank:
    """ "with the most pallets".

    Raises:
        Mismatch: for "the most pallets except buffer 2": the exception is to the buffers.
    """
    match content:
        case q.Where(q.OfClass(label), q.Not(q.Among(q.Ids(_, other)))) if other != label:
            raise Mismatch("what is left out is none of what is counted")
        case q.Where(q.OfClass(), q.Not(q.Inside(q.Ids()))):
            raise Mismatch("what is left out is none of what is counted")
    return Rank(q.Holding(content), q.Extreme.MOST if most else q.Extreme.LEAST)


def certain(selection: q.Selection) -> q.Selection:
    """What a number of one object is compared with.

    Raises:
        Mismatch: for "any other transporter", which are all others.
    """
    if OTHER_THAN_IT in q.parts_of(selection):
        raise Mismatch("a number is compared with that of one other object")
    return selection
