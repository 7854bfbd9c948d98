"""A free question and the regions in view become a prompt, its region ids and a meaning."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .meaning import Meaning
from .prompts import PromptWriter
from .reader.reader import read_question
from .reader.reference_resolution import Locate, RegionView, Resolver
from .reader.relations import read_relation, relation_of, without_empty_words
from .reader.tokens import tokenize
from .vocabulary import Vocabulary

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

_REGION = re.compile(r"\[Region (\d+)\]")

__all__ = ["Grounding", "Locate", "RegionView", "ground"]


@dataclass(frozen=True)
class ModelPrompt:
    """What a model is asked.

    Args:
        text: with one ``<mask>`` per entry of ``masks``.
        masks: position of the region behind each placeholder.
    """

    text: str
    masks: tuple[int, ...]

    def in_positions(self, answer: str) -> str:
        """An answer about the placeholders' ``[Region i]``, told of positions."""
        return _REGION.sub(self._position, answer)

    def _position(self, region: re.Match[str]) -> str:
        number = int(region[1])
        return f"[Region {self.masks[number]}]" if number < len(self.masks) else region[0]


@dataclass(frozen=True)
class Grounding:
    """A question in the model's terms.

    Args:
        prompt: holds one ``<mask>`` per entry of ``region_ids``.
        region_ids: ids in the order of the placeholders; one id may occur twice.
        meaning: positions in it count over ``region_ids``.
        rewritten: the same in the model's own wording, where that was asked for.
    """

    prompt: str
    region_ids: tuple[int, ...]
    meaning: Meaning
    rewritten: ModelPrompt | None = None

    @property
    def asked(self) -> ModelPrompt:
        """What the model shall be asked."""
        same = ModelPrompt(self.prompt, tuple(range(len(self.region_ids))))
        return same if self.rewritten is None else self.rewritten


def ground(
    question: str,
    regions: Sequence[RegionView],
    vocabulary: Vocabulary | None = None,
    *,
    locate: Locate | None = None,
    rewrite: bool = False,
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
        rewrite: whether a question with placeholders is put in the model's own wording as well,
            which then decides for itself all that the question leaves to decide.

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
    writer = PromptWriter([view.label for view in regions], vocabulary)
    ids = tuple(view.id for view in regions)
    if masks:
        rewritten = None
        if rewrite and relation is None:
            said = writer.write(read_question(tokens, replace(resolver, decides=False)))
            rewritten = ModelPrompt(said, tuple(writer.mentioned))
        return Grounding(question.replace("<image>", "").strip(), ids, meaning, rewritten)
    prompt = writer.write(meaning)
    order = writer.mentioned
    table = {position: order.index(position) for position in order}
    return Grounding(
        prompt=prompt,
        region_ids=tuple(ids[position] for position in order),
        meaning=meaning.renumbered(table),
    )
