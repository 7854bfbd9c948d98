# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The classes that a question says of its placeholders, for regions that came without one."""

from __future__ import annotations

from ..vocabulary import Vocabulary
from .noun_phrases import find_noun_phrases
from .tokens import tokenize

_BEFORE_LISTS = frozenset(("among", "amongst", "of", "are"))


def said_labels(question: str) -> tuple[str, ...]:
    """The class of each ``<mask>`` of a question, in order; ``""`` where it says none.

    "how many of the pallets <mask> <mask> are in the buffer <mask>" -> pallet, pallet, buffer. A
    list without a class has that of what is chosen from it: "which pallet among <mask> <mask>".
    """
    tokens = tokenize(question, Vocabulary.default())
    labels = [""] * sum(token.kind == "mask" for token in tokens)
    chosen = ""
    for phrase in find_noun_phrases(tokens):
        from_list = phrase.start > 0 and tokens[phrase.start - 1].text in _BEFORE_LISTS
        for place in phrase.placeholders:
            labels[place] = phrase.label or (chosen if from_list else "")
        if phrase.reference is not None:
            for place in phrase.reference.placeholders:
                labels[place] = phrase.reference.label or ""
        chosen = phrase.label or chosen
    return tuple(labels)
