# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Look-ups in a tokenized question: kinds, words, numbers and sides at a place."""

from __future__ import annotations

from collections.abc import Sequence

from ..meaning import Order
from .tokens import Token

NAMING_KINDS = ("class", "number", "mask", "generic", "camera")


def kind_at(tokens: Sequence[Token], at: int) -> str:
    """Kind of the token at ``at``, "" outside."""
    return tokens[at].kind if 0 <= at < len(tokens) else ""


def text_at(tokens: Sequence[Token], at: int) -> str:
    """Text of the token at ``at``, "" outside."""
    return tokens[at].text if 0 <= at < len(tokens) else ""


def label_at(tokens: Sequence[Token], at: int) -> str:
    """Class that the token at ``at`` names, "" where it names none."""
    return tokens[at].label if 0 <= at < len(tokens) else ""


def past_articles(tokens: Sequence[Token], at: int) -> int:
    """The first place from ``at`` on that holds no article."""
    while kind_at(tokens, at) == "article":
        at += 1
    return at


def numbers_at(
    tokens: Sequence[Token], at: int, allow_words: bool
) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    """Ids and placeholders from ``at`` on: "3, 7 and 12", "three", "M M M"."""
    ids: list[int] = []
    masks: list[int] = []
    end = at
    while True:
        ahead = at
        if ids:
            while kind_at(tokens, ahead) == "comma" or text_at(tokens, ahead) in ("and", "or"):
                ahead += 1
            if ahead > at and kind_at(tokens, ahead) == "generic":
                ahead += 1
        if kind_at(tokens, ahead) == "number" and not masks:
            ids.append(int(tokens[ahead].number))
        elif kind_at(tokens, ahead) == "number word" and not masks and (allow_words or ids):
            ids.append(int(tokens[ahead].number))
        elif kind_at(tokens, ahead) == "mask" and not ids:
            masks.append(int(tokens[ahead].number))
        else:
            return tuple(ids), tuple(masks), end
        at = end = ahead + 1


def side_at(tokens: Sequence[Token], at: int) -> tuple[Order, int, bool] | None:
    """``(order, end, whether with "from")`` of "on the (far) left (side)"; not "to the left of"."""
    opening = text_at(tokens, at)
    if opening not in ("on", "to", "at", "in", "from"):
        return None
    at = past_articles(tokens, at + 1)
    if kind_at(tokens, at) not in ("side", "extreme"):
        return None
    order = tokens[at].order
    at += 1
    while text_at(tokens, at) in ("side", "hand", "edge", "border"):
        at += 1
    relation = text_at(tokens, at) in ("of", "or") or kind_at(tokens, at) in NAMING_KINDS
    return None if relation or order is None else (order, at, opening == "from")
