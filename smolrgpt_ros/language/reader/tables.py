# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What meanings of the grammar call to ask for several numbers of each object."""

from __future__ import annotations

from .. import question as q
from .parser import Mismatch
from .quantities import each, or_camera
from .superlatives import Unsaid


def tabled(
    selection: q.Selection,
    first: q.Key,
    others: tuple[q.Key, ...],
    unit: q.Unit | None = None,
) -> q.Table:
    """Several numbers of each object: "a table with height and distance of each pallet".

    Raises:
        Mismatch: for numbers of several units.
    """
    keys = tuple(dict.fromkeys((first, *others)))
    if len(keys) == 1:
        raise Mismatch("the columns of the table are the same")
    if len({_unit_of(key) for key in keys}) > 1:
        raise Mismatch("the numbers of a table have one unit; ask for each of them", True)
    return q.Table(selection, keys, unit or q.Unit.METRE)


def several_objects(selection: q.Selection) -> q.Selection:
    """Objects that have a number each.

    Raises:
        Mismatch: for one object, whose sizes are its dimensions.
    """
    if isinstance(selection, q.Ids) and len(selection.ids) == 1:
        raise Mismatch("one object has no table")
    if isinstance(selection, q.Ranked) and selection.take == 1:
        raise Mismatch("one object has no table")
    return selection


def sized_or_far(dimension: q.Dimension | None, target: q.Selection | None) -> tuple[q.Key, ...]:
    """The second column of "how tall and how wide", "how tall and how far from the shelf"."""
    if dimension is None:
        return (q.DistanceTo(or_camera(target)),)
    if target is not None:
        raise Mismatch("only a distance is from something")
    return (q.SizeOf(dimension),)


def with_own_distance(selection: q.Selection) -> q.Each:
    """ "The two closest pallets to the shelf and their distances".

    Raises:
        Mismatch: unless a distance chooses them.
    """
    match selection:
        case q.Ranked(_, q.DistanceTo(Unsaid()), take=take) if take > 1:
            return each(selection, q.DistanceTo(q.Camera()))
        case q.Ranked(_, q.DistanceTo() as key, take=take) if take > 1:
            return each(selection, key)
    raise Mismatch("it is open what the distances are measured from")


def _unit_of(key: q.Key) -> str:
    match key:
        case q.SizeOf(q.Dimension.SIZE):
            return "m3"
        case q.SizeOf(q.Dimension.FOOTPRINT):
            return "m2"
        case q.DistanceTo() | q.SizeOf():
            return "m"
    return type(key).__name__
