"""A free question and the regions in view become a prompt, its region ids and a meaning."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .meaning import Meaning
from .prompting import PromptWriter
from .reading import read_question
from .relating import read_relation, relation_of, without_empty_words
from .resolving import Locate, RegionView, Resolver
from .vocabulary import Vocabulary
from .words import tokenize

# Whoever is greeted is not asked about: "hey robot, how far ...".
_GREETING = re.compile(r"^\s*(?:hey|hi|hello|ok|okay|dear)\s+(?:there|you|[a-z]+)\s*[,:!]+", re.I)

# The robot that looks is the camera; only one with a number is a region ("seen from robot 4").
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
    """A question in the model's terms.

    Args:
        prompt: holds one ``<mask>`` per entry of ``region_ids``.
        region_ids: ids in the order of the placeholders; one id may occur twice.
        meaning: positions in it count over ``region_ids``.
    """

    prompt: str
    region_ids: tuple[int, ...]
    meaning: Meaning


def ground(
    question: str,
    regions: Sequence[RegionView],
    vocabulary: Vocabulary | None = None,
    *,
    locate: Locate | None = None,
) -> Grounding:
    """Understands a question.

    A question with ``<mask>`` placeholders is taken unchanged; ``regions`` are then exactly those
    of the placeholders, in order. Any other question may mean every region given and is rewritten
    into the wording the model was trained on.

    Args:
        question: what the client asked.
        regions: the regions it may mean.
        vocabulary: class words; the warehouse's own if left out.
        locate: decides selections that need depth ("the nearest pallet") so that the prompt can
            name the one region; without it the prompt lists the candidates.

    Raises:
        QueryError: UNKNOWN_REGION (nothing in view by that name), BAD_QUESTION (no spatial question
            in it, or several regions fit).
    """
    vocabulary = vocabulary if vocabulary is not None else Vocabulary.default()
    asked = _VIEWPOINT.sub(" ", _LIMIT.sub("", _GREETING.sub("", question)))
    relation = relation_of(asked)
    text = asked if relation is None else without_empty_words(asked)
    tokens = tokenize(text, vocabulary)
    masks = sum(token.kind == "mask" for token in tokens)
    resolver = Resolver(regions, vocabulary, placeholders=masks > 0)
    if masks and masks != len(regions):
        raise resolver.bad(
            f"the question has {masks} <mask> placeholders and {len(regions)} region ids"
        )
    if relation is None:
        meaning = read_question(tokens, resolver, locate)
    else:
        meaning = read_relation(relation, tokens, resolver, locate)
    if masks:
        prompt = question.replace("<image>", "").strip()
        return Grounding(prompt, tuple(view.id for view in regions), meaning)
    labels = [view.label for view in regions]
    writer = PromptWriter(labels, vocabulary)
    prompt = writer.write(meaning)
    order = writer.mentioned
    table = {position: order.index(position) for position in order}
    return Grounding(
        prompt=prompt,
        region_ids=tuple(regions[position].id for position in order),
        meaning=meaning.renumbered(table),
    )
