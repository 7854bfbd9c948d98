# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Words that say something which no value of the query language holds, whatever is read of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from .references import ON_FLOOR
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
_FAR_PARTS = frozenset("back rear front top bottom head foot".split())


def objection_to_open_words(text: str, said: Sequence[str], tokens: Sequence[Token]) -> str:
    """Why words of a question leave open what is asked; or "".

    Args:
        text: the question.
        said: the tokens as they stand in the question.
        tokens: of the question.
    """
    words = [token.text for token in tokens]
    return (
        _end_of_place(said, tokens)
        or _more_of_what(said, words)
        or _much_more(text)
        or _hidden_behind(said, words)
        or _not_more_than_all(said, words)
        or _and_which(words)
    )


def _end_of_place(said: Sequence[str], tokens: Sequence[Token]) -> str:
    """ "At the back of buffer 2", which is in it."""
    for at in range(2, len(tokens) - 2):
        before = [token.text for token in tokens[at - 2 : at]]
        if tokens[at].text not in _FAR_PARTS or tokens[at + 1].text != "of":
            continue
        place = next((t for t in tokens[at + 2 : at + 5] if t.kind == "noun"), None)
        if before[0] in ("at", "in", "on", "near", "towards", "toward") and before[1] == "the":
            if place is not None and place.value in ON_FLOOR and "NOUN" in place.signs:
                return f'parts of a place are not told apart ("{said[at]} of")'
    return ""


def _more_of_what(said: Sequence[str], words: Sequence[str]) -> str:
    """ "How many more pallets are in view", without saying than what."""
    for at, pair in enumerate(pairwise(words)):
        if pair == ("many", "more") and _THAN.isdisjoint(words[at:]):
            return f'"{said[at + 1]}" leaves open than what; say "than", or leave it out'
    return ""


def _much_more(text: str) -> str:
    """ "Well over 2 m", "roughly as tall as": by how much is left open.

    Looked for in the text: elsewhere such words change nothing, and are no tokens.
    """
    if found := _DEGREE.search(text):
        degree = found[1] or found[2]
        return f'"{found[0].strip()}" leaves open by how much; leave out "{degree}"'
    return ""


def _hidden_behind(said: Sequence[str], words: Sequence[str]) -> str:
    """ "Hidden behind shelf 3", which is more than behind it."""
    for at, (word, behind) in enumerate(pairwise(words)):
        if word in ("hidden", "hiding") and behind in ("behind", "by", "from"):
            return f'whether something hides it is not asked about; leave out "{said[at]}"'
    return ""


def _not_more_than_all(said: Sequence[str], words: Sequence[str]) -> str:
    """ "Not taller than all pallets": than none, or than some and not than others."""
    for at, (than, every) in enumerate(pairwise(words)):
        if than in _THAN and every in _ALL and "not" in words[:at]:
            return (
                f'"not" with "{said[at]} {said[at + 1]}" can mean than none of them, or not than '
                "each; ask with one of them"
            )
    return ""


def _and_which(words: Sequence[str]) -> str:
    """ "Which transporter is empty and which is loaded", which are two questions."""
    if words and words[0] in _ASKING:
        for at, (joined, asking) in enumerate(pairwise(words)):
            if at and joined == "and" and asking == words[0]:
                return "these are two questions; ask one at a time"
    return ""
