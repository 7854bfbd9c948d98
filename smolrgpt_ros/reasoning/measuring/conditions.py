# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Probability that a condition holds for an object."""

from __future__ import annotations

from collections.abc import Iterable

from smolrgpt_ros.language.question import (
    All,
    Among,
    AnyOf,
    Beside,
    Between,
    Compared,
    Comparison,
    Condition,
    DistanceTo,
    Inside,
    Key,
    LoadState,
    NextTo,
    Not,
    OfClass,
    OnTop,
    Quantity,
    Selection,
    SizeOf,
    State,
)

from .containment import carried, inside, loaded, on_vehicle, rests_on
from .context import Context, SameObjectError, check_units
from .floor_objects import End, region_of
from .numbers import IMPOSSIBLE, CannotMeasure, Number, chance_compared, chance_of_any
from .quantities import unit_of


def chance_of(condition: Condition, end: End, context: Context) -> float:
    """Probability that a condition holds for a region's object or the camera.

    Conjunctions multiply; a disjunction is the negation of one. Where a condition may refer to
    several objects, it holds for any of them: an object is in one place at most ("in a buffer"), so
    that these chances add up; of others ("next to a pallet") see ``numbers.chance_of_any``.

    Raises:
        CannotMeasure: where depth cannot decide.
        QueryError: where the condition refers to what is not there.
        SameObjectError: where the condition relates the object to itself.
    """
    match condition:
        case Not(inner):
            return 1.0 - context.chance(inner, end)
        case All(conditions):
            return _product(conditions, end, context, negated=False)
        case AnyOf(conditions):
            return 1.0 - _product(conditions, end, context, negated=True)
        case Among(selection):
            return _belongs(selection, end, context)
        case Compared():
            return _compared(condition, end, context)
        case Beside(side, of):
            other = context.one(of)
            _distinct(end, other, context)
            return context.objects.beside(side, end, other)
        case Between(first, second):
            ends = context.one(first), context.one(second)
            for other in ends:
                _distinct(end, other, context)
            return context.objects.between(end, *ends)
        case NextTo(of):
            context.objects.require_scale()
            return chance_of_any(
                context.objects.next_to(end, other) for other in _others(of, end, context)
            )
        case Inside(place):
            return _inside(place, region_of(end), context)
        case OnTop(carrier):
            return _on_top(carrier, region_of(end), context)
        case State(state):
            return _state(state, region_of(end), context)


def _state(state: LoadState, region_id: int, context: Context) -> float:
    match state:
        case LoadState.LOADED:
            return loaded(context.objects, region_id)
        case LoadState.EMPTY:
            return 1.0 - loaded(context.objects, region_id)
        case LoadState.CARRIED:
            return carried(context.objects, region_id)
        case LoadState.ON_FLOOR:
            return 1.0 - carried(context.objects, region_id)


def _inside(place: Selection, thing: int, context: Context) -> float:
    places = context.members(place)
    for i in places:
        if not context.objects.is_floor_region(i):
            raise CannotMeasure(
                f"what is inside {context.objects.name(i)} cannot be measured, "
                "only what stands in a floor region"
            )
    return min(1.0, sum(inside(context.objects, thing, i) for i in places))


def _on_top(carrier: Selection, thing: int, context: Context) -> float:
    carriers = context.members(carrier)
    if carrier == OfClass("transporter") and context.objects.label(thing) == "pallet":
        # Also where the vehicle is hidden and no region of its own.
        return on_vehicle(context.objects, thing)
    return min(1.0, sum(rests_on(context.objects, thing, i) for i in carriers))


def _compared(condition: Compared, end: End, context: Context) -> float:
    key, comparison, value = condition.key, condition.comparison, condition.value
    if isinstance(value, (int, float)):
        if isinstance(key, (DistanceTo, SizeOf)):
            context.objects.require_scale()
        return chance_compared(context.number(key, end), comparison, Number(float(value)))
    if isinstance(value, Quantity):
        return _compared_with_amount(key, end, comparison, value, context)
    if isinstance(value, Key):
        return chance_compared(context.number(key, end), comparison, context.number(value, end))

    def number(of: End) -> Number:
        if isinstance(key, SizeOf):
            return context.objects.compared_size(region_of(of), key.dimension)
        return context.number(key, of)

    chance = 1.0
    for other in _others(value, end, context):
        chance *= chance_compared(number(end), comparison, number(other))
    return chance


def _compared_with_amount(
    key: Key, end: End, comparison: Comparison, value: Quantity, context: Context
) -> float:
    amount = context.amount(value)
    check_units(unit_of(key, (region_of(end),), context), amount.unit)
    return chance_compared(context.number(key, end), comparison, amount.number)


def _belongs(selection: Selection, end: End, context: Context) -> float:
    selected = context.select(selection)
    if end is None:
        return float(selected.camera)
    if end in selected.unknown:
        raise CannotMeasure(selected.unknown[end])
    return selected.chances.get(end, 0.0)


def _product(conditions: Iterable[Condition], end: End, context: Context, negated: bool) -> float:
    """Probability that all conditions (negated: none) hold.

    What cannot be measured does not matter where another condition decides already.
    """
    chance, answered = 1.0, False
    hidden: CannotMeasure | None = None
    itself: SameObjectError | None = None
    for condition in conditions:
        try:
            part = context.chance(condition, end)
        except CannotMeasure as error:
            hidden = error
            continue
        except SameObjectError as error:
            if not negated:
                raise
            itself = error
            continue
        answered = True
        chance *= 1.0 - part if negated else part
    if hidden is not None and chance >= IMPOSSIBLE:
        raise hidden
    if itself is not None and not answered:
        raise itself
    return chance


def _others(selection: Selection, end: End, context: Context) -> tuple[End, ...]:
    """The ends that a selection names, without the object itself."""
    selected = context.select(selection)
    ends: tuple[End, ...] = (None,) if selected.camera else ()
    if selected.camera and not selected.chances:
        others = tuple(other for other in ends if other != end)
    else:
        others = tuple(o for o in (*context.members(selection), *ends) if o != end)
    if not others and (end in selected.ids or (end is None and selected.camera)):
        raise SameObjectError
    return others


def _distinct(end: End, other: End, context: Context) -> None:
    if end == other:
        raise SameObjectError(f"{context.objects.name(end)} would be related to itself")
