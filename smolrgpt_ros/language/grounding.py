"""A free question about the regions in view to its meaning and its prompt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .meaning import Meaning
from .prompts import Prompt, write_prompt
from .reader.reader import read_question
from .reader.reference_resolution import Locate, ReferenceResolver, RegionView
from .reader.relations import read_relation, relation_of, without_empty_words
from .reader.tokens import tokenize
from .vocabulary import Vocabulary

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

# A number of metres is no region: "is it more than 3 meters from ...".
_LIMIT = re.compile(
    r"\b(?:more|less|farther|further|closer|nearer) than \d+(?:\.\d+)? ?"
    r"(?=(?:m|met(?:er|re)s?|cm|ft|feet)\b)",
    re.I,
)

__all__ = ["Grounding", "Locate", "RegionView", "ground"]


@dataclass(frozen=True)
class Grounding:
    """A question in terms of the regions in view.

    Args:
        meaning: what it asks.
        prompt: the question with placeholders, as answers number its regions.
        model_prompt: what a model is asked: ``prompt``, or the same meaning as a canonical prompt.
    """

    meaning: Meaning
    prompt: Prompt
    model_prompt: Prompt


def ground(
    question: str,
    regions: Sequence[RegionView],
    vocabulary: Vocabulary | None = None,
    *,
    locate: Locate | None = None,
    canonical: bool = False,
) -> Grounding:
    """Understands a question.

    A question with ``<mask>`` placeholders is taken unchanged; ``regions`` are then exactly those
    of the placeholders, in order. Any other question may mean every region given and is rewritten
    as the canonical prompt of its meaning.

    Args:
        question: what the client asked.
        regions: the regions it may mean.
        vocabulary: class words; the warehouse's own if left out.
        locate: decides selections that need depth ("the nearest pallet") so that the prompt can
            name the one region; without it the prompt lists the candidates.
        canonical: whether the model is asked the canonical prompt also of a question with
            placeholders; the model then decides all that the question leaves to decide.

    Raises:
        QueryError: UNKNOWN_REGION (nothing in view by that name), BAD_QUESTION (no spatial question
            in it, or several regions fit).
    """
    vocabulary = vocabulary if vocabulary is not None else Vocabulary.default()
    asked = _VIEWPOINT.sub(" ", _LIMIT.sub("", _GREETING.sub("", question)))
    relation = relation_of(asked)
    text = asked if relation is None else without_empty_words(asked)
    tokens = tokenize(text, vocabulary)
    placeholders = sum(token.kind == "mask" for token in tokens)
    resolver = ReferenceResolver(
        {view.id: view for view in regions},
        vocabulary,
        tuple(view.id for view in regions) if placeholders else (),
    )
    if placeholders and placeholders != len(regions):
        raise resolver.bad(
            f"the question has {placeholders} <mask> placeholders and {len(regions)} region ids"
        )
    if relation is None:
        meaning = read_question(tokens, resolver, locate)
    else:
        meaning = read_relation(relation, tokens, resolver, locate)
    labels = {view.id: view.label for view in regions}
    if not placeholders:
        prompt = write_prompt(meaning, labels, vocabulary)
        return Grounding(meaning, prompt, prompt)
    prompt = Prompt(question.replace("<image>", "").strip(), resolver.placeholder_ids)
    if not canonical or relation is not None:
        return Grounding(meaning, prompt, prompt)
    undecided = read_question(tokens, replace(resolver, decides=False))
    return Grounding(meaning, prompt, write_prompt(undecided, labels, vocabulary))
