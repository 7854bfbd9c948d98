# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A number and its unit in the text of a question as one length in metres."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..question import METRES, Unit
from .word_lists import WordLists

_FOOT_M, _INCH_M = METRES[Unit.FOOT], METRES[Unit.INCH]
_CENTIMETRE_M = METRES[Unit.CENTIMETRE]
_BEHIND = ("of", "from", "to", "away", "tall", "high", "wide", "long", "or", "in")  # "5 ft 3 tall"
_PARTS = {
    ("half",): 0.5,
    ("three", "quarters"): 0.75,
    ("one", "quarter"): 0.25,
    ("a", "quarter"): 0.25,
    ("quarter",): 0.25,
}


class Piece(Protocol):
    """What a token is to its neighbours."""

    @property
    def text(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def value(self) -> object: ...


def length_at(tokens: Sequence[Piece], at: int, lists: WordLists) -> tuple[float, int] | None:
    """The length that begins at a token, in metres, and how many tokens it takes."""
    token, words = tokens[at], [t.text for t in tokens[at : at + 5]] + [""] * 5
    number = token.value if isinstance(token.value, float) else None
    if words[0] in ("a", "one") and words[1] in lists.long_units:
        number = 1.0
    part = next((p for p in _PARTS if tuple(words[: len(p)]) == p), None)
    if part is not None:  # "half a metre", "three quarters of a metre"
        number, unit = _PARTS[part], len(part)
        unit += words[unit] == "of"
        unit += words[unit] == "a"
    elif words[1:4] == ["and", "a", "half"]:
        number, unit = None if number is None else number + 0.5, 4
    else:
        unit = 1
    metres = lists.units.get(words[unit])
    if number is None:
        return None
    if metres == 1.0 and unit == 1:
        # "1 m 20 cm", "one metre and 20 centimetres"; "between 1 m and 20 cm" are two.
        at_and = words[2] == "and" and not (at and tokens[at - 1].text == "between")
        run = tokens[at + 2 + at_and : at + 4 + at_and]
        if len(run) == 2 and lists.units.get(run[1].text) == _CENTIMETRE_M:
            more = run[0].value
            if isinstance(more, float) and more < 100:
                return number + more * _CENTIMETRE_M, 4 + at_and
    if metres == _FOOT_M and unit == 1:
        inches = _inches_at(tokens, at + 2, lists)
        if inches is not None:
            return number * metres + inches[0], 2 + inches[1]
    if metres is not None:
        half = unit == 1 and words[2:5] == ["and", "a", "half"]
        return (number + 0.5 * half) * metres, 5 if half else unit + 1
    if token.kind == "number" and at and tokens[at - 1].text == "between":
        # "between 80 and 100 cm": the unit belongs to both.
        last = tokens[at + 1 : at + 4]
        if len(last) == 3 and last[0].text == "and" and last[1].kind == "number":
            metres = lists.units.get(last[2].text)
            return None if metres is None else (number * metres, 1)
    return None


def _inches_at(tokens: Sequence[Piece], at: int, lists: WordLists) -> tuple[float, int] | None:
    """The inches behind feet, "6 inches" or the 3 of "5 ft 3", in metres, and how many tokens."""
    at_and = at < len(tokens) and tokens[at].text == "and"
    run = tokens[at + at_and : at + at_and + 2]
    number = run[0].value if run and run[0].kind == "number" else None
    if not isinstance(number, float):
        return None
    after = tokens[at + at_and + 2].text if len(tokens) > at + at_and + 2 else ""
    inches = [lists.units.get(piece.text) == _INCH_M for piece in run[1:]]
    if any(inches) or (len(run) == 2 and run[1].text == "in" and after in _BEHIND[1:-1]):
        return number * _INCH_M, 2 + at_and
    bare = len(run) == 1 or run[1].kind not in ("noun", "number", "word") or run[1].text in _BEHIND
    return (number * _INCH_M, 1) if bare and not at_and and number < 12 else None
