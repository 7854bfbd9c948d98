# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""From a sentence with placeholders to the text of a question about objects."""

from __future__ import annotations

import re

import numpy as np

from ..sensing.truth import ObjectTruth
from .phrasings import PLACEHOLDER, Sentences

NOUNS = {
    "pallet": "pallet",
    "transporter": "transporter",
    "shelf": "shelf",
    "buffer": "buffer region",
}
"""Noun of each label in questions and answers."""
SYNONYMS = {
    "pallet": ("skid", "loaded pallet", "pallet of goods"),
    "transporter": ("carrier", "transport robot", "vehicle"),
    "shelf": ("rack", "storage rack", "shelving unit"),
    "buffer": ("buffer zone", "buffer area", "buffer"),
}
"""Nouns of a minority of the questions, so that a model also understands them."""
_SYNONYM_SHARE = 0.12
_SINGLES = ("a", "b", "shelf")


class Wording:
    """Draws sentences and fills them.

    Args:
        rng: source of all random choices.
        sentences: a split of ``phrasings.Phrasings``.
    """

    def __init__(self, rng: np.random.Generator, sentences: Sentences) -> None:
        self._rng, self._sentences = rng, sentences

    def draw(self, group: str) -> str:
        """A random sentence of a group, with its placeholders."""
        options = self._sentences[group]
        return options[int(self._rng.integers(len(options)))]

    def fill(self, text: str, lists: dict[str, list[ObjectTruth]]) -> tuple[str, list[int]]:
        """Puts objects into their placeholders.

        Args:
            lists: the objects of each placeholder; one object for ``a``, ``b`` and ``shelf``.

        Returns:
            The question, and the ids of its ``<mask>``s in order.
        """
        order: list[int] = []

        def put(match: re.Match[str]) -> str:
            key = match.group(1)
            row = lists[key]
            order.extend(o.id for o in row)
            if key in _SINGLES:
                return self._name(row[0])
            if key == "objects":
                names = [self._name(o) for o in row]
                return ", ".join(names[:-1]) + " and " + names[-1]
            return " ".join(["<mask>"] * len(row))

        filled = PLACEHOLDER.sub(put, text)
        return filled[0].upper() + filled[1:], order

    def _name(self, item: ObjectTruth) -> str:
        noun = NOUNS[item.label]
        if self._rng.random() < _SYNONYM_SHARE:
            options = SYNONYMS[item.label]
            noun = options[int(self._rng.integers(len(options)))]
        return f"the {noun} <mask>"
