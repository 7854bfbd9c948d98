# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What meanings of the grammar call to compare two numbers: which is more, and by how much."""

from __future__ import annotations

from dataclasses import replace

from .. import question as q
from .differences import difference
from .ends import ends
from .modifiers import where
from .parser import Mismatch
from .propositions import compared
from .quantities import aggregate, distance_of, in_unit, length, size, span
from .references import ON_FLOOR, alike, class_of, other_than

_LESS = (q.Comparison.LESS, q.Comparison.AT_MOST)
_MORE = (q.Comparison.MORE, q.Comparison.AT_LEAST)
_COMPARED = {
    q.RelationKind.TALLER_SHORTER: q.Dimension.HEIGHT,
    q.RelationKind.WIDER_THINNER: q.Dimension.WIDTH,
}


def amount_of(question: q.Question) -> q.Quantity:
    """The number that a question asks for.

    Raises:
        Mismatch: if it asks for several, or for none.
    """
    if not isinstance(question, q.HowMuch):
        raise Mismatch("one number is compared with another one")
    return question.quantity


def spanned(
    ends: tuple[q.Selection, q.Selection], mode: q.Mode | None, manner: q.Mode | None
) -> q.Quantity:
    """ "The distance between pallets 3 and 7 along the floor" as a noun."""
    return amount_of(span(ends, mode, manner))


def like(model: q.Quantity, other: q.Selection) -> q.Quantity:
    """ "That of pallet 7": the number of another object.

    Raises:
        Mismatch: for a number that is not that of one object.
    """
    match model:
        case q.Size(of, dimension):
            return size(alike(other, of), dimension)
        case q.Distance(first, second, mode):
            return q.Distance(alike(other, first), second, mode)
        case q.Mean(_, key) | q.Total(_, key):
            return replace(model, of=other, key=key)
    raise Mismatch("it is open which number of the other one is meant")


def like_span(model: q.Quantity, ends: tuple[q.Selection, q.Selection]) -> q.Quantity:
    """ "That between pallets 7 and 9".

    Raises:
        Mismatch: unless the first number is a distance.
    """
    if not isinstance(model, q.Distance):
        raise Mismatch("only a distance is between two objects")
    return distance_of(ends, model.mode)


def other_amount(
    model: q.Quantity,
    given: q.Quantity | None,
    ends: tuple[q.Selection, q.Selection] | None,
) -> q.Quantity:
    """What a number is compared with: another one, or "that between ..."."""
    if given is not None:
        return given
    assert ends is not None
    return like_span(model, ends)


def same_or(model: q.Quantity, given: q.Quantity | None, of: q.Selection | None) -> q.Quantity:
    """What a number is compared with: another one, or "that of ..."."""
    if given is not None:
        return given
    assert of is not None
    return like(model, of)


def sized_as(dimension: q.Dimension, selection: q.Selection | None) -> q.Quantity | None:
    """The size of what an average is compared with, where it is an object."""
    return None if selection is None else size(selection, dimension)


def compared_to(
    first: q.Quantity, comparison: q.Comparison, metres: float | None, second: q.Quantity | None
) -> q.Whether:
    """Is a number more than a length, or than another number?"""
    value = second if metres is None else metres
    assert value is not None
    return compared(first, comparison, value)


def apart_from(others: q.Selection, model: q.Selection) -> q.Selection:
    """ "... than the others": without those that the question names first."""
    found: q.Selection = other_than(alike(others, model), model)
    return found


# -- which of two ---------------------------------------------------------------------------


def greater(comparison: q.Comparison, first: q.Quantity, second: q.Quantity) -> q.HowMuch:
    """ "Which is bigger, the height of A or the width of B": how much more the first is says it."""
    if comparison in _LESS:
        return difference(second, first)
    return difference(first, second)


def farther_way(comparison: q.Comparison, first: q.Distance, second: q.Distance) -> q.Question:
    """ "Is it farther from A to B or from A to C": which of B and C is farther from A."""
    shared = {first.first, first.second} & {second.first, second.second}
    if len(shared) != 1:
        return greater(comparison, first, second)
    target = shared.pop()
    others = [d.second if d.first == target else d.first for d in (first, second)]
    extreme = q.Extreme.MOST if comparison in _MORE else q.Extreme.LEAST
    return q.Which(q.Ranked(q.union(*others), q.DistanceTo(target), extreme))


def greater_by(
    comparison: q.Comparison,
    first: q.Quantity,
    second: q.Quantity,
    unit: q.Unit | None = None,
) -> q.HowMuch:
    """ "How much longer is the first distance than the second"."""
    if comparison in _LESS:
        first, second = second, first
    return difference(first, second, unit)


def spread(selection: q.Selection, key: q.Key, unit: q.Unit | None = None) -> q.HowMuch:
    """ "The height range of the pallets": the largest less the smallest.

    Raises:
        Mismatch: for numbers that are no sizes.
    """
    if not isinstance(key, q.SizeOf):
        raise Mismatch("only sizes have a largest and a smallest one here")
    tallest, shortest = (
        q.Size(q.Ranked(selection, key, extreme), key.dimension)
        for extreme in (q.Extreme.MOST, q.Extreme.LEAST)
    )
    return difference(tallest, shortest, unit)


def by_how_much(
    question: q.Question, unit: q.Unit | None = None, other_unit: q.Unit | None = None
) -> q.HowMuch:
    """ "Is pallet 9 taller than pallet 4, and by how much": the difference answers both.

    Raises:
        Mismatch: if no two numbers are compared.
    """
    unit = unit or other_unit
    match question:
        case q.Whether(q.Holds(one, q.Compared(key, comparison, other))):
            if isinstance(other, float | int):
                raise Mismatch("it is open which number is compared")
            if isinstance(other, q.Key):
                second = _number(other, one)
            else:
                second = other if isinstance(other, q.Quantity) else _number(key, other)
            return _difference(_number(key, one), comparison, second, unit)
        case q.Whether(q.Compares(first, comparison, second)):
            if isinstance(second, float | int):
                raise Mismatch("a bound is no number of the scene; ask for the number itself")
            return _difference(first, comparison, second, unit)
        case q.Relation(kind, one, other) if kind in _COMPARED:
            sizes = [q.Size(end, _COMPARED[kind]) for end in (one, other)]
            return _difference(sizes[0], q.Comparison.MORE, sizes[1], unit)
        case q.Which(q.Ranked(of, key, rank=1, take=1)):
            one, other = ends(of)
            return _difference(_number(key, one), q.Comparison.MORE, _number(key, other), unit)
    raise Mismatch("no two numbers are compared")


def _difference(
    first: q.Quantity, comparison: q.Comparison, second: q.Quantity, unit: q.Unit | None
) -> q.HowMuch:
    if comparison in _LESS:
        return difference(second, first, unit)
    if comparison in _MORE:
        return difference(first, second, unit)
    raise Mismatch("equal numbers differ by nothing")


def _number(key: q.Key, of: q.Selection) -> q.Quantity:
    match key:
        case q.SizeOf(dimension):
            if dimension is q.Dimension.SIZE:
                raise Mismatch("it is open which size is meant; ask for height, width or length")
            return size(of, dimension)
        case q.DistanceTo(target):
            return q.Distance(of, target)
    raise Mismatch("only lengths differ by a length")


# -- how many times -------------------------------------------------------------------------


def ratio(first: q.Quantity, second: q.Quantity, unit: q.Unit | None = None) -> q.HowMuch:
    """ "How many times taller is the shelf than pallet 4": as many times as tall.

    Raises:
        Mismatch: if the two are one number.
    """
    if first == second:
        raise Mismatch("the two numbers are the same one")
    return length(q.Ratio(first, second), unit)


def stacked(first: q.Selection, second: q.Selection) -> q.Quantity:
    """How high the first would be on top of the second: both heights."""
    both = q.union(first, second)
    return amount_of(aggregate("total", (both, q.SizeOf(q.Dimension.HEIGHT))))


def stacked_all(selection: q.Selection) -> q.Quantity:
    """How high some objects would be one on top of the other.

    Raises:
        Mismatch: for one object.
    """
    if isinstance(selection, q.Ids) and len(selection.ids) == 1:
        raise Mismatch("one object is no stack")
    return amount_of(aggregate("total", (selection, q.SizeOf(q.Dimension.HEIGHT))))


def stack_exceeds(first: q.Selection, second: q.Selection, other: q.Selection | float) -> q.Whether:
    """Would the first, on top of the second, be taller than that?"""
    bound = other if isinstance(other, float | int) else size(other, q.Dimension.HEIGHT)
    return compared(stacked(first, second), q.Comparison.MORE, bound)


def greater_size(
    comparison: q.Comparison, dimension: q.Dimension, first: q.Selection, second: q.Selection
) -> q.Whether:
    """ "Does the shelf have a bigger footprint than pallet 4"."""
    return compared(size(first, dimension), comparison, size(alike(second, first), dimension))


def greater_area(comparison: q.Comparison, first: q.Selection, second: q.Selection) -> q.Whether:
    """ "Does buffer 3 have a bigger area than buffer 5".

    Raises:
        Mismatch: for what is no place.
    """
    if class_of(first) not in ON_FLOOR or class_of(second) not in ON_FLOOR:
        raise Mismatch("only places have one area; ask for the footprint of an object", True)
    return greater_size(comparison, q.Dimension.SIZE, first, second)


def share_of(selection: q.Selection, unit: q.Unit | None = None) -> q.HowMuch:
    """ "What percentage of the pallets stand in a buffer".

    Raises:
        Mismatch: if nothing is said of the share.
    """
    if not isinstance(selection, q.Where):
        raise Mismatch("a share is of objects of which something is true")
    return ratio(q.Count(selection), q.Count(selection.of), unit)


def share_within(
    selection: q.Selection, condition: q.Condition, unit: q.Unit | None = None
) -> q.HowMuch:
    """ "What fraction of the pallets in buffer 3 is loaded"."""
    return ratio(q.Count(where(selection, condition)), q.Count(selection), unit)


def covered(
    place: q.Selection, things: q.Selection | None, unit: q.Unit | None = None
) -> q.HowMuch:
    """ "What share of buffer 3 is covered": footprints of what stands in it over its area.

    Raises:
        Mismatch: for what is no place.
    """
    if class_of(place) not in ON_FLOOR:
        raise Mismatch("only a place on the floor can be covered")
    inside = where(q.Everything() if things is None else things, q.Inside(place))
    footprints = q.Total(inside, q.SizeOf(q.Dimension.FOOTPRINT))
    return ratio(footprints, q.Size(place, q.Dimension.SIZE), unit)


def times(number: float) -> float:
    """ "Twice"."""
    return float(number)


def many_times(comparison: q.Comparison | None, question: q.HowMuch, number: float) -> q.Whether:
    """ "Is the shelf more than twice as tall as pallet 4".

    Raises:
        Mismatch: without a bound, which leaves open whether more is too much.
    """
    if comparison is None:
        raise Mismatch("say at least, more than or less than so many times", True)
    return compared(question.quantity, comparison, number)


def in_given_unit(question: q.HowMuch, unit: q.Unit | None) -> q.HowMuch:
    """A number with the unit behind it, if there is one."""
    if unit is None:
        return question
    found = in_unit(question, unit)
    assert isinstance(found, q.HowMuch)
    return found


def only_stop(stop: q.Selection) -> tuple[q.Selection, ...]:
    """The last stop of a way, said before those on it."""
    return (stop,)
