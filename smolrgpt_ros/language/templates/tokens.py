# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Question text to typed tokens: spelling, phrases, numbers and class words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..lexicon import LEXICON
from ..meaning import Order
from ..reader.spelling import is_one_slip
from ..vocabulary import Vocabulary
from .load_states import with_plain_states

_PIECE = re.compile(r"<mask>|\d+(?:st|nd|rd|th)\b|\d+|[a-z]+(?:'[a-z]+)?|[,;:.?!]")


@dataclass(frozen=True)
class Token:
    """One unit of a question.

    Args:
        kind: ``class``, ``number``, ``ordinal``, ``mask``, ``stop`` (end of a sentence), ``comma``,
            ``word`` (anything else) or the kind of a phrase of :mod:`~..lexicon`.
        text: the corrected text.
        label: the class that a ``class`` token names.
        number: of a ``number`` or ``number word``; rank of an ``ordinal``; of a ``mask``, the
            number of the placeholder from 0.
        order, cue: of a phrase of the lexicon.
        plural: of a ``class`` or ``generic`` token.
    """

    kind: str
    text: str
    label: str = ""
    number: int = 0
    order: Order | None = None
    cue: str = ""
    plural: bool = False


def tokenize(question: str, vocabulary: Vocabulary) -> list[Token]:
    """Typed tokens of a question; ``<mask>`` placeholders are numbered from 0."""
    text = _spelled_out(question.lower().replace("<image>", " "))
    text = re.sub(r"(?<!mask)>|<(?!mask>)|->|[\[\](){}_/\"*=]|(?<=[a-z])-(?=[a-z])", " ", text)
    pieces = _PIECE.findall(text)
    classes = {
        tuple(form.split()): (c.name, plural)
        for c in reversed(vocabulary.classes)
        for form, plural in c.forms()
    }
    known = _known_words(classes)
    pieces = with_plain_states([_corrected(piece, known) for piece in pieces])
    longest = max([LEXICON.longest_phrase, *(len(key) for key in classes)])
    tokens: list[Token] = []
    masks = 0
    at = 0
    while at < len(pieces):
        for length in range(min(longest, len(pieces) - at), 0, -1):
            chunk = tuple(pieces[at : at + length])
            token = _phrase(chunk, classes, masks)
            if token is not None:
                tokens.append(token)
                masks += token.kind == "mask"
                at += length
                break
    return tokens


def _spelled_out(text: str) -> str:
    """Abbreviations with stops and typed possessives in words the grammar knows."""
    text = text.replace("\u2019", "'")
    text = re.sub(r"\bi\. ?e\b\.?|\bie\b(?=,)", ",", text)
    text = re.sub(r"\bw\.? ?r\.? ?t\b\.?", " relative to ", text)
    text = re.sub(r"\b(vs|approx|dist|resp|pls|max|min|no|nr)\.(?= ?\S)", r"\1 ", text)
    text = re.sub(r"\b(?:no|nr|num|number) *(?=\d)", " ", text)
    # "on transporter 4's left", "on the robot's right side"
    return re.sub(r"(?<=[\w>])'s? (?=(?:own )?(?:left|right)\b)", " its ", text)


def _phrase(
    chunk: tuple[str, ...], classes: dict[tuple[str, ...], tuple[str, bool]], masks: int
) -> Token | None:
    text = " ".join(chunk)
    if chunk in classes:
        label, plural = classes[chunk]
        return Token("class", text, label, plural=plural)
    if (phrase := LEXICON.phrases.get(text)) is not None:
        return Token(phrase.kind, text, order=phrase.order, cue=phrase.cue, plural=phrase.plural)
    if len(chunk) > 1:
        return None
    if text == "<mask>":
        return Token("mask", text, number=masks)
    if text in ".?!":
        return Token("stop", text)
    if text in ",;:":
        return Token("comma", text)
    if text.isdigit():
        return Token("number", text, number=int(text))
    if text in LEXICON.ordinals:
        return Token("ordinal", text, number=LEXICON.ordinals[text])
    if text[0].isdigit():
        return Token("ordinal", text, number=int(text[:-2]))
    if text in LEXICON.numbers:
        return Token("number word", text, number=LEXICON.numbers[text])
    return Token("word", text)


def _known_words(phrases: Iterable[tuple[str, ...]]) -> frozenset[str]:
    return LEXICON.words.union(word for phrase in phrases for word in phrase)


def _corrected(piece: str, known: frozenset[str]) -> str:
    """The piece, or the one known word that differs from it by a single slip of the keyboard."""
    piece = piece.removesuffix("'s")
    if len(piece) < 3 or not piece.isalpha() or piece in known:
        return piece
    near = [w for w in known if len(w) >= 4 and w not in LEXICON.harmless and is_one_slip(piece, w)]
    # A plural and its singular may both be one slip away; prefer the same last letter.
    near = [w for w in near if w[-1] == piece[-1]] or near
    return near[0] if len(near) == 1 else piece
