# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Whether the order of a question's words gives the parts of its reading other roles.

"Which pallet does the transporter carry?" has the same words as "which transporter carries the
pallet?".
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from .. import question as q
from .words_said import Kind, Said

_CARRYING = ("carry", "carries", "carrying", "hold", "holds", "holding", "contain", "contains")
_ARTICLES = ("the", "a", "an", "any", "id", "object", "region", "number")
_DENYING = ("not", "no", "false", "untrue", "never", "nor", "neither")
_PLACED = ("in", "on", "inside", "to", "of", "from", "at", "in which", "on which")
_ENDS = ("between", "apart", "gap", "from")
_OPEN_ENDS = (q.Comparison.AT_LEAST, q.Comparison.AT_MOST, q.Comparison.EQUAL)
_UPWARD = (q.Comparison.MORE, q.Comparison.AT_LEAST)


def role_changed(said: Sequence[Said], question: q.Question, values: Sequence[object]) -> str:
    """What the words give another role than the reading, for people; empty if nothing.

    Args:
        said: the words of the question.
        question: as it was read.
        values: its parts.
    """
    return (
        _one_part_twice(values)
        or _end_of_distance_dropped(said, values)
        or _denied_otherwise(said, values)
        or _compared_otherwise(said, values)
        or _class_otherwise(said, question)
        or _carried_otherwise(said, values)
    )


def _one_part_twice(values: Sequence[object]) -> str:
    """A part that has one answer whatever the scene: a number compared with itself."""
    for value in values:
        same = False
        match value:
            case q.Ratio(a, b) | q.Difference(a, b) | q.Compares(a, _, b) | q.Same(a, b):
                same = a == b
            case q.Relation(_, a, b) | q.Distance(a, b) | q.Between(a, b):
                same = a == b and not isinstance(a, q.Ids)
            case q.Where(of, condition):
                inner = q.parts_of(condition)
                same = any(isinstance(p, q.Inside) and p.place == of for p in inner)
        if same:
            return "a part of it stands twice"
    return ""


def _end_of_distance_dropped(said: Sequence[Said], values: Sequence[object]) -> str:
    """A word for the end of a distance, where all distances are from a camera that is not said."""
    if any("camera" in word.notions for word in said):
        return ""
    camera = q.Camera()
    distances = [v for v in values if isinstance(v, q.Distance | q.DistanceTo)]
    for distance in distances:
        match distance:
            case q.DistanceTo(target) if target != camera:
                return ""
            case q.Distance(first, second) if camera not in (first, second):
                return ""
    if not distances or any(isinstance(v, q.Between | q.Column) for v in values):
        return ""
    for before, word in pairwise((Said(""), *said)):
        to = word.text == "to" and before.text != "distance" and "distance" in before.notions
        if to or word.text in _ENDS:
            return f"{word.text!r} is not in it"
    return ""


def _denied_otherwise(said: Sequence[Said], values: Sequence[object]) -> str:
    """Where the question denies more than the reading, or the reading more than the question."""
    denied = [value.condition for value in values if isinstance(value, q.Not)]
    open_ends = [
        value
        for value in values
        if isinstance(value, q.Compared | q.Compares) and value.comparison in _OPEN_ENDS
    ]
    states = (q.State(q.LoadState.EMPTY), q.State(q.LoadState.ON_FLOOR))
    explained = len(denied) + len(open_ends) + sum(value in states for value in values)
    if sum(word.text in _DENYING for word in said) > explained:
        return "'not' is not in it"
    notions = {"not", "other", "outside", "none", "empty"}
    exceptions = sum(isinstance(condition, q.Among) for condition in denied)
    needed = len(denied) - max(exceptions - 1, 0)  # "except pallets and shelves" is said once
    if needed > sum(bool(word.notions & notions) for word in said):
        return "no word says 'not'"
    return ""


def _compared_otherwise(said: Sequence[Said], values: Sequence[object]) -> str:
    """Two quantities compared the other way round: "A is closer than B" as B closer than A."""
    for value in values:
        if not isinstance(value, q.Compares) or isinstance(value.second, float | int):
            continue
        first, second = _named(value.first), _named(value.second)
        places = [
            [i for i, word in enumerate(said) if (word.label or word.number) in only]
            for only in (first - second, second - first)
        ]
        way = next((word for word in said if _is_low(word) != _is_high(word)), None)
        if way is None or not all(places):
            continue
        in_order = min(places[0]) < min(places[1])
        if in_order != ((value.comparison in _UPWARD) == _is_high(way)):
            return f"{way.text!r} is the other way round"
    return ""


def _is_low(word: Said) -> bool:
    return any(n == "less" or n.startswith("less ") for n in word.notions)


def _is_high(word: Said) -> bool:
    return any(n == "more" or n.startswith("more ") for n in word.notions)


def _named(quantity: q.Quantity) -> set[object]:
    """The ids and labels of a quantity."""
    found = set[object]()
    for value in q.parts_of(quantity):
        match value:
            case q.Ids(ids):
                found |= set(map(float, ids))
            case q.OfClass(label):
                found.add(label.lower())
    return found


def _class_otherwise(said: Sequence[Said], question: q.Question) -> str:
    """A class asked for, "which pallet", where the reading answers with another."""
    match question:
        case q.Which(asked) | q.Listing(asked):
            asking = "which"
        case q.HowMuch(q.Count(asked)):
            asking = "how many"
        case _:
            return ""
    answered = _class_of(asked)
    if not answered:
        return ""
    for before, word, noun in zip((Said(""), *said), said, said[1:], strict=False):
        if word.text == asking and noun.kind is Kind.NOUN and noun.label != answered:
            if before.text not in _PLACED:
                return f"it does not answer with {noun.text!r}"
    return ""


def _class_of(selection: q.Selection) -> str:
    """The label of what a selection chooses from; empty where there is not one."""
    match selection:
        case q.Where(of) | q.Ranked(of) | q.Exactly(of):
            return _class_of(of)
        case q.OfClass(label) | q.Ids(_, label):
            return label.lower()
    return ""


def _carried_otherwise(said: Sequence[Said], values: Sequence[object]) -> str:
    """A load read as the carrier: what stands behind "carries" is carried."""
    for value in values:
        match value:
            case q.OnTop(carrier) | q.Inside(carrier):
                for at, word in enumerate(said):
                    if word.text in _CARRYING:
                        behind = [w for w in said[at + 1 : at + 4] if w.text not in _ARTICLES]
                        if _begins_with(behind, carrier):
                            return f"{word.text!r} is the other way round"
    return ""


def _begins_with(words: Sequence[Said], selection: q.Selection) -> bool:
    """Whether words begin with an object that is named."""
    match selection:
        case q.Ids(ids):
            numbers = [w.number for w in words[:2] if w.kind is Kind.NUMBER]
            return any(number in ids for number in numbers)
        case q.OfClass(label):
            return bool(words) and words[0].label == label.lower()
    return False
