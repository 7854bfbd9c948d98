# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Probability that a proposition is true of the scene."""

from __future__ import annotations

import math

from smolrgpt_ros.language.question import (
    Compares,
    Exists,
    Holds,
    Proposition,
    Same,
    SamePlace,
    Selection,
)
from smolrgpt_ros.scene.status import QueryError, Status

from .containment import rests_on
from .context import Context, SameObjectError, Selected, check_units
from .floor_objects import End
from .numbers import CannotMeasure, Number, chance_compared, chance_of_any
from .wording import noun


def truth_of(proposition: Proposition, context: Context) -> tuple[float, tuple[int, ...]]:
    """Probability that a proposition holds, and the regions that it is about.

    That something exists is as sure as that one of the candidates belongs: of a ranking one at most
    does, so that their chances add up; of others see ``numbers.chance_of_any``. It may be true
    though no candidate is probable enough to be listed. What holds for all objects multiplies.

    Raises:
        CannotMeasure: where depth cannot decide.
        QueryError: where the proposition refers to what is not there.
    """
    match proposition:
        case Exists(selection):
            return _exists(selection, context)
        case Holds(subject, condition):
            ends = _subjects(subject, context)
            try:
                chance = math.prod(context.chance(condition, end) for end in ends)
            except SameObjectError:
                raise QueryError(
                    Status.BAD_QUESTION, "an object would be compared with itself"
                ) from None
            return chance, tuple(end for end in ends if end is not None)
        case Compares(first, comparison, second):
            one = context.amount(first)
            if isinstance(second, (int, float)):
                if one.unit not in ("count", "ratio"):
                    context.objects.require_scale()
                return chance_compared(one.number, comparison, Number(second)), one.region_ids
            two = context.amount(second)
            check_units(one.unit, two.unit)
            return chance_compared(one.number, comparison, two.number), one.regions_with(two)
        case Same(first, second):
            return _same(first, second, context)
        case SamePlace(subject, places):
            return _same_place(subject, places, context)


def _exists(selection: Selection, context: Context) -> tuple[float, tuple[int, ...]]:
    selected = context.select(selection)
    if selected.camera:
        return 1.0, selected.ids
    chances = selected.chances.values()
    chance = min(1.0, sum(chances)) if selected.one_at_most else chance_of_any(chances)
    if chance < 0.5:
        for reason in selected.unknown.values():
            raise CannotMeasure(reason)
    return chance, selected.ids


def _subjects(subject: Selection, context: Context) -> tuple[End, ...]:
    selected = context.select(subject)
    if selected.camera and not selected.chances:
        return (None,)
    ids = context.members(subject)
    if not ids:
        raise QueryError(Status.UNKNOWN_REGION, f"no {noun(subject, 1)} is there to ask about")
    return ids


def _same(first: Selection, second: Selection, context: Context) -> tuple[float, tuple[int, ...]]:
    one, two = context.select(first), context.select(second)
    for selected, selection in ((one, first), (two, second)):
        for reason in selected.unknown.values():
            raise CannotMeasure(reason)
        if not selected.ids and not selected.camera:
            raise QueryError(Status.UNKNOWN_REGION, f"no {noun(selection, 1)} fits")
    ids = tuple(dict.fromkeys(one.ids + two.ids))
    if one.camera or two.camera:
        return float(one.camera == two.camera and one.ids == two.ids), ids
    for given, other in ((one, two), (two, one)):
        if len(given.ids) == len(other.ids) == 1 and _certain(given):
            return other.chances.get(given.ids[0], 0.0), ids
    candidates = {*one.chances, *two.chances}
    pairs = [(one.chances.get(i, 0.0), two.chances.get(i, 0.0)) for i in candidates]
    return math.prod(p * q + (1.0 - p) * (1.0 - q) for p, q in pairs), ids


def _certain(selected: Selected) -> bool:
    return selected.certainty == 1.0


def _same_place(
    subject: Selection, places: Selection, context: Context
) -> tuple[float, tuple[int, ...]]:
    things, areas = context.members(subject), context.members(places)
    if len(things) < 2:
        raise QueryError(
            Status.UNKNOWN_REGION,
            f"two {noun(subject, 2)} or more are needed for one place, found {len(things)}",
        )
    together = {
        area: math.prod(rests_on(context.objects, thing, area) for thing in things)
        for area in areas
    }
    best = max(together, key=together.__getitem__, default=None)
    if best is None:
        raise QueryError(Status.UNKNOWN_REGION, f"no {noun(places, 1)} is in view")
    chance = min(1.0, sum(together.values()))  # they are in one of them at most
    return chance, (*things, best) if chance >= 0.5 else things
