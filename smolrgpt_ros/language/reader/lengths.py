# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A number and its unit in the text of a question as one length in metres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ..question import METRES, Unit
from .word_lists import WordLists

SPAN = "-"
"""Between two numbers, as in "2-4 m"."""

_BEHIND = ("of", "from", "to", "away", "tall", "high", "wide", "long", "or", "in")  # "5 ft 3 tall"
_PARTS = {
    ("half",): 0.5,
    ("three", "quarters"): 0.75,
    ("one", "quarter"): 0.25,
    ("a", "quarter"): 0.25,
    ("quarter",): 0.25,
}


@dataclass(frozen=True)
class _Smaller:
    """A unit said behind a larger one: the centimetres of "1 m 20 cm".

    Args:
        metres: how long it is.
        number: how many of it make the larger one.
        sign: its short form, where its number may stand alone as well: "5 ft 3 in", "5 ft 3".
    """

    metres: float
    number: int
    sign: str = ""


_SMALLER = {
    METRES[Unit.METRE]: _Smaller(METRES[Unit.CENTIMETRE], 100),
    METRES[Unit.FOOT]: _Smaller(METRES[Unit.INCH], 12, "in"),
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
    if metres in _SMALLER and unit == 1:
        more = _smaller_at(tokens, at + 2, _SMALLER[metres], lists)
        if more is not None:
            return number * metres + more[0], 2 + more[1]
    if metres is not None:
        half = unit == 1 and words[2:5] == ["and", "a", "half"]
        return (number + 0.5 * half) * metres, 5 if half else unit + 1
    if at + 3 < len(tokens) and _is_span(tokens[max(at - 1, 0)], number, tokens[at + 1]):
        # "between 80 and 100 cm": the unit belongs to both.
        last, unit_said = tokens[at + 2], tokens[at + 3].text
        if isinstance(last.value, float) and unit_said in lists.units:
            return number * lists.units[unit_said], 1
    return None


def _is_span(before: Piece, number: float, link: Piece) -> bool:
    """Whether a number and the next one are the ends of a span: "between 2 and 4", "2 to 4"."""
    if link.text == "and":
        return before.text == "between"
    is_id = before.kind == "noun" and number.is_integer()  # "from pallet 2 to ..."
    return link.text in ("to", "until", SPAN) and not is_id


def _smaller_at(
    tokens: Sequence[Piece], at: int, smaller: _Smaller, lists: WordLists
) -> tuple[float, int] | None:
    """What is said in a smaller unit behind a length, in metres, and how many tokens that takes.

    "1 m 20 cm", "one foot and 3 inches", the 3 of "5 ft 3"; "between 1 m and 20 cm" are two.
    """
    at_and = at < len(tokens) and tokens[at].text == "and"
    if at_and and at > 2 and tokens[at - 3].text == "between":
        return None
    run = tokens[at + at_and : at + at_and + 3]
    number = run[0].value if run else None
    if not isinstance(number, float) or number >= smaller.number:
        return None
    unit, after = [*(piece.text for piece in run[1:]), "", ""][:2]
    short = bool(smaller.sign) and unit == smaller.sign and after in _BEHIND[1:-1]
    if lists.units.get(unit) == smaller.metres or short:
        return number * smaller.metres, 2 + at_and
    alone = not unit or run[1].kind not in ("noun", "number", "word") or unit in _BEHIND
    bare = bool(smaller.sign) and run[0].kind == "number" and alone and not at_and
    return (number * smaller.metres, 1) if bare else None
