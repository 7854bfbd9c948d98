# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What meanings of the grammar call for words that refer: it, one, the other, the robot, both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .. import question as q
from .parser import Mismatch
from .superlatives import whole

ON_FLOOR = ("buffer",)
"""Classes of places: marked on the floor, without a height."""

CARRIERS = ("pallet", "transporter")
PERSON = "person"
"""Classes of what holds things on top of it, and nothing inside."""


@dataclass(frozen=True)
class It:
    """A pronoun: what it stands for is said elsewhere in the question."""


@dataclass(frozen=True)
class Robot:
    """ "The robot", where no region of that class is in view."""


@dataclass(frozen=True)
class Such:
    """ "One" behind an adjective: an object of the class that the question names elsewhere."""


@dataclass(frozen=True)
class That:
    """ "That pallet": what the sentence before names."""


@dataclass(frozen=True)
class Counted:
    """ "The two shelves": all of a class, which must be so many; or one of them, by its index."""

    label: str
    number: int
    index: int | None = None


@dataclass(frozen=True)
class AllOf:
    """ "all buffers": every one in view, where "the buffer" is the only one."""

    label: str


@dataclass(frozen=True)
class Regions:
    """ "All regions": objects, and the places in view as well."""


@dataclass(frozen=True)
class Who:
    """ "Who": a person, where one is in view; any object, where nobody is."""


@dataclass(frozen=True)
class LeftOut(q.Among):
    """One of those that an exception names: they must be among what is asked about."""


@dataclass(frozen=True)
class Excepted(q.Not):
    """What an exception says of those that it leaves out, denied: "except those that are empty"."""


@dataclass(frozen=True)
class Matrix:
    """A table of the distances of some objects to others, which must be known from the view."""

    rows: q.Selection
    columns: q.Selection


OTHER_THAN_IT: q.Condition = q.Not(q.Among(It()))  # type: ignore[arg-type]


def who() -> q.Selection:
    """Whom "who" asks for."""
    return Who()  # type: ignore[return-value]


def class_of(selection: object) -> str:
    """The label of the objects that a phrase names; empty where it names several or none."""
    match selection:
        case q.Ids(_, label) | q.OfClass(label) | Counted(label) | AllOf(label):
            return "" if label == "region" else label
        case q.Where(of) | q.Ranked(of) | q.Exactly(of):
            return class_of(of)
    return ""


def alike(value: Any, model: q.Selection) -> Any:
    """A part of a question whose "one" and "other one" speak of what another part names.

    "The pallet in the buffer is taller than the one on the transporter", "than the other one".
    """
    label = class_of(model)
    if label:
        if isinstance(model, q.Ranked) and isinstance(model.of, q.Where):
            check_one_of(value)
        if isinstance(model, q.Where):
            check_ones(value, [model.condition])
        value = q.changed(value, lambda v: q.OfClass(label) if isinstance(v, Such) else v)
    return other_than(value, model)


def check_one_of(value: object) -> None:
    """Refuses "the shortest one" behind "the tallest pallet in buffer 1".

    Raises:
        Mismatch: as it may be one of those, or any.
    """
    if any(isinstance(part, q.Ranked) and isinstance(part.of, Such) for part in q.parts_of(value)):
        raise Mismatch('it is open which ones "one" is chosen from; say it of both', True)


def check_ones(value: object, conditions: Sequence[q.Condition]) -> None:
    """Refuses "the loaded ones" behind "the empty pallets in buffer 1".

    Raises:
        Mismatch: as they may be those in the same place, or all.
    """
    if all(isinstance(condition, q.State) for condition in one_by_one(conditions)):
        return
    for part in q.parts_of(value):
        match part:
            case q.Where(Such(), q.State(q.LoadState.EMPTY | q.LoadState.LOADED)):
                raise Mismatch("it is open whether the others are in the same place; say it", True)


def other_than(value: Any, model: q.Selection) -> Any:
    """A part of a question whose "other pallet" or "other one" is other than what another names."""
    label = class_of(model)
    if label:
        the_other_one = q.Where(Such(), OTHER_THAN_IT)  # type: ignore[arg-type]
        another = q.Where(q.OfClass(label), OTHER_THAN_IT)
        value = q.changed(value, lambda v: another if v == the_other_one else v)
    return q.changed(value, lambda v: q.Not(q.Among(model)) if v == OTHER_THAN_IT else v)


def referring_to(value: Any, target: q.Selection) -> Any:
    """ "The pallet nearest to the transporter but the one it carries": it is the transporter."""
    if OTHER_THAN_IT in q.parts_of(value):
        return value
    return q.changed(value, lambda v: target if isinstance(v, It) else v)


def under_what_it_holds(condition: q.Condition, place: q.Selection) -> q.Condition:
    """ "The buffer under pallet 9": the one that holds it, not every one that is lower.

    Raises:
        Mismatch: for "buffers under buffer 2": no place is under another one.
    """
    match condition:
        case q.Beside(q.Side.BELOW, thing) if class_of(place) in ON_FLOOR:
            if class_of(thing) in ON_FLOOR:
                raise Mismatch("no place on the floor is under another one", True)
            return q.Compared(q.Holding(thing), q.Comparison.AT_LEAST, 1.0)
        case Excepted(denied):
            return Excepted(under_what_it_holds(denied, place))
        case q.Not(denied):
            return q.negated(under_what_it_holds(denied, place))
        case q.All(parts):
            return q.all_of(*(under_what_it_holds(part, place) for part in parts))
    return condition


def references_of(conditions: Sequence[q.Condition]) -> list[q.Selection]:
    """What "nearest" is near to in "the nearest pallet behind pallet 4"."""
    found: list[q.Selection] = []
    for part in one_by_one(conditions):
        if isinstance(part, q.Beside | q.NextTo):
            found.append(part.of)
        elif isinstance(part, q.Compared) and isinstance(part.key, q.DistanceTo):
            found.append(part.key.target)
    return found


def one_by_one(conditions: Sequence[q.Condition]) -> list[q.Condition]:
    """Conditions one by one, those that are joined by "and" as well."""
    return [
        part
        for condition in conditions
        for part in (condition.conditions if isinstance(condition, q.All) else (condition,))
    ]


def is_exception(condition: object) -> bool:
    """Whether a condition leaves something out: "except pallet 1", "except those in buffer 3"."""
    match condition:
        case Excepted() | q.Not(LeftOut()):
            return True
    return False


def robot() -> q.Selection:
    """ "The robot": the camera's own, where the question only asks where things are from there."""
    return Robot()  # type: ignore[return-value]


def such() -> q.Selection:
    """ "The leftmost one": of the class that is named elsewhere."""
    return Such()  # type: ignore[return-value]


def that() -> q.Selection:
    """ "That pallet", "that carried object"."""
    return That()  # type: ignore[return-value]


def regions() -> q.Selection:
    """ "All regions"."""
    return Regions()  # type: ignore[return-value]


def matrix(rows: q.Selection, columns: q.Selection | None = None) -> q.Table:
    """ "Distance matrix of the pallets", "of each pallet to each buffer".

    Raises:
        Mismatch: for two objects, which have one distance.
    """
    match rows:
        case q.Ids(ids):
            few = len(ids) < 3
        case q.Union(members):
            few = sum(len(m.ids) if isinstance(m, q.Ids) else 1 for m in members) < 3
        case _:
            few = isinstance(rows, Counted) and rows.number == 2
    if few and columns is None:
        raise Mismatch("two objects have one distance")
    return Matrix(rows, rows if columns is None else columns)  # type: ignore[return-value]


def counted_class(label: str, number: float) -> q.Selection:
    """ "The two shelves".

    Raises:
        Mismatch: for one, which a class in the singular says.
    """
    if whole(number) < 2:
        raise Mismatch("a plural needs more than one object")
    return Counted(label, whole(number))  # type: ignore[return-value]


def only_one(label: str) -> q.Selection:
    """ "The only shelf"."""
    return Counted(label, 1, 0)  # type: ignore[return-value]


def exactly(number: float, selection: q.Selection) -> q.Selection:
    """ "The two pallets in buffer 2", "the only pallet that is in buffer 2"."""
    return q.Exactly(selection, whole(number))  # type: ignore[arg-type]


def counted_one(several: Counted, index: int) -> q.Selection:
    """One of "the two shelves"."""
    return Counted(several.label, several.number, index)  # type: ignore[return-value]


def it() -> q.Selection:
    """What the topic names, where the question leaves it out."""
    return It()  # type: ignore[return-value]


def every(selection: q.Selection) -> q.Selection:
    """ "all buffers", as the subject of yes or no."""
    if isinstance(selection, q.OfClass):
        return AllOf(selection.label)  # type: ignore[return-value]
    return selection


def said_anyway() -> None:
    """ "In view" behind a noun: nothing else is spoken of."""
