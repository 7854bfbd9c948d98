# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Questions with ``<mask>`` placeholders in the benchmark's manner, read by their cues.

Such questions come in hundreds of wordings, by people and by programs. The roles of the regions
follow from a few cues, so that they are read where the grammar has no rule, but only if the lexicon
knows every word of them, and none restricts or negates.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from smolrgpt_ros.scene.status import QueryError, Status

from ..lexicon import LEXICON
from ..meaning import Meaning
from ..vocabulary import Vocabulary
from .reader import read_question
from .reference_resolution import ReferenceResolver, RegionView
from .relations import read_relation, relation_of, without_empty_words
from .tokens import tokenize

# The one addressed is not asked about: "hey robot, how far ...".
_GREETING = re.compile(r"^\s*(?:hey|hi|hello|ok|okay|dear)\s+(?:there|you|[a-z]+)\s*[,:!]+", re.I)

# "The robot's view" is the camera; only a robot with a number is a region ("seen from robot 4").
_VIEWPOINT = re.compile(
    r"\b(?:(?:as )?seen |viewed |looking )?(?:(?:from|in|by|through|with) )?(?:"
    r"where (?:the|our|my|this) (?:robot|vehicle|machine) (?:looks|sees|watches|is looking)|"
    r"(?:the|our|my|this) (?:robot|vehicle|machine)(?:['\u2019]s)? (?:own )?"
    r"(?:view(?:point)?|point of view|perspective|camera|eyes?|image|picture)(?: view| image)?)\b",
    re.I,
)

_RESTRICTING = frozenset(
    "not except excluding other others but unless instead without neither nor never besides".split()
)

# Words that only questions about a relation or a size may use.
_OF_RELATIONS = frozenset("before call pass points rise spread".split())


def read_template(
    question: str, views: Sequence[RegionView], vocabulary: Vocabulary, *, decides: bool = True
) -> Meaning:
    """What a question with placeholders asks.

    Args:
        question: one ``<mask>`` per view, in order.
        views: the regions behind the placeholders.
        vocabulary: class words.
        decides: whether "the leftmost of the pallets" becomes the region that is it.

    Raises:
        QueryError: BAD_QUESTION or UNKNOWN_REGION where it cannot be read whole.
    """
    asked = _VIEWPOINT.sub(" ", _GREETING.sub("", question))
    relation = relation_of(asked)
    tokens = tokenize(asked if relation is None else without_empty_words(asked), vocabulary)
    resolver = ReferenceResolver(
        {view.id: view for view in views}, vocabulary, tuple(view.id for view in views)
    )
    placeholders = sum(token.kind == "mask" for token in tokens)
    if placeholders != len(views):
        raise resolver.bad(
            f"the question has {placeholders} <mask> placeholders and {len(views)} region ids"
        )
    known = LEXICON.words if relation is None else LEXICON.words | _OF_RELATIONS
    before = ""
    for token in tokens:
        if token.kind == "word" and token.text in _RESTRICTING and before != "each":
            raise resolver.bad(f'"{token.text}" cannot be used where it stands')
        before = token.text
        if token.kind == "word" and token.text not in known and token.text.isalpha():
            raise QueryError(
                Status.BAD_QUESTION, f'the word "{token.text}" of the question cannot be used'
            )
    if relation is None:
        return read_question(tokens, replace(resolver, decides=decides))
    return read_relation(relation, tokens, resolver)
