# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Reads choices: which region is asked for, by which rule, relative to what."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ..meaning import RELATIVE, STATES, Kind, Meaning, Order, Pick
from .noun_phrases import NounPhrase
from .parsed_question import ParsedQuestion
from .token_scan import kind_at, past_articles, text_at

_BACKWARDS = re.compile(r"\b(?:to|from) (?:it|him|them|(?:that|this) one)\b")
_YES_OR_NO = ("is", "are", "does", "do", "did", "has", "have")
_BETWEEN = ("to", "from", "of", "for", "in", "proximity", "than", "one")


@dataclass(frozen=True)
class _Rule:
    """What selects: an order and a rank; ``at`` is its token, -1 where it is only implied."""

    order: Order
    at: int
    rank: int


def read_choice(question: ParsedQuestion) -> Meaning:
    """The meaning of "which ...": a pick among candidates.

    Raises:
        QueryError: UNKNOWN_REGION or BAD_QUESTION.
    """
    question.refuse_unknown_nouns()
    resolver = question.resolver
    _refuse_conditions(question)
    compared = _compared(question)
    if compared is not None:
        return compared
    head, rule = _head_and_rule(question)
    relative = rule.order in RELATIVE
    reference = None
    if relative:
        reference = _reference(question, head, rule.at)
        if reference is None:
            _refuse_pronoun(question, rule.at)
    elif _asks_for_another(question, head):
        raise resolver.bad("it asks for no distance, side, count or choice")
    candidates = _candidates(question, head, reference)
    if not candidates:
        raise resolver.bad("which of what?")
    selected = _reference_pick(question, reference) if relative else None
    if selected is not None and selected.single is not None:
        # "which pallet is closest to pallet 3" does not mean pallet 3.
        candidates = tuple(c for c in candidates if c != selected.single)
    if rule.rank > len(candidates):
        raise resolver.unknown(f"number {rule.rank} of {len(candidates)} is not in view")
    if rule.order is Order.MIDDLE:
        resolver.decided(Pick(candidates, rule.order))
    pick = Pick(candidates, rule.order, rule.rank, selected)
    return Meaning(Kind.CHOICE, pick)


def _head_and_rule(question: ParsedQuestion) -> tuple[NounPhrase | None, _Rule]:
    """The phrase that is asked for, where there is one, and the rule that selects."""
    head = _head(question)
    rule = _rule(question, head)
    if rule is None or (rule.at < 0 and head is None):
        # "send it to the nearest pallet, which one is it?"
        selecting = _only_selecting(question)
        if selecting is not None and selecting.order is not None:
            return selecting, _Rule(selecting.order, selecting.start, selecting.rank)
    if rule is None:
        raise question.resolver.bad("which one? say leftmost, rightmost, nearest or farthest")
    return head, rule


def _refuse_conditions(question: ParsedQuestion) -> None:
    """Raises BAD_QUESTION for what no rule can say: "left of the rack", "not the nearest"."""
    tokens = question.tokens
    for at in question.loose("side"):
        if text_at(tokens, at + 1) == "of" and any(
            m.named and not m.plural and at + 2 <= m.start <= at + 3 for m in question.phrases
        ):
            raise question.resolver.bad("left or right of one region selects none")
    for at, token in enumerate(tokens):
        ahead = past_articles(tokens, at + 1)
        if token.text == "not" and kind_at(tokens, ahead) in ("extreme", "superlative"):
            raise question.resolver.bad("what is not to be chosen leaves several")
    orders = not any(m.asked or m.order is not None for m in question.phrases)
    if orders and not question.loose("superlative", "extreme") and tokens[0].text in _YES_OR_NO:
        raise question.resolver.bad("it asks for no distance, side, count or choice")


def _compared(question: ParsedQuestion) -> Meaning | None:
    """The choice of "is A nearer (to C) than B" and of "is C nearer to A than to B"."""
    named = [m for m in question.phrases if m.names_regions]
    than = next((i for i, t in enumerate(question.tokens) if t.text == "than"), -1)
    rules = [i for i in question.loose("superlative") if question.tokens[i].order in RELATIVE]
    if len(named) not in (2, 3) or len(rules) != 1 or any(m.asked for m in named):
        return None
    if not named[0].end <= rules[0] < than < named[-1].start or named[-2].start > than:
        return None
    picks = [question.pick(m) for m in named]
    to = text_at(question.tokens, than + 1) in ("to", "from") and len(picks) == 3
    pair = picks[1:] if to else [picks[0], picks[-1]]
    reference = (picks[0] if to else picks[1]) if len(picks) == 3 else None
    if any(p.single is None for p in picks):
        return None
    order = question.tokens[rules[0]].order
    candidates = tuple(p.candidates[0] for p in pair)
    pick = Pick(candidates, order, 1, reference)
    return Meaning(Kind.CHOICE, pick)


def _head(question: ParsedQuestion) -> NounPhrase | None:
    """The phrase that is asked for; ``None`` where it is only "which one"."""
    named = [m for m in question.phrases if m.names_regions]
    asked = [m for m in question.phrases if m.asked]
    if asked and asked[0].named:
        return asked[0]
    selecting = [m for m in named if m.order is not None and m.order not in STATES]
    selecting = [m for m in selecting if m.listed or not m.explicit]
    if asked:
        return next((m for m in selecting if m.listed), None)
    if selecting:
        return selecting[0]
    for at in question.loose("superlative", "extreme"):
        before = [m for m in named if m.end == at]  # "the pallet of M M nearest to it"
        if before:
            return before[0]
    others = [m for m in named if m.order not in STATES]
    lists = [m for m in others if m.listed or not m.explicit]
    if not others and not question.fetching:  # "robot without load?"
        lists = [m for m in named if not m.explicit]
    return lists[0] if lists else None


def _only_selecting(question: ParsedQuestion) -> NounPhrase | None:
    """The one phrase that selects its region, where "which one" can only mean that."""
    found = [m for m in question.phrases if m.named and m.order is not None and not m.explicit]
    found = [m for m in found if m.order not in STATES]
    return found[0] if len(found) == 1 else None


def _asks_for_another(question: ParsedQuestion, head: NounPhrase | None) -> bool:
    """Whether a phrase that selects is part of a question about something else.

    "Pallets in the middle buffer" does not ask for the buffer.
    """
    if head is None or question.fetching or any(m.asked for m in question.phrases):
        return False
    label = question.label(head)
    others = [m for m in question.phrases if m.named and m is not head and not m.camera]
    return any(not m.explicit and question.label(m) != label for m in others)


def _rule(question: ParsedQuestion, head: NounPhrase | None) -> _Rule | None:
    """The rule of the phrase that is asked for, of another phrase, or of a word outside them."""
    rank = _rank(question, head)
    if head is not None and head.order is not None and (head.listed or not head.explicit):
        if head.order not in STATES or not question.fetching:
            return _Rule(head.order, head.start, rank)
    for phrase in question.phrases:  # "which one is the rightmost object"
        if not phrase.named and phrase.order is not None and phrase.order not in STATES:
            return _Rule(phrase.order, phrase.start, phrase.rank)
    for kinds in (("superlative", "extreme"), ("side",)):
        for at in question.loose(*kinds):
            return _rule_at(question, at, rank)
    if question.fetching:
        return _Rule(Order.NEAREST, -1, rank)
    for at in question.loose("near"):
        return _Rule(Order.NEAREST, at, rank)
    for at in question.loose("state"):
        owner = next((m for m in question.phrases if m.end in (at, at - 1) and m.explicit), None)
        if owner is not None and not owner.listed and owner.named_count == 1:
            continue  # "robot 9 is empty, ..."
        return _rule_at(question, at, rank)
    return None


def _rule_at(question: ParsedQuestion, at: int, rank: int) -> _Rule | None:
    order = question.tokens[at].order
    return None if order is None else _Rule(order, at, rank)


def _rank(question: ParsedQuestion, head: NounPhrase | None) -> int:
    """1 for the first by an order, 2 for "the second nearest"."""
    rank = head.rank if head is not None else 1
    for at in question.loose("ordinal"):
        following = question.tokens[at + 1 : at + 4]
        # "which pallet is the second from the left", "the second nearest"
        if any(t.kind in ("side", "extreme", "superlative") for t in following):
            rank = question.tokens[at].number
    return rank


def _reference(question: ParsedQuestion, head: NounPhrase | None, at: int) -> NounPhrase | None:
    """The phrase after "closest to", or else a phrase of another class than the candidates."""
    if head is not None and head.reference is not None:
        return head.reference
    named = [m for m in question.phrases if m.named and m is not head]
    if at >= 0:
        start = head.end if head is not None and head.start <= at < head.end else at + 1
        for m in named:
            gap = question.tokens[start : m.start]
            if m.start >= start and all(t.text in _BETWEEN or t.kind == "article" for t in gap):
                return m
    label = question.label(head) if head is not None else None
    if label is None:
        groups = [m for m in named if m.named_count > 1]
        label = next((question.label(m) for m in groups + named), None)
    others = [m for m in named if question.label(m) != label]
    choosing = [m for m in others if m.order is not None or not m.explicit]
    found = choosing or others
    return found[-1] if found else None


def _refuse_pronoun(question: ParsedQuestion, at: int) -> None:
    """Raises BAD_QUESTION for "nearest to it" where nothing else is named."""
    following = " ".join(t.text for t in question.tokens[at + 1 :]) if at >= 0 else ""
    if _BACKWARDS.search(following):
        raise question.resolver.bad('what is "it"? nothing before it names a region')


def _candidates(
    question: ParsedQuestion, head: NounPhrase | None, reference: NounPhrase | None
) -> tuple[int, ...]:
    resolver = question.resolver
    if head is not None and head.explicit and (head.listed or head.named_count > 1):
        return resolver.ids_of(head)
    rest = [m for m in question.phrases if m.explicit and m is not reference]
    singles = [m for m in rest if m.named_count == 1]
    if head is None or head.explicit:
        groups = [m for m in rest if m not in singles]
        # "which of the pallet M, the shelf M and the pallet M": a list across classes.
        rest = groups[:1] or singles
    else:
        rest = [m for m in rest if question.label(m) in (head.label, None)]
    found = resolver.ids_of_all(rest)
    if not found and head is not None and head.label is not None:
        return resolver.of_class(head.label)
    return found


def _reference_pick(question: ParsedQuestion, phrase: NounPhrase | None) -> Pick | None:
    """What a nearest or farthest is relative to; ``None`` is the camera."""
    if phrase is not None and phrase.camera:
        return None
    if phrase is None:
        if question.fetching:
            raise question.resolver.bad("picked up by which transporter?")
        return None
    if phrase.explicit and phrase.order is None:
        named = question.resolver.ids_of(phrase)
        labels = {question.resolver.views[i].label for i in named}
        if len(named) > 1 and labels == {"transporter"}:
            return Pick(named, Order.EMPTY)  # the benchmark asks for the one without load
        return question.resolver.select(named, phrase, None)
    if phrase.order in STATES:
        # Finding the empty one is part of the trained question: the prompt lists them all.
        found = question.scoped(phrase, question.phrases)
        return found if found.single is None else replace(found, order=phrase.order)
    return question.scoped(phrase, question.phrases)
