# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The closed sets of words of the query language: sides, dimensions, comparisons, units."""

from __future__ import annotations

from enum import Enum


class Side(Enum):
    """Where one object is, relative to another: in the image, and along the viewing direction."""

    LEFT = "left of"
    RIGHT = "right of"
    FRONT = "in front of"
    BEHIND = "behind"
    ABOVE = "above"
    BELOW = "below"


class Dimension(Enum):
    """A size of one object. ``SIZE`` is its volume, or the area of a flat region."""

    HEIGHT = "height"
    WIDTH = "width"
    LENGTH = "length"
    SIZE = "size"
    ELEVATION = "height above the floor"
    TOP = "height of the top above the floor"
    FOOTPRINT = "footprint"


class Mode(Enum):
    """How the distance of two objects is measured. ``CENTER`` is 0 inside a floor region."""

    CENTER = "distance"
    HORIZONTAL = "horizontal distance"
    VERTICAL = "vertical distance"
    CLEARANCE = "clearance"


class Extreme(Enum):
    """Which end of a ranking is meant."""

    LEAST = "least"
    MOST = "most"
    MIDDLE = "middle"


class Comparison(Enum):
    """How a number compares with another."""

    LESS = "less than"
    AT_MOST = "at most"
    EQUAL = "equal to"
    AT_LEAST = "at least"
    MORE = "more than"


class LoadState(Enum):
    """What an object carries, or what carries it."""

    EMPTY = "empty"
    LOADED = "loaded"
    CARRIED = "carried"
    ON_FLOOR = "on the floor"


class RelationKind(Enum):
    """Questions for one of two words, as "is A left or right of B?"."""

    LEFT_RIGHT = "left or right of"
    FRONT_BEHIND = "in front of or behind"
    ABOVE_BELOW = "above or below"
    BIGGER_SMALLER = "bigger or smaller than"
    TALLER_SHORTER = "taller or shorter than"
    WIDER_THINNER = "wider or thinner than"


class Unit(Enum):
    """Unit in which a number is written; values are metres and ratios whatever it is."""

    METRE = "m"
    CENTIMETRE = "cm"
    MILLIMETRE = "mm"
    FOOT = "ft"
    YARD = "yd"
    INCH = "in"
    LITRE = "L"
    PERCENT = "%"


#: Metres of each unit of length.
METRES = {
    Unit.METRE: 1.0,
    Unit.CENTIMETRE: 0.01,
    Unit.MILLIMETRE: 0.001,
    Unit.FOOT: 0.3048,
    Unit.YARD: 0.9144,
    Unit.INCH: 0.0254,
}
