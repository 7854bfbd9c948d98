# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Which of the readings that cost the same is meant."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..question import (
    All,
    Among,
    Beside,
    Column,
    Compared,
    Comparison,
    Conditional,
    Distance,
    DistanceTo,
    Each,
    Extreme,
    Holding,
    Holds,
    HowMuch,
    Ids,
    Inside,
    LoadState,
    Mean,
    Not,
    OfClass,
    OnTop,
    Ranked,
    Size,
    SizeOf,
    State,
    Total,
    Where,
    Whether,
    parts_of,
)
from .conditionals import subject_of
from .parser import Reading
from .references import ON_FLOOR, Counted, It, Matrix, Such, That
from .resolution import View

_CARRIED = (State(LoadState.CARRIED), State(LoadState.ON_FLOOR))


def preferred(readings: Sequence[Reading], view: View) -> list[object]:
    """The cheapest readings without those that say what nobody means, if others are left.

    Args:
        readings: at least one, cheapest first.
        view: the regions that may be meant.
    """
    closed = [r for r in readings if not _is_open(r.meaning)] or readings
    best = [r.meaning for r in closed if r.cost == closed[0].cost]
    unlikely: Sequence[Callable[[object, View], bool]] = (
        _leaves_out_nothing,
        _leaves_out_places_twice,
        _names_no_subject,
        _chooses_from_one,
        _relates_to_itself,
        _narrows_nothing,
        _denies_equality,
        _takes_nothing_up,
        _then_takes_nothing_up,
        _tables_one_distance,
        _measures_several_as_one,
    )
    for is_unlikely in unlikely:
        best = [meaning for meaning in best if not is_unlikely(meaning, view)] or best
    return best


def _is_open(meaning: object) -> bool:
    """Whether a pronoun, or a "one", stands for nothing that the question names."""
    parts = parts_of(meaning)
    classes = {part.label for part in parts if isinstance(part, OfClass | Counted)}
    return It() in parts or That() in parts or (Such() in parts and len(classes) != 1)


def _leaves_out_nothing(meaning: object, view: View) -> bool:
    """Whether it leaves out nothing or all: "transporters without pallets".

    "The tallest pallet, disregarding 10" asks which one it is, not whether it is another.
    """
    match meaning:
        case Whether(Holds(_, Not(Among()))):
            return True
    for part in parts_of(meaning):
        if isinstance(part, Where) and isinstance(part.of, OfClass):
            for other in parts_of(part.condition):
                match other:
                    case Not(Among(OfClass())):  # of another class nothing, of its own all
                        return True
    return False


def _leaves_out_places_twice(meaning: object, view: View) -> bool:
    """Whether "in buffers except buffer 2" is in one and not in that one: it says the same."""
    for part in parts_of(meaning):
        if isinstance(part, All):
            for other in part.conditions:
                match other:
                    case Not(Inside(Ids(_, label))) if Inside(OfClass(label)) in part.conditions:
                        return True
    return False


def _denies_equality(meaning: object, view: View) -> bool:
    """Whether "not as tall as" would mean taller as well."""
    return any(
        isinstance(part, Not)
        and isinstance(part.condition, Compared)
        and part.condition.comparison is Comparison.EQUAL
        for part in parts_of(meaning)
    )


def _takes_nothing_up(meaning: object, view: View) -> bool:
    """Whether a question behind a condition is not about what the condition is about."""
    if not isinstance(meaning, Conditional):
        return False
    subject = subject_of(meaning.condition)
    return any(subject not in parts_of(part) for part in (meaning.then, meaning.otherwise))


def _then_takes_nothing_up(meaning: object, view: View) -> bool:
    """Whether the question right behind a condition is not about what the condition is about.

    "If pallet 9 is loaded, how far is it from shelf 12, else how far is pallet 4 from shelf 12".
    """
    return isinstance(meaning, Conditional) and subject_of(meaning.condition) not in parts_of(
        meaning.then
    )


def _tables_one_distance(meaning: object, view: View) -> bool:
    """Whether "the distances between the shelves" is a table of two, which have one distance."""
    for part in parts_of(meaning):
        if isinstance(part, Matrix) and part.rows == part.columns:
            if isinstance(part.rows, OfClass) and len(view.ids_of(part.rows.label)) == 2:
                return True
    return False


def _measures_several_as_one(meaning: object, view: View) -> bool:
    """Whether one number is asked of "the pallets", which have one each."""
    match meaning:
        case HowMuch(Distance(OfClass(label)) | Distance(_, OfClass(label))):
            return len(view.ids_of(label)) > 1
        case HowMuch(Mean(_, DistanceTo(OfClass(label))) | Total(_, DistanceTo(OfClass(label)))):
            return len(view.ids_of(label)) > 1
        case HowMuch(Size(Where(OfClass(label)) | OfClass(label))):
            return len(view.ids_of(label)) > 1
    return False


def _narrows_nothing(meaning: object, view: View) -> bool:
    """Whether it narrows a class of which one object is in view, or says of a place that it rides.

    "The pallets in the buffer that are nearer than 5 m": with one buffer, the pallets are.
    """
    for part in parts_of(meaning):
        match part:
            case Where(OfClass(label)) if len(view.ids_of(label)) == 1:
                return True
            case Where(OfClass(label), condition) if label in ON_FLOOR:
                if any(isinstance(p, OnTop | SizeOf) or p in _CARRIED for p in parts_of(condition)):
                    return True
            case Where(OfClass(label), Inside(Ids(_, again) | OfClass(again))) if label == again:
                return True
            case OnTop(Ids(_, label) | OfClass(label)) if label in ON_FLOOR:
                return True
    return False


def _chooses_from_one(meaning: object, view: View) -> bool:
    """Whether it ranks one object: "the pallets in the buffer nearest to me" are in that buffer.

    "The middle of the shelf" is its centre, where one is in view.
    """
    for part in parts_of(meaning):
        match part:
            case Ranked(Ranked(take=1)) | Ranked(Ids((_,)), Column()):
                return True
            case Ranked(OfClass(label), extreme=Extreme.MIDDLE) if len(view.ids_of(label)) == 1:
                return True
    return False


def _relates_to_itself(meaning: object, view: View) -> bool:
    """Whether an object is beside itself, as in "pallet 8, is it left or right of it", or in it."""
    match meaning:
        case Each(OfClass(label), Holding(OfClass(again))):
            return label == again
        case Whether(Holds(subject, condition)):
            return any(isinstance(p, Beside) and p.of == subject for p in parts_of(condition))
    return False


def _names_no_subject(meaning: object, view: View) -> bool:
    """Whether yes or no is asked of "the pallet" where there are several."""
    match meaning:
        case Whether(Holds(OfClass(label), _)):
            return len(view.ids_of(label)) > 1
    return False
