# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A grammar as data: rules of patterns, each with the meaning it gives and examples of it.

A file of rules reads::

    # A comment.
    @far = far | far away | distant

    DISTANCE
        how @far is a:NP from b:NP     = HowMuch(Distance(a, b))
        > how far is pallet 9 from the transporter
        a:NP to b:NP how far  ~1       = HowMuch(Distance(a, b))

``UPPER`` names a rule, defined in any file, or a kind of token (:data:`TERMINALS`); everything
else is a literal word. ``x:`` keeps what a part means under a name; ``( | )``, ``?``, ``*`` and
``+`` mean what they mean in regular expressions; a repeated part is kept as a tuple. No part is
dropped: the meaning uses every name, but for one like ``x_:``, which only repeats what the rule
says anyway. ``@name`` stands for a choice of phrases. The meaning behind ``=`` is a call of a
constructor of the query language, or of one of the functions that the grammar is loaded with.
``~1`` makes a pattern a second choice, ``~2`` a third. ``>`` gives an example, which the tests
read.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

from .lookahead import ByFirst, Lookahead, Signs
from .matching import Matcher, Matchers
from .patterns import (
    Capture,
    Choice,
    Literal,
    Node,
    Reference,
    Repeated,
    Sequenced,
    Terminal,
    captures_of,
    dropped_references_of,
    literals_of,
    references_of,
    repeated_captures_of,
)

TERMINALS = ("NOUN", "NOUNS", "ID", "NUMBER", "FIGURE", "LENGTH", "MASK")
"""Kinds of token: a class in the singular, one in the plural, a region's number as such ("#3"), a
number, one in figures, a length in metres, a placeholder."""

Meaning = Callable[[Mapping[str, object]], object]


class GrammarError(ValueError):
    """A rule that cannot be read; names file, line and what was expected."""


@dataclass(frozen=True)
class Alternative:
    """One pattern of a rule.

    Args:
        pattern: what it matches.
        meaning: from the captured parts to the value; ``None`` gives the only captured part.
        cost: 0 for the first choice.
        source: file and line, for messages.
        repeated: names of parts inside a repetition: kept as a tuple of all their values.
        examples: sentences that it reads.
    """

    pattern: Node
    meaning: Meaning
    cost: int
    source: str
    repeated: frozenset[str] = frozenset()
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prepared:
    """An alternative ready to be parsed.

    Args:
        alternative: as written.
        match: matches its pattern.
        needs: sets of words and kinds; it uses at least one of each.
    """

    alternative: Alternative
    match: Matcher
    needs: tuple[frozenset[str], ...]


@dataclass(frozen=True)
class Grammar:
    """Rules by name.

    Args:
        rules: alternatives by name of the rule.
        words: every literal word of the grammar.
    """

    rules: Mapping[str, tuple[Alternative, ...]]
    words: frozenset[str] = frozenset()

    @cached_property
    def prepared(self) -> Mapping[str, ByFirst[Prepared]]:
        """The alternatives of each rule, ready to be parsed."""
        patterns = {name: [a.pattern for a in found] for name, found in self.rules.items()}
        lookahead = Lookahead(patterns)
        matchers = Matchers(lookahead)

        def prepared(alternative: Alternative) -> tuple[Signs | None, Prepared]:
            node = alternative.pattern
            ready = Prepared(alternative, matchers.of(node), lookahead.needs(node))
            return lookahead.first(node), ready

        return {name: ByFirst(map(prepared, found)) for name, found in self.rules.items()}

    def prepare(self) -> None:
        """Builds :attr:`prepared` now instead of at the first question."""
        _ = self.prepared

    def examples(self) -> Iterator[tuple[str, Alternative]]:
        """Every example with its alternative."""
        for alternatives in self.rules.values():
            for alternative in alternatives:
                for example in alternative.examples:
                    yield example, alternative


# -- reading the files ----------------------------------------------------------------------

_HEAD = re.compile(r"[A-Z][A-Z_]*$")
_COST = re.compile(r"\s~(\d)\s*$")
#: One node a word: patterns hold forty thousand, of two thousand words.
_literal = cache(Literal)
_PIECE = re.compile(r"\s*([a-z_0-9]+:)?([()|?*+]|\\?[^\s()|?*+]+)")


def load_grammar(
    files: Iterable[Path],
    names: Mapping[str, object],
    spellings: Mapping[str, str] | None = None,
) -> Grammar:
    """The grammar of some files.

    Args:
        files: read in order; a rule may be continued in another file.
        names: constructors and functions that meanings may call, and constants.
        spellings: the one spelling that words are read in, for words that have several.

    Raises:
        GrammarError: with file and line.
    """
    lines = [line for file in files for line in _lines(file)]
    macros = dict(_macro(text, source) for text, source in lines if text.startswith("@"))
    drafts: dict[str, list[Alternative]] = {}
    rule = ""
    for text, source in lines:
        if text.startswith("@"):
            continue
        if not text[0].isspace():
            if not _HEAD.fullmatch(text):
                raise GrammarError(f"{source}: expected the name of a rule, found {text!r}")
            rule = text
            drafts.setdefault(rule, [])
        elif not rule:
            raise GrammarError(f"{source}: expected the name of a rule before the first pattern")
        elif text.lstrip().startswith(">"):
            _add_example(drafts[rule], text.lstrip()[1:].strip(), source)
        else:
            drafts[rule].append(_alternative(text, source, names, macros, spellings or {}))
    rules = {name: tuple(alternatives) for name, alternatives in drafts.items()}
    for alternatives in rules.values():
        for alternative in alternatives:
            for name in references_of(alternative.pattern):
                if name not in rules:
                    raise GrammarError(f"{alternative.source}: there is no rule {name}")
    words = {w for a in rules.values() for b in a for w in literals_of(b.pattern)}
    return Grammar(rules, frozenset(words))


def _lines(file: Path) -> Iterator[tuple[str, str]]:
    """Lines that say something, without comments, each with its file and number."""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        text = line.split("  #")[0].rstrip()
        if text.strip() and not text.lstrip().startswith("#"):
            yield text, f"{file.name}:{number}"


def _macro(text: str, source: str) -> tuple[str, str]:
    name, equals, phrases = text.partition(" = ")
    if not equals or " " in name.strip():
        raise GrammarError(f"{source}: expected '@name = phrase | phrase', found {text!r}")
    return name.strip(), f"({phrases.strip()})"


def _add_example(alternatives: list[Alternative], example: str, source: str) -> None:
    if not alternatives:
        raise GrammarError(f"{source}: an example stands behind the pattern that it shows")
    last = alternatives[-1]
    alternatives[-1] = replace(last, examples=(*last.examples, example))


def _alternative(
    text: str,
    source: str,
    names: Mapping[str, object],
    macros: Mapping[str, str],
    spellings: Mapping[str, str],
) -> Alternative:
    pattern, equals, meaning = text.partition(" = ")
    cost = 0
    if found := _COST.search(pattern):
        cost, pattern = int(found[1]), pattern[: found.start()]
    node = _Patterns(pattern, macros, source, spellings).read()
    captured, repeated = list(captures_of(node)), frozenset(repeated_captures_of(node))
    dropped = list(dropped_references_of(node))
    if not equals:
        if len(captured) != 1 or dropped:
            raise GrammarError(f"{source}: expected ' = meaning', found {text.strip()!r}")
        return Alternative(node, _only(captured[0]), cost, source, repeated)
    try:
        tree = ast.parse(meaning.strip(), mode="eval").body
        used = {part.id for part in ast.walk(tree) if isinstance(part, ast.Name)}
        # No part of a question is dropped: "_" says that the part repeats what the rule says.
        dropped += [name for name in captured if name not in used and not name.endswith("_")]
        if dropped:
            parts = ", ".join(dropped)
            raise GrammarError(f"the meaning drops {parts}; use it, or end its name in '_'")
        value = _meaning(tree, names, frozenset(captured))
        return Alternative(node, value, cost, source, repeated)
    except (SyntaxError, GrammarError) as error:
        raise GrammarError(f"{source}: {error}") from error


class _Patterns:
    """Reads the text of one pattern, macros written out."""

    def __init__(
        self, text: str, macros: Mapping[str, str], source: str, spellings: Mapping[str, str]
    ) -> None:
        self._source, self._spellings = source, spellings
        self._pieces = list(self._split(text, macros))
        self._at = 0

    def _split(self, text: str, macros: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        at = 0
        while at < len(text.rstrip()):
            found = _PIECE.match(text, at)
            if found is None:
                raise GrammarError(f"{self._source}: cannot read {text[at:]!r}")
            at, name, piece = found.end(), found[1] or "", found[2]
            if piece.startswith("@"):
                if piece not in macros:
                    raise GrammarError(f"{self._source}: there is no {piece}")
                inner = list(self._split(macros[piece], macros))
                yield name, inner[0][1]
                yield from inner[1:]
            else:
                yield name, piece

    def read(self) -> Node:
        node = self._choice()
        if self._at < len(self._pieces):
            raise GrammarError(f"{self._source}: one {self._pieces[self._at][1]!r} too many")
        return node

    def _choice(self) -> Node:
        options = [self._sequence()]
        while self._at < len(self._pieces) and self._pieces[self._at][1] == "|":
            self._at += 1
            options.append(self._sequence())
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def _sequence(self) -> Node:
        parts = []
        while self._at < len(self._pieces) and self._pieces[self._at][1] not in ("|", ")"):
            parts.append(self._part())
        return parts[0] if len(parts) == 1 else Sequenced(tuple(parts))

    def _part(self) -> Node:
        name, piece = self._pieces[self._at]
        self._at += 1
        node: Node
        if piece == "(":
            node = self._choice()
            if self._at >= len(self._pieces) or self._pieces[self._at][1] != ")":
                raise GrammarError(f"{self._source}: a ')' is missing")
            self._at += 1
        elif piece in TERMINALS:
            node = Terminal(piece)
        elif _HEAD.fullmatch(piece):
            node = Reference(piece)
        else:
            word = piece.removeprefix("\\")
            node = _literal(self._spellings.get(word, word))
        if self._at < len(self._pieces) and self._pieces[self._at][1] in ("?", "*", "+"):
            sign = self._pieces[self._at][1]
            self._at += 1
            node = Repeated(node, int(sign == "+"), 1 if sign == "?" else None)
        return Capture(name[:-1], node) if name else node


# -- meanings -------------------------------------------------------------------------------


def _only(name: str) -> Meaning:
    return lambda captured: captured[name]


def _meaning(tree: ast.expr, names: Mapping[str, object], captured: frozenset[str]) -> Meaning:
    """A call of known names, captured parts and constants, as a function of what was captured."""
    if isinstance(tree, ast.Constant):
        constant = tree.value
        return lambda env: constant
    if isinstance(tree, ast.Name):
        name = tree.id
        if name in captured:
            return lambda env: env.get(name)
        if name not in names:
            raise GrammarError(f"nothing is called {name!r}")
        known = names[name]
        return lambda env: known
    if isinstance(tree, ast.Attribute) and isinstance(tree.value, ast.Name):
        member = getattr(names[tree.value.id], tree.attr)
        return lambda env: member
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        inner = _meaning(tree.operand, names, captured)
        return lambda env: -inner(env)  # type: ignore[operator]
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name):
        function = names.get(tree.func.id)
        if not callable(function):
            raise GrammarError(f"nothing to call is named {tree.func.id!r}")
        given = [_meaning(argument, names, captured) for argument in tree.args]
        keyed = {k.arg or "": _meaning(k.value, names, captured) for k in tree.keywords}
        call: Callable[..., object] = function
        return lambda env: call(*(g(env) for g in given), **{k: g(env) for k, g in keyed.items()})
    raise GrammarError(f"a meaning holds calls, names and constants, found {ast.unparse(tree)!r}")
