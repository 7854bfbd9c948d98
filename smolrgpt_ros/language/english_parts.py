# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The parts of a question in English: objects, conditions, numbers, what is true or false."""

from __future__ import annotations

from collections.abc import Iterator

from . import question as q
from .english_words import (
    AS_FAR,
    AS_FAR_AS_FROM,
    AS_MANY,
    COLUMNS,
    SIDES,
    SUPERLATIVES,
    is_list,
    is_several,
    number,
    numbered,
    ordinal,
)
from .vocabulary import plural_of

# -- selections -----------------------------------------------------------------------------


def one(selection: q.Selection) -> str:
    """A selection as one object, closed: whatever stands behind does not belong to it."""
    if isinstance(selection, q.Where) and isinstance(selection.of, q.OfClass):
        return f"({single(selection)})"
    return any_one(selection)


def any_one(selection: q.Selection) -> str:
    """A selection of which each object is meant, closed; a class as its only object."""
    if isinstance(selection, q.OfClass):
        return f"the {selection.label}"
    if isinstance(selection, q.Ids | q.Camera):
        return phrase(selection)
    if isinstance(selection, q.Everything):
        return "any object"
    if isinstance(selection, q.Ranked) and isinstance(selection.of, q.OfClass):
        if isinstance(selection.key, q.Column | q.SizeOf | q.Bearing):
            return phrase(selection)
    return f"({phrase(selection)})"


def many(selection: q.Selection) -> str:
    """A selection as several objects, closed."""
    if isinstance(selection, q.OfClass):
        return plural_of(selection.label)
    if isinstance(selection, q.Everything):
        return "objects"
    return any_one(selection)


def phrase(selection: q.Selection) -> str:
    """A selection, open: a condition behind it would belong to its last part."""
    if isinstance(selection, q.Ids):
        return numbered(selection.label, selection.ids)
    if isinstance(selection, q.OfClass | q.Everything):
        return many(selection)
    if isinstance(selection, q.Camera):
        return "the camera"
    if isinstance(selection, q.Union):
        return " and ".join(many(member) for member in selection.members)
    if isinstance(selection, q.Where):
        base = many(selection.of)
        if isinstance(selection.of, q.Ranked) and not base.startswith("("):
            base = f"({base})"
        return f"{base} that are {condition(selection.condition)}"
    if isinstance(selection, q.Exactly) and selection.number == 1:
        kind, what = selection.of.of, condition(selection.of.condition)
        return f"the only {kind.label if isinstance(kind, q.OfClass) else 'object'} that is {what}"
    if isinstance(selection, q.Exactly):
        return f"the {selection.number} {phrase(selection.of)}"
    return _ranked(selection)


def single(selection: q.Selection) -> str:
    """A selection as one object, open: "the pallet that is in buffer 2"."""
    if isinstance(selection, q.Where) and isinstance(selection.of, q.OfClass):
        return f"the {selection.of.label} that is {condition(selection.condition)}"
    return phrase(selection)


def _ranked(selection: q.Ranked) -> str:
    place = f"{ordinal(selection.rank)} " if selection.rank > 1 else ""
    take = f"{selection.take} " if selection.take > 1 else ""
    several, key = selection.take > 1, selection.key
    if isinstance(key, q.Holding):
        most = "most" if selection.extreme is q.Extreme.MOST else "fewest"
        if not place and not take and isinstance(selection.of, q.OfClass):
            return f"the {selection.of.label} with the {most} {many(key.content)}"
        which = f"{place}{take}" or "one "
        return f"the {which}of {many(selection.of)} with the {most} {many(key.content)}"
    if isinstance(key, q.DistanceTo):
        least = selection.extreme is q.Extreme.LEAST
        word = "closest" if least else "farthest"
        behind = f" {'to' if least else 'from'} {any_one(key.target)}"
    elif isinstance(key, q.Column):
        word, behind = COLUMNS[selection.extreme], ""
    elif isinstance(key, q.Bearing):
        least = selection.extreme is q.Extreme.LEAST
        word, behind = f"{'most' if least else 'least'} straight ahead", ""
    else:
        word, behind = SUPERLATIVES[key.dimension, selection.extreme], ""
    if isinstance(selection.of, q.OfClass):
        name = plural_of(selection.of.label) if several else selection.of.label
        return f"the {place}{take}{word} {name}{behind}"
    of = f"({phrase(selection.of)})" if isinstance(selection.of, q.Ranked) else many(selection.of)
    return f"the {place}{take}{word} of {of}{behind}"


def _some(selection: q.Selection) -> str:
    """A selection behind "any": "pallets that are empty", "of pallets 3 and 7"."""
    base = selection.of if isinstance(selection, q.Where) else selection
    named = isinstance(base, q.OfClass | q.Everything)
    return phrase(selection) if named else f"of {many(selection)}"


# -- conditions -----------------------------------------------------------------------------


def condition(value: q.Condition) -> str:
    """A condition as it stands behind "that are"."""
    if isinstance(value, q.All):
        return " and ".join(_members(value.conditions))
    if isinstance(value, q.AnyOf):
        return " or ".join(_members(value.conditions))
    return _simple(value)


def _members(conditions: tuple[q.Condition, ...]) -> Iterator[str]:
    """Conditions to join; "in A and in B" could be read as one of the two places."""
    placed = False
    for part in conditions:
        text = _closed(part)
        yield f"({text})" if placed and isinstance(part, q.Inside) else text
        placed = placed or isinstance(part, q.Inside)


def _closed(value: q.Condition) -> str:
    text = condition(value)
    return f"({text})" if isinstance(value, q.All | q.AnyOf | q.Not) else text


def _simple(value: q.Condition) -> str:
    if isinstance(value, q.State):
        return value.state.value
    if isinstance(value, q.Inside):
        if isinstance(value.place, q.Ids):  # "in buffers 3 and 5" could be read as in each
            return f"in {numbered(value.place.label, value.place.ids, 'or')}"
        return f"in {many(value.place)}"
    if isinstance(value, q.OnTop):
        return f"on top of {many(value.carrier)}"
    if isinstance(value, q.Beside):
        return f"{value.side.value} {one(value.of)}"
    if isinstance(value, q.NextTo):
        return f"next to {any_one(value.of)}"
    if isinstance(value, q.Between):
        return f"between {one(value.first)} and {one(value.second)}"
    if isinstance(value, q.Among):
        return f"one of {many(value.selection)}"
    if isinstance(value, q.Not):
        return f"not {_closed(value.condition)}"
    if isinstance(value, q.Compared):
        return _compared(value)
    raise TypeError(f"no condition: {value!r}")


def _compared(value: q.Compared) -> str:
    key, than, other = value.key, value.comparison.value, value.value
    if isinstance(other, q.Quantity):
        return f"{than} ({quantity(other)}) as {of_each(key)}"
    if isinstance(other, q.Key):
        return _compared_with_own(key, value.comparison, other)
    if isinstance(key, q.DistanceTo):
        if isinstance(other, float | int):
            return f"{than} {number(other)} m from {any_one(key.target)}"
        return AS_FAR[value.comparison].format(target=any_one(key.target), other=any_one(other))
    if isinstance(key, q.SizeOf):
        what = f"{number(other)} m" if isinstance(other, float | int) else any_one(other)
        return f"{than} {what} in {key.dimension.value}"
    if isinstance(key, q.Holding):
        what = number(other) if isinstance(other, float | int) else any_one(other)
        return f"holding {than} {what} of {many(key.content)}"
    if isinstance(key, q.Bearing) and isinstance(other, float | int):
        return f"{than} {number(other)} degrees off straight ahead"
    if isinstance(key, q.Column) and not isinstance(other, float | int):
        side = SIDES[value.comparison]
        closed = isinstance(other, q.OfClass)
        return f"{side.value} all of {f'({phrase(other)})' if closed else many(other)}"
    raise TypeError(f"a condition compares distances, sizes, contents, angles, found {key!r}")


def _compared_with_own(key: q.Key, comparison: q.Comparison, other: q.Key) -> str:
    """One number of an object compared with another one of it."""
    match key, other:
        case q.DistanceTo(target), q.DistanceTo(second):
            ends = {"target": any_one(target), "other": any_one(second)}
            return AS_FAR_AS_FROM[comparison].format(**ends)
        case q.SizeOf(dimension), q.SizeOf(second):
            return f"{comparison.value} its {second.value} in {dimension.value}"
        case q.Holding(content), q.Holding(second):
            counted = {"content": _counted(content), "other": _counted(second)}
            return AS_MANY[comparison].format(**counted)
    raise TypeError(
        f"an object's own distances, sizes or contents compare, found {key!r} and {other!r}"
    )


def _counted(content: q.Selection) -> str:
    """What is counted, closed."""
    plain = isinstance(content, q.OfClass | q.Everything)
    return many(content) if plain else f"({phrase(content)})"


# -- numbers --------------------------------------------------------------------------------


def quantity(value: q.Quantity) -> str:
    """A number as a noun: "the distance between pallet 9 and the transporter"."""
    if isinstance(value, q.Distance):
        return f"the {value.mode.value} between {one(value.first)} and {one(value.second)}"
    if isinstance(value, q.Size):
        any_of = "any of " if is_list(value.of) else ""
        return f"the {value.dimension.value} of {any_of}{one(value.of)}"
    if isinstance(value, q.Count):
        single = isinstance(value.of, q.Ids | q.Ranked) and not is_several(value.of)
        return f"the {'count' if single else 'number'} of {many(value.of)}"
    if isinstance(value, q.Total):
        return f"the total {of_each(value.key)} of {many(value.of)}"
    if isinstance(value, q.Mean):
        return f"the average {of_each(value.key)} of {many(value.of)}"
    if isinstance(value, q.Route):
        stops = " to ".join(one(stop) for stop in value.stops[1:])
        return f"the length of the way from {one(value.stops[0])} to {stops}"
    if isinstance(value, q.Ratio):
        return f"the ratio of ({quantity(value.first)}) to ({quantity(value.second)})"
    kind = f"{'absolute ' if value.absolute else ''}difference"
    return f"the {kind} between ({quantity(value.first)}) and ({quantity(value.second)})"


def of_each(key: q.Key) -> str:
    """A number of an object, as behind "the average"."""
    if isinstance(key, q.DistanceTo):
        return f"distance from {any_one(key.target)}"
    if isinstance(key, q.SizeOf):
        return key.dimension.value
    if isinstance(key, q.Holding):
        return f"number of {many(key.content)} held"
    if isinstance(key, q.Bearing):
        return "angle off straight ahead"
    return "position from left to right"


def proposition(value: q.Proposition) -> str:
    """A proposition as a question for yes or no, without its question mark."""
    if isinstance(value, q.Exists):
        return f"Are there any {_some(value.selection)}"
    if isinstance(value, q.Holds):
        if is_several(value.subject):
            return f"Are all {many(value.subject)} {condition(value.condition)}"
        return f"Is {one(value.subject)} {condition(value.condition)}"
    if isinstance(value, q.Same):
        return f"Is {one(value.first)} the same as {one(value.second)}"
    if isinstance(value, q.SamePlace):
        return f"Are {many(value.subject)} in the same one of {many(value.places)}"
    second = value.second
    than = number(second) if isinstance(second, float | int) else f"({quantity(second)})"
    if isinstance(second, float | int) and not isinstance(value.first, q.Count | q.Ratio):
        than += " m"
    return f"Is ({quantity(value.first)}) {value.comparison.value} {than}"
