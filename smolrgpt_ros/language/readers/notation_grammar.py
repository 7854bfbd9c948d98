# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The notation's grammar: what may stand where, and what value it makes.

A rule is a pattern with kinds of values in braces. Labels, ids and numbers are those of one
question: only what is in view, or said, can be written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

from .. import question as q
from ..english_words import ORDINALS
from .notation import (
    PAIRS,
    RATIO_UNIT,
    SIZES,
    STRAIGHT_AHEAD,
    TAKES,
    UNITS,
    VOLUME_UNIT,
    ranked_head,
)

REFUSAL = " refuse"
LENGTH_UNITS = {
    " m": q.Unit.METRE,
    " cm": q.Unit.CENTIMETRE,
    " mm": q.Unit.MILLIMETRE,
    " ft": q.Unit.FOOT,
    " yd": q.Unit.YARD,
    " inch": q.Unit.INCH,
}


@dataclass(frozen=True)
class Kind:
    """A kind of values: what may stand in its place is listed in the grammar."""

    name: str


Symbol = Kind | str
"""A kind, or a piece of text."""


@dataclass(frozen=True)
class Rule:
    """One form of a kind of values.

    Args:
        symbols: its pieces of text and its parts.
        build: makes the value of the parts.
    """

    symbols: tuple[Symbol, ...]
    build: Callable[..., object]


Grammar = Mapping[Kind, Sequence[Rule]]
START = Kind("start")


def notation_grammar(
    labels: Sequence[str],
    ids: Sequence[int],
    numbers: Sequence[str],
    units: Sequence[q.Unit] = tuple(UNITS),
) -> Grammar:
    """The grammar for one question.

    Args:
        labels: classes in view.
        ids: numbers that may name a region.
        numbers: numbers that may be lengths or counts, as decimal text.
        units: that a length may be asked in.
    """
    rules = {kind: list(found) for kind, found in _fixed_rules().items()}
    rules[Kind("unit")] = [Rule((UNITS[u],), partial(_constant, u)) for u in units]
    named = [*labels, "region"]
    rules[Kind("id")] = [Rule((f" {i}",), partial(_constant, i)) for i in ids]
    if len(ids) < 2:
        rules[Kind("more ids")] = rules[Kind("more ids")][:1]
    rules[Kind("number")] = [Rule((f" {n}",), partial(_constant, float(n))) for n in numbers]
    selection = rules[Kind("selection")]
    for label in named:
        if ids:
            selection.append(
                Rule((f" {label}", Kind("id"), Kind("more ids")), partial(_ids, label))
            )
    selection += [Rule((f" {label}",), partial(q.OfClass, label)) for label in labels]
    return {kind: tuple(found) for kind, found in rules.items()}


def _constant(value: object) -> object:
    return value


def _ids(label: str, first: int, more: tuple[int, ...]) -> q.Ids:
    return q.Ids(tuple(dict.fromkeys((first, *more))), label)


@cache
def _fixed_rules() -> Mapping[Kind, Sequence[Rule]]:
    """The rules that hold for every question."""
    found: dict[Kind, list[Rule]] = {}

    def add(kind: str, pattern: str, build: Callable[..., object]) -> None:
        parts = [part for part in re.split(r"(\{[^}]*\}|[,)])", pattern) if part]
        symbols = tuple(Kind(p[1:-1]) if p[0] == "{" else p for p in parts)
        found.setdefault(Kind(kind), []).append(Rule(symbols, build))

    add("start", REFUSAL, partial(_constant, None))
    add("start", "{question}", _constant)
    _add_questions(add)
    _add_numbers(add)
    _add_selections(add)
    _add_conditions(add)
    for kind in ("selection", "condition", "key"):
        add(f"more {kind}s", "", tuple)
        add(f"more {kind}s", f",{{{kind}}}{{more {kind}s}}", lambda one, more: (one, *more))
    add("more ids", "", tuple)
    add("more ids", "{id}{more ids}", lambda one, more: (one, *more))
    return found


Add = Callable[[str, str, Callable[..., object]], None]


def _add_questions(add: Add) -> None:
    add("question", "{quantity}{unit}", q.HowMuch)
    add("question", f"{{volume}}{VOLUME_UNIT}", partial(q.HowMuch, unit=q.Unit.LITRE))
    add("question", f"{{ratio}}{RATIO_UNIT}", partial(q.HowMuch, unit=q.Unit.PERCENT))
    add("question", " dimensions({selection}){unit}", q.Dimensions)
    add("question", " table({selection},{key},{key}{more keys}){unit}", _table)
    litres = partial(q.Each, key=q.SizeOf(q.Dimension.SIZE), unit=q.Unit.LITRE)
    add("question", f" each({{selection}}, size){VOLUME_UNIT}", litres)
    add("question", " class({selection})", q.ClassOf)
    add("question", " each({selection},{key}){unit}", q.Each)
    add("question", " which({selection})", q.Which)
    add("question", " list({selection})", q.Listing)
    add("question", " sort({selection},{key})", q.Order)
    add("question", " sort down({selection},{key})", partial(q.Order, descending=True))
    for extreme, head in PAIRS.items():
        add("question", f" {head}({{selection}})", partial(q.Pair, extreme=extreme))
    for kind in q.RelationKind:
        add("question", f" {kind.value}({{selection}},{{selection}})", partial(q.Relation, kind))
    add("question", " clock({selection},{selection})", q.Direction)
    add("question", " locate({selection})", q.WhereIs)
    add("question", "{proposition}", q.Whether)
    add("proposition", " exists({selection})", q.Exists)
    add("proposition", " holds({selection},{condition})", q.Holds)
    add("proposition", " same({selection},{selection})", q.Same)
    add("proposition", " same place({selection},{selection})", q.SamePlace)
    for comparison in q.Comparison:
        build = partial(_compares, comparison)
        add("proposition", f" {comparison.value}({{quantity}},{{quantity}})", build)
        add("proposition", f" {comparison.value}({{quantity}},{{length}})", build)
        add("proposition", f" {comparison.value}({{count}},{{number}})", build)
        add("proposition", f" {comparison.value}({{ratio}},{{number}})", build)


def _table(
    selection: q.Selection, first: q.Key, second: q.Key, more: tuple[q.Key, ...], unit: q.Unit
) -> q.Table | q.Each:
    keys = tuple(dict.fromkeys((first, second, *more)))
    return q.Table(selection, keys, unit) if len(keys) > 1 else q.Each(selection, first, unit)


def _compares(comparison: q.Comparison, first: q.Quantity, second: q.Quantity) -> q.Compares:
    return q.Compares(first, comparison, second)


def _add_numbers(add: Add) -> None:
    for text, unit in LENGTH_UNITS.items():
        add("length", f"{{number}}{text}", partial(_length, q.METRES[unit]))
    for mode in q.Mode:
        add("quantity", f" {mode.value}({{selection}},{{selection}})", partial(_distance, mode))
    for dimension, word in SIZES.items():
        add("quantity", f" {word}({{selection}})", partial(q.Size, dimension=dimension))
        add("measure", f" {word}", partial(q.SizeOf, dimension))
    size = q.SizeOf(q.Dimension.SIZE)
    add("volume", " size({selection})", partial(q.Size, dimension=q.Dimension.SIZE))
    add("volume", " total({selection}, size)", partial(q.Total, key=size))
    add("volume", " average({selection}, size)", partial(q.Mean, key=size))
    add("quantity", "{count}", _constant)
    add("count", " count({selection})", q.Count)
    add("quantity", " total({selection},{key})", q.Total)
    add("quantity", "{mean}", _constant)
    add("mean", " average({selection},{key})", q.Mean)
    add("quantity", " route({selection},{selection}{more selections})", _route)
    add("quantity", " difference({quantity},{quantity})", q.Difference)
    add("quantity", " apart({quantity},{quantity})", partial(q.Difference, absolute=True))
    add("quantity", "{ratio}", _constant)
    add("ratio", " ratio({quantity},{quantity})", q.Ratio)
    add("key", " column", q.Column)
    add("key", " bearing", q.Bearing)
    add("key", "{measure}", _constant)
    add("key", "{holding}", _constant)
    add("measure", " distance({selection})", q.DistanceTo)
    add("holding", " holding({selection})", q.Holding)


def _length(metres: float, amount: float) -> float:
    return round(amount * metres, 6)


def _distance(mode: q.Mode, first: q.Selection, second: q.Selection) -> q.Distance:
    return q.Distance(first, second, mode)


def _route(first: q.Selection, second: q.Selection, more: tuple[q.Selection, ...]) -> q.Route:
    return q.Route((first, second, *more))


def _add_selections(add: Add) -> None:
    add("selection", " everything", q.Everything)
    add("selection", " camera", q.Camera)
    add("selection", " together({selection},{selection}{more selections})", _union)
    add("selection", " where({selection},{condition})", q.where)
    middle = partial(_ranked, q.Extreme.MIDDLE, 1, 1)
    add("selection", " middle({selection}, column)", middle)
    for extreme in (q.Extreme.LEAST, q.Extreme.MOST):
        places = [(rank, 1) for rank in range(1, len(ORDINALS) + 1)]
        places += [(1, take) for take in range(2, len(TAKES) + 1)]
        for rank, take in places:
            head = ranked_head(extreme, rank, take)
            build = partial(_ranked, extreme, rank, take)
            add("selection", f" {head}({{selection}},{{key}})", build)


def _union(first: q.Selection, second: q.Selection, more: tuple[q.Selection, ...]) -> q.Selection:
    return q.union(first, second, *more)


def _ranked(
    extreme: q.Extreme, rank: int, take: int, of: q.Selection, key: q.Key | None = None
) -> q.Ranked:
    return q.Ranked(of, q.Column() if key is None else key, extreme, rank, take)


def _add_conditions(add: Add) -> None:
    for state in q.LoadState:
        add("condition", f" {state.value}", partial(q.State, state))
    add("condition", " in({selection})", q.Inside)
    add("condition", " on({selection})", q.OnTop)
    add("condition", " straight ahead", partial(_constant, STRAIGHT_AHEAD))
    for side in q.Side:
        add("condition", f" {side.value}({{selection}})", partial(q.Beside, side))
    add("condition", " next to({selection})", q.NextTo)
    add("condition", " between({selection},{selection})", q.Between)
    add("condition", " one of({selection})", q.Among)
    add("condition", " not({condition})", q.negated)
    add("condition", " and({condition},{condition}{more conditions})", _all)
    add("condition", " or({condition},{condition}{more conditions})", _any)
    for comparison in q.Comparison:
        build = partial(_compared, comparison)
        add("condition", f" {comparison.value}({{holding}},{{number}})", build)
        add("condition", f" {comparison.value}({{holding}},{{selection}})", build)
        add("condition", f" {comparison.value}({{measure}},{{length}})", build)
        add("condition", f" {comparison.value}({{measure}},{{selection}})", build)
        add("condition", f" {comparison.value}({{measure}},{{mean}})", build)
        if comparison in (q.Comparison.LESS, q.Comparison.MORE):  # "left of every pallet"
            sideways = partial(_compared, comparison, q.Column())
            add("condition", f" {comparison.value}( column,{{selection}})", sideways)
        degrees = partial(_compared, comparison, q.Bearing())
        add("condition", f" {comparison.value}( bearing,{{number}} degrees)", degrees)


def _all(first: q.Condition, second: q.Condition, more: tuple[q.Condition, ...]) -> q.Condition:
    return q.all_of(first, second, *more)


def _any(first: q.Condition, second: q.Condition, more: tuple[q.Condition, ...]) -> q.AnyOf:
    return q.AnyOf((first, second, *more))


def _compared(
    comparison: q.Comparison, key: q.Key, value: float | q.Selection | q.Quantity
) -> q.Compared:
    return q.Compared(key, comparison, value)
