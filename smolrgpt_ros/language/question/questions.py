# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Propositions, and the questions that ask for them, for quantities and for objects."""

from __future__ import annotations

from dataclasses import dataclass

from .selections import (
    Condition,
    Key,
    Mean,
    Quantity,
    Ratio,
    Selection,
    Size,
    SizeOf,
    Total,
)
from .words import Comparison, Dimension, Extreme, RelationKind, Unit

# -- propositions --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Exists:
    """The selection holds at least one object."""

    selection: Selection


@dataclass(frozen=True)
class Holds:
    """The condition holds for every object of the subject."""

    subject: Selection
    condition: Condition


@dataclass(frozen=True)
class Compares:
    """One number compares with another, or with a number given (metres, a count)."""

    first: Quantity
    comparison: Comparison
    second: Quantity | float


@dataclass(frozen=True)
class Same:
    """Two selections are the same objects: "is pallet 9 the nearest one to the transporter?"."""

    first: Selection
    second: Selection


@dataclass(frozen=True)
class SamePlace:
    """All objects of the subject stand in one place of a class."""

    subject: Selection
    places: Selection


Proposition = Exists | Holds | Compares | Same | SamePlace


# -- questions -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class HowMuch:
    """Asks for a number; ``unit`` is the one it is to be written in.

    Raises:
        ValueError: for litres of what is no volume, and a per cent of what is no ratio.
    """

    quantity: Quantity
    unit: Unit = Unit.METRE

    def __post_init__(self) -> None:
        match self.quantity:
            case Size(_, dimension) | Total(_, SizeOf(dimension)) | Mean(_, SizeOf(dimension)):
                volume = dimension is Dimension.SIZE
            case _:
                volume = False
        _check_unit(self.unit, volume, isinstance(self.quantity, Ratio))


@dataclass(frozen=True)
class Which:
    """Asks which one object a selection is."""

    selection: Selection


@dataclass(frozen=True)
class Listing:
    """Asks for all objects of a selection."""

    selection: Selection


@dataclass(frozen=True)
class Order:
    """Asks for the objects of a selection sorted by a number of each, least first."""

    selection: Selection
    key: Key
    descending: bool = False


@dataclass(frozen=True)
class Each:
    """Asks for a number of each object of a selection; units as of :class:`HowMuch`."""

    selection: Selection
    key: Key
    unit: Unit = Unit.METRE

    def __post_init__(self) -> None:
        _check_unit(self.unit, self.key == SizeOf(Dimension.SIZE))


@dataclass(frozen=True)
class Table:
    """Asks for several numbers of each object of a selection, two or more, all in one unit."""

    selection: Selection
    keys: tuple[Key, ...]
    unit: Unit = Unit.METRE

    def __post_init__(self) -> None:
        if len(set(self.keys)) < max(len(self.keys), 2):
            raise ValueError("a table has two columns or more, each another one")
        _check_unit(self.unit)


@dataclass(frozen=True)
class Pair:
    """Asks which two objects of a selection are closest together or farthest apart."""

    selection: Selection
    extreme: Extreme


@dataclass(frozen=True)
class Whether:
    """Asks for yes or no."""

    proposition: Proposition


@dataclass(frozen=True)
class Relation:
    """Asks which of two words holds for the first object, relative to the second."""

    kind: RelationKind
    first: Selection
    second: Selection


@dataclass(frozen=True)
class Direction:
    """Asks for the clock hour of an object for a viewer that looks where the camera looks."""

    subject: Selection
    viewer: Selection


@dataclass(frozen=True)
class WhereIs:
    """Asks where an object is: its distance, direction and place."""

    subject: Selection


@dataclass(frozen=True)
class Dimensions:
    """Asks for length, width and height of an object."""

    of: Selection
    unit: Unit = Unit.METRE

    def __post_init__(self) -> None:
        _check_unit(self.unit)


@dataclass(frozen=True)
class ClassOf:
    """Asks for the class of an object."""

    of: Selection


Plain = (
    HowMuch | Which | Listing | Order | Each | Table | Pair | Whether | Relation | Direction
    | WhereIs | Dimensions | ClassOf
)  # fmt: skip


@dataclass(frozen=True)
class Conditional:
    """Asks one question where a proposition is true, and another one where it is not."""

    condition: Proposition
    then: Plain
    otherwise: Plain

    def __post_init__(self) -> None:
        if isinstance(self.then, Conditional) or isinstance(self.otherwise, Conditional):
            raise ValueError("a condition within a condition cannot be asked")


Question = Plain | Conditional


def _check_unit(unit: Unit, volume: bool = False, ratio: bool = False) -> None:
    if unit is Unit.LITRE and not volume:
        raise ValueError("only volumes are given in litres")
    if unit is Unit.PERCENT and not ratio:
        raise ValueError("only a ratio is given in per cent")
