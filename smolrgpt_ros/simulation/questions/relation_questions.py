# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Questions about relations and sizes with true answers; ``relation_truth`` defines the words."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np

from ..sensing.truth import FrameTruth
from .phrasings import Phrasings, read_phrasings
from .questions import Question
from .relation_truth import (
    COMPARISONS,
    RELATION_KINDS,
    SIZES,
    ViewedObject,
    compare,
    value_of,
    viewed,
)
from .wording import NOUNS, Wording

_VERBS = {"front": "in front of", "behind": "behind", "above": "above", "below": "below"}


@cache
def relation_phrasings() -> Phrasings:
    """The sentences of ``relation_phrasings.json``, read once.

    Sentences with either word of a pair ask for the same truth: the answer names the relation that
    holds.
    """
    return read_phrasings(Path(__file__).with_name("relation_phrasings.json"), RELATION_KINDS)


def generate_relations(
    truth: FrameTruth,
    rng: np.random.Generator,
    kinds: Iterable[str] = RELATION_KINDS,
    per_kind: int = 1,
    phrasing: str = "train",
) -> list[Question]:
    """Up to ``per_kind`` questions of each kind; fewer where the frame has nothing unambiguous.

    ``Question.category`` is the kind. ``normalized`` is one of the kind's two words, metres with
    two decimals, or the hour 1 to 12 of ``direction``.

    Args:
        phrasing: ``"train"`` or ``"heldout"``: two sets of sentences that share none.

    Raises:
        ValueError: for an unknown kind or phrasing.
    """
    words = Wording(rng, relation_phrasings().split(phrasing))
    objects = [viewed(truth, item) for item in truth.regions if item.label in NOUNS]
    found: list[Question] = []
    for kind in kinds:
        if kind not in RELATION_KINDS:
            raise ValueError(f"kind must be one of {RELATION_KINDS}, found {kind!r}")
        size = 1 if kind in SIZES else 2
        made: dict[tuple[int, ...], Question] = {}
        for _ in range(per_kind * 6):
            if len(made) >= per_kind or len(objects) < size:
                break
            chosen = [objects[i] for i in rng.permutation(len(objects))[:size]]
            question = _question(kind, chosen, words)
            if question is not None:
                made.setdefault(question.object_ids, question)
        found.extend(made.values())
    return found


def _question(kind: str, chosen: list[ViewedObject], words: Wording) -> Question | None:
    normalized: float | int | str | None
    if kind in COMPARISONS:
        normalized = compare(kind, *chosen)
    else:
        normalized = value_of(kind, *chosen)
    if normalized is None:
        return None
    items = [one.item for one in chosen]
    lists = {key: [item] for key, item in zip("ab", items, strict=False)}
    text, order = words.fill(words.draw(kind), lists)
    names = [f"the {NOUNS[item.label]} [Region {order.index(item.id)}]" for item in items]
    sentence = _sentence(kind, names, normalized)
    return Question(kind, text, tuple(order), sentence[0].upper() + sentence[1:], normalized)


def _sentence(kind: str, names: list[str], value: float | int | str) -> str:
    if kind in COMPARISONS:
        return f"{names[0]} is {_VERBS.get(str(value), f'{value} than')} {names[1]}."
    if kind == "direction":
        return f"seen from {names[0]}, {names[1]} is at {value} o'clock."
    if kind in SIZES:
        return f"{names[0]} is {value:.2f} meters {'wide' if kind == 'width' else 'tall'}."
    where = "horizontally" if kind == "horizontal_distance" else "vertically"
    return f"{names[0]} and {names[1]} are {value:.2f} meters apart {where}."
