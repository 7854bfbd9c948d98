# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Questions as a model is trained on them and asked them: canonical English over listed regions.

A class in view becomes the regions of it, each region a placeholder; a class that the model has no
word for is an "object". What is asked for is the question's *form*, and a model's configuration
lists the forms it was trained on.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import cast

from . import question as q
from .english import english
from .prompts import Prompt

NEUTRAL = "object"
"""Stands for a class that the model has no word for."""

_FIRST_NUMBER = 10**6
"""Added to ids while a sentence is written, so that no other number in it looks like one."""
_NUMBER = re.compile(r"\b1\d{6}\b")
_LENGTHS = (q.Mode.CENTER, q.Mode.HORIZONTAL, q.Mode.VERTICAL)
_SIZES = (q.Dimension.HEIGHT, q.Dimension.WIDTH, q.Dimension.LENGTH)
_COMPARED = (q.Dimension.HEIGHT, q.Dimension.LENGTH)
_RELATIONS = {
    q.RelationKind.LEFT_RIGHT: "left or right",
    q.RelationKind.FRONT_BEHIND: "front or behind",
    q.RelationKind.ABOVE_BELOW: "above or below",
    q.RelationKind.TALLER_SHORTER: "taller or shorter",
    q.RelationKind.WIDER_THINNER: "wider or thinner",
}


@dataclass(frozen=True)
class TrainedOn:
    """What a model was trained on, from its configuration.

    Args:
        forms: of questions, as :func:`form_of` names them.
        labels: classes that it has words for.
        most_regions: most regions of a question.
    """

    forms: frozenset[str]
    labels: frozenset[str]
    most_regions: int


def asked_prompt(
    question: q.Question, labels: Mapping[int, str], trained: TrainedOn
) -> Prompt | None:
    """The prompt of a question; ``None`` where the model was not trained on its form.

    Args:
        labels: class of each region that the question may mean, by id.
    """
    asked = listed(question, labels)
    if form_of(asked) not in trained.forms:
        return None
    prompt = prompt_of(asked, trained.labels)
    return prompt if 0 < len(prompt.region_ids) <= trained.most_regions else None


def listed(question: q.Question, labels: Mapping[int, str]) -> q.Question:
    """The question with the regions of each class by id, in metres, and "from the camera" last."""

    def change(part: object) -> object:
        if isinstance(part, q.OfClass):
            return q.Ids(tuple(i for i, label in labels.items() if label == part.label), part.label)
        if isinstance(part, q.Distance) and isinstance(part.first, q.Camera):
            return q.Distance(part.second, part.first, part.mode)  # the same, as it is trained
        return part

    # How many there have to be is measured; the model is asked about those that are there.
    counted = q.changed(question, lambda part: part.of if isinstance(part, q.Exactly) else part)
    asked = cast("q.Question", q.changed(counted, change))
    return replace(asked, unit=q.Unit.METRE) if isinstance(asked, q.HowMuch) else asked


def prompt_of(question: q.Question, named: Collection[str]) -> Prompt:
    """The canonical sentence of a listed question, with placeholders.

    A region's first mention is a placeholder, a later one its name.

    Args:
        named: classes that the model has words for.
    """
    text, ids = _written(english(numbered(question, named)), ())
    return Prompt(text, ids)


def numbered(question: q.Question, named: Collection[str]) -> q.Question:
    """The question with ids that :func:`with_names` finds in a sentence, and neutral words."""

    def change(part: object) -> object:
        if isinstance(part, q.Ids):
            label = part.label if part.label in named else NEUTRAL
            return q.Ids(tuple(_FIRST_NUMBER + i for i in part.ids), label)
        return part

    return cast("q.Question", q.changed(question, change))


def number_of(region_id: int) -> int:
    """The number that stands for a region in a :func:`numbered` question."""
    return _FIRST_NUMBER + region_id


def with_names(text: str, region_ids: tuple[int, ...]) -> str:
    """A sentence about a numbered question with ``[Region i]`` for each of its numbers.

    Args:
        region_ids: of the prompt.
    """
    return _written(text, region_ids)[0]


def _written(text: str, region_ids: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:
    ids = list(region_ids)

    def name(found: re.Match[str]) -> str:
        region_id = int(found[0]) - _FIRST_NUMBER
        if region_id in ids:
            return f"[Region {ids.index(region_id)}]"
        ids.append(region_id)
        return "<mask>"

    return _NUMBER.sub(name, text), tuple(ids)


# -- forms ----------------------------------------------------------------------------------


def form_of(question: q.Question) -> str:
    """The form of a listed question; ``""`` for one that no model is trained on."""
    match question:
        case q.HowMuch(quantity):
            return _quantity(quantity)
        case q.Which(q.Ranked() as ranked):
            return f"which by {_key(ranked.key)}" if _is_ranked(ranked) else ""
        case q.Which(q.Where(of, condition)) if _are_listed(of):
            return _joined("which is", _condition(condition))
        case q.Whether(proposition):
            return _proposition(proposition)
        case q.Relation(kind, first, second) if _is_one(first) and _is_one(second):
            return _RELATIONS.get(kind, "")
        case q.Direction(subject, viewer) if _is_one(subject) and _is_end(viewer):
            return "direction"
    return ""


def _joined(first: str, rest: str) -> str:
    return f"{first} {rest}" if rest else ""


def _quantity(quantity: q.Quantity) -> str:
    match quantity:
        case q.Distance(first, second, mode) if mode in _LENGTHS:
            return mode.value if _is_one(first) and _is_end(second) else ""
        case q.Size(of, dimension) if dimension in _SIZES and _is_one(of):
            return dimension.value
        case q.Count(q.Where(of, condition)) if _are_listed(of):
            return _joined("count", _condition(condition))
        case q.Count(of) if _are_listed(of):
            return "count"
        case q.Difference(q.Distance(), q.Distance()) | q.Difference(q.Size(), q.Size()):
            kinds = {_quantity(quantity.first), _quantity(quantity.second)}
            return _joined("difference of", kinds.pop()) if len(kinds) == 1 else ""
    return ""


def _proposition(proposition: q.Proposition) -> str:
    match proposition:
        case q.Holds(subject, condition) if _is_one(subject):
            return _joined("is", _condition(condition))
        case q.Exists(q.Where(of, condition)) if _are_listed(of):
            return _joined("any", _condition(condition))
        case q.Compares(q.Count() | q.Distance() as first, _, float() | int()):
            return _joined("compared", _quantity(first))
        case q.Same(first, q.Ranked() as second) if _is_one(first) and _is_ranked(second):
            return f"is that by {_key(second.key)}"
    return ""


def _condition(condition: q.Condition) -> str:
    match condition:
        case q.State(state):
            return state.value
        case q.Inside(place) if _is_one(place):
            return "inside"
        case q.OnTop(carrier) if _is_one(carrier):
            return "on top"
        case q.NextTo(other) if _is_one(other):
            return "next to"
        case q.Beside(side, other) if _is_one(other):
            return side.value
        case q.Compared(q.DistanceTo(target), comparison, value) if _is_end(target):
            if comparison is q.Comparison.EQUAL:
                return ""
            if isinstance(value, float | int):
                return "within a distance"
            with_object = not isinstance(value, q.Quantity | q.Key) and _is_one(value)
            return "closer" if with_object else ""
        case q.Compared(q.SizeOf(dimension), comparison, value) if dimension in _COMPARED:
            if (
                isinstance(value, q.Quantity | q.Key | float | int)
                or comparison is q.Comparison.EQUAL
            ):
                return ""
            return f"more {dimension.value}" if _is_one(value) else ""
    return ""


def _key(key: q.Key) -> str:
    match key:
        case q.Column():
            return "column"
        case q.DistanceTo(target) if _is_end(target):
            return "distance"
        case q.SizeOf(dimension) if dimension in _COMPARED:
            return dimension.value
    return ""


def _is_ranked(selection: q.Ranked) -> bool:
    return selection.take == 1 and _are_listed(selection.of) and bool(_key(selection.key))


def _is_one(selection: q.Selection) -> bool:
    """Whether a selection is one region, or is left to the model to find."""
    match selection:
        case q.Ids(ids):
            return len(ids) == 1
        case q.Ranked():
            return _is_ranked(selection)
        case q.Where(of, q.State()):
            return _are_listed(of)
    return False


def _is_end(selection: q.Selection) -> bool:
    return isinstance(selection, q.Camera) or _is_one(selection)


def _are_listed(selection: q.Selection) -> bool:
    if isinstance(selection, q.Union):
        return all(isinstance(member, q.Ids) and member.ids for member in selection.members)
    return isinstance(selection, q.Ids) and bool(selection.ids)
