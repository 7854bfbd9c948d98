# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Values of keys and quantities, with standard deviations."""

from __future__ import annotations

from itertools import pairwise

from smolrgpt_ros.language.question import (
    Bearing,
    Column,
    Count,
    Difference,
    Dimension,
    Distance,
    DistanceTo,
    Holding,
    Key,
    Mean,
    Quantity,
    Ratio,
    Route,
    Selection,
    Size,
    SizeOf,
    Total,
)
from smolrgpt_ros.scene.status import QueryError, Status

from .containment import rests_on
from .context import Amount, Context, SameObjectError, check_units
from .floor_objects import End, region_of
from .numbers import CannotMeasure, Number, combined, count_of, quotient
from .selections import candidates
from .wording import noun


def number_of(key: Key, end: End, context: Context) -> Number:
    """A number of an object or, for distances, of the camera.

    The distance to several objects is that to the nearest of them, without the object itself.

    Raises:
        CannotMeasure: where depth cannot decide.
        QueryError: where the key refers to what is not there.
        SameObjectError: for the distance of an object to itself.
    """
    match key:
        case DistanceTo(target):
            return _distance_to(target, end, context)
        case Column():
            return context.objects.column(region_of(end))
        case SizeOf(dimension):
            return context.objects.size(region_of(end), dimension)
        case Bearing():
            return context.objects.bearing(region_of(end))
        case Holding(content):
            holder, selected = region_of(end), context.select(content)
            for reason in selected.unknown.values():
                raise CannotMeasure(reason)
            return count_of(
                chance * rests_on(context.objects, i, holder)
                for i, chance in selected.chances.items()
                if i != holder
            )


def _distance_to(target: Selection, end: End, context: Context) -> Number:
    selected = context.select(target)
    if selected.camera and not selected.chances:
        ends: tuple[End, ...] = (None,)
    elif len(selected.ids) == 1 and not selected.camera:
        ends = (context.one(target),)
    else:
        ends = context.members(target)
        if not ends:
            raise QueryError(Status.UNKNOWN_REGION, f"no {noun(target, 1)} is there to measure to")
    others = [other for other in ends if other != end]
    if not others:
        raise SameObjectError
    numbers = [context.objects.distance(end, other) for other in others]
    return min(numbers, key=lambda number: (number.value, number.tie_break))


def unit_of(key: Key, region_ids: tuple[int, ...], context: Context) -> str:
    """Unit of a key's numbers for some regions; ``""`` for image columns."""
    match key:
        case Column():
            return ""
        case Holding():
            return "count"
        case Bearing():
            return "deg"
        case SizeOf(Dimension.FOOTPRINT):
            return "m2"
        case SizeOf(Dimension.SIZE):
            flat = {context.objects.is_floor_region(i) for i in region_ids}
            if flat == {True, False}:
                raise CannotMeasure("sizes of floor regions are areas, those of objects volumes")
            return "m2" if flat == {True} else "m3"
        case _:
            return "m"


def amount_of(quantity: Quantity, context: Context) -> Amount:
    """The value of a quantity.

    Sums and differences of distances count the error of an object that several of them end at
    once; all other errors are taken as independent.

    Raises:
        CannotMeasure: where depth cannot decide.
        QueryError: where an end is not there, or is several objects.
    """
    match quantity:
        case Distance(first, second, mode):
            ends = context.one(first), context.one(second)
            if ends == (None, None):
                raise QueryError(Status.BAD_QUESTION, "both ends of the distance are the camera")
            if ends[0] == ends[1]:
                raise QueryError(
                    Status.BAD_QUESTION,
                    f"both ends of the distance are {context.objects.name(ends[0])}",
                )
            return Amount(context.objects.distance(*ends, mode), "m", regions_in(ends))
        case Size(of, dimension):
            item, size = region_of(context.one(of)), SizeOf(dimension)
            unit = unit_of(size, (item,), context)
            return Amount(context.number(size, item), unit, (item,))
        case Count(of):
            ids = context.members(of)
            chances = context.select(of).chances.values()
            return Amount(count_of(chances), "count", ids)
        case Total(of, key) | Mean(of, key):
            return _summed(of, key, context, mean=isinstance(quantity, Mean))
        case Route(stops):
            way = [context.one(stop) for stop in stops]
            legs = [context.objects.center_distance(a, b) for a, b in pairwise(way)]
            return Amount(combined(legs, [1.0] * len(legs)), "m", regions_in(way))
        case Difference(first, second, absolute):
            one, two = context.amount(first), context.amount(second)
            check_units(one.unit, two.unit)
            sign = -1.0 if absolute and one.number.value < two.number.value else 1.0
            number = combined((one.number, two.number), (sign, -sign))
            return Amount(number, one.unit, one.regions_with(two))
        case Ratio(first, second):
            return _ratio(context.amount(first), context.amount(second))


def _ratio(one: Amount, two: Amount) -> Amount:
    check_units(one.unit, two.unit, "have a ratio")
    if two.number.value == 0:
        raise CannotMeasure("there is no ratio to a number that is 0")
    return Amount(quotient(one.number, two.number), "ratio", one.regions_with(two))


def _summed(of: Selection, key: Key, context: Context, mean: bool) -> Amount:
    ids = candidates(of, key, context)
    if not ids:
        raise QueryError(Status.UNKNOWN_REGION, f"no {noun(of, 1)} is there to measure")
    numbers = [context.number(key, i) for i in ids]
    weight = 1.0 / len(ids) if mean else 1.0
    return Amount(combined(numbers, [weight] * len(ids)), unit_of(key, ids, context), ids)


def regions_in(ends: tuple[End, ...] | list[End]) -> tuple[int, ...]:
    """The regions among some ends."""
    return tuple(end for end in ends if end is not None)
