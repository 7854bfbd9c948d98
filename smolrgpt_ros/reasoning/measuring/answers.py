# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The measured answers of all kinds of questions, from their evaluated parts."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise

from smolrgpt_ros.language.english_words import listed
from smolrgpt_ros.language.question import (
    ClassOf,
    Column,
    Compared,
    Comparison,
    Count,
    Dimension,
    Dimensions,
    Direction,
    Each,
    Extreme,
    HowMuch,
    Key,
    Listing,
    Order,
    Pair,
    Plain,
    Quantity,
    Ranked,
    Relation,
    RelationKind,
    Selection,
    Side,
    Size,
    Table,
    Unit,
    Where,
    WhereIs,
    Whether,
    Which,
)
from smolrgpt_ros.scene.statistics import chance_positive
from smolrgpt_ros.scene.status import QueryError, Status

from .containment import rests_on
from .context import Context
from .evaluation import SURE, Evaluation
from .floor_objects import End
from .number_wording import written
from .numbers import CannotMeasure, chance_below, chance_compared
from .propositions import truth_of
from .quantities import regions_in, unit_of
from .rankings import order_chance, slice_chances
from .results import found, length, table
from .selections import candidates, none_fits
from .tables import cell_of, columns, each
from .wording import noun

_WORDS = {
    RelationKind.LEFT_RIGHT: ("left", "right"),
    RelationKind.FRONT_BEHIND: ("front", "behind"),
    RelationKind.ABOVE_BELOW: ("above", "below"),
    RelationKind.BIGGER_SMALLER: ("bigger", "smaller"),
    RelationKind.TALLER_SHORTER: ("taller", "shorter"),
    RelationKind.WIDER_THINNER: ("wider", "thinner"),
}
_SIDES = {
    RelationKind.LEFT_RIGHT: Side.LEFT,
    RelationKind.FRONT_BEHIND: Side.FRONT,
    RelationKind.ABOVE_BELOW: Side.ABOVE,
}
_COMPARED_BY = {
    RelationKind.BIGGER_SMALLER: Dimension.SIZE,
    RelationKind.TALLER_SHORTER: Dimension.HEIGHT,
    RelationKind.WIDER_THINNER: Dimension.WIDTH,
}
_LEAST_DIFFERENCE = 0.8413447460685429  # probability of a difference of one standard deviation


def answer_of(question: Plain, context: Context) -> Evaluation:
    """The measured answer."""
    match question:
        case HowMuch(quantity, unit):
            return _how_much(context, quantity, unit)
        case Which(selection):
            return _which(context, selection)
        case Listing(selection):
            return _listing(context, selection)
        case Order(selection, key, descending):
            return _order(context, selection, key, descending)
        case Each(selection, key):
            return each(context, selection, key)
        case Table(selection, keys):
            return columns(context, selection, keys)
        case Pair(selection, extreme):
            return _pair(context, selection, extreme)
        case Whether(proposition):
            return _whether(context, *truth_of(proposition, context))
        case Relation(kind, first, second):
            return _relation(context, kind, context.one(first), context.one(second))
        case Direction(subject, viewer):
            return _direction(context, context.one(subject), context.one(viewer))
        case WhereIs(subject):
            return _where_is(context, context.one(subject))
        case Dimensions(of):
            return _dimensions(context, context.one(of))
        case ClassOf(of):
            return _class(context, context.one(of))


def _how_much(context: Context, quantity: Quantity, unit: Unit) -> Evaluation:
    amount = context.amount(quantity)
    number = amount.number
    if amount.unit == "count":
        value = number.value
        certainty = number.certainty
        if isinstance(quantity, Count):
            certainty = 1.0  # what it relies on says it
        elif certainty < SURE:
            context.doubt(f"the count could be another ({1 - certainty:.2f})")
        whole = round(value) if value == round(value) else value
        return found(context, whole, "count", amount.region_ids, certainty)
    if amount.unit != "ratio":
        context.objects.require_scale()
    if number.counts and number.certainty < SURE:
        context.doubt(f"the counts could be others ({1 - number.certainty:.2f})")
    elif number.certainty < SURE:
        chance, other = max(number.others, key=lambda case: case[0])
        text = written(other.value, other.std, amount.unit, unit)
        context.doubt(f"it could be {text} as well ({chance:.2f})")
    if isinstance(quantity, Size):
        number = context.objects.size(amount.region_ids[0], quantity.dimension, as_seen=True)
    surely = number.certainty if number.counts or number.others else None
    return length(context, number, amount.unit, amount.region_ids, surely)


def _which(context: Context, selection: Selection) -> Evaluation:
    selected = context.select(selection)
    if len(selected.ids) == 1 and not selected.camera:
        chosen = context.one(selection)
        return found(context, chosen, "", selected.ids, 1.0)
    ids = context.members(selection)
    if not ids:
        raise none_fits(selection, context)
    return found(context, None, "", ids, 1.0)


def _listing(context: Context, selection: Selection) -> Evaluation:
    ids = context.known_members(selection)
    key = _listed_by(selection)
    if key is None or not ids or (unit_of(key, ids, context) == "m" and not _metric(context)):
        return found(context, None, "", ids, 1.0)
    rows = [cell_of(key, i, context) for i in ids]
    return table(context, ids, rows, unit_of(key, ids, context), 1.0)


def _order(context: Context, selection: Selection, key: Key, descending: bool) -> Evaluation:
    ids = candidates(selection, key, context)
    if not ids:
        raise none_fits(selection, context)
    numbers = {i: context.number(key, i) for i in ids}
    ranked = sorted(ids, key=lambda i: (numbers[i].value, numbers[i].tie_break), reverse=descending)
    certainty = order_chance([numbers[i] for i in ranked], descending)
    for first, second in pairwise(ranked):
        chance = chance_below(numbers[first], numbers[second])
        chance = 1.0 - chance if descending else chance
        if chance < SURE and not numbers[first].ties_with(numbers[second]):
            one, other = context.objects.name(first), context.objects.name(second)
            context.doubt(f"{one} and {other} could change places ({1 - chance:.2f})")
    unit = unit_of(key, ids, context)
    if isinstance(key, Column) or (unit != "count" and not _metric(context)):
        return found(context, None, "", tuple(ranked), certainty)
    rows = [cell_of(key, i, context) for i in ranked]
    return table(context, tuple(ranked), rows, unit, certainty)


def _pair(context: Context, selection: Selection, extreme: Extreme) -> Evaluation:
    ids = context.members(selection)
    if len(ids) < 2:
        raise QueryError(
            Status.UNKNOWN_REGION,
            f"two {noun(selection, 2)} or more are needed for a pair, found {len(ids)}",
        )
    if extreme is Extreme.MIDDLE:
        raise QueryError(Status.BAD_QUESTION, "a pair is closest or farthest, not in the middle")
    gaps = {(a, b): context.objects.center_distance(a, b) for a, b in combinations(ids, 2)}
    ranked = sorted(gaps, key=lambda p: gaps[p].value, reverse=extreme is Extreme.MOST)
    best = ranked[0]
    certainty, chances = slice_chances([gaps[p] for p in ranked], 0, 1, extreme is Extreme.MOST)
    if certainty < SURE:
        rival = 1 + int(chances[1:].argmax())
        one, other = (context.objects.name(i) for i in ranked[rival])
        what = "closest" if extreme is Extreme.LEAST else "farthest apart"
        context.doubt(f"{one} and {other} could be the {what} as well ({chances[rival]:.2f})")
    if not _metric(context):
        return found(context, None, "", best, certainty)
    return length(context, gaps[best], "m", best, certainty)


def _whether(context: Context, chance: float, ids: tuple[int, ...]) -> Evaluation:
    # Where another object could be meant than the one taken, its answer is not known.
    certainty = context.certainty()
    probability = certainty * chance + (1.0 - certainty) * 0.5
    if 1.0 - SURE < chance < SURE:
        other = "no" if chance >= 0.5 else "yes"
        context.doubt(f"the answer could be {other} as well ({min(chance, 1 - chance):.2f})")
    return Evaluation(
        chance >= 0.5, "", None, probability, ids,
        valid_ratio=context.objects.valid_ratio, doubts=context.doubts,
    )  # fmt: skip


def _relation(context: Context, kind: RelationKind, first: End, second: End) -> Evaluation:
    words = _WORDS[kind]
    if first == second:
        raise QueryError(
            Status.BAD_QUESTION, f"{context.objects.name(first)} would be compared with itself"
        )
    if kind in _SIDES:
        chance = context.objects.beside(_SIDES[kind], first, second)
    else:
        ids = regions_in((first, second))
        if len(ids) < 2:
            raise CannotMeasure("the camera has no size, load or place to measure")
        one, other = (context.objects.compared_size(i, _COMPARED_BY[kind]) for i in ids)
        chance = chance_compared(one, Comparison.MORE, other)
    surely = max(chance, 1.0 - chance)
    if kind is RelationKind.LEFT_RIGHT and chance == 0.5:
        raise CannotMeasure("both masks are centred on the same column")
    if kind is not RelationKind.LEFT_RIGHT and surely < _LEAST_DIFFERENCE:
        raise CannotMeasure(f"too little differs to tell {' or '.join(words)}")
    if surely < SURE:
        word = words[chance >= 0.5]
        context.doubt(f"the answer could be {word} as well ({1 - surely:.2f})")
    word = words[chance < 0.5]
    return found(context, word, "", regions_in((first, second)), surely)


def _direction(context: Context, subject: End, viewer: End) -> Evaluation:
    if subject == viewer:
        raise QueryError(
            Status.BAD_QUESTION, f"{context.objects.name(subject)} has no direction from itself"
        )
    hours = context.objects.hours(subject, viewer)
    beyond = hours.value - round(hours.value)
    later, earlier = (chance_positive(side * beyond - 0.5, hours.std) for side in (1, -1))
    certainty = 1.0 - later - earlier
    if certainty < SURE:
        other = _hour(hours.value + (1 if later > earlier else -1))
        context.doubt(f"it could be at {other} o'clock as well ({max(later, earlier):.2f})")
    ids = regions_in((subject, viewer))
    return found(context, _hour(hours.value), "hour", ids, certainty, hours.std)


def _hour(hours: float) -> int:
    """The nearest hour of a clock, 1 to 12."""
    return round(hours) % 12 or 12


def _where_is(context: Context, subject: End) -> Evaluation:
    if subject is None:
        raise QueryError(Status.BAD_QUESTION, "the camera is where the picture was taken")
    context.objects.require_scale()
    distance = context.objects.center_distance(subject, None)
    ids, values, stds = [subject], [distance.value], [distance.std]
    if context.objects.geometry.plane is not None:
        hours = context.objects.hours(subject, None)
        values.append(float(_hour(hours.value)))
        stds.append(hours.std)
        holders = {
            region.id: rests_on(context.objects, subject, region.id)
            for region in context.objects.geometry.regions
            if region.id != subject
            and not isinstance(context.objects.geometry.estimate(region.id), str)
        }
        ids += [i for i, chance in holders.items() if chance >= 0.5]
        for holder, chance in holders.items():
            if 1.0 - SURE < chance < SURE:
                preposition = "in" if context.objects.is_floor_region(holder) else "on"
                name = context.objects.name(holder)
                context.doubt(f"that it is {preposition} {name} has a probability of {chance:.2f}")
    return found(context, None, "m", tuple(ids), None, values=tuple(values), stds=tuple(stds))


def _dimensions(context: Context, of: End) -> Evaluation:
    if of is None:
        raise CannotMeasure("the camera has no size, load or place to measure")
    context.objects.require_scale()
    sizes = [
        context.objects.size(of, Dimension.LENGTH, as_seen=True),
        context.objects.shorter_side(of),
    ]
    if not context.objects.is_floor_region(of):
        sizes.append(context.objects.size(of, Dimension.HEIGHT, as_seen=True))
    words = ("length", "width", "height")
    cut = [word for word, size in zip(words, sizes, strict=False) if size.lower_bound]
    if cut:
        name = context.objects.name(of)
        context.doubt(f"not all of {name} is seen: its {listed(cut)} may be more")
    return replace(table(context, (of,) * len(sizes), sizes, "m", None), region_ids=(of,))


def _class(context: Context, of: End) -> Evaluation:
    label = "camera" if of is None else context.objects.label(of)
    if not label:
        raise CannotMeasure(f"{context.objects.name(of)} has no class")
    return found(context, label, "", regions_in((of,)))


def _listed_by(selection: Selection) -> Key | None:
    """The number by which a list was restricted or ranked; ``None`` without one."""
    match selection:
        case Where(_, Compared(key)) | Ranked(_, key):
            return None if isinstance(key, Column) else key
        case _:
            return None


def _metric(context: Context) -> bool:
    return context.objects.geometry.frame.metric
