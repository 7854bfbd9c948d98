# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Decoding held to a grammar: which tokens may come next, and the value that they make in the end.

A state is every derivation that the tokens so far allow, leftmost symbol first. The notation's
grammar leaves one of them in nearly every state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from .notation_grammar import START, Grammar, Kind, Rule, Symbol

Encode = Callable[[str], Sequence[int]]


@dataclass(frozen=True)
class _Derivation:
    """Symbols and tokens still to come, and the rules taken so far."""

    open: tuple[Symbol | int, ...]
    taken: tuple[Rule, ...] = ()


class ConstrainedOutput:
    """The tokens of one output, taken one by one.

    Args:
        grammar: what may be written.
        encode: the tokens of a piece of text.
        end: the token that ends an output.
    """

    def __init__(self, grammar: Grammar, encode: Encode, end: int) -> None:
        self._grammar, self._encode = grammar, encode
        self._known: dict[Symbol, tuple[_Derivation, ...]] = {}
        self._states = tuple(self._expanded(_Derivation((START, end))))

    @property
    def allowed(self) -> tuple[int, ...]:
        """The tokens that may come next; none after the end."""
        return tuple(dict.fromkeys(state.open[0] for state in self._states if state.open))  # type: ignore[misc]

    @property
    def done(self) -> bool:
        """Whether the end was taken."""
        return not any(state.open for state in self._states)

    def take(self, token: int) -> None:
        """Goes on with a token.

        Raises:
            ValueError: if it is not allowed.
        """
        went_on = [
            after
            for state in self._states
            if state.open and state.open[0] == token
            for after in self._expanded(_Derivation(state.open[1:], state.taken))
        ]
        if not went_on:
            raise ValueError(f"token {token} is not one of {self.allowed}")
        self._states = tuple(went_on)

    def value(self) -> object:
        """What was written; the first reading where the grammar has several."""
        assert self.done, "the output has not ended"
        rules = iter(self._states[0].taken)
        return _built(rules)

    def _expanded(self, derivation: _Derivation) -> Iterator[_Derivation]:
        """The derivations whose first symbol is a token."""
        if not derivation.open or isinstance(derivation.open[0], int):
            yield derivation
            return
        symbol, rest = derivation.open[0], derivation.open[1:]
        for start in self._starts(symbol):
            after = _Derivation((*start.open, *rest), (*derivation.taken, *start.taken))
            if start.open:
                yield after
            else:
                yield from self._expanded(after)

    def _starts(self, symbol: Symbol) -> tuple[_Derivation, ...]:
        """The derivations of one symbol alone up to their first token; without any: empty ones."""
        known = self._known.get(symbol)
        if known is None:
            if isinstance(symbol, str):
                known = (_Derivation(tuple(self._encode(symbol))),)
            else:
                known = tuple(
                    start
                    for rule in self._grammar[symbol]
                    for start in self._expanded(_Derivation(rule.symbols, (rule,)))
                )
            self._known[symbol] = known
        return known


def _built(rules: Iterator[Rule]) -> object:
    rule = next(rules)
    parts = [_built(rules) for symbol in rule.symbols if isinstance(symbol, Kind)]
    return rule.build(*parts)
