# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What patterns of the grammar are made of: words, kinds of token, rules, choices, repetitions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Literal:
    """One word as it is written."""

    text: str


@dataclass(frozen=True)
class Terminal:
    """A token of one kind."""

    kind: str


@dataclass(frozen=True)
class Reference:
    """What another rule gives."""

    rule: str


@dataclass(frozen=True)
class Capture:
    """A part whose meaning is kept under a name."""

    name: str
    part: Node


@dataclass(frozen=True)
class Sequenced:
    """Parts one after the other."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Choice:
    """One of several parts."""

    options: tuple[Node, ...]


@dataclass(frozen=True)
class Repeated:
    """A part ``least`` to ``most`` times; ``None`` for any number."""

    part: Node
    least: int
    most: int | None


Node = Literal | Terminal | Reference | Capture | Sequenced | Choice | Repeated


def parts_of(node: Node) -> Sequence[Node]:
    """The parts directly inside a part."""
    if isinstance(node, Sequenced):
        return node.parts
    if isinstance(node, Choice):
        return node.options
    return (node.part,) if isinstance(node, Capture | Repeated) else ()


def captures_of(node: Node) -> Iterator[str]:
    """Names under which something is kept."""
    if isinstance(node, Capture):
        yield node.name
    for part in parts_of(node):
        yield from captures_of(part)


def references_of(node: Node) -> Iterator[str]:
    """Names of the rules referred to."""
    if isinstance(node, Reference):
        yield node.rule
    for part in parts_of(node):
        yield from references_of(part)


def dropped_references_of(node: Node) -> Iterator[str]:
    """Names of the rules whose value is kept under no name."""
    if isinstance(node, Reference):
        yield node.rule
    elif not isinstance(node, Capture):
        for part in parts_of(node):
            yield from dropped_references_of(part)


def literals_of(node: Node) -> Iterator[str]:
    """Words as they are written."""
    if isinstance(node, Literal):
        yield node.text
    for part in parts_of(node):
        yield from literals_of(part)


def repeated_captures_of(node: Node, inside: bool = False) -> Iterator[str]:
    """Names of captures that stand inside a repetition, and so can be made several times."""
    if isinstance(node, Capture) and inside:
        yield node.name
    again = inside or (isinstance(node, Repeated) and node.most is None)
    for part in parts_of(node):
        yield from repeated_captures_of(part, again)
