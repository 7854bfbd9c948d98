"""All readings of a row of tokens by a grammar: a chart parser that keeps what each rule gave.

A reading must use every token but commas and full stops. Where a question can be read in several
ways, the cheapest reading counts; the reader refuses where two of them cost the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .grammar import Alternative, Grammar
from .patterns import Capture, Choice, Literal, Node, Reference, Repeated, Sequenced
from .tokens import Token

_Captured = tuple[tuple[str, object], ...]
_Match = tuple[int, _Captured, int]


class Mismatch(Exception):
    """A pattern fits the words, and its meaning does not fit what is in view.

    Raised by functions of a grammar: "pallet 3" where region 3 is a buffer. The message is one
    sentence for the asker, used where nothing else can be read.
    """


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
        self._grammar, self._tokens = grammar, tokens
        self._chart: dict[tuple[str, int], dict[tuple[int, object], int]] = {}
        self.furthest = 0
        """Index of the first token that no pattern could use."""
        self.mismatches: list[Mismatch] = []

    def readings(self, rule: str) -> list[Reading]:
        """Every reading of all tokens as the rule, cheapest first."""
        end = len(self._tokens)
        found: dict[object, int] = {}
        for (stop, meaning), cost in self._parsed(rule, 0).items():
            if self._skip(stop) == end:
                found[meaning] = min(cost, found.get(meaning, cost))
        return sorted((Reading(m, c) for m, c in found.items()), key=lambda r: r.cost)

    def _parsed(self, rule: str, at: int) -> Mapping[tuple[int, object], int]:
        """Ends and meanings of a rule that begins at a token, with their least cost."""
        at = self._skip(at)
        key = (rule, at)
        if key in self._chart:
            return self._chart[key]
        # A rule that begins with itself finds nothing there: the grammar has no such rule.
        results: dict[tuple[int, object], int] = {}
        self._chart[key] = {}
        starts = self._begin(at)
        for alternative, first in zip(
            self._grammar.rules[rule], self._grammar.starts[rule], strict=True
        ):
            if first is not None and first.isdisjoint(starts):
                continue
            for end, captured, cost in self._match(alternative.pattern, at):
                self._add(results, alternative, end, captured, cost)
        self._chart[key] = results
        return results

    def _add(
        self,
        results: dict[tuple[int, object], int],
        alternative: Alternative,
        end: int,
        captured: _Captured,
        cost: int,
    ) -> None:
        try:
            meaning = alternative.meaning(_environment(captured, alternative.repeated))
        except Mismatch as mismatch:
            self.mismatches.append(mismatch)
            return
        key, total = (end, meaning), cost + alternative.cost
        if total < results.get(key, total + 1):
            results[key] = total

    def _begin(self, at: int) -> frozenset[str]:
        return self._tokens[at].signs if at < len(self._tokens) else frozenset()

    def _skip(self, at: int) -> int:
        while at < len(self._tokens) and self._tokens[at].kind == "pause":
            at += 1
        return at

    def _match(self, node: Node, at: int) -> Iterator[_Match]:
        if isinstance(node, Sequenced):
            yield from self._sequence(node.parts, 0, at, (), 0)
        elif isinstance(node, Choice):
            for option in node.options:
                yield from self._match(option, at)
        elif isinstance(node, Repeated):
            yield from self._repeat(node, at, 0)
        elif isinstance(node, Capture):
            yield from self._capture(node, at)
        elif isinstance(node, Reference):
            for (end, meaning), cost in self._parsed(node.rule, at).items():
                yield end, (("", meaning),), cost
        elif isinstance(node, Literal) and node.text in (",", ":"):
            if at < len(self._tokens) and node.text in self._tokens[at].text:
                yield at + 1, (), 0
        else:
            at = self._skip(at)
            sign = node.text if isinstance(node, Literal) else node.kind
            if at < len(self._tokens) and sign in self._tokens[at].signs:
                self.furthest = max(self.furthest, at + 1)
                yield at + 1, (("", self._tokens[at].value),), 0

    def _sequence(
        self, parts: Sequence[Node], index: int, at: int, captured: _Captured, cost: int
    ) -> Iterator[_Match]:
        if index == len(parts):
            yield at, captured, cost
            return
        for end, more, extra in self._match(parts[index], at):
            kept = captured + tuple(item for item in more if item[0])
            yield from self._sequence(parts, index + 1, end, kept, cost + extra)

    def _repeat(self, node: Repeated, at: int, count: int) -> Iterator[_Match]:
        if count >= node.least:
            yield at, (), 0
        if node.most is not None and count >= node.most:
            return
        for end, captured, cost in self._match(node.part, at):
            if end == at:
                continue
            for last, more, extra in self._repeat(node, end, count + 1):
                yield last, captured + more, cost + extra

    def _capture(self, node: Capture, at: int) -> Iterator[_Match]:
        repeated = isinstance(node.part, Repeated)
        for end, captured, cost in self._match(node.part, at):
            unnamed = tuple(value for name, value in captured if not name)
            named = tuple(item for item in captured if item[0])
            value: object
            if repeated and isinstance(node.part, Repeated) and node.part.most is None:
                value = unnamed
            else:
                value = unnamed[0] if unnamed else None
            yield end, ((node.name, value), *named), cost


def _environment(captured: _Captured, repeated: frozenset[str]) -> dict[str, object]:
    """What was captured by name; what may be captured several times as a tuple."""
    environment: dict[str, object] = {name: () for name in repeated}
    for name, value in captured:
        if name in repeated:
            environment[name] = (*environment[name], value)  # type: ignore[misc]
        else:
            environment[name] = value
    return environment
