"""From a sentence with placeholders to a question about objects."""

from __future__ import annotations

import re

import numpy as np

from ..sensing.truth import ObjectTruth
from .phrasings import SYNONYMS

# How sentences call the labels.
WORD = {
    "pallet": "pallet",
    "transporter": "transporter",
    "shelf": "shelf",
    "buffer": "buffer region",
}

_SYNONYM_SHARE = 0.12
Phrasings = dict[str, tuple[str, ...]]
"""Sentences by kind of question."""

_PLACEHOLDER, _SINGLES = re.compile(r"\{(\w+)\}"), ("a", "b", "shelf")
_PLAIN = "the_"
"""Before a placeholder: said as ``language.prompting`` says it."""


def phrasings_of(phrasing: str, **sets: Phrasings) -> Phrasings:
    """The sentences of a set's name.

    Raises:
        ValueError: for another name.
    """
    if phrasing not in sets:
        raise ValueError(f"phrasing must be one of {sorted(sets)}, found {phrasing!r}")
    return sets[phrasing]


class Wording:
    """Draws sentences and fills them.

    Args:
        rng: what is drawn from.
        phrasings: ``phrasings.TRAIN`` or ``phrasings.HELDOUT``.
    """

    def __init__(self, rng: np.random.Generator, phrasings: Phrasings) -> None:
        self._rng, self._phrasings = rng, phrasings

    def phrase(self, group: str) -> str:
        """One sentence of a group, with its placeholders."""
        options = self._phrasings[group]
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
            row = lists[key.removeprefix(_PLAIN)]
            order.extend(o.id for o in row)
            if key.startswith(_PLAIN):
                return _plain(row, as_list=not key.endswith("objects"))
            if key in _SINGLES:
                return self._name(row[0])
            if key == "objects":
                names = [self._name(o) for o in row]
                return ", ".join(names[:-1]) + " and " + names[-1]
            return " ".join(["<mask>"] * len(row))

        filled = _PLACEHOLDER.sub(put, text)
        return filled[0].upper() + filled[1:], order

    def _name(self, item: ObjectTruth) -> str:
        noun = WORD[item.label]
        if self._rng.random() < _SYNONYM_SHARE:
            options = SYNONYMS[item.label]
            noun = options[int(self._rng.integers(len(options)))]
        return f"the {noun} <mask>"


def _plain(row: list[ObjectTruth], as_list: bool) -> str:
    if as_list and len(row) > 1:
        return f"the {WORD[row[0].label]}s " + " ".join(["<mask>"] * len(row))
    names = [f"the {WORD[item.label]} <mask>" for item in row]
    if len(names) < 3:
        return " and ".join(names)
    return ", ".join(names[:-1]) + ", and " + names[-1]
