# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Numbers in the guesses of how an answer goes on: those that the model is about to read.

Earlier answers tell where a number comes and how many digits it has behind its point, not which
number. Behind a region's name in a list that is the quantity that the name carries
(``geometry_tokens.quantities``); in a list that counts it is the next one, and anywhere else the
last one written. The model checks them like all guesses (see ``drafts``).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ..geometry_tokens.quantities import QUANTITIES

Quantities = Sequence[Sequence[Sequence[float]]]
"""``(len(QUANTITIES), M, M)``, of the column's region relative to the row's."""

_NONE = QUANTITIES.index("whether")
"""The heading of lists whose names carry no number."""


@dataclass(frozen=True)
class NumberTokens:
    """Tokens that numbers, and the lists that they stand in, are made of.

    Args:
        first: the ten digits behind a space: a number's first.
        later: the ten digits within a number.
        point: before a number's decimals; also the end of a sentence.
        names: of regions, in order.
        separators: before a region's name in a list.
        headings: of the quantities, in their order.
    """

    first: tuple[int, ...]
    later: tuple[int, ...]
    point: int
    names: range
    separators: Collection[int]
    headings: Sequence[int]

    @property
    def usable(self) -> bool:
        """Whether the model has all digits, and lists of quantities."""
        return bool(self.headings) and len(self.first) == len(self.later) == 10

    def of(self, value: float, decimals: int) -> tuple[int, ...]:
        """A number with so many decimals."""
        text = f"{max(0.0, value):.{decimals}f}"
        rest = (self.point if sign == "." else self.later[int(sign)] for sign in text[1:])
        return (self.first[int(text[0])], *rest)

    def end_of(self, text: Sequence[int], start: int) -> int:
        """The position behind the number that starts at a position."""
        end = self._behind_digits(text, start + 1)
        decimals = self._behind_digits(text, end + 1)
        return decimals if text[end : end + 1] == (self.point,) and decimals > end + 1 else end

    def decimals_of(self, number: Sequence[int]) -> int:
        """Digits behind the point of a number."""
        return len(number) - number.index(self.point) - 1 if self.point in number else 0

    def _behind_digits(self, text: Sequence[int], position: int) -> int:
        while position < len(text) and text[position] in self.later:
            position += 1
        return position


def with_numbers(
    tokens: NumberTokens, answer: Sequence[int], guess: Sequence[int], quantities: Quantities
) -> tuple[int, ...]:
    """A guess with the numbers that its places call for.

    Args:
        answer: tokens of the answer so far; it may end within a number.
        guess: how it may go on, as earlier answers did.
        quantities: of the question's regions.
    """
    text, known = (*answer, *guess), _Numbers(tokens, quantities)
    made: list[int] = []
    position = 0
    while position < len(text):
        if text[position] not in tokens.first:
            known.read(text, position)
            made.append(text[position])
            position += 1
            continue
        end = tokens.end_of(text, position)
        number = text[position:end]
        if end > len(answer):
            begun, next_one = tuple(answer[position:]), known.next_number(number)
            if next_one[: len(begun)] == begun:
                number = next_one
        known.wrote(number)
        made += number
        position = end
    return tuple(made[len(answer) :])


class _Numbers:
    """Which number comes next in a text that is read token by token."""

    def __init__(self, tokens: NumberTokens, quantities: Quantities) -> None:
        self._tokens, self._quantities = tokens, quantities
        self._heading = _NONE
        self._reference: int | None = None
        # The region whose name was the last token, in a list.
        self._region: int | None = None
        # How many the list has counted so far; None outside lists.
        self._counted: int | None = None
        # The last number by its decimals.
        self._last: dict[int, tuple[int, ...]] = {}

    def read(self, text: Sequence[int], position: int) -> None:
        """A token that is of no number."""
        tokens, token = self._tokens, text[position]
        self._region = None
        if token in tokens.headings:
            self._heading, self._reference = tokens.headings.index(token), None
        elif token == tokens.point:
            self._counted = None
        elif token in tokens.names:
            region = token - tokens.names.start
            if position and text[position - 1] in tokens.separators:
                self._region, self._counted = region, self._counted or 0
            else:
                self._reference = region

    def next_number(self, guessed: tuple[int, ...]) -> tuple[int, ...]:
        """The number that the text calls for, as long as the guessed one behind its point."""
        decimals, region = self._tokens.decimals_of(guessed), self._region
        if region is not None and self._heading != _NONE:
            table = self._quantities[self._heading]
            row = region if self._reference is None else self._reference
            if max(row, region) < len(table):
                return self._tokens.of(table[row][region], decimals)
        if self._counted is not None and not decimals:
            return self._tokens.of(self._counted + 1, 0)
        return self._last.get(decimals, guessed)

    def wrote(self, number: tuple[int, ...]) -> None:
        """A number was written."""
        decimals = self._tokens.decimals_of(number)
        self._last[decimals], self._region = number, None
        if self._counted is not None and not decimals:
            self._counted += 1
