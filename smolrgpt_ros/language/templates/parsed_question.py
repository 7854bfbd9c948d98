# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A question as all kinds are read from it: its phrases, loose words and lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..lexicon import LEXICON
from ..meaning import STATES, Order, Pick
from .noun_phrases import NounPhrase, find_noun_phrases
from .reference_resolution import Locate, ReferenceResolver
from .token_scan import kind_at, label_at, text_at
from .tokens import Token

_OPENERS = ("article", "which", "extreme", "superlative", "state", "side")
_MOVING = frozenset(
    "drive drives driving drove go goes going travel travels travelling traveling turn turns move "
    "moves steer look looks must should needs need has have wants to cover covers follows run runs "
    "can could would will".split()
)
_ASKING = ("cue", "which", "superlative", "extreme", "side")


@dataclass(frozen=True)
class ParsedQuestion:
    """The asking sentence of a question with its noun phrases.

    Args:
        tokens: the sentence that asks; the whole text where it has placeholders.
        phrases: its noun phrases.
        context: noun phrases of the other sentences, which the question's "it" may mean.
        fetching: whether a load is to be picked up ("which pallet should ... take").
        resolver: knows the regions.
        locate: decides selections that need depth.
    """

    tokens: tuple[Token, ...]
    phrases: tuple[NounPhrase, ...]
    context: tuple[NounPhrase, ...]
    fetching: bool
    resolver: ReferenceResolver
    locate: Locate | None

    @classmethod
    def of(
        cls, tokens: Sequence[Token], resolver: ReferenceResolver, locate: Locate | None
    ) -> ParsedQuestion:
        """Finds the asking sentence and its phrases."""
        if resolver.has_placeholders:
            # Lists may be sentences of their own: "There are transporters M M. Which ..."
            tokens = [Token("comma", t.text) if t.kind == "stop" else t for t in tokens]
        sentences = _sentences(tokens)
        asking = [s for s in sentences if any(t.kind in _ASKING for t in s)]
        sentence = (asking or sentences or [[]])[-1]
        unnamed = not any(m.named for m in find_noun_phrases(sentence))
        if unnamed or _half_a_comparison(sentence, sentences):
            # "pallets in the left zone? how many": the asking sentence does not name it all.
            sentence = [t for s in sentences for t in [*s, Token("comma", ",")]]
            sentences = [sentence]
        others = [s for s in sentences if s is not sentence]
        question = cls(
            tuple(sentence),
            tuple(find_noun_phrases(sentence)),
            tuple(m for s in others for m in find_noun_phrases(s)),
            any(t.kind == "fetch" for t in tokens) or _next_pallet(sentence),
            resolver,
            locate,
        )
        question = replace(question, phrases=question._bound())
        for phrase in (*question.phrases, *question.context):
            question._check_number(phrase)
        return question

    def loose(self, *kinds: str) -> list[int]:
        """Indexes of tokens of these kinds outside every named phrase."""
        covered = {i for m in self.phrases if m.named for i in range(m.start, m.end)}
        return [i for i, t in enumerate(self.tokens) if t.kind in kinds and i not in covered]

    def says(self, *words: str) -> bool:
        """Whether the question has one of these words."""
        return any(t.text in words for t in self.tokens)

    def without_movers(self, phrases: Sequence[NounPhrase]) -> list[NounPhrase]:
        """Without vehicles that only move: "a robot drives from M to M", "must the robot turn"."""
        return [
            m
            for m in phrases
            if m.explicit
            or m.order is not None
            or m.label != "transporter"
            or not (
                text_at(self.tokens, m.end) in _MOVING
                or (m.start == 0 and kind_at(self.tokens, m.end) == "comma")  # "robot, is ..."
            )
        ]

    def label(self, phrase: NounPhrase) -> str | None:
        """The class a phrase is about, from its words or its regions."""
        if phrase.label is not None:
            return phrase.label
        if phrase.explicit:
            first, *_ = self.resolver.ids_of(phrase)
            return self.resolver.views[first].label or None
        return None

    def pick(self, phrase: NounPhrase) -> Pick:
        """The selection of a phrase, among the regions listed for its class in the sentence."""
        listed = [m for m in self.phrases if m.explicit and m is not phrase]
        if phrase.explicit or not (self.resolver.has_placeholders or len(listed) > 1):
            return self.resolver.pick(phrase)
        return self.scoped(phrase, listed)

    def scoped(self, phrase: NounPhrase, lists: Sequence[NounPhrase]) -> Pick:
        """A pick among what ``lists`` name of its class; decided as far as possible."""
        found = [
            [i for i in self.resolver.ids_of(m) if self._is(i, phrase.label)]
            for m in lists
            if m.explicit and m is not phrase and not phrase.explicit
        ]
        # "Given the pallets M M, how far is the leftmost pallet from the pallet M?"
        found = [pool for pool in found if len(pool) > 1] or found
        scope = [i for pool in found for i in pool]
        return self.settled(self.resolver.pick(phrase, scope or None))

    def _is(self, region_id: int, label: str | None) -> bool:
        return self.resolver.views[region_id].label in (label, "")

    def settled(self, pick: Pick) -> Pick:
        """The pick as one region, where depth decides already and no list is prescribed."""
        if self.locate is None or self.resolver.has_placeholders:
            return pick
        if pick.reference is not None:
            pick = replace(pick, reference=self.settled(pick.reference))
        if pick.order is None or pick.order.in_image:
            return pick
        found = self.locate(pick)
        return pick if found is None else Pick((found,))

    def _bound(self) -> tuple[NounPhrase, ...]:
        """Joins "the leftmost one" with the list it selects from: "out of the pallets M M, ..."."""
        counting = any(t.cue == "count" for t in self.tokens)
        for one in self.phrases:
            if one.named or one.order is None or one.asked:
                continue
            before = [m for m in self.phrases if m.start < one.start]
            lists = [m for m in before if m.order is None and not m.listed and _is_list(m)]
            if counting:  # the one is a place that things are counted in, not one of the things
                lists = [m for m in lists if self.label(m) == "buffer"]
            if lists and one.order is not Order.EMPTY:
                whole = lists[-1]
                joined = replace(
                    one,
                    label=whole.label,
                    ids=whole.ids,
                    placeholders=whole.placeholders,
                    listed=whole.explicit,
                )
                return tuple(joined if m is one else m for m in self.phrases if m is not whole)
            # "Is the left pallet nearer than the right one": another of the same class.
            alike = [m for m in before if m.order is not None and m.label and not m.listed]
            # "pallet 3, loaded pallet 7: the leftmost one" is of either kind.
            alike = [m for m in alike if not m.explicit or m.order not in STATES]
            if alike and not any(m.asked for m in self.phrases) and not lists:
                joined = replace(one, label=alike[-1].label)
                return tuple(joined if m is one else m for m in self.phrases)
        return self.phrases

    def _check_number(self, phrase: NounPhrase) -> None:
        """Raises BAD_QUESTION for "the two racks" where three are in view."""
        if phrase.number is None or phrase.explicit:
            return
        found = len(self.resolver.of_class(phrase.label or ""))
        if found != phrase.number:
            raise self.resolver.bad(f"which {phrase.number}? {found} are in view")

    def refuse_things_as_ends(self) -> None:
        """Raises UNKNOWN_REGION for "how far is the floor from pallet 3"."""
        for before, article, thing in zip(
            self.tokens, self.tokens[1:], self.tokens[2:], strict=False
        ):
            ends = before.text in ("is", "from", "to", "between", "and")
            if ends and article.kind == "article" and thing.text in LEXICON.things:
                raise self.resolver.unknown(f'nothing called "{thing.text}" is in view')

    def refuse_unknown_nouns(self) -> None:
        """Raises UNKNOWN_REGION for a noun after an article that is no class in view."""
        covered = {i for m in self.phrases if m.named for i in range(m.start, m.end)}
        for i, token in enumerate(self.tokens[1:], start=1):
            before = self.tokens[i - 1]
            opens = before.kind in _OPENERS or before.cue == "count"
            unknown = (
                token.kind == "word" and token.text not in LEXICON.harmless and i not in covered
            )
            if opens and unknown:
                raise self.resolver.unknown(f'nothing called "{token.text}" is in view')


def _sentences(tokens: Sequence[Token]) -> list[list[Token]]:
    sentences: list[list[Token]] = [[]]
    for token in tokens:
        if token.kind == "stop":
            sentences.append([])
        else:
            sentences[-1].append(token)
    return [s for s in sentences if s]


def _next_pallet(tokens: Sequence[Token]) -> bool:
    """ "The next pallet", "which pallet next"; not "the pallet next to"."""
    at = next((i for i, t in enumerate(tokens) if t.text == "next"), -1)
    return at >= 0 and any(label_at(tokens, i) == "pallet" for i in (at - 1, at + 1))


def _half_a_comparison(sentence: Sequence[Token], sentences: Sequence[Sequence[Token]]) -> bool:
    """Whether "left or right" has its other region in a sentence before: "I face pallet 7. ..."."""
    if not any(t.kind == "side" or t.cue == "side" for t in sentence):
        return False
    if any(t.cue not in ("", "side") for t in sentence):
        return False
    if any(m.asked for m in find_noun_phrases(sentence)):
        return False
    singles = [
        [m for m in find_noun_phrases(s) if m.names_regions and not m.plural]
        for s in (sentence, [t for s in sentences if s is not sentence for t in s])
    ]
    return all(len(found) == 1 and len(found[0].ids) < 2 for found in singles)


def _is_list(phrase: NounPhrase) -> bool:
    return phrase.named_count > 1 or (phrase.plural and not phrase.explicit)
