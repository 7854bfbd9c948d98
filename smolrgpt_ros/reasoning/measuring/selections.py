# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Which regions a selection selects, with probabilities."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product

from smolrgpt_ros.language.english_words import listed
from smolrgpt_ros.language.question import (
    Camera,
    Column,
    Condition,
    Dimension,
    DistanceTo,
    Everything,
    Exactly,
    Extreme,
    Ids,
    Key,
    OfClass,
    Ranked,
    Selection,
    SizeOf,
    Union,
    Where,
)
from smolrgpt_ros.scene.status import QueryError, Status

from .context import Context, SameObjectError, Selected
from .evaluation import SURE
from .numbers import IMPOSSIBLE, CannotMeasure, Number
from .rankings import slice_chances
from .wording import nothing, noun, phrase, superlative


def resolve(selection: Selection, context: Context) -> Selected:
    """The regions of a selection.

    ``Everything`` are all objects; floor regions are places, and selected by class or id only.

    Raises:
        QueryError: ``UNKNOWN_REGION`` for an id that is not in view, or a rank that nothing has.
        CannotMeasure: where depth cannot decide on a ranking.
    """
    match selection:
        case Camera():
            return Selected((), {}, camera=True)
        case Everything():
            return _given(context.objects.standing())
        case Ids(ids):
            in_view = {region.id for region in context.objects.geometry.regions}
            for region_id in ids:
                if region_id not in in_view:
                    raise QueryError(
                        Status.UNKNOWN_REGION,
                        f"{selection.label} {region_id} is not in view; "
                        f"in view: {listed([str(i) for i in sorted(in_view)])}",
                    )
            return _given(ids)
        case OfClass(label):
            regions = context.objects.geometry.regions
            return _given(tuple(region.id for region in regions if region.label == label))
        case Union(members):
            return _union([context.select(member) for member in members])
        case Where(of, condition):
            return _where(context.select(of), condition, context)
        case Ranked():
            return _ranked(selection, context)
        case Exactly():
            return _exactly(selection, context)


def none_fits(selection: Selection, context: Context) -> QueryError:
    """That nothing is selected, and what may be."""
    doubts = context.select(selection).doubts
    return QueryError(Status.UNKNOWN_REGION, "; ".join((nothing(selection), *doubts)))


def _given(ids: tuple[int, ...]) -> Selected:
    """Regions that belong for certain."""
    return Selected(ids, dict.fromkeys(ids, 1.0))


def _union(parts: Sequence[Selected]) -> Selected:
    chances: dict[int, float] = {}
    for part in parts:
        for region_id, chance in part.chances.items():
            chances[region_id] = max(chance, chances.get(region_id, 0.0))
    return Selected(
        tuple(dict.fromkeys(i for part in parts for i in part.ids)),
        chances,
        math.prod(part.certainty for part in parts),
        any(part.camera for part in parts),
        {i: reason for part in parts for i, reason in part.unknown.items()},
        tuple(dict.fromkeys(doubt for part in parts for doubt in part.doubts)),
    )


def _where(base: Selected, condition: Condition, context: Context) -> Selected:
    chances: dict[int, float] = {}
    unknown = dict(base.unknown)
    for region_id, prior in base.chances.items():
        if prior < IMPOSSIBLE:
            continue
        try:
            chances[region_id] = prior * context.chance(condition, region_id)
        except SameObjectError:
            continue
        except CannotMeasure as error:
            unknown[region_id] = str(error)
    certainty, doubts = 1.0, list(base.doubts)
    for region_id, chance in chances.items():
        certainty *= max(chance, 1.0 - chance)
        if max(chance, 1.0 - chance) < SURE:
            name = context.objects.name(region_id)
            verb = "may not belong" if chance >= 0.5 else "could belong as well"
            share = 1.0 - chance if chance >= 0.5 else chance
            doubts.append(f"{name} {verb} ({share:.2f})")
    ids = tuple(region_id for region_id, chance in chances.items() if chance >= 0.5)
    alone = base.one_at_most
    return Selected(ids, chances, certainty, False, unknown, tuple(doubts), alone)


def _exactly(selection: Exactly, context: Context) -> Selected:
    """The objects that are so many as said; doubts about one of them are doubts about that."""
    ids = context.members(selection.of)
    if len(ids) != selection.number:
        which = f": {listed([str(i) for i in ids])}" if ids else ""
        number = selection.number if selection.number > 1 else "one"
        said = f"{number} {phrase(selection).removeprefix('the ')}"
        raise QueryError(
            Status.UNKNOWN_REGION, f"the question speaks of {said}, found {len(ids)}{which}"
        )
    return context.select(selection.of)


# -- rankings -------------------------------------------------------------------------------


def candidates(selection: Selection, key: Key, context: Context) -> tuple[int, ...]:
    """The members of a selection that a key ranks: by a distance to one object, all others; by the
    place in the picture those that are in view, of which one is."""
    ids = context.members(selection)
    if isinstance(key, Column):
        return _in_picture(ids, context)
    if isinstance(key, DistanceTo):
        target = context.select(key.target)
        if len(target.ids) == 1:
            return tuple(i for i in ids if i not in target.ids)
    return ids


def _in_picture(ids: tuple[int, ...], context: Context) -> tuple[int, ...]:
    """Objects that the picture may show; the doubts name the others."""
    away = [i for i in ids if context.objects.is_out_of_view(i)]
    in_view = tuple(i for i in ids if i not in away)
    if not in_view:
        return ids
    for region_id in away:
        name = context.objects.name(region_id)
        context.doubt(f"{name} is out of view: it has no place in the picture and was left out")
    return in_view


def _ranked(selection: Ranked, context: Context) -> Selected:
    """The slice of a ranking, with the probability of each that it is in the slice."""
    ids = candidates(selection.of, selection.key, context)
    numbers = {i: _ranking_number(selection.key, i, context) for i in ids}
    ordered = _sorted(numbers, selection.extreme)
    chosen = _slice(selection, ordered)
    outside = [i for i in ordered if i not in chosen]
    for inner, outer in product(chosen, outside):
        if numbers[inner].ties_with(numbers[outer]):
            one, other = context.objects.name(inner), context.objects.name(outer)
            raise CannotMeasure(f"{one} and {other} are equal in this")
    start, ranked = ordered.index(chosen[0]), [numbers[i] for i in ordered]
    most = selection.extreme is Extreme.MOST
    certainty, shares = slice_chances(ranked, start, start + len(chosen), most)
    chances = dict(zip(ordered, shares.tolist(), strict=True))
    doubts = []
    if certainty < SURE:
        rival = max(outside, key=chances.__getitem__)
        name, what = context.objects.name(rival), superlative(selection)
        doubts.append(f"{name} could be {what} as well ({chances[rival]:.2f})")
    if selection.extreme is Extreme.MIDDLE and len(ids) % 2 == 0:
        doubts.append(f"{len(ids)} {noun(selection.of, 2)} have two in the middle")
    if len(chosen) < selection.take:
        doubts.append(f"only {len(chosen)} of {selection.take} are there")
    certainty *= _membership_certainty(selection, numbers, chosen, context)
    alone = selection.take == 1
    return Selected(chosen, chances, certainty, doubts=tuple(doubts), one_at_most=alone)


def _slice(selection: Ranked, ordered: Sequence[int]) -> tuple[int, ...]:
    start = selection.rank - 1
    if selection.extreme is Extreme.MIDDLE:
        start = len(ordered) // 2
    chosen = tuple(ordered[start : start + selection.take])
    if chosen:
        return chosen
    if not ordered:
        message = f"no {noun(selection.of, 1)} is there to choose from"
    else:
        what = noun(selection.of, len(ordered))
        message = f"there is no number {selection.rank} among {len(ordered)} {what}"
    raise QueryError(Status.UNKNOWN_REGION, message)


def _sorted(numbers: Mapping[int, Number], extreme: Extreme) -> list[int]:
    return sorted(
        numbers,
        key=lambda i: (numbers[i].value, numbers[i].tie_break),
        reverse=extreme is Extreme.MOST,
    )


def _ranking_number(key: Key, region_id: int, context: Context) -> Number:
    """A number that compares floor regions with other objects."""
    if key == SizeOf(Dimension.SIZE):
        return context.objects.compared_size(region_id, Dimension.SIZE)
    return context.number(key, region_id)


def _membership_certainty(
    selection: Ranked, numbers: Mapping[int, Number], chosen: tuple[int, ...], context: Context
) -> float:
    """How surely the choice stands where it is in doubt which candidates there are.

    Each doubtful candidate alone is taken out or in; where that changes the choice, the
    probability that the candidate is rightly in or out counts.
    """
    certainty = 1.0
    for region_id, chance in context.select(selection.of).chances.items():
        if not IMPOSSIBLE < chance < 1.0 - IMPOSSIBLE:
            continue
        others = {i: number for i, number in numbers.items() if i != region_id}
        try:
            if region_id not in numbers:
                others[region_id] = _ranking_number(selection.key, region_id, context)
            changed = set(_slice(selection, _sorted(others, selection.extreme))) != set(chosen)
        except (CannotMeasure, SameObjectError):
            continue
        except QueryError:
            changed = True
        if changed:
            certainty *= max(chance, 1.0 - chance)
    return certainty
