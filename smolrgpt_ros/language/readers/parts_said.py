# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The parts of a question with the notions that words may say them by (``words_of_parts.yaml``)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .. import question as q

Notions = tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """A part of a question.

    Args:
        needs: notions of which the words must say one, the plainest first; empty: it may go unsaid.
        allows: notions that it explains besides.
    """

    needs: Notions
    allows: Notions


def parts_said(values: Sequence[object]) -> Iterator[Part]:
    """The parts of a question, from its values; classes, ids and other numbers apart."""
    for value in values:
        yield Part(*_notions(value))


def _notions(value: object) -> tuple[Notions, Notions]:
    """What a value needs, and what it allows."""
    match value:
        case q.Compared(key, comparison, _):
            return _compared(_of_key(key), comparison), ("than", "compared", _of_key(key))
        case q.Compares(first, comparison, second):
            name = _of_quantity(first)
            # "A is nearer than B" and "B is farther than A" ask the same.
            either = not isinstance(second, float | int)
            return _compared(name, comparison, either), ("than", "compared", "two", name)
        case q.Ranked(_, key, extreme, _, take):
            several = ("two", "all") if take > 1 else ()
            row = ("row",) if isinstance(key, q.Column | q.Bearing) else ()
            return (f"{extreme.value} {_of_key(key)}",), ("ranked", *several, *row)
        case q.DistanceTo():
            return _said_by("distance"), ("center",)
        case q.SizeOf(dimension) | q.Size(_, dimension):
            return _said_by(dimension.name.lower()), ("extent",)
        case q.Distance(_, _, mode):
            ends = ("center", "two", "and", "each other")
            if mode is q.Mode.CENTER:
                return _said_by("distance"), ends
            return (mode.name.lower(),), ("distance", *ends)
        case q.Beside(side, _):
            return (side.name.lower(), f"{side.name.lower()} side"), ()
        case q.Ids(ids):
            return (), ("objects", *(("and", "two", "all", "or") if len(ids) > 1 else ()))
        case q.State(state):
            return _STATES[state]
    return _of_question(value)


def _of_question(value: object) -> tuple[Notions, Notions]:
    """What is asked for, and in which unit."""
    match value:
        case q.Order(_, _, descending):
            return (("down",) if descending else ("order", "list")), _LISTS
        case q.Pair(_, extreme):
            return (f"pair {extreme.value}",), ("distance", "which", "or", "each other", *_LISTS)
        case q.Relation(kind, _, _):
            return ("or",), ("two", "which", "and", "than", "compared", *_RELATIONS[kind])
        case q.Each(q.Ids(), _, q.Unit.METRE):
            return (), ("each", "number", "which", "or", "metres", *_LISTS)
        case q.HowMuch(_, unit) | q.Each(_, _, unit) | q.Table(_, _, unit) | q.Dimensions(_, unit):
            needs, allows = _SIMPLE[type(value)]
            return needs if unit is q.Unit.METRE else (f"unit {unit.value}",), allows
    return _SIMPLE.get(type(value), ((), ()))


def _of_key(key: q.Key) -> str:
    """The notion of a number that objects have."""
    match key:
        case q.DistanceTo():
            return "distance"
        case q.SizeOf(dimension):
            return dimension.name.lower()
        case q.Holding():
            return "holding"
        case q.Bearing():
            return "bearing"
    return "column"


def _of_quantity(quantity: q.Quantity) -> str:
    match quantity:
        case q.Size(_, dimension):
            return dimension.name.lower()
        case q.Mean(_, key) | q.Total(_, key):
            return _of_key(key)
        case q.Count():
            return "holding"
        case q.Difference(first, _):
            return _of_quantity(first)
    return "distance"


def _compared(name: str, comparison: q.Comparison, either: bool = False) -> Notions:
    """Notions of a comparison: "less height" is said by "shorter", "less" by "below" too."""
    if comparison is q.Comparison.EQUAL:
        return ("equal", "none") if name == "holding" else ("equal",)
    said = [comparison.value]
    if either or comparison in (q.Comparison.LESS, q.Comparison.AT_MOST):
        said += ["less", f"less {name}"]
    if either or comparison in (q.Comparison.MORE, q.Comparison.AT_LEAST):
        said += ["more", f"more {name}"]
    if name == "holding":
        said += ["holding", "none", "in", "on"]
    return tuple(said)


def _said_by(name: str) -> Notions:
    """A number of objects by its own words, or by those that compare it: "tall", "taller"."""
    return (name, *(f"{how} {name}" for how in ("less", "more", "least", "most")))


_LISTS = ("list", "all", "and", "two")
_STATES: dict[q.LoadState, tuple[Notions, Notions]] = {
    q.LoadState.EMPTY: (("empty",), ("not", "none")),
    q.LoadState.LOADED: (("loaded", "holding"), ()),
    q.LoadState.CARRIED: (("carried", "holding"), ()),
    q.LoadState.ON_FLOOR: (("on floor",), ("on",)),
}
_RELATIONS: dict[q.RelationKind, Notions] = {
    q.RelationKind.LEFT_RIGHT: ("left", "right"),
    q.RelationKind.FRONT_BEHIND: ("front", "behind"),
    q.RelationKind.ABOVE_BELOW: ("above", "below"),
    q.RelationKind.BIGGER_SMALLER: ("more size", "less size"),
    q.RelationKind.TALLER_SHORTER: ("more height", "less height"),
    q.RelationKind.WIDER_THINNER: ("more width", "less width"),
}
_SIMPLE: dict[type, tuple[Notions, Notions]] = {
    q.Everything: ((), ("objects", "which")),
    q.Camera: ((), ("camera",)),
    q.Union: ((), ("and", "two", "all")),
    q.Where: ((), ("only",)),
    q.Exactly: ((), ("two", "all")),
    q.Column: (("column", "left", "right", "least column", "most column", "middle column"), ()),
    q.Bearing: (("bearing", "least bearing", "most bearing"), ("degrees",)),
    q.Holding: (("holding", "in", "on"), ("number", "two")),
    q.Inside: (("in", "holding"), ("it",)),
    q.OnTop: (("on", "holding"), ("it",)),
    q.NextTo: (("next",), ()),
    q.Between: (("between",), ("and", "two")),
    q.Among: ((), ("among", "two", "and", "or", "which")),
    q.Not: (("not", "other", "outside"), ("but", "none")),
    q.All: ((), ("and", "two", "but", "between")),
    q.AnyOf: (("or",), ("two",)),
    q.Count: (("number", "none", "holding"), ("all", "in all", "exist")),
    q.Total: (("total", "in all"), ("all", "and", "two", "number")),
    q.Mean: (("mean",), ("all", "number")),
    q.Route: (("route",), ("two", "distance", "and", "total", "in all")),
    q.Difference: (
        ("difference", "more", "less", "than"),
        ("two", "and", "compared", "between"),
    ),
    q.Ratio: (("ratio",), ("two", "and", "compared", "in all", "than", "more", "all")),
    q.Exists: ((), ("at least one", "exist", "in all", "two")),
    q.Holds: ((), ("all", "two", "and")),
    q.Same: ((), ("same", "two", "which")),
    q.SamePlace: (("same",), ("two", "and", "all")),
    q.HowMuch: ((), ("metres",)),
    q.Whether: ((), ("whether",)),
    q.Which: ((), ("all", "which", "two", "or", "and")),
    q.Listing: ((), ("which", "exist", *_LISTS)),
    q.Each: (("each", "all", "list", "and", "two", "number"), ("which", "or", "metres")),
    q.Table: (("each", "all", "list", "and", "two"), ("which",)),
    q.Dimensions: (("dimensions",), ("height", "width", "length", "size", "and")),
    q.Direction: (("direction",), ("where", "camera")),
    q.WhereIs: (("where",), ("direction",)),
    q.ClassOf: (("class",), ("which",)),
    q.Conditional: (("if",), ("and", "but", "or", "than")),
}
