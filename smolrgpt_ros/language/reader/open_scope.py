# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Questions that leave open how far a word reaches: "not", "just", what stands behind "than"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from .. import question as q
from .checks import written
from .or_lists import with_or
from .tokens import Token

_NEW_CLAUSE = frozenset("that which who and but if then lparen rparen".split())
_DENIED_AGAIN = frozenset("not no neither is are do does have has that which who".split())
_ASKED_OF = frozenset("the a an any this that there it all every each both either one".split())
_BOUNDS = frozenset("more less over under fewer".split())
_EVERY = frozenset("every each all both everything everyone everybody".split())
_THAN = frozenset("than then as".split())
_PLACES = frozenset(
    "in on inside within at left right behind ahead before above below beneath under next beside "
    "near between outside standing sitting lying parked placed stored holding carrying with".split()
)
_HOLD = (
    "hold holds holding contain contains containing carry carries carrying have has having with "
    "store stores"
)
_JUST = re.compile(
    r"(?P<before>[a-z']*)\s*\bjust\b (?!tell|say|want|need|wonder|curious|check|confirm|list|show|"
    r"give|name|return|to |for |let |asking|answer|a quick)(?P<behind>[a-z]*)",
    re.IGNORECASE,
)


def objection_to_scope(question: q.Question, text: str, tokens: Sequence[Token]) -> str:
    """Why it is open how far a word of a question reaches; or "".

    Args:
        question: as read.
        text: as asked.
        tokens: that were read.
    """
    return (
        _not_or(question, text, tokens)
        or _not_every(text, tokens)
        or _just(question, text, tokens)
        or _behind_the_second(question, text, tokens)
        or _list_in_parts(question, tokens)
    )


def _denied(tokens: Sequence[Token]) -> Iterator[int]:
    """Indices of each "not" before a condition.

    "Is not pallet 4 ..." only asks otherwise; "not more than 2 m" is a bound.
    """
    for at, (no, behind) in enumerate(pairwise(tokens)):
        if no.text == "not" and behind.kind not in ("noun", "number", "id", "mask"):
            if behind.text not in _ASKED_OF | _BOUNDS:
                yield at


def _not_or(question: q.Question, text: str, tokens: Sequence[Token]) -> str:
    """ "Not in buffer 3 or left of shelf 12": not left of it, or left of it.

    "Not in buffer 3 or 5" denies both: "or" joins places, no conditions.
    """
    if not any(isinstance(part, q.AnyOf) for part in q.parts_of(question)):
        return ""
    for at in _denied(tokens):
        for here, behind in pairwise(range(at + 1, len(tokens))):
            word, follows = tokens[here].text, tokens[behind]
            if word in _NEW_CLAUSE:
                break
            if word == "or":
                if follows.text in _DENIED_AGAIN or follows.kind != "word":
                    break
                if follows.text in ("the", "a", "an", "of"):
                    break
                return (
                    f'it is open whether "not" reaches behind "{written(text, tokens[here])}"; say '
                    '"neither ... nor ...", or name what is not denied first'
                )
    return ""


def _not_every(text: str, tokens: Sequence[Token]) -> str:
    """ "Not in every buffer": in none of them, or not in each."""
    for at in _denied(tokens):
        for token in tokens[at + 1 :]:
            if token.text in _EVERY:
                return (
                    f'"not" with "{written(text, token)}" can mean none of them, or not each; ask '
                    'with "any", or for each on its own'
                )
            if token.kind not in ("word", "length") or token.text in _NEW_CLAUSE | {"or"}:
                break
    return ""


def _just(question: q.Question, text: str, tokens: Sequence[Token]) -> str:
    """ "Does buffer 3 just hold pallets": nothing else; "just one" is read as a number."""
    if any(token.text == "just" for token in tokens):
        return ""
    found = _JUST.search(text)
    if found is None:
        return ""
    held = not {found["before"].lower(), found["behind"].lower()}.isdisjoint(_HOLD.split())
    if held or isinstance(question, q.Whether):
        return '"just" can mean that there is nothing else: leave it out, or ask what else there is'
    return ""


def _behind_the_second(question: q.Question, text: str, tokens: Sequence[Token]) -> str:
    """ "Is pallet 9 taller than pallet 4 in buffer 3": where the one is, or the other."""
    if not any(_compares_and_more(part) for part in q.parts_of(question)):
        return ""
    for at, than in enumerate(tokens[:-4]):
        noun, number, place = tokens[at + 1 : at + 4]
        if than.text in _THAN and noun.kind == "noun" and isinstance(number.value, float | int):
            named = any(token.kind in ("noun", "id") for token in tokens[at + 4 : at + 8])
            if place.text in _PLACES and named:
                first = written(text, noun, number)
                return (
                    f'it is open what "{written(text, place)} ..." behind "{first}" is said of; '
                    "ask for it on its own"
                )
    return ""


def _compares_and_more(part: object) -> bool:
    match part:
        case q.All(conditions):
            return any(isinstance(c, q.Compared) and isinstance(c.value, q.Ids) for c in conditions)
    return False


def _list_in_parts(question: q.Question, tokens: Sequence[Token]) -> str:
    """ "Loaded, in buffer 3, or left of shelf 12" where only the last two are joined by "or"."""
    if with_or(tokens) == tuple(tokens):
        return ""
    for part in q.parts_of(question):
        if isinstance(part, q.All) and any(isinstance(c, q.AnyOf) for c in part.conditions):
            return 'it is open what "or" joins; say "or" between all of them'
    return ""
