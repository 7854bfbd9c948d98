# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Selections of objects, numbers that rank them, conditions that narrow them, and quantities.

They nest in one another: the pallets that are taller than the pallets are on average.
"""

from __future__ import annotations

from dataclasses import dataclass

from .words import Comparison, Dimension, Extreme, LoadState, Mode, Side


@dataclass(frozen=True)
class Ids:
    """Certain regions, by id. ``label`` is their class, or "region" where they differ."""

    ids: tuple[int, ...]
    label: str = "region"


@dataclass(frozen=True)
class OfClass:
    """All objects of a class in view."""

    label: str


@dataclass(frozen=True)
class Everything:
    """All objects in view, of any class."""


@dataclass(frozen=True)
class Camera:
    """The camera itself: "me", "you", "the robot" where no region is meant."""


@dataclass(frozen=True)
class Union:
    """The objects of several selections together: "pallet 9 and the transporter"."""

    members: tuple[Selection, ...]


@dataclass(frozen=True)
class Where:
    """The objects of a selection for which a condition holds."""

    of: Selection
    condition: Condition


@dataclass(frozen=True)
class Ranked:
    """The objects at one end of a ranking: "the second nearest", "the three tallest".

    Args:
        of: the candidates.
        key: what they are ranked by.
        extreme: which end.
        rank: 1 for the first from that end.
        take: how many; more than one only from the first on.

    Raises:
        ValueError: for a middle by anything but the column, and for a rank beside several taken.
    """

    of: Selection
    key: Key
    extreme: Extreme
    rank: int = 1
    take: int = 1

    def __post_init__(self) -> None:
        if self.extreme is Extreme.MIDDLE and not isinstance(self.key, Column):
            raise ValueError(f"only a row of objects has a middle one, found {self.key}")
        if self.rank < 1 or self.take < 1 or (self.take > 1 and self.rank > 1):
            raise ValueError(
                f"expected a rank or a number of objects, found {self.rank}, {self.take}"
            )


@dataclass(frozen=True)
class Exactly:
    """Objects that are said to be so many: "the two pallets in buffer 2", "the only one".

    Args:
        of: objects of a class, or of any, for which a condition holds.
        number: how many there must be.

    Raises:
        ValueError: for a selection or a number of another kind.
    """

    of: Where
    number: int

    def __post_init__(self) -> None:
        if not isinstance(self.of, Where) or not isinstance(self.of.of, OfClass | Everything):
            raise ValueError("only objects that a condition narrows are said to be so many")
        if self.number < 1:
            raise ValueError(f"objects are one or more, found {self.number}")


Selection = Ids | OfClass | Everything | Camera | Union | Where | Ranked | Exactly


# -- keys: a number of each object ---------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    """Position in the image from left to right; decided by the masks alone."""


@dataclass(frozen=True)
class DistanceTo:
    """Distance to one object, metres."""

    target: Selection


@dataclass(frozen=True)
class SizeOf:
    """A size of the object itself, metres (volume for ``SIZE``)."""

    dimension: Dimension


@dataclass(frozen=True)
class Holding:
    """How many objects of a selection are inside it, or on it."""

    content: Selection


@dataclass(frozen=True)
class Bearing:
    """How far beside the camera's viewing direction an object is, to either side, degrees."""


Key = Column | DistanceTo | SizeOf | Holding | Bearing


# -- conditions ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class State:
    """Empty, loaded, carried by something, or on the floor."""

    state: LoadState


@dataclass(frozen=True)
class Inside:
    """Stands in one of the places."""

    place: Selection


@dataclass(frozen=True)
class OnTop:
    """Is carried by one of the selected objects."""

    carrier: Selection


@dataclass(frozen=True)
class Beside:
    """Lies on a side of one other object."""

    side: Side
    of: Selection


@dataclass(frozen=True)
class NextTo:
    """Has little room between itself and the other object."""

    of: Selection


@dataclass(frozen=True)
class Compared:
    """A number of the object compared with another one.

    Args:
        key: of the object.
        comparison: with the value.
        value: a number (metres, a count), an object whose own number counts, a quantity ("taller
            than the pallets are on average"), or another number of the same object ("closer to
            shelf 3 than to shelf 4").
    """

    key: Key
    comparison: Comparison
    value: float | Selection | Quantity | Key


@dataclass(frozen=True)
class Between:
    """Lies between two objects."""

    first: Selection
    second: Selection


@dataclass(frozen=True)
class Among:
    """Is one of the selected objects; negated, the exception: "except pallet 3"."""

    selection: Selection


@dataclass(frozen=True)
class Not:
    """The condition does not hold."""

    condition: Condition


@dataclass(frozen=True)
class All:
    """Every one of the conditions holds. At least two, none of them an ``All``."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class AnyOf:
    """At least one of the conditions holds. At least two, none of them an ``AnyOf``."""

    conditions: tuple[Condition, ...]


Condition = (
    State | Inside | OnTop | Beside | NextTo | Compared | Between | Among | Not | All | AnyOf
)


# -- quantities ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Distance:
    """From one object to another, metres."""

    first: Selection
    second: Selection
    mode: Mode = Mode.CENTER


@dataclass(frozen=True)
class Size:
    """A size of one object, metres."""

    of: Selection
    dimension: Dimension


@dataclass(frozen=True)
class Count:
    """How many objects a selection holds."""

    of: Selection


@dataclass(frozen=True)
class Total:
    """A number of each object of a selection, added up."""

    of: Selection
    key: Key


@dataclass(frozen=True)
class Mean:
    """A number of each object of a selection, on average."""

    of: Selection
    key: Key


@dataclass(frozen=True)
class Route:
    """The way along several stops in order, straight from centre to centre, metres."""

    stops: tuple[Selection, ...]


@dataclass(frozen=True)
class Difference:
    """How much more the first number is than the second; ``absolute``, how far they are apart."""

    first: Quantity
    second: Quantity
    absolute: bool = False


@dataclass(frozen=True)
class Ratio:
    """How many times the second number the first is."""

    first: Quantity
    second: Quantity


Quantity = Distance | Size | Count | Total | Mean | Route | Difference | Ratio
