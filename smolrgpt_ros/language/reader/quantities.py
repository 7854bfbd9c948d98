# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What meanings of the grammar call to ask: for numbers, for objects, for yes or no."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from .. import question as q
from .modifiers import of
from .noun_phrases import choices
from .parser import Mismatch
from .references import Counted, It, alike, other_than
from .superlatives import Rank, Unsaid, extreme_of, with_target


def distance(first: q.Selection, second: q.Selection, mode: q.Mode | None = None) -> q.Distance:
    """Between two ends; "the nearest pallet" at one end, "to it", speaks of the other."""
    first, second = other_than(first, second), other_than(second, first)
    match first, second:
        case q.Ranked(of_, q.DistanceTo(Unsaid())), q.Ranked(again, q.DistanceTo(Unsaid())) if (
            of_ == again and first.extreme is second.extreme
        ):
            raise Mismatch("two closest objects are closest to something, or a pair")
        case q.OfClass(label), q.OfClass(again) if label == again:
            raise Mismatch("both ends of the distance have the same name")
    if all(Unsaid() in q.parts_of(end) for end in (first, second)):
        # "The farther shelf from the nearer one": both are so to the camera.
        return q.Distance(first, second, mode or q.Mode.CENTER)
    return q.Distance(_beside_end(first, second), _beside_end(second, first), mode or q.Mode.CENTER)


def _beside_end(end: Any, other: q.Selection) -> Any:
    """An end whose open references stand for the other one; a pronoun alone stays open."""
    if isinstance(end, It) or isinstance(other, It):
        return with_target(end, other)
    return q.changed(end, lambda part: other if isinstance(part, It | Unsaid) else part)


def span(
    ends_: tuple[q.Selection, q.Selection],
    mode: q.Mode | None = None,
    manner: q.Mode | None = None,
    unit: q.Unit | None = None,
) -> q.HowMuch | q.Each:
    """The distance of two ends, or of one from each of several; how, the noun says or a phrase.

    Raises:
        Mismatch: if both say it, and differently.
    """
    modes = {m for m in (mode, manner) if m is not None and m is not q.Mode.CENTER}
    if len(modes) > 1:
        raise Mismatch("the question names two ways to measure a distance")
    first, second = ends_
    if not modes and _is_list(first) != _is_list(second):
        several, one = (first, second) if _is_list(first) else (second, first)
        return each(several, q.DistanceTo(one), unit)
    return length(distance(first, second, modes.pop() if modes else None), unit)


def _is_list(selection: q.Selection) -> bool:
    if isinstance(selection, Counted):
        return selection.index is None
    return isinstance(selection, q.Union | q.Exactly) or (
        isinstance(selection, q.Ids) and len(selection.ids) > 1
    )


def one_end(end: q.Selection, unit: q.Unit | None = None) -> q.HowMuch:
    """A distance of which one end is named: to the camera, or to what it is nearest to."""
    key = end.key if isinstance(end, q.Ranked) else None
    if isinstance(key, q.DistanceTo) and not isinstance(key.target, Unsaid):
        return length(distance(end, key.target), unit)
    return length(distance(end, q.Camera()), unit)


def length(quantity: q.Quantity, unit: q.Unit | None = None) -> q.HowMuch:
    """A length, in the unit asked for."""
    return q.HowMuch(quantity, unit or q.Unit.METRE)


def size(selection: q.Selection, dimension: q.Dimension) -> q.Size:
    """A size of one object.

    Raises:
        Mismatch: for several, which have one each.
    """
    if _is_list(selection):
        raise Mismatch("several objects have a size each")
    return q.Size(selection, dimension)


def sizes(
    selection: q.Selection, dimension: q.Dimension, unit: q.Unit | None = None
) -> q.HowMuch | q.Each:
    """ "How tall is pallet 7", "how tall are pallets 7 and 9"."""
    if _is_list(selection):
        return each(selection, q.SizeOf(dimension), unit)
    return length(q.Size(selection, dimension), unit)


def distance_of(ends_: tuple[q.Selection, q.Selection], mode: q.Mode) -> q.Distance:
    """The distance of two ends, measured as the noun says."""
    return distance(*ends_, mode)


def distance_of_another(other: q.Selection, target: q.Selection) -> q.Distance:
    """ "Closer to the shelf than pallet 9 is to the transporter".

    Raises:
        Mismatch: for "than they are to the transporter": each would have its own two distances.
    """
    if isinstance(other, It):
        raise Mismatch("two distances are compared of one named object only, not of each", True)
    return distance(other, target)


def route(first: q.Selection, stops: tuple[q.Selection, ...]) -> q.Route:
    """The way along several stops."""
    return q.Route((first, *stops))


def route_by(first: q.Selection, second: q.Selection, further: tuple[q.Selection, ...]) -> q.Route:
    """The way along three stops or more."""
    return route(first, (second, *further))


def route_through(
    first: q.Selection, second: q.Selection, further: tuple[q.Selection, ...], last: q.Selection
) -> q.Route:
    """The way along three stops or more, of which "to" names the last one."""
    return route(first, (second, *further, last))


def numbers(selection: q.Selection, key: q.Key) -> tuple[q.Selection, q.Key]:
    """A number of each: "heights of the pallets", "distances of pallet 8 to the others"."""
    if isinstance(key, q.DistanceTo):
        target = key.target
        return q.changed(selection, lambda v: target if isinstance(v, It) else v), key
    return selection, key


def numbers_between(selection: q.Selection, target: q.Selection) -> tuple[q.Selection, q.Key]:
    """ "The distances between the pallets and the shelf".

    Raises:
        Mismatch: for "between pallets 3, 5 and shelf 7", which may be one list.
    """
    if isinstance(selection, q.Ids) and isinstance(target, q.Ids):
        raise Mismatch("it is open which distances are meant; say from what to what", decisive=True)
    return numbers(selection, q.DistanceTo(target))


def aggregate(
    kind: str, numbers_: tuple[q.Selection, q.Key], unit: q.Unit | None = None
) -> q.HowMuch:
    """One number of several: their ``total``, ``mean``, the ``most`` or the ``least``.

    Raises:
        Mismatch: for an extreme of what is no length.
    """
    selection, key = numbers_
    if kind == "total":
        return length(q.Total(selection, key), unit)
    if kind == "mean":
        return length(q.Mean(selection, key), unit)
    chosen = of(selection, extreme_of(key, kind == "most"))
    match key:
        case q.SizeOf(dimension):
            return length(q.Size(chosen, dimension), unit)
        case q.DistanceTo(target):
            return length(distance(chosen, target), unit)
    raise Mismatch("only lengths have a largest or smallest one that is measured")


def each(selection: q.Selection, key: q.Key, unit: q.Unit | None = None) -> q.Each:
    """A number of each object."""
    return q.Each(selection, key, unit or q.Unit.METRE)


def dimensions(selection: q.Selection, unit: q.Unit | None = None) -> q.Dimensions:
    """Length, width and height."""
    return q.Dimensions(selection, unit or q.Unit.METRE)


def both_sizes(
    selection: q.Selection, first: q.Dimension, second: q.Dimension, unit: q.Unit | None = None
) -> q.Dimensions:
    """ "How wide and how tall": two of the three, which are given together.

    Raises:
        Mismatch: if one is named twice.
    """
    if first is second:
        raise Mismatch("the question names one size twice")
    return dimensions(selection, unit)


def or_camera(target: q.Selection | None) -> q.Selection:
    """What distances are from; the camera, where the question does not say it."""
    return q.Camera() if target is None else target


def in_unit(question: q.Question, unit: q.Unit) -> q.Question:
    """ "In feet, how far is ...".

    Raises:
        Mismatch: if the question has no unit, or names another.
    """
    counts = isinstance(question, q.HowMuch) and isinstance(question.quantity, q.Count)
    if counts or not isinstance(question, q.HowMuch | q.Each | q.Dimensions):
        raise Mismatch("a unit stands before a question that asks for no length")
    if question.unit not in (q.Unit.METRE, unit):
        raise Mismatch("the question names two units")
    return replace(question, unit=unit)


# -- questions about a selection ------------------------------------------------------------


def how_many(selection: q.Selection) -> q.HowMuch:
    """Asks for a count.

    Raises:
        Mismatch: for one superlative object, whose count nobody asks for.
    """
    if isinstance(selection, q.Ranked) and selection.take == 1:
        raise Mismatch("a superlative names one object; there is nothing to count")
    return q.HowMuch(q.Count(selection))


def number_of(selection: q.Selection) -> q.Count:
    """A count as a noun.

    Raises:
        Mismatch: for one object, whose number may be its id.
    """
    if isinstance(selection, q.Ranked) and selection.take == 1:
        raise Mismatch("the number of one object may be its id: ask which one it is")
    if isinstance(selection, q.Ids) and len(selection.ids) == 1:
        raise Mismatch("the number of one object may be its id, which the question names")
    return q.Count(selection)


def listing(selection: q.Selection) -> q.Question:
    """Asks which they are; of one superlative object, which one it is."""
    if isinstance(selection, q.Ranked) and selection.take == 1:
        return q.Which(selection)
    return q.Listing(selection)


def exists(selection: q.Selection) -> q.Whether:
    """Asks whether there is one.

    Raises:
        Mismatch: for a superlative, which is there wherever another object is.
    """
    if isinstance(selection, q.Ranked):
        raise Mismatch("it is open whether one must be there that is closer, taller than a bound")
    return q.Whether(q.Exists(selection))


def asked(ask: str, selection: q.Selection) -> q.Question:
    """Asks one of these things of a selection: ``count``, ``list``, ``which``, ``any``."""
    asks: dict[str, Callable[[q.Selection], q.Question]] = {
        "count": how_many,
        "list": q.Listing,
        "which": listing,
        "any": exists,
    }
    return asks[ask](selection)


def named_choices(label: str, first: q.Selection, second: q.Selection) -> q.Selection:
    """ "Which pallet is taller, the carried one or the one in the buffer"."""
    return choices(alike(first, q.OfClass(label)), alike(second, q.OfClass(label)))


def sorted_by(selection: q.Selection, rank: Rank, descending: bool = False) -> q.Order:
    """Sorts by what a superlative ranks by: "nearest first".

    Raises:
        Mismatch: for one superlative object: the superlative belongs to the order.
    """
    members = selection.members if isinstance(selection, q.Union) else (selection,)
    if any(isinstance(member, q.Ranked) and member.take == 1 for member in members):
        raise Mismatch("a superlative names one object; there is nothing to sort")
    if isinstance(rank.key, q.DistanceTo):
        selection = other_than(selection, rank.key.target)
    return q.Order(selection, rank.key, (rank.extreme is q.Extreme.MOST) != descending)
