# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Reads the meaning of a tokenized question: its kind, then the parts of its regions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ..meaning import CAMERA, RELATIVE, Kind, Meaning, Pick
from .choices import read_choice
from .counts import read_count
from .noun_phrases import NounPhrase
from .parsed_question import ParsedQuestion
from .reference_resolution import ReferenceResolver
from .sides import is_left_right, read_left_right
from .tokens import Token


def read_question(tokens: Sequence[Token], resolver: ReferenceResolver) -> Meaning:
    """The meaning of a question.

    Raises:
        QueryError: UNKNOWN_REGION or BAD_QUESTION.
    """
    question = _with_total(ParsedQuestion.of(tokens, resolver))
    cues = {t.cue for t in question.tokens if t.cue}
    if "count" in cues and not _counts_metres(question):
        return read_count(question)
    if "distance" in cues:
        return read_choice(question) if _compares_distances(question) else _read_distance(question)
    if is_left_right(question, cues):
        return read_left_right(question)
    asked = any(m.asked for m in question.phrases)
    if question.says("measure", "measuring", "metres", "meters") and not asked:
        return _read_distance(question)
    if asked or question.loose("superlative", "extreme") or _orders(question) or question.fetching:
        return read_choice(question)
    if question.phrases:
        question.refuse_unknown_nouns()
    raise resolver.bad("it asks for no distance, side, count or choice")


def _with_total(question: ParsedQuestion) -> ParsedQuestion:
    """ "Total pallets in the zone" and "number pallets" count; a total distance does not."""
    if any(t.kind == "cue" for t in question.tokens):
        return question
    tokens = list(question.tokens)
    for at, token in enumerate(tokens):
        following = tokens[at + 1] if at + 1 < len(tokens) else token
        counts = token.text == "number" and following.kind == "class" and following.plural
        if token.text in ("total", "quantity") or counts:
            tokens[at] = Token("cue", token.text, cue="count")
    return replace(question, tokens=tuple(tokens))


def _counts_metres(question: ParsedQuestion) -> bool:
    """ "Count the metres between ..." """
    kept = [t for t in question.tokens if t.kind != "article"]
    return any((a.cue, b.cue) == ("count", "distance") for a, b in pairwise(kept))


def _orders(question: ParsedQuestion) -> bool:
    return any(m.order is not None and (m.listed or not m.explicit) for m in question.phrases)


def _compares_distances(question: ParsedQuestion) -> bool:
    """Whether distances only serve to choose: "compare how far ... are, name the nearest"."""
    cue = next(i for i, t in enumerate(question.tokens) if t.kind == "cue")
    rule = any(t.kind == "superlative" and t.order in RELATIVE for t in question.tokens[cue:])
    if question.says("compare", "comparing"):
        return rule
    lists = [m for m in question.phrases if m.start > cue and m.order is None]
    several = any(m.named_count > 1 or m.plural for m in lists)
    return rule and several and any(t.kind == "which" for t in question.tokens[cue:])


# -- distance -------------------------------------------------------------------------------


def _read_distance(question: ParsedQuestion) -> Meaning:
    question.refuse_unknown_nouns()
    picks = [question.pick(m) for m in _narrowed(question, _ends(question))]
    if len(picks) == 1:
        picks = picks[0].halves() or [picks[0], CAMERA]
        question.refuse_things_as_ends()
    if len(picks) != 2:
        raise question.resolver.bad(f"a distance needs two ends, found {len(picks)}")
    first, second = picks
    if first.is_camera:
        first, second = second, first
    first, second = _related(first, second), _related(second, first)
    for end in (first, second):
        if end.order is None and len(end.candidates) > 1:
            raise question.resolver.bad("a distance needs one region at each end")
    if question.resolver.are_one(first, second):
        raise question.resolver.bad("both ends of the distance are the same region")
    return Meaning(Kind.DISTANCE, first, second)


def _ends(question: ParsedQuestion) -> list[NounPhrase]:
    """The phrases a distance runs between, without the lists they select from."""
    named = [m for m in question.phrases if m.named]
    if any(m.listed for m in named):  # "Pallets: M M. How far is the leftmost one ..."
        named = [m for m in named if m.explicit or m.order is not None or not m.plural]
    if len(named) == 2 and not all(m.named_count > 1 for m in named if m.explicit):
        return named
    choosing = {m.label for m in named if not m.explicit and m.order is not None}
    pools = [m for m in named if m.explicit and not m.listed and question.label(m) in choosing]
    # "Given the pallets M M, how far is the leftmost pallet from the pallet M?"
    lists = {question.label(m) for m in pools if m.named_count > 1}
    pools = [m for m in pools if m.named_count > 1 or question.label(m) not in lists]
    ends = [m for m in named if not any(m is pool for pool in pools)]
    if len(ends) > 2:
        ends = question.without_movers(ends)
    if len(ends) > 2:
        ends = [m for m in ends if not m.camera]
    return ends


def _narrowed(question: ParsedQuestion, ends: list[NounPhrase]) -> list[NounPhrase]:
    """The ends, a list among them with the rule for it that is stated elsewhere.

    "Among the pallets M M M, take the leftmost: how far is it ...", "whichever of the pallets M M
    is leftmost"; two rules that differ choose nothing.
    """
    lists = [m for m in ends if m.order is None and m.named_count > 1]
    if len(ends) != 2 or len(lists) != 1:
        return ends
    rules = {question.tokens[i].order for i in question.loose("extreme", "superlative")}
    if len(rules) != 1:
        return ends
    (rule,) = rules
    chosen = replace(lists[0], order=rule, listed=True)
    return [chosen if m is lists[0] else m for m in ends]


def _related(pick: Pick, other: Pick) -> Pick:
    """ "The nearest pallet" at one end of a distance is the nearest to the other end."""
    if pick.order in RELATIVE and pick.reference is None:
        if not other.is_camera:
            return replace(pick, reference=other)
    return pick
