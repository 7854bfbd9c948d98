# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Commas of a list that ends in "or": "empty, in buffer 3, or left of shelf 12"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .tokens import Token

_STATES = frozenset(
    "empty loaded free full occupied vacant unloaded laden idle carried taken".split()
)
_SITES = frozenset(
    "in on inside within at left right behind ahead before above below beneath under underneath "
    "next beside near between outside to off over atop standing sitting lying parked riding placed "
    "stored located carrying holding containing with having".split()
)
_MEASURES = frozenset(
    "closer farther further taller shorter wider narrower longer bigger smaller higher lower more "
    "less exactly as not".split()
)
_RELATIVE = frozenset("that which who".split())


def with_or(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The tokens with "or" for the commas of each list of conditions that "or" ends.

    A comma is one of a list where a condition stands between it and the next comma or "or", and
    a condition follows that "or": no comma of "which is taller, pallet 3 or pallet 4" is.
    """
    result = list(tokens)
    for at, token in enumerate(tokens):
        if token.text == "or" and _is_condition(_part_behind(tokens, at)):
            for comma in _commas_before(tokens, at):
                result[comma] = replace(
                    tokens[comma], text="or", kind="word", value="or", signs=frozenset({"or"})
                )
    return tuple(result)


def _part_behind(tokens: Sequence[Token], at: int) -> Sequence[Token]:
    """What stands behind an "or", up to the next comma or "or"."""
    end = at + 1
    while end < len(tokens) and tokens[end].kind != "pause" and tokens[end].text != "or":
        end += 1
    return tokens[at + 1 : end]


def _commas_before(tokens: Sequence[Token], at: int) -> list[int]:
    """Indices of the commas of the list that ends in the "or" there, last first."""
    found: list[int] = []
    end = at - 1 if at and tokens[at - 1].text == "," else at
    while True:
        comma = next((i for i in reversed(range(end)) if tokens[i].kind == "pause"), -1)
        part = tokens[comma + 1 : end]
        named = [token.kind == "noun" for token in part] == [True, False]
        if comma < 1 or tokens[comma].text != "," or not (named or _is_condition(part)):
            return found
        found.append(comma)
        end = comma


def _is_condition(part: Sequence[Token]) -> bool:
    """Whether words begin as what is true of an object; "left or right" alone is none."""
    words = [token.text for token in part]
    if not words:
        return False
    if words[0] in _RELATIVE:
        return len(words) > 2
    return words[0] in _STATES or (len(words) > 1 and words[0] in _SITES | _MEASURES)
