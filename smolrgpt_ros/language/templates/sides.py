# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Reads "left or right": which of two regions is asked about, and which one it is seen from."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from ..meaning import Kind, Meaning, Order
from .noun_phrases import NounPhrase
from .parsed_question import ParsedQuestion
from .token_scan import kind_at, text_at
from .tokens import Token


class _Role(Enum):
    SUBJECT = "subject"
    GOAL = "goal"  # of a look or a way: located even where another phrase is the subject
    REFERENCE = "reference"
    UNKNOWN = "unknown"


_SIDES = (Order.LEFTMOST, Order.RIGHTMOST)
_COMPARATIVES = ("further", "farther", "more", "less")
_PRONOUNS = ("its", "their")
_FILLERS = ("own", "side", "hand")
_REFERENCE_NOUNS = frozenset(
    "reference references anchor landmark base baseline basis origin orientation start "
    "starting".split()
)
# "relative to B", "compared with B", "with respect to B", "starting at B".
_COMPARING = frozenset(
    "relative compared respect relation regard regards reference comparison comparing contrast "
    "opposed seen viewed measured look looking looks glance stand standing starting start begin "
    "beginning placed".split()
)
_AT = ("to", "with", "at", "by")
# The reference faces the subject, or the way to the subject begins there.
_FACING = frozenset(
    "face facing faces than from leaving leave taking using considering given versus".split()
)
# "to get to A".
_GOING = frozenset(
    "get getting go going come drive driving move moving turn walk over towards toward".split()
)
# The only words between two phrases in "B has A on which side", "does B have A on the left".
_HAVING = ({"has"}, {"have"}, {"got"}, {"has", "got"})
# "is A", "where does A", "must A".
_ASKED = frozenset(
    "is are does do did was where tell whether if would will can could should may might "
    "must".split()
)
# "to find A", "does B see A".
_REACHING = frozenset("reach find see locate finds sees".split())


def is_left_right(question: ParsedQuestion, cues: set[str]) -> bool:
    """Whether a question asks on which side of one region another one is."""
    if "side" in cues:
        return True
    if any(m.asked for m in question.phrases):
        return False
    ends = [m for m in question.phrases if m.names_regions]
    compared = [i for i in question.loose("extreme") if _compares(question.tokens[i])]
    orders = {t.order for t in question.tokens if t.kind == "side" or _compares(t)}
    if question.says("than") and question.loose("superlative"):
        return False  # "is the left pallet nearer than the right one"
    if len(orders) == 2 and len(ends) <= 2:
        return True
    if question.loose("side"):
        return not question.loose("extreme", "superlative")
    return len(ends) == 2 and bool(compared)


def read_left_right(question: ParsedQuestion) -> Meaning:
    """The meaning of a question about left or right.

    Raises:
        QueryError: UNKNOWN_REGION or BAD_QUESTION.
    """
    question.refuse_unknown_nouns()
    named = [m for m in question.phrases if m.names_regions]
    if len(named) > 2:
        named = question.without_movers(named)
    picks = [question.pick(m) for m in named]
    if len(picks) == 1:
        picks = picks[0].halves() or picks
    if len(picks) != 2:
        raise question.resolver.bad(f"left or right of what? found {len(picks)} of 2 regions")
    first, second = picks
    if len(named) == 2 and _reference_comes_first(question, named[0], named[1]):
        first, second = second, first
    if any(p.order is None and p.single is None for p in (first, second)):
        raise question.resolver.bad("one region is needed on each side")
    if question.resolver.are_one(first, second):
        raise question.resolver.bad("both regions are the same")
    return Meaning(Kind.LEFT_RIGHT, first, second)


def _compares(token: Token) -> bool:
    """Whether it is a "more to the left", unlike "leftmost"."""
    return (
        token.kind == "extreme" and token.order in _SIDES and token.text.split()[0] in _COMPARATIVES
    )


def _reference_comes_first(question: ParsedQuestion, first: NounPhrase, second: NounPhrase) -> bool:
    """Whether the region named first is the reference of the relation."""
    tokens = question.tokens
    roles = (_role(tokens, first), _role(tokens, second))
    if {t.text for t in tokens[first.end : second.start]} in _HAVING:
        return True
    if roles[1] is _Role.REFERENCE is not roles[0]:
        return False
    differ = roles[0] is not roles[1]
    of_pronoun = _side_of_pronoun(tokens)
    if of_pronoun >= second.end:
        # "B is there, is A on its left": A is no reference of its own, unless it is "A's left".
        if any(t.text == "it" for t in tokens[second.end : of_pronoun]):
            return False  # "is it left of it"
        return of_pronoun > second.end or tokens[of_pronoun].text not in _PRONOUNS
    if of_pronoun >= first.end and not differ:
        return True  # "B: on its left, A?"
    if _Role.GOAL in roles:
        return differ and roles[1] is _Role.GOAL
    return differ and (roles[0] is _Role.REFERENCE or roles[1] is _Role.SUBJECT)


def _side_of_pronoun(tokens: Sequence[Token]) -> int:
    """Where "its left" or "left of it" has its pronoun; -1 where there is none."""
    for at, token in enumerate(tokens):
        ahead, back = at + 1, at - 2
        while text_at(tokens, ahead) in _FILLERS:
            ahead += 1
        while text_at(tokens, back) in _FILLERS:
            back -= 1
        if token.text in _PRONOUNS and _is_side(tokens, ahead):
            return at
        of_it = token.text in ("it", "them") and text_at(tokens, at - 1) in ("of", "from")
        if of_it and _is_side(tokens, back):
            return at
    return -1


def _is_side(tokens: Sequence[Token], at: int) -> bool:
    return kind_at(tokens, at) in ("side", "extreme")


def _role(tokens: Sequence[Token], phrase: NounPhrase) -> _Role:
    """The part of a phrase in the question, from the words around it."""
    after = [t.text for t in tokens[phrase.end : phrase.end + 5] if t.kind != "article"]
    if after[:1] in (["as"], ["is"]) and _REFERENCE_NOUNS & set(after[1:3]):
        return _Role.REFERENCE
    before = [t for t in tokens[: phrase.start] if t.kind != "article"]
    words = ["", "", "", *(t.text for t in before)]
    last, earlier = words[-1], words[-2]
    kind = before[-2].kind if len(before) > 1 else ""
    if last == "of":
        sided = kind in ("side", "extreme", "cue") or earlier in _FILLERS
        return _Role.REFERENCE if sided else _Role.UNKNOWN
    if last in _AT and kind not in ("side", "extreme") and _GOING & set(words[-3:-1]):
        return _Role.GOAL
    if last in _REACHING:
        return _Role.GOAL
    if last in _FACING or (last in _AT and _COMPARING & set(words[-4:-1])):
        return _Role.REFERENCE
    if last in ("to", "with"):  # "left to B"; but in "from B to A" it only ends the way
        return _Role.UNKNOWN if kind in ("class", "number", "mask") else _Role.REFERENCE
    return _Role.SUBJECT if last in _ASKED else _Role.UNKNOWN
