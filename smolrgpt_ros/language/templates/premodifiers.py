# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The front of a noun phrase: "which of the", "second leftmost", "two", and the noun itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..lexicon import LEXICON
from ..meaning import Order
from .token_scan import kind_at, label_at, past_articles, text_at
from .tokens import Token

FREE = ("free", "available", "spare", "unoccupied")
"""What says of a vehicle that it has no load."""

_NOT_ADJECTIVES = frozenset(
    "is are was be and or to for than versus vs with between does do can should it about "
    "given".split()
)


@dataclass(frozen=True)
class Opening:
    """How a phrase opens.

    Args:
        asked: with "which" or "what".
        whichever: with "whichever", which opens a clause and asks only where it stands alone.
        end: where its modifiers begin.
    """

    asked: bool
    whichever: bool
    end: int


@dataclass(frozen=True)
class Modifiers:
    """What stands before the noun: "second leftmost", "two", "blue"; the noun is at ``end``."""

    end: int
    order: Order | None = None
    rank: int = 1
    number: int | None = None


@dataclass(frozen=True)
class Noun:
    """The noun: a class, or a word such as "region" that stands for any."""

    end: int
    label: str | None = None
    plural: bool = False
    generic: bool = False

    @property
    def given(self) -> bool:
        """Whether there is a noun at all."""
        return self.label is not None or self.generic


def read_opening(tokens: Sequence[Token], start: int) -> Opening:
    """Reads "which of the", "whichever", "the"."""
    at = start
    asked = kind_at(tokens, at) == "which"
    if asked:
        at += 1
        while kind_at(tokens, at) == "link":  # "which of the pallets", "which among"
            at += 1
    return Opening(asked, text_at(tokens, start) == "whichever", past_articles(tokens, at))


def read_modifiers(tokens: Sequence[Token], at: int, start: int) -> Modifiers:
    """Reads what stands before the noun.

    Args:
        tokens: of the question.
        at: where the modifiers begin.
        start: where the phrase begins.
    """
    found = Modifiers(at)
    while True:
        at, kind, text = found.end, kind_at(tokens, found.end), text_at(tokens, found.end)
        before_class = kind_at(tokens, at + 1) == "class"
        if kind in ("extreme", "superlative", "state", "side"):
            # "loaded" and "empty" only stand where nothing more selective does.
            if found.order is None or kind != "state":
                found = replace(found, order=tokens[at].order)
        elif kind == "ordinal":
            found = replace(found, rank=tokens[at].number)
        elif text in FREE and label_at(tokens, at + 1) == "transporter":
            found = replace(found, order=found.order or Order.EMPTY)
        elif kind == "number word" and before_class and tokens[at + 1].plural:
            found = replace(found, number=tokens[at].number)
        elif not (
            kind == "article"
            or (text == "one" and before_class)
            or (kind == "word" and before_class and _is_adjective(text, opens=at == start))
        ):
            return found
        found = replace(found, end=at + 1)


def _is_adjective(text: str, opens: bool) -> bool:
    """Whether a word before a class word is its adjective ("blue rack").

    What ``opens`` a phrase is one only if it is no word known otherwise: "see pallet 7".
    """
    return text not in _NOT_ADJECTIVES and not (opens and text in LEXICON.harmless)


def read_noun(tokens: Sequence[Token], at: int) -> Noun:
    """Reads "pallets", "buffer regions", "region", or no noun."""
    if kind_at(tokens, at) == "generic":
        return Noun(at + 1, plural=tokens[at].plural, generic=True)
    if kind_at(tokens, at) != "class":
        return Noun(at)
    end, plural = at + 1, tokens[at].plural
    while kind_at(tokens, end) == "generic" and text_at(tokens, end) not in ("one", "ones"):
        plural |= tokens[end].plural  # "buffer regions", "pallet masks"
        end += 1
    return Noun(end, tokens[at].label, plural)
