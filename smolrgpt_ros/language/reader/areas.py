# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What meanings of the grammar call to ask for areas, volumes and how high things reach."""

from __future__ import annotations

from .. import question as q
from .differences import difference
from .parser import Mismatch
from .quantities import aggregate, each, sizes
from .references import ON_FLOOR, It, class_of

_SIZE = q.Dimension.SIZE


def area(
    selection: q.Selection, word: str | None = None, unit: q.Unit | None = None
) -> q.HowMuch | q.Each:
    """The area of a place on the floor, or the footprint of an object.

    Args:
        selection: one or several.
        word: ``"footprint"``, which objects have too, or ``"area"``.
        unit: the one whose square is written.
    """
    return sizes(selection, _area(selection, word), unit)


def each_area(selection: q.Selection, word: str, unit: q.Unit | None = None) -> q.Each:
    """The area, or the footprint, of each."""
    return each(selection, q.SizeOf(_area(selection, word)), unit)


def area_of_all(
    kind: str, selection: q.Selection, word: str, unit: q.Unit | None = None
) -> q.HowMuch:
    """One area of several places or objects: their sum, mean, the largest or the smallest."""
    return aggregate(kind, (selection, q.SizeOf(_area(selection, word))), unit)


def left_over(place: q.Selection, things: q.Selection, unit: q.Unit | None = None) -> q.HowMuch:
    """What of a place's area is not covered by the footprints of some objects.

    Raises:
        Mismatch: for what is no place.
    """
    if class_of(place) not in ON_FLOOR:
        raise Mismatch("only places on the floor have an area that can be left over")
    covered: q.Selection = q.changed(things, lambda v: place if isinstance(v, It) else v)
    footprints = q.Total(covered, q.SizeOf(q.Dimension.FOOTPRINT))
    return difference(q.Size(place, _SIZE), footprints, unit)


def volume(selection: q.Selection, unit: q.Unit | None = None) -> q.HowMuch | q.Each:
    """The volume of an object; the unit is the one whose cube is written."""
    return sizes(_object(selection), _SIZE, unit)


def each_volume(selection: q.Selection, unit: q.Unit | None = None) -> q.Each:
    """The volume of each object."""
    return each(_object(selection), q.SizeOf(_SIZE), unit)


def volume_of_all(kind: str, selection: q.Selection, unit: q.Unit | None = None) -> q.HowMuch:
    """One volume of several objects: their sum, mean, the largest or the smallest."""
    return aggregate(kind, (_object(selection), q.SizeOf(_SIZE)), unit)


def reach(selection: q.Selection, unit: q.Unit | None = None) -> q.HowMuch | q.Each:
    """ "How high does the shelf reach": its height where it stands on the floor, else its top."""
    if class_of(selection) in ("shelf", "transporter", "person"):
        return sizes(selection, q.Dimension.HEIGHT, unit)
    return sizes(selection, q.Dimension.TOP, unit)


def raised(unit: q.Unit, number: float, power: int) -> q.Unit:
    """ "m2", "m^3": the unit of length.

    Raises:
        Mismatch: for another power.
    """
    if number != power:
        raise Mismatch("areas are written in squares of a unit, volumes in cubes")
    return unit


def _area(selection: q.Selection, word: str | None) -> q.Dimension:
    if word == "footprint":
        return q.Dimension.FOOTPRINT
    if class_of(selection) in ON_FLOOR:
        return _SIZE
    raise Mismatch(
        "the area is measured of places on the floor only; ask for the footprint of an object",
        True,
    )


def _object(selection: q.Selection) -> q.Selection:
    if class_of(selection) in ("", *ON_FLOOR):
        raise Mismatch("the volume is measured of objects of a class, not of places", True)
    return selection
