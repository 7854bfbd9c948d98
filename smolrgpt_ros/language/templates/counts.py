# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Reads counts: what is counted, and in which buffer."""

from __future__ import annotations

from itertools import pairwise

from ..meaning import RELATIVE, STATES, Kind, Meaning, Order, Pick
from .noun_phrases import NounPhrase
from .parsed_question import ParsedQuestion
from .token_scan import text_at

_FILLS = ("how full", "fill level of", "occupancy of")  # of pallets, what else


def read_count(question: ParsedQuestion) -> Meaning:
    """The meaning of "how many ...".

    Raises:
        QueryError: UNKNOWN_REGION or BAD_QUESTION.
    """
    question.refuse_unknown_nouns()
    resolver = question.resolver
    named = [m for m in question.phrases if m.names_regions]
    places = [m for m in named if question.label(m) == "buffer"]
    things = [m for m in named if question.label(m) != "buffer"]
    cue = next(i for i, t in enumerate(question.tokens) if t.cue == "count")
    if not things and question.tokens[cue].text in _FILLS and places:
        pallets = resolver.of_class("pallet")
        return Meaning(Kind.COUNT, reference=_place(question, places, []), counted=pallets)
    if not things:
        if not places or len(places) > 1:
            raise resolver.bad("how many of what?")
        things, places = places, []  # "how many buffers are there"
    # What is counted follows "how many"; a shelf may be named to select the buffer.
    after = [m for m in things if m.start > cue]
    label = question.label((after or things)[0])
    counted_phrases = [m for m in things if question.label(m) == label]
    if any(
        question.label(a) == label != question.label(b)
        and text_at(question.tokens, a.end) in ("and", "or")
        for a, b in pairwise(after)
        if a.end == b.start - 1
    ):
        raise resolver.bad("one class is counted at a time")
    explicit = [m for m in counted_phrases if m.explicit]
    if explicit:
        counted = resolver.ids_of_all(explicit)
    else:
        counted = resolver.of_class(label or "")
    if not places:
        _refuse_other_conditions(
            question, counted_phrases, [m for m in after if m not in counted_phrases]
        )
        return Meaning(Kind.COUNT, counted=counted)
    place = _place(question, places, [m for m in things if m not in counted_phrases])
    return Meaning(Kind.COUNT, reference=place, counted=counted)


def _refuse_other_conditions(
    question: ParsedQuestion, counted: list[NounPhrase], others: list[NounPhrase]
) -> None:
    """Raises BAD_QUESTION for a condition other than a buffer: "how many are left of ..."."""
    one = any(m.order is not None and not m.plural and not m.explicit for m in counted)
    vehicles = any(question.label(m) == "transporter" for m in counted)
    states = vehicles and (bool(question.loose("state")) or any(m.order in STATES for m in counted))
    if others or one or states:
        raise question.resolver.bad("only what is in view or in a buffer is counted")


def _place(question: ParsedQuestion, places: list[NounPhrase], others: list[NounPhrase]) -> Pick:
    """The buffer a count is about: the listed ones, narrowed by what selects one of them."""
    resolver = question.resolver
    scope = tuple(i for m in places if m.explicit for i in resolver.ids_of(m))
    choosing = [m for m in places if m.order is not None or not m.explicit]
    order, rank, reference = None, 1, None
    if choosing:
        phrase = choosing[-1]
        if phrase.explicit and phrase.listed:
            candidates = resolver.ids_of(phrase)
        else:
            candidates = resolver.of_class(phrase.label or "", scope or None)
        order, rank = phrase.order, phrase.rank
        # "in the buffer next to the shelf, the nearest one of the buffers M M"
        reference = next((m.reference for m in reversed(choosing) if m.reference is not None), None)
    else:
        phrase, candidates = places[0], scope
    if len(candidates) == 1:
        return Pick(candidates)
    if order is None:
        # "take the leftmost: how many ... does it hold?"
        for at in question.loose("extreme", "superlative", "near", "side"):
            order = question.tokens[at].order or Order.NEAREST
            break
    if order is None:
        raise resolver.bad("in which of them?")
    if order.in_image:
        # Kept open, since the training prompts list all of them; decided here only to refuse
        # what cannot be decided.
        decided = resolver.decided(Pick(candidates, order, rank))
        return decided if rank > 1 else Pick(candidates, order, rank)
    if reference is None and others:
        reference = others[-1]
    selected = None
    if reference is not None and order in RELATIVE:
        selected = question.scoped(reference, others)
    return Pick(candidates, order, rank, selected)
