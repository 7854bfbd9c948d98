# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Questions of the query language as canonical English; the reader reads it back as the same value.

A selection that has conditions of its own stands in brackets wherever another phrase goes on behind
it, so that a sentence has one reading.
"""

from __future__ import annotations

from functools import singledispatch

from . import question as q
from .english_parts import many, of_each, one, phrase, proposition, quantity, single
from .english_words import UNITS, is_list


def english(question: q.Question) -> str:
    """The canonical sentence of a question."""
    return _sentence(question)


@singledispatch
def _sentence(question: q.Question) -> str:
    raise TypeError(f"no question: {question!r}")


@_sentence.register
def _(question: q.HowMuch) -> str:
    asked, unit = question.quantity, UNITS[question.unit]
    if isinstance(asked, q.Distance) and asked.mode is q.Mode.CENTER:
        several = [is_list(end) for end in (asked.first, asked.second)]
        first, second = ["any of " if s and sum(several) == 1 else "" for s in several]
        return f"How far is {first}{one(asked.first)} from {second}{one(asked.second)}{unit}?"
    return f"What is {quantity(asked)}{unit}?"


@_sentence.register
def _(question: q.Which) -> str:
    return f"Which is {single(question.selection)}?"


@_sentence.register
def _(question: q.Listing) -> str:
    return f"List {phrase(question.selection)}."


@_sentence.register
def _(question: q.Order) -> str:
    order = ", largest first" if question.descending else ""
    return f"Sort {many(question.selection)} by {of_each(question.key)}{order}."


@_sentence.register
def _(question: q.Each) -> str:
    unit = UNITS[question.unit]
    return f"What is the {of_each(question.key)} of each of {many(question.selection)}{unit}?"


@_sentence.register
def _(question: q.Table) -> str:
    columns = " and the ".join(f"({of_each(key)})" for key in question.keys)
    unit = UNITS[question.unit]
    return f"What are the {columns} of each of {many(question.selection)}{unit}?"


@_sentence.register
def _(question: q.Pair) -> str:
    how = "closest together" if question.extreme is q.Extreme.LEAST else "farthest apart"
    of = "" if isinstance(question.selection, q.OfClass) else "of "
    return f"Which two {of}{many(question.selection)} are {how}?"


@_sentence.register
def _(question: q.Whether) -> str:
    return f"{proposition(question.proposition)}?"


@_sentence.register
def _(question: q.Relation) -> str:
    return f"Is {one(question.first)} {question.kind.value} {one(question.second)}?"


@_sentence.register
def _(question: q.Direction) -> str:
    return f"At what o'clock is {one(question.subject)} from {one(question.viewer)}?"


@_sentence.register
def _(question: q.WhereIs) -> str:
    return f"Where is {one(question.subject)}?"


@_sentence.register
def _(question: q.Dimensions) -> str:
    return f"What are the dimensions of {one(question.of)}{UNITS[question.unit]}?"


@_sentence.register
def _(question: q.ClassOf) -> str:
    return f"What class is {one(question.of)}?"


@_sentence.register
def _(question: q.Conditional) -> str:
    branches = f"then ({_sentence(question.then)}), otherwise ({_sentence(question.otherwise)})"
    return f"If ({proposition(question.condition)}), {branches}"
