# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What meanings of the grammar call to ask for areas, volumes and how high things reach."""

from __future__ import annotations

from .. import question as q
from .parser import Mismatch
from .quantities import aggregate, each, sizes
from .references import ON_FLOOR, class_of

_SIZE = q.Dimension.SIZE


def area(selection: q.Selection, unit: q.Unit | None = None) -> q.HowMuch | q.Each:
    """The area of a place on the floor; the unit is the one whose square is written."""
    return sizes(_place(selection), _SIZE, unit)


def each_area(selection: q.Selection, unit: q.Unit | None = None) -> q.Each:
    """The area of each place."""
    return each(_place(selection), q.SizeOf(_SIZE), unit)


def area_of_all(kind: str, selection: q.Selection, unit: q.Unit | None = None) -> q.HowMuch:
    """One area of several places: their sum, mean, the largest or the smallest."""
    return aggregate(kind, (_place(selection), q.SizeOf(_SIZE)), unit)


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
    """ "How high does the shelf reach": its height, where it stands on the floor.

    Raises:
        Mismatch: for what may ride on something.
    """
    if class_of(selection) not in ("shelf", "transporter", "person"):
        raise Mismatch("it is open whether what it stands on counts; ask for its height", True)
    return sizes(selection, q.Dimension.HEIGHT, unit)


def raised(unit: q.Unit, number: float, power: int) -> q.Unit:
    """ "m2", "m^3": the unit of length.

    Raises:
        Mismatch: for another power.
    """
    if number != power:
        raise Mismatch("areas are written in squares of a unit, volumes in cubes")
    return unit


def _place(selection: q.Selection) -> q.Selection:
    if class_of(selection) not in ON_FLOOR:
        raise Mismatch(
            "the area is measured of places on the floor only; ask for length and width", True
        )
    return selection


def _object(selection: q.Selection) -> q.Selection:
    if class_of(selection) in ("", *ON_FLOOR):
        raise Mismatch("the volume is measured of objects of a class, not of places", True)
    return selection
