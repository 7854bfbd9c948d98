"""What a question asks: one typed, recursive value that everything else works from.

Four families, each a union of frozen values, nest in one another:

* a *selection* names objects: "pallet 9", "the pallets left of the shelf", "the camera";
* a *condition* is true or false of one object: "empty", "inside buffer 3", "taller than pallet 4";
* a *quantity* is a number: a distance, a size, a count, a difference of two;
* a *proposition* is true or false of the scene.

A :data:`Question` asks for one of these. Objects are named by region id. ``english.py`` writes a
question as the canonical English sentence, which the reader reads back as the same value.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

# -- words ----------------------------------------------------------------------------------


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
    """Unit in which a length is written; values are metres whatever it is."""

    METRE = "m"
    CENTIMETRE = "cm"
    MILLIMETRE = "mm"
    FOOT = "ft"
    INCH = "in"


# -- selections -----------------------------------------------------------------------------


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


Selection = Ids | OfClass | Everything | Camera | Union | Where | Ranked


# -- keys: a number of each object ----------------------------------------------------------


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


Key = Column | DistanceTo | SizeOf | Holding


# -- conditions -----------------------------------------------------------------------------


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
    """A number of the object compared with a number (metres, a count), or with another object's."""

    key: Key
    comparison: Comparison
    value: float | Selection


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


# -- quantities -----------------------------------------------------------------------------


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
    """How much more the first number is than the second."""

    first: Quantity
    second: Quantity


Quantity = Distance | Size | Count | Total | Mean | Route | Difference


# -- propositions ---------------------------------------------------------------------------


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


# -- questions ------------------------------------------------------------------------------


@dataclass(frozen=True)
class HowMuch:
    """Asks for a number; ``unit`` is the one it is to be written in."""

    quantity: Quantity
    unit: Unit = Unit.METRE


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
    """Asks for a number of each object of a selection."""

    selection: Selection
    key: Key
    unit: Unit = Unit.METRE


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


Question = (
    HowMuch | Which | Listing | Order | Each | Pair | Whether | Relation | Direction | WhereIs
    | Dimensions
)  # fmt: skip


# -- construction ---------------------------------------------------------------------------


def where(of: Selection, condition: Condition) -> Selection:
    """The selection narrowed by one more condition; conditions are kept side by side, in order."""
    if isinstance(of, Where):
        return Where(of.of, all_of(of.condition, condition))
    return Where(of, condition)


def all_of(*conditions: Condition) -> Condition:
    """All of some conditions, flat, each once."""
    flat: dict[Condition, None] = {}
    for condition in conditions:
        parts = condition.conditions if isinstance(condition, All) else (condition,)
        flat |= dict.fromkeys(parts)
    return next(iter(flat)) if len(flat) == 1 else All(tuple(flat))


def union(*selections: Selection) -> Selection:
    """Several selections together, flat, each once; regions of one class become one list of ids."""
    flat: dict[Selection, None] = {}
    for selection in selections:
        members = selection.members if isinstance(selection, Union) else (selection,)
        flat |= dict.fromkeys(members)
    merged: list[Selection] = []
    for member in flat:
        at = next((i for i, m in enumerate(merged) if _same_list(m, member)), None)
        if at is None:
            merged.append(member)
        else:
            kept, more = merged[at], member
            assert isinstance(kept, Ids) and isinstance(more, Ids)
            merged[at] = Ids(tuple(dict.fromkeys(kept.ids + more.ids)), kept.label)
    return merged[0] if len(merged) == 1 else Union(tuple(merged))


def _same_list(a: Selection, b: Selection) -> bool:
    return isinstance(a, Ids) and isinstance(b, Ids) and a.label == b.label
