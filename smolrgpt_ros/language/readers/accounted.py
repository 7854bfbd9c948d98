# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Whether a reading accounts for its question: no word is dropped, no part is invented."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .. import question as q
from ..reader.resolution import View
from .parts_said import Part, parts_said
from .roles_said import role_changed
from .words_said import Kind, Said

_UNSAID = (0.0, 1.0)
"""Numbers that go without being said: "does it hold any pallets?"."""


def unaccounted(said: Sequence[Said], question: q.Question, view: View) -> str:
    """What a question and its reading do not share, for people; empty where they share all.

    Words that the question has in common with none of the reading's parts, parts that none of its
    words stands for, and parts whose roles the words give otherwise.

    Args:
        said: the words of the question.
        question: as it was read.
        view: the regions it may mean.
    """
    values = q.parts_of(question)
    parts = list(parts_said(values))
    return (
        _word_dropped(said, parts, values)
        or _part_invented(said, parts, values, view)
        or role_changed(said, question, values)
    )


def _word_dropped(said: Sequence[Said], parts: Sequence[Part], values: Sequence[object]) -> str:
    """The first word that no part of the reading explains."""
    explained = {"nothing"}.union(*(part.needs + part.allows for part in parts))
    explained = _with_opposites(explained, said)
    labels = {value.label.lower() for value in values if isinstance(value, q.OfClass | q.Ids)}
    lists = {float(len(value.ids)) for value in values if isinstance(value, q.Ids)}
    numbers = {1.0, *_numbers(values), *lists}
    for word in said:
        match word.kind:
            case Kind.NOUN:
                area = word.text in ("area", "areas") and "footprint" in explained
                known = word.label in labels or area
            case Kind.NUMBER:
                known = _is_among(word.number, numbers)
                known = known or (word.text in ("2", "two") and "two" in explained)
            case Kind.ORDINAL:
                known = word.number in numbers
            case Kind.WORD:
                known = bool(word.notions & explained)
        if not known:
            return f"{word.text!r} is not in it"
    return ""


def _part_invented(
    said: Sequence[Said], parts: Sequence[Part], values: Sequence[object], view: View
) -> str:
    """The first part of the reading that no word stands for."""
    notions = _with_opposites(set[str]().union(*(word.notions for word in said)), said)
    for part in parts:
        if part.needs and notions.isdisjoint(part.needs):
            return f"no word says {part.needs[0]!r}"
    nouns = {word.label for word in said if word.kind is Kind.NOUN}
    for value in values:
        if isinstance(value, q.OfClass) and value.label.lower() not in nouns:
            return f"no word says {value.label!r}"
    numbers = {word.number for word in said} | set(_UNSAID) | ({2.0} if "two" in notions else set())
    named = {i for value in values if isinstance(value, q.Ids) for i in value.ids}
    for label in set(view.labels.values()):  # "the two shelves" of all that there are
        if label.lower() in nouns and named.issuperset(view.ids_of(label)):
            numbers |= set(map(float, view.ids_of(label)))
    for number in _numbers(values):
        if not _is_among(number, numbers):
            return f"no word says {number:g}"
    return ""


def _with_opposites(notions: set[str], said: Sequence[Said]) -> set[str]:
    """With the opposites of comparisons where "not" is said: not closer than 2 m is at least."""
    if not any("not" in word.notions for word in said):
        return notions
    less = {f"more{n[4:]}" for n in notions if n == "less" or n.startswith("less ")}
    more = {f"less{n[4:]}" for n in notions if n == "more" or n.startswith("more ")}
    return notions | less | more


def _numbers(values: Sequence[object]) -> Iterator[float]:
    """The numbers of a reading: ids, places in a row, how many are taken, bounds."""
    for value in values:
        match value:
            case q.Ids(ids):
                yield from map(float, ids)
            case q.Ranked(_, _, _, rank, take):
                yield from (float(n) for n in (rank, take) if n > 1)
            case q.Exactly(_, number) if number > 1:
                yield float(number)
            case q.Compared(_, _, bound) | q.Compares(_, _, bound):
                if isinstance(bound, float | int):
                    yield float(bound)


def _is_among(number: float, numbers: set[float]) -> bool:
    return any(abs(number - other) < 1e-6 for other in numbers)
