# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Questions of the query language in a compact notation, the output of a language model.

``least(pallet, distance(transporter 4))`` is the nearest pallet to transporter 4. Every form is a
head with its parts in brackets; :mod:`.notation_grammar` lists them for reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .. import question as q
from ..english_words import ORDINALS, number

TAKES = "one two three four five six seven eight nine ten".split()
UNITS = {
    q.Unit.METRE: "",
    q.Unit.CENTIMETRE: " in cm",
    q.Unit.MILLIMETRE: " in mm",
    q.Unit.FOOT: " in ft",
    q.Unit.YARD: " in yd",
    q.Unit.INCH: " in inch",
}
"""What follows a question for a length in that unit."""
VOLUME_UNIT, RATIO_UNIT = " in litre", " in percent"
_ALL_UNITS = {**UNITS, q.Unit.LITRE: VOLUME_UNIT, q.Unit.PERCENT: RATIO_UNIT}
SIZES = {
    q.Dimension.HEIGHT: "height",
    q.Dimension.WIDTH: "width",
    q.Dimension.LENGTH: "length",
    q.Dimension.SIZE: "size",
    q.Dimension.FOOTPRINT: "footprint",
    q.Dimension.ELEVATION: "elevation",
    q.Dimension.TOP: "top",
}
STRAIGHT_AHEAD = q.Compared(q.Bearing(), q.Comparison.LESS, 10.0)
PAIRS = {q.Extreme.LEAST: "closest pair", q.Extreme.MOST: "farthest pair"}

Lengths = Mapping[float, str]
"""How certain lengths are written, by their metres: ``{0.8: "80 cm"}``."""


class Inexpressible(ValueError):
    """A question that the notation cannot write: the eleventh nearest."""


def notation(question: q.Question, lengths: Lengths | None = None) -> str:
    """A question in the notation."""
    return "".join(pieces(question, lengths)).strip()


def pieces(question: q.Question, lengths: Lengths | None = None) -> tuple[str, ...]:
    """The notation's pieces, which a tokenizer encodes one by one: " count(", " pallet", ")".

    Raises:
        Inexpressible: where the notation has no form for a part of the question.
    """
    return tuple(piece for piece in _Writer(lengths or {}).write(question) if piece)


class _Writer:
    def __init__(self, lengths: Lengths) -> None:
        self._lengths = lengths

    def write(self, value: object) -> Iterator[str]:
        match value:
            case _ if value == STRAIGHT_AHEAD:
                yield " straight ahead"
            case _ if value == q.negated(STRAIGHT_AHEAD):
                yield from self._call("not", STRAIGHT_AHEAD)
            case q.HowMuch(asked, unit):
                yield from self.write(asked)
                yield _ALL_UNITS[unit]
            case q.Dimensions(of, unit):
                yield from self._call("dimensions", of)
                yield _ALL_UNITS[unit]
            case q.Each(selection, key, unit):
                yield from self._call("each", selection, key)
                yield _ALL_UNITS[unit]
            case q.Table(selection, keys, unit):
                yield from self._call("table", selection, *keys)
                yield _ALL_UNITS[unit]
            case q.Whether(asked):
                yield from self.write(asked)
            case q.Ids(ids, label):
                yield f" {label}"
                yield from (f" {i}" for i in ids)
            case q.Everything():
                yield " everything"
            case q.Camera():
                yield " camera"
            case q.Column():
                yield " column"
            case q.Bearing():
                yield " bearing"
            case q.OfClass(label):
                yield f" {label}"
            case q.State(state):
                yield f" {state.value}"
            case q.SizeOf(dimension):
                yield f" {SIZES[dimension]}"
            case q.Compared(_, _, bound) if isinstance(
                bound, q.Quantity | q.Key
            ) and not isinstance(bound, q.Mean):
                raise Inexpressible("the notation compares an object with objects and averages")
            case q.Compared(q.Bearing(), comparison, float(bound)):
                degrees = f" {number(bound)}", " degrees"
                yield from (f" {comparison.value}(", " bearing", ",", *degrees, ")")
            case q.Compared(key, comparison, bound):
                holding = isinstance(key, q.Holding)
                yield from self._compared(comparison, key, bound, holding)
            case q.Compares(first, comparison, bound):
                yield from self._compared(
                    comparison, first, bound, isinstance(first, q.Count | q.Ratio)
                )
            case _:
                head, *parts = _call_of(value)
                yield from self._call(str(head), *parts)

    def _call(self, head: str, *parts: object) -> Iterator[str]:
        yield f" {head}("
        for at, part in enumerate(parts):
            if at:
                yield ","
            yield from self.write(part)
        yield ")"

    def _compared(
        self, comparison: q.Comparison, first: object, bound: object, count: bool
    ) -> Iterator[str]:
        yield f" {comparison.value}("
        yield from self.write(first)
        yield ","
        if isinstance(bound, float | int):
            yield from self._number(bound, count)
        else:
            yield from self.write(bound)
        yield ")"

    def _number(self, value: float, count: bool) -> Iterator[str]:
        if count:
            yield f" {number(value)}"
            return
        amount, unit = self._lengths.get(value, f"{number(value)} m").split(" ")
        yield f" {amount}"
        yield f" {unit}"


def _call_of(value: object) -> tuple[object, ...]:
    """A value as its head and its parts."""
    match value:
        case q.Which(selection):
            return "which", selection
        case q.Listing(selection):
            return "list", selection
        case q.Order(selection, key, descending):
            return "sort down" if descending else "sort", selection, key
        case q.Pair(selection, extreme):
            return PAIRS[extreme], selection
        case q.Relation(kind, first, second):
            return kind.value, first, second
        case q.Direction(subject, viewer):
            return "clock", subject, viewer
        case q.WhereIs(subject):
            return "locate", subject
        case q.Distance(first, second, mode):
            return mode.value, first, second
        case q.Size(of, dimension):
            return SIZES[dimension], of
        case q.Count(of):
            return "count", of
        case q.Total(of, key):
            return "total", of, key
        case q.Mean(of, key):
            return "average", of, key
        case q.Route(stops):
            return "route", *stops
        case q.Difference(first, second, absolute):
            return "apart" if absolute else "difference", first, second
        case q.Ratio(first, second):
            return "ratio", first, second
        case q.ClassOf(of):
            return "class", of
        case q.Conditional():
            raise Inexpressible(f"the notation has no form for {type(value).__name__}")
    return _smaller(value)


def _smaller(value: object) -> tuple[object, ...]:
    """A proposition, a selection, a key or a condition as its head and its parts."""
    match value:
        case q.Exists(selection):
            return "exists", selection
        case q.Holds(subject, condition):
            return "holds", subject, condition
        case q.Same(first, second):
            return "same", first, second
        case q.SamePlace(subject, places):
            return "same place", subject, places
        case q.Union(members):
            return "together", *members
        case q.Where(of, condition):
            return "where", of, condition
        case q.Ranked(of, key, extreme, rank, take):
            return ranked_head(extreme, rank, take), of, key
        case q.Exactly(of, number):
            raise Inexpressible(f"the notation does not say how many there are, found {number}")
        case q.DistanceTo(target):
            return "distance", target
        case q.Holding(content):
            return "holding", content
        case q.Inside(place):
            return "in", place
        case q.OnTop(carrier):
            return "on", carrier
        case q.Beside(side, of):
            return side.value, of
        case q.NextTo(of):
            return "next to", of
        case q.Between(first, second):
            return "between", first, second
        case q.Among(selection):
            return "one of", selection
        case q.Not(condition):
            return "not", condition
        case q.All(conditions):
            return "and", *conditions
        case q.AnyOf(conditions):
            return "or", *conditions
    raise TypeError(f"not of the query language: {value!r}")


def ranked_head(extreme: q.Extreme, rank: int, take: int) -> str:
    """ "least", "second least", "three most".

    Raises:
        Inexpressible: beyond the tenth, or more than ten.
    """
    if rank > len(ORDINALS) or take > len(TAKES):
        raise Inexpressible(f"the notation counts to ten, found {max(rank, take)}")
    if rank > 1:
        return f"{ORDINALS[rank - 1]} {extreme.value}"
    return f"{TAKES[take - 1]} {extreme.value}" if take > 1 else extreme.value
