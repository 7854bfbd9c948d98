# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Guesses of what an answer's lists say of a question's regions, beside those of earlier answers.

Earlier answers tell where a number comes (see ``drafts``), not which one. Behind a region's name in
a list it is the quantity that the name carries (``geometry_tokens.quantities``), in a list that
counts it is the next one, and anywhere else the last one written. A list names the regions in their
order and ends with the last, and marks each new extreme. A list that counts by a sign counts what
has it, or what does not. The model checks all guesses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from ..geometry_tokens.quantities import QUANTITIES, SIGNS

Quantities = Sequence[Sequence[Sequence[float]]]
"""``(len(QUANTITIES), M, M)``, of the column's region relative to the row's."""

_SIGNS = frozenset(QUANTITIES.index(sign) for sign in SIGNS)
"""The headings of lists whose names carry no number, but a sign, or nothing."""
_WHETHER = QUANTITIES.index("whether")


@dataclass(frozen=True)
class ListTokens:
    """Tokens that lists and their numbers are made of.

    Args:
        first: the ten digits behind a space: a number's first.
        later: the ten digits within a number.
        point: before a number's decimals; also the end of a sentence.
        names: of regions, in order.
        colon, comma: before a region's name in a list.
        by: the words that begin a list of numbers alone.
        least, most: behind a new extreme.
        no: behind what is not counted.
        headings: of the quantities, in their order.
    """

    first: tuple[int, ...]
    later: tuple[int, ...]
    point: int
    names: range
    colon: int
    comma: int
    by: tuple[int, ...]
    least: int
    most: int
    no: int
    headings: Sequence[int]

    @classmethod
    def of(
        cls, encode: Callable[[str], Sequence[int]], names: range, headings: Sequence[int]
    ) -> ListTokens:
        """Of a model; digits that are no tokens of their own are left out.

        Args:
            encode: its tokenizer.
            names, headings: as of the class.
        """

        def digits(before: str) -> tuple[int, ...]:
            encoded = [encode(f"{before}{digit}") for digit in range(10)]
            return tuple(ids[0] for ids in encoded if len(ids) == 1)

        def word(text: str) -> int:
            return encode(text)[-1]

        return cls(
            first=digits(" "),
            later=digits(""),
            point=word("."),
            names=names,
            colon=word(":"),
            comma=word(","),
            by=(word("By"), word(" By")),
            least=word(" least"),
            most=word(" most"),
            no=word(" no"),
            headings=headings,
        )

    @property
    def usable(self) -> bool:
        """Whether the model has all digits, and lists of quantities."""
        return bool(self.headings) and len(self.first) == len(self.later) == 10

    def number(self, value: float, decimals: int) -> tuple[int, ...]:
        """A number with so many decimals."""
        text = f"{max(0.0, value):.{decimals}f}"
        rest = (self.point if sign == "." else self.later[int(sign)] for sign in text[1:])
        return (self.first[int(text[0])], *rest)

    def is_number(self, unit: Sequence[int]) -> bool:
        """Whether a unit of a text, see :meth:`unit_at`, is a number; an empty one is not."""
        return bool(unit) and unit[0] in self.first

    def unit_at(self, text: Sequence[int], start: int) -> tuple[int, ...]:
        """The number that starts at a position, whole, or the token there."""
        if text[start] not in self.first:
            return (text[start],)
        end = self._behind_digits(text, start + 1)
        decimals = self._behind_digits(text, end + 1)
        if text[end : end + 1] == (self.point,) and decimals > end + 1:
            end = decimals
        return tuple(text[start:end])

    def decimals_of(self, number: Sequence[int]) -> int:
        """Digits behind the point of a number."""
        return len(number) - number.index(self.point) - 1 if self.point in number else 0

    def _behind_digits(self, text: Sequence[int], position: int) -> int:
        while position < len(text) and text[position] in self.later:
            position += 1
        return position


def with_lists(
    tokens: ListTokens,
    answer: Sequence[int],
    guess: Sequence[int],
    quantities: Quantities,
    length: int,
) -> tuple[int, ...]:
    """A guess that goes on as lists and numbers do.

    Args:
        answer: tokens of the answer so far; it may end within a number.
        guess: how it may go on, as earlier answers did.
        quantities: of the question's regions.
        length: most tokens.
    """
    text, start = (*answer, *guess), 0
    known = _Reading(tokens, quantities)
    while start < len(answer):
        unit = tokens.unit_at(text, start)
        if start + len(unit) >= len(answer) and unit[0] in tokens.first:
            break  # the answer may end within this number
        known.read(unit)
        start += len(unit)
    begun = text[start : len(answer)]
    made: tuple[int, ...] = ()
    while len(made) < len(begun) + length:
        unit = tokens.unit_at(text, start) if start < len(text) else ()
        start += len(unit)
        following = known.expected(unit)
        if not made and following[: len(begun)] != begun:
            following = unit
        if not following:
            break
        if following != unit and not (tokens.is_number(following) and tokens.is_number(unit)):
            start = len(text)  # what was guessed behind another token says nothing
        made += following
        known.read(following)
    return made[len(begun) : len(begun) + length]


class _Due(Enum):
    """What comes next in a list."""

    NOTHING = auto()
    NAME = auto()
    NUMBER = auto()
    EXTREME = auto()
    COUNT = auto()
    END = auto()


class _Reading:
    """Where a text stands that is read number by number and token by token."""

    def __init__(self, tokens: ListTokens, quantities: Quantities) -> None:
        self._tokens, self._quantities = tokens, quantities
        self._last: dict[int, tuple[int, ...]] = {}  # the last number by its decimals
        self._lists_numbers = False
        self._reference: int | None = None
        self._begin_list(_WHETHER)
        self._in_list = False

    def _begin_list(self, heading: int) -> None:
        self._heading, self._in_list, self._due = heading, True, _Due.NOTHING
        self._reference, self._region = None, -1
        self._decimals: int | None = None
        self._extreme: int | None = None
        self._best: float | None = None
        self._counts_below = True  # what "empty" or "on the floor" counts has no such sign
        self._entries = self._counted = 0

    def read(self, unit: tuple[int, ...]) -> None:
        """A number, or a token of none."""
        tokens, token = self._tokens, unit[0]
        if token in tokens.first:
            self._read_number(unit)
        elif token in tokens.headings:
            self._begin_list(tokens.headings.index(token))
        elif token in tokens.names:
            region = token - tokens.names.start
            if self._due is _Due.NAME:
                self._region, self._due = region, _Due.NUMBER
            else:
                self._reference, self._due = region, _Due.NOTHING
        elif token in (tokens.colon, tokens.comma):
            self._entries += self._region >= 0
            self._due = _Due.NAME if self._in_list else _Due.NOTHING
        elif token == tokens.point:
            self._in_list = self._lists_numbers = False
            self._due = _Due.NOTHING
        elif token in tokens.by:
            self._lists_numbers = True
        elif self._due is not _Due.NOTHING:
            if token in (tokens.least, tokens.most):
                self._extreme, self._best = token, self._value
            if token == tokens.no:
                self._read_whether(counted=False)
            self._due = _Due.END

    def _read_number(self, number: tuple[int, ...]) -> None:
        decimals = self._tokens.decimals_of(number)
        self._last[decimals] = number
        if self._due is _Due.NUMBER and self._heading not in _SIGNS:
            self._decimals = decimals
            self._due = _Due.EXTREME if self._lists_numbers else _Due.COUNT
        elif self._due is not _Due.NOTHING:
            self._read_whether(counted=True)
            self._counted += 1
            self._due = _Due.END

    def _read_whether(self, counted: bool) -> None:
        if self._carries_sign and self._value is not None:
            self._counts_below = counted == (self._value < 0)

    def expected(self, unit: tuple[int, ...]) -> tuple[int, ...]:
        """What comes next, where that is known; otherwise the unit that was guessed, if any."""
        tokens, is_number = self._tokens, self._tokens.is_number(unit)
        match self._due:
            case _Due.NAME if (following := self._next_region()) is not None:
                return (tokens.names[following],)
            case _Due.NUMBER if self._heading not in _SIGNS:
                if self._value is None or not (is_number or self._decimals):
                    return unit
                return tokens.number(self._value, self._decimals or tokens.decimals_of(unit))
            case _Due.NUMBER if self._carries_sign and self._value is not None:
                if (self._value < 0) == self._counts_below:
                    return tokens.number(self._counted + 1, 0)
                return (tokens.no,)
            case _Due.NUMBER | _Due.COUNT if is_number:
                return tokens.number(self._counted + 1, 0)
            case _Due.EXTREME if self._entries:
                return self._mark() or self._end()
            case _Due.END:
                return self._end()
        return self._last.get(tokens.decimals_of(unit), unit) if is_number else unit

    @property
    def _carries_sign(self) -> bool:
        return self._heading in _SIGNS and self._heading != _WHETHER

    @property
    def _value(self) -> float | None:
        """The quantity that the list's last name carries."""
        table, region = self._quantities[self._heading], self._region
        row = region if self._reference is None else self._reference
        return table[row][region] if 0 <= max(row, region) < len(table) else None

    def _next_region(self) -> int | None:
        following = self._region + 1
        following += following == self._reference
        return following if following < len(self._quantities[0]) else None

    def _end(self) -> tuple[int, ...]:
        ends = self._next_region() is None
        return (self._tokens.point if ends else self._tokens.comma,)

    def _mark(self) -> tuple[int, ...]:
        """The mark of a new extreme, in a list that marks them; otherwise empty."""
        if self._value is None or self._best is None or self._extreme is None:
            return ()
        least = self._extreme == self._tokens.least
        is_new = self._value < self._best if least else self._value > self._best
        return (self._extreme,) if is_new else ()
