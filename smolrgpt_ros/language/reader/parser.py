# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""All readings of a row of tokens by a grammar: a chart parser that keeps what each rule gave.

A reading must use every token but commas and full stops. Where a question can be read in several
ways, the cheapest reading counts; the reader refuses where two of them cost the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .grammar import Alternative, Grammar
from .matching import Captured, Match
from .tokens import Token

#: Most partial matches of one question. Those of the tests take fewer than a thousand.
MOST_STEPS = 20_000


class Mismatch(Exception):
    """A pattern fits the words, and its meaning does not fit what is in view.

    Raised by functions of a grammar: "pallet 3" where region 3 is a buffer. The message is one
    sentence for the asker, used where nothing else can be read.

    Args:
        message: the sentence.
        decisive: whether it explains a refusal also where only a part of the question fits.
    """

    def __init__(self, message: str, decisive: bool = False) -> None:
        super().__init__(message)
        self.decisive = decisive


class TooLong(Exception):
    """Reading takes more steps than :data:`MOST_STEPS`, or is nested too deeply."""


@dataclass(frozen=True)
class Reading:
    """One way to read all tokens: what they mean, and the cost of the patterns used."""

    meaning: object
    cost: int


class Parser:
    """Parses one row of tokens.

    Args:
        grammar: the rules.
        tokens: what is read.
    """

    def __init__(self, grammar: Grammar, tokens: Sequence[Token]) -> None:
        count = len(tokens)
        self._grammar = grammar
        self.signs: Sequence[frozenset[str]] = [t.signs for t in tokens] + [frozenset[str]()]
        self.values: Sequence[object] = [t.value for t in tokens] + [None]
        self.pauses: Sequence[str] = [t.text if t.kind == "pause" else "" for t in tokens] + [""]
        words = list(range(count + 1))
        self._ahead = [frozenset[str]()] * (count + 1)
        for at in reversed(range(count)):
            words[at] = words[at + 1] if self.pauses[at] else at
            self._ahead[at] = self._ahead[at + 1] | self.signs[at]
        self.words: Sequence[int] = words
        self.memory: dict[tuple[int, int], Sequence[Match]] = {}
        self._chart: dict[tuple[str, int], dict[tuple[int, object], int]] = {}
        self.steps = 0
        self.furthest = 0
        self.mismatches: list[Mismatch] = []

    def spend(self, steps: int) -> None:
        """Count steps; raises TooLong where there are more than :data:`MOST_STEPS`."""
        self.steps += steps
        if self.steps > MOST_STEPS:
            raise TooLong

    def readings(self, rule: str) -> list[Reading]:
        """Every reading of all tokens as the rule, cheapest first.

        Raises:
            TooLong: if the tokens can be combined in too many ways.
        """
        end = len(self.signs) - 1
        found: dict[object, int] = {}
        try:
            parsed = self.parsed(rule, 0)
        except RecursionError as error:
            raise TooLong from error
        for (stop, meaning), cost in parsed.items():
            if self.words[stop] == end:
                found[meaning] = min(cost, found.get(meaning, cost))
        return sorted((Reading(m, c) for m, c in found.items()), key=lambda r: r.cost)

    def parsed(self, rule: str, at: int) -> Mapping[tuple[int, object], int]:
        """Ends and meanings of a rule that begins at a token, with their least cost."""
        at = self.words[at]
        key = (rule, at)
        if key in self._chart:
            return self._chart[key]
        # A rule that begins with itself finds nothing there: the grammar has no such rule.
        results: dict[tuple[int, object], int] = {}
        self._chart[key] = {}
        ahead = self._ahead[at]
        for prepared in self._grammar.prepared[rule].at(self.signs[at]):
            if prepared.needs and any(map(ahead.isdisjoint, prepared.needs)):
                continue
            for end, captured, cost in prepared.match(self, at):
                whole = at == self.words[0] and self.words[end] == len(self.signs) - 1
                self._add(results, prepared.alternative, end, captured, cost, whole)
        self._chart[key] = results
        return results

    def _add(
        self,
        results: dict[tuple[int, object], int],
        alternative: Alternative,
        end: int,
        captured: Captured,
        cost: int,
        whole: bool,
    ) -> None:
        self.spend(1)
        try:
            meaning = alternative.meaning(_environment(captured, alternative.repeated))
        except Mismatch as mismatch:
            if whole or mismatch.decisive:
                self.mismatches.append(mismatch)
            return
        except ValueError as error:  # The query language has no such value.
            if whole:
                self.mismatches.append(Mismatch(str(error)))
            return
        key, total = (end, meaning), cost + alternative.cost
        if total < results.get(key, total + 1):
            results[key] = total


def _environment(captured: Captured, repeated: frozenset[str]) -> dict[str, object]:
    """What was captured by name; what may be captured several times as a tuple."""
    environment: dict[str, object] = {name: () for name in repeated}
    for name, value in captured:
        if name in repeated:
            environment[name] = (*environment[name], value)  # type: ignore[misc]
        else:
            environment[name] = value
    return environment
