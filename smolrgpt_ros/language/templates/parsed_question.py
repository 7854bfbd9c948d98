# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A question with placeholders as all kinds are read from it: phrases, loose words and lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..lexicon import LEXICON
from ..meaning import STATES, Order, Pick
from .noun_phrases import NounPhrase, find_noun_phrases
from .reference_resolution import ReferenceResolver
from .token_scan import kind_at, label_at, text_at
from .tokens import Token

_OPENERS = ("article", "which", "extreme", "superlative", "state", "side")
_MOVING = frozenset(
    "drive drives driving drove go goes going travel travels travelling traveling turn turns move "
    "moves steer look looks must should needs need has have wants to cover covers follows run runs "
    "can could would will".split()
)


@dataclass(frozen=True)
class ParsedQuestion:
    """A question with its noun phrases.

    Args:
        tokens: of all its sentences, as one.
        phrases: its noun phrases.
        fetching: whether a load is to be picked up ("which pallet should ... take").
        resolver: knows the regions.
    """

    tokens: tuple[Token, ...]
    phrases: tuple[NounPhrase, ...]
    fetching: bool
    resolver: ReferenceResolver

    @classmethod
    def of(cls, tokens: Sequence[Token], resolver: ReferenceResolver) -> ParsedQuestion:
        """Finds the phrases of a tokenized question."""
        # Lists may be sentences of their own: "There are transporters M M. Which ..."
        joined = tuple(Token("comma", t.text) if t.kind == "stop" else t for t in tokens)
        fetching = any(t.kind == "fetch" for t in joined) or _next_pallet(joined)
        question = cls(joined, tuple(find_noun_phrases(joined)), fetching, resolver)
        question = replace(question, phrases=question._bound())
        for phrase in question.phrases:
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
        if phrase.explicit:
            return self.resolver.pick(phrase)
        return self.scoped(phrase, [m for m in self.phrases if m.explicit])

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
        return self.resolver.pick(phrase, scope or None)

    def _is(self, region_id: int, label: str | None) -> bool:
        return self.resolver.views[region_id].label in (label, "")

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


def _next_pallet(tokens: Sequence[Token]) -> bool:
    """ "The next pallet", "which pallet next"; not "the pallet next to"."""
    at = next((i for i, t in enumerate(tokens) if t.text == "next"), -1)
    return at >= 0 and any(label_at(tokens, i) == "pallet" for i in (at - 1, at + 1))


def _is_list(phrase: NounPhrase) -> bool:
    return phrase.named_count > 1 or (phrase.plural and not phrase.explicit)
