# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What a pattern begins with and what it cannot do without: lets the parser skip most patterns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from .patterns import Capture, Choice, Literal, Node, Reference, Repeated, Terminal

Signs = frozenset[str]
PAUSES = (",", ":", ";", ".", "-")
"""Literals that stand for a pause, which other patterns skip."""


Item = TypeVar("Item")


class ByFirst(Generic[Item]):
    """Patterns, or what belongs to them, by what they begin with.

    Args:
        items: each behind the words and kinds it can begin with; ``None`` if it can begin anyhow.
    """

    def __init__(self, items: Iterable[tuple[Signs | None, Item]]) -> None:
        self._items: list[Item] = []
        self._anyhow: set[int] = set()
        places: dict[str, list[int]] = {}
        for place, (first, item) in enumerate(items):
            self._items.append(item)
            if first is None:
                self._anyhow.add(place)
            for sign in first or ():
                places.setdefault(sign, []).append(place)
        # Tuples: there are thousands of these, mostly of one place, and a set takes 200 bytes.
        self._places = {sign: tuple(of_sign) for sign, of_sign in places.items()}

    def at(self, here: Signs) -> list[Item]:
        """Those that can begin with a token of these signs, in order."""
        places = self._anyhow.union(*(self._places.get(sign, ()) for sign in here))
        return [self._items[place] for place in sorted(places)]


class Lookahead:
    """First words and needed words of the patterns of some rules.

    Args:
        rules: the patterns of each rule.
    """

    def __init__(self, rules: Mapping[str, Sequence[Node]]) -> None:
        self._rules = rules
        self._first: dict[str, set[str]] = {name: set() for name in rules}
        self._empty: dict[str, bool] = dict.fromkeys(rules, False)
        self._needs: dict[str, tuple[Signs, ...]] = {}
        self._fix_first()

    def first(self, node: Node) -> Signs | None:
        """Words and kinds that a match begins with; ``None`` if it can be empty or begin anyhow."""
        words, nothing = self._begin(node)
        return None if nothing else frozenset(words)

    def needs(self, node: Node) -> tuple[Signs, ...]:
        """Sets of words and kinds: every match uses at least one of each."""
        if isinstance(node, Literal):
            return () if node.text in PAUSES else (frozenset({node.text}),)
        if isinstance(node, Terminal):
            return (frozenset({node.kind}),)
        if isinstance(node, Reference):
            return self._rule_needs(node.rule)
        if isinstance(node, Capture):
            return self.needs(node.part)
        if isinstance(node, Repeated):
            return self.needs(node.part) if node.least else ()
        if isinstance(node, Choice):
            return self._one_of(node.options)
        found = [need for part in node.parts for need in self.needs(part)]
        return tuple(dict.fromkeys(found))

    def _one_of(self, options: Sequence[Node]) -> tuple[Signs, ...]:
        needs = [self.needs(option) for option in options]
        if not all(needs):
            return ()
        return (frozenset().union(*(min(need, key=len) for need in needs)),)

    def _rule_needs(self, rule: str) -> tuple[Signs, ...]:
        if rule not in self._needs:
            self._needs[rule] = ()  # A rule inside itself needs nothing that is known yet.
            self._needs[rule] = self._one_of(self._rules[rule])
        return self._needs[rule]

    def _begin(self, node: Node) -> tuple[set[str], bool]:
        if isinstance(node, Literal):
            return (set(), True) if node.text in PAUSES else ({node.text}, False)
        if isinstance(node, Terminal):
            return {node.kind}, False
        if isinstance(node, Reference):
            return self._first[node.rule], self._empty[node.rule]
        if isinstance(node, Capture):
            return self._begin(node.part)
        if isinstance(node, Repeated):
            words, nothing = self._begin(node.part)
            return words, nothing or node.least == 0
        if isinstance(node, Choice):
            found = [self._begin(option) for option in node.options]
            return set().union(*(w for w, _ in found)), any(e for _, e in found)
        words = set[str]()
        for part in node.parts:
            more, nothing = self._begin(part)
            words = words | more
            if not nothing:
                return words, False
        return words, True

    def _fix_first(self) -> None:
        """Iterates to a fixed point: rules refer to one another."""
        changed = True
        while changed:
            changed = False
            for name, patterns in self._rules.items():
                for pattern in patterns:
                    words, nothing = self._begin(pattern)
                    if not words <= self._first[name] or (nothing and not self._empty[name]):
                        self._first[name] |= words
                        self._empty[name] |= nothing
                        changed = True
