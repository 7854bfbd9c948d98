# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The words of a question with the notions that they may stand for.

A notion is a short name for a part of a question, as "least distance" or "not"; its words stand in
``words_of_parts.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cache
from pathlib import Path

import yaml

from ..reader.tokens import Token
from ..reader.word_lists import default_word_lists

_FILE = Path(__file__).with_name("words_of_parts.yaml")
_BEFORE_UNITS = ("in ", "how many ", "how much ")


class Kind(Enum):
    """What a word is: a class, a number (an id, a length in metres), an ordinal, or another."""

    NOUN = auto()
    NUMBER = auto()
    ORDINAL = auto()
    WORD = auto()


@dataclass(frozen=True)
class Said:
    """A word or phrase of a question.

    Args:
        text: in the grammar's spelling.
        kind: what it is.
        label: of a noun.
        number: of a number or an ordinal; NaN for others.
        notions: that it may stand for; none of an unknown word.
    """

    text: str
    kind: Kind = Kind.WORD
    label: str = ""
    number: float = float("nan")
    notions: frozenset[str] = field(default=frozenset())


def words_said(tokens: Sequence[Token]) -> tuple[Said, ...]:
    """The words of a question; of the phrases that begin with a word the longest one counts."""
    return tuple(_words_said([token for token in tokens if token.kind != "pause"]))


def _words_said(tokens: Sequence[Token]) -> Iterator[Said]:
    lists, phrases = default_word_lists(), phrases_of_parts()
    longest = max(map(len, phrases))
    at = 0
    while at < len(tokens):
        token, length = tokens[at], 1
        if token.kind == "noun":
            yield Said(token.text, Kind.NOUN, str(token.value))
        elif isinstance(token.value, float | int):
            yield Said(token.text, Kind.NUMBER, number=float(token.value))
        else:
            ahead = tuple(token.text for token in tokens[at : at + longest])
            starts = [ahead[:n] for n in range(len(ahead), 0, -1)]
            phrase = next((start for start in starts if start in phrases), ())
            if phrase:
                length = len(phrase)
                yield Said(" ".join(phrase), notions=phrases[phrase])
            elif token.text in lists.numbers:
                yield Said(token.text, Kind.NUMBER, number=float(lists.numbers[token.text]))
            elif token.text in lists.ordinals:
                yield Said(token.text, Kind.ORDINAL, number=float(lists.ordinals[token.text]))
            else:
                yield Said(token.text)
        at += length


@cache
def phrases_of_parts() -> Mapping[tuple[str, ...], frozenset[str]]:
    """The notions of every phrase."""
    found: dict[tuple[str, ...], set[str]] = {}
    for notion, words in yaml.safe_load(_FILE.read_text(encoding="utf-8")).items():
        unit = notion == "metres" or notion.startswith("unit ")
        for listed in re.findall(r'"[^"]+"|\S+', words):
            phrase = listed.strip('"')
            for before in ("", *(_BEFORE_UNITS if unit else ())):
                found.setdefault(tuple(f"{before}{phrase}".split()), set()).add(notion)
    return {phrase: frozenset(notions) for phrase, notions in found.items()}
