# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Words that say something which no value of the query language holds, whatever is read of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from .checks import place_behind, written
from .tokens import Token

_ASKING = frozenset("which what who".split())
_THAN = frozenset("than then".split())
_ALL = frozenset("all every each both".split())
_DEGREE = re.compile(
    r"(?<!as )(?<!how )\b(?:(well|far|way) "
    r"(?:over|above|below|under|beyond|within|inside|more than|less than)"
    r"|(roughly|approximately|about) (?:as|the same)) ",
    re.IGNORECASE,
)
_BEFORE_PARTS = frozenset("at in on near towards toward".split())
_FAR_PARTS = frozenset("back rear front top bottom head foot".split())


def objection_to_open_words(text: str, tokens: Sequence[Token]) -> str:
    """Why words of a question leave open what is asked; or "".

    Args:
        text: the question.
        tokens: of the question.
    """
    words = [token.text for token in tokens]
    return (
        _end_of_place(text, tokens)
        or _more_of_what(text, tokens)
        or _much_more(text)
        or _hidden_behind(text, tokens)
        or _not_more_than_all(text, tokens)
        or _and_which(words)
    )


def _end_of_place(text: str, tokens: Sequence[Token]) -> str:
    """ "At the back of buffer 2", which is in it; "on the back of transporter 4"."""
    for at in range(2, len(tokens)):
        site, the = tokens[at - 2].text, tokens[at - 1].text
        if tokens[at].text in _FAR_PARTS and site in _BEFORE_PARTS and the == "the":
            of = [token.text for token in tokens[at + 1 : at + 2]] == ["of"]
            rear = of and site in ("in", "on") and tokens[at].text in ("back", "rear")
            if rear or place_behind(tokens, at):
                return f'parts of one thing are not told apart ("{written(text, tokens[at])} of")'
    return ""


def _more_of_what(text: str, tokens: Sequence[Token]) -> str:
    """ "How many more pallets are in view", without saying than what."""
    for at, (many, more) in enumerate(pairwise(tokens)):
        if (many.text, more.text) == ("many", "more"):
            if _THAN.isdisjoint(token.text for token in tokens[at:]):
                return f'"{written(text, more)}" leaves open than what; say "than", or leave it out'
    return ""


def _much_more(text: str) -> str:
    """ "Well over 2 m", "roughly as tall as": by how much is left open.

    Looked for in the text: elsewhere such words change nothing, and are no tokens.
    """
    if found := _DEGREE.search(text):
        degree = found[1] or found[2]
        return f'"{found[0].strip()}" leaves open by how much; leave out "{degree}"'
    return ""


def _hidden_behind(text: str, tokens: Sequence[Token]) -> str:
    """ "Hidden behind shelf 3", which is more than behind it."""
    for hidden, behind in pairwise(tokens):
        if hidden.text in ("hidden", "hiding") and behind.text in ("behind", "by", "from"):
            return (
                "whether something hides it is not asked about; leave out "
                f'"{written(text, hidden)}"'
            )
    return ""


def _not_more_than_all(text: str, tokens: Sequence[Token]) -> str:
    """ "Not taller than all pallets": than none, or than some and not than others."""
    denied = False
    for than, every in pairwise(tokens):
        if denied and than.text in _THAN and every.text in _ALL:
            return (
                f'"not" with "{written(text, than, every)}" can mean than none of them, or not '
                "than each; ask with one of them"
            )
        denied = denied or than.text == "not"
    return ""


def _and_which(words: Sequence[str]) -> str:
    """ "Which transporter is empty and which is loaded", which are two questions."""
    if words and words[0] in _ASKING:
        for at, (joined, asking) in enumerate(pairwise(words)):
            if at and joined == "and" and asking == words[0]:
                return "these are two questions; ask one at a time"
    return ""
