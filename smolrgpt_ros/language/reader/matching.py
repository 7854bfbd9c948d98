# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Patterns of the grammar made ready to match: one function per part, shared by equal parts.

A function takes the parse that is under way and the index of a token, and gives every way to match
from there: the index behind it, what was captured, and the cost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from .lookahead import PAUSES, ByFirst, Lookahead, Signs
from .patterns import (
    Capture,
    Choice,
    Literal,
    Node,
    Reference,
    Repeated,
    Terminal,
    captures_of,
)

Captured = tuple[tuple[str, object], ...]
Match = tuple[int, Captured, int]


class Parse(Protocol):
    """The row of tokens that is parsed, with an empty one behind the last.

    Attributes:
        signs: what a pattern may call each token.
        values: what each token means.
        words: the first token at or behind an index that is no pause.
        pauses: the text of a token that is a pause, else empty.
        memory: matches found before, by part and index.
        furthest: index of the first token that no pattern could use.
    """

    signs: Sequence[Signs]
    values: Sequence[object]
    words: Sequence[int]
    pauses: Sequence[str]
    memory: dict[tuple[int, int], Sequence[Match]]
    furthest: int

    def parsed(self, rule: str, at: int) -> Mapping[tuple[int, object], int]:
        """Ends and meanings of a rule that begins at a token, with their least cost."""
        ...

    def spend(self, steps: int) -> None:
        """Count partial matches; raises where a row of tokens takes too many."""
        ...


Matcher = Callable[[Parse, int], Sequence[Match]]


class Matchers:
    """Makes the functions that match patterns.

    Args:
        lookahead: first words of patterns.
    """

    def __init__(self, lookahead: Lookahead) -> None:
        self._lookahead = lookahead
        self._made: dict[tuple[Node, bool], Matcher] = {}

    def of(self, node: Node, keep: bool = False) -> Matcher:
        """The function that matches a pattern.

        Args:
            node: the pattern.
            keep: whether what it matches is captured, under no name, for a capture around it.
        """
        if (node, keep) not in self._made:
            made = self._make(node, keep)
            silent = not keep and not any(True for _ in captures_of(node))
            if silent and not isinstance(node, Literal | Terminal):
                made = _remembered(made, len(self._made))
            self._made[node, keep] = made
        return self._made[node, keep]

    def _make(self, node: Node, keep: bool) -> Matcher:
        if isinstance(node, Literal) and node.text in PAUSES:
            return _pause(node.text)
        if isinstance(node, Literal | Terminal):
            return _token(node.text if isinstance(node, Literal) else node.kind, keep)
        if isinstance(node, Reference):
            return _reference(node.rule, keep)
        if isinstance(node, Capture):
            several = isinstance(node.part, Repeated) and node.part.most is None
            return _capture(node.name, self.of(node.part, True), several)
        if isinstance(node, Repeated):
            first = self._lookahead.first(node.part)
            return _repeated(self.of(node.part, keep), node.least, node.most, first)
        if isinstance(node, Choice):
            return _choice([(self._lookahead.first(o), self.of(o, keep)) for o in node.options])
        return _sequence([self.of(part) for part in node.parts])


def _remembered(matcher: Matcher, number: int) -> Matcher:
    def match(parse: Parse, at: int) -> Sequence[Match]:
        key = (number, at)
        if key not in parse.memory:
            parse.memory[key] = matcher(parse, at)
        return parse.memory[key]

    return match


def _pause(text: str) -> Matcher:
    def match(parse: Parse, at: int) -> Sequence[Match]:
        return ((at + 1, (), 0),) if text in parse.pauses[at] else ()

    return match


def _token(sign: str, keep: bool) -> Matcher:
    def match(parse: Parse, at: int) -> Sequence[Match]:
        at = parse.words[at]
        if sign not in parse.signs[at]:
            return ()
        parse.furthest = max(parse.furthest, at + 1)
        return ((at + 1, (("", parse.values[at]),) if keep else (), 0),)

    return match


def _reference(rule: str, keep: bool) -> Matcher:
    def match(parse: Parse, at: int) -> Sequence[Match]:
        found = parse.parsed(rule, at)
        if keep:
            return [(end, (("", meaning),), cost) for (end, meaning), cost in found.items()]
        return list(dict.fromkeys((end, (), cost) for (end, _), cost in found.items()))

    return match


def _capture(name: str, part: Matcher, several: bool) -> Matcher:
    def match(parse: Parse, at: int) -> Sequence[Match]:
        found = []
        for end, captured, cost in part(parse, at):
            unnamed = tuple(value for key, value in captured if not key)
            named = tuple(item for item in captured if item[0])
            value = unnamed if several else unnamed[0] if unnamed else None
            found.append((end, ((name, value), *named), cost))
        return found

    return match


def _repeated(part: Matcher, least: int, most: int | None, first: Signs | None) -> Matcher:
    def match(parse: Parse, at: int) -> Sequence[Match]:
        found: list[Match] = [(at, (), 0)] if least == 0 else []
        row: list[Match] = [(at, (), 0)]
        count = 0
        while row and (most is None or count < most):
            count += 1
            longer: list[Match] = []
            for start, captured, cost in row:
                if first is not None and first.isdisjoint(parse.signs[parse.words[start]]):
                    continue
                for end, more, extra in part(parse, start):
                    if end != start:
                        longer.append((end, captured + more, cost + extra))
            row = longer
            parse.spend(len(row))
            if count >= least:
                found += row
        return found

    return match


def _choice(options: Sequence[tuple[Signs | None, Matcher]]) -> Matcher:
    by_first = ByFirst(options)

    def match(parse: Parse, at: int) -> Sequence[Match]:
        found: dict[tuple[int, int, int], Match] = {}
        for option in by_first.at(parse.signs[parse.words[at]]):
            for end, captured, cost in option(parse, at):
                found[end, id(captured), cost] = (end, captured, cost)
        return list(found.values())

    return match


def _sequence(parts: Sequence[Matcher]) -> Matcher:
    def match(parse: Parse, at: int) -> Sequence[Match]:
        row: list[Match] = [(at, (), 0)]
        for part in parts:
            longer: dict[tuple[int, int, int], Match] = {}
            for start, captured, cost in row:
                for end, more, extra in part(parse, start):
                    kept = captured + more if more else captured
                    total = cost + extra
                    longer[end, id(kept), total] = (end, kept, total)
            if not longer:
                return ()
            row = list(longer.values())
            parse.spend(len(row))
        return row

    return match
