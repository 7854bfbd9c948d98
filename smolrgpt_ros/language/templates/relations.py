# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Reads relations and sizes: in front, above, bigger, wider, how tall, at which o'clock."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..meaning import Kind, Meaning, Pick
from .noun_phrases import NounPhrase, find_noun_phrases
from .parsed_question import ParsedQuestion
from .reference_resolution import ReferenceResolver
from .tokens import Token

_FLOOR = (
    r"horizontal(?! (?:position|location|order|side))|(?:ground|floor) distance|"
    r"(?:along|over|across) the (?:floor|ground)|(?:distance|far|apart|metres|meters|measured) "
    r"on the (?:floor|ground)|floor plan|plan view|from above"
)
_LEVELS = (
    r"vertical(?! (?:position|location|order|line))|height difference|"
    r"(?:difference|differ)s? in (?:level|height|elevation)"
)
_LEVEL = r"(?:high|low)er (?:up|down|than)|(?:high|low)er level|above|below|beneath|underneath"
_MORE = r"(?:more|less|greater|smaller|larger|bigger)"

# First match wins: "in height, is it taller", "of smaller width", "above, in height".
_CUES: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"\b(?:{words})"))
    for kind, words in (
        (Kind.DIRECTION, r"o ?\W?clock|clock\b|(?:which|what|an) hour|hours? of (?:the|a) clock"),
        (Kind.VERTICAL_DISTANCE, rf"{_LEVELS}|straight (?:up|down)|up or down"),
        (
            Kind.HORIZONTAL_DISTANCE,
            rf"{_FLOOR}|(?:leaving|ignoring|without)(?: out)?(?: the)? height",
        ),
        (
            Kind.CLEARANCE,
            r"clearance|surface to surface|edge to edge|nearest (?:surface|edge|point)s",
        ),
        (
            Kind.WIDER_THINNER,
            rf"wider|thinner|narrower|slimmer|{_MORE} width|width .*{_MORE}|broader",
        ),
        (
            Kind.TALLER_SHORTER,
            rf"taller|shorter (?:or|than|one)|(?:is|be) shorter|{_MORE} height|height .*{_MORE}",
        ),
        (Kind.ABOVE_BELOW, _LEVEL),
        (
            Kind.FRONT_BEHIND,
            r"in front|behind|(?:clos|near|farth|furth)er (?:away )?(?:to|from) "
            r"(?:the camera|me|us|you)",
        ),
        (
            Kind.BIGGER_SMALLER,
            r"bigger|smaller|larger|(?:more|less) (?:space|room|volume)|volume",
        ),
        (Kind.WIDTH, r"how (?:wide|broad)\b(?! apart)|width|(?:met(?:er|re)s|cm|feet) wide"),
        (Kind.HEIGHT, r"how (?:tall|high)|height|(?:met(?:er|re)s|cm|feet) (?:tall|high)"),
    )
)
# Words that name no region in these questions, though they do in others.
_EMPTY_WORDS = re.compile(
    r"\b(?:12|twelve) ?o ?\W?clock|\bmiddles? of\b|\bhalf ?way\b|"
    r"\b(?:from )?(?:its |the |one )?(?:left |right |near )?side to (?:its |the |other )?"
    r"(?:left |right )?side\b|\b(?:left|right) to (?:left|right)\b|\bleaving height out\b|"
    r"\bto the camera\b|\bfrom the camera\b|\bby the camera\b|\bfrom above\b"
)
_CHOOSES = re.compile(
    r"\b(?:how many (?!met)|count\b|number of|(?:left|right) (?:or|of)\b|"
    r"which (?:of |one |pallet|transporter|shel|rack|buffer|zone|area|region|robot|forklift|amr|"
    r"vehicle|object))"
)
_VIEWER = ("from", "at", "with", "where", "leaving", "starting", "standing", "if", "by", "for")
_COMPARED = ("than", "to", "with", "of", "by", "against", "beside")


def relation_of(question: str) -> Kind | None:
    """The relation or size that a question's words ask for, ``None`` for every other question."""
    text = " ".join(question.lower().replace("-", " ").split())
    if _CHOOSES.search(_EMPTY_WORDS.sub(" ", text)):
        return None  # "which pallet is bigger" chooses, "how many are behind" counts
    return next((kind for kind, cue in _CUES if cue.search(text)), None)


def without_empty_words(question: str) -> str:
    """The question without what would be taken for regions: "12 o'clock", "to the camera"."""
    return _EMPTY_WORDS.sub(" ", question.lower().replace("-", " "))


def read_relation(kind: Kind, tokens: Sequence[Token], resolver: ReferenceResolver) -> Meaning:
    """The meaning of a question about a relation or a size.

    Args:
        kind: from :func:`relation_of`.
        tokens: of :func:`without_empty_words`.
        resolver: knows the regions.

    Raises:
        QueryError: UNKNOWN_REGION or BAD_QUESTION.
    """
    question = ParsedQuestion.of([_plain(t) for t in tokens], resolver)
    question.refuse_unknown_nouns()
    found = [m for m in find_noun_phrases(question.tokens) if m.names_regions]
    picks = [question.pick(m) for m in found]
    if kind.is_size:
        if len(picks) != 1 or (picks[0].order is None and picks[0].single is None):
            raise resolver.bad(f"the {kind.value} of which one? found {len(picks)} regions")
        return Meaning(kind, picks[0])
    if len(picks) == 1 and picks[0].order is None and len(picks[0].candidates) == 2:
        first, second = (Pick((i,)) for i in picks[0].candidates)
    elif len(picks) == 2:
        first, second = picks
        if _turned(kind, question.tokens, found):
            first, second = second, first
    else:
        name = kind.value.replace("_", " or ") if kind.is_comparison else kind.value
        raise resolver.bad(f"{name} of which two? found {len(picks)} regions")
    for pick in (first, second):
        if pick.order is None and pick.single is None:
            raise resolver.bad("one region is needed on each side")
    if resolver.are_one(first, second):
        raise resolver.bad("both regions are the same")
    return Meaning(kind, first, second)


def _plain(token: Token) -> Token:
    """Comparatives part phrases here instead of choosing."""
    if token.kind == "superlative":
        return Token("comma", token.text)
    return Token("word", "beside") if token.kind == "near" else token


def _turned(kind: Kind, tokens: Sequence[Token], found: Sequence[NounPhrase]) -> bool:
    """Whether the second region is the subject: "compared with B, is A taller"."""
    before = [_lead(tokens, phrase.start) for phrase in found]
    if kind is Kind.DIRECTION:
        # The subject is what is looked at: "seen from B, where is A", "from B to A".
        if before[1] in _VIEWER:
            return False
        if before[0] in _VIEWER or before[1] in ("to", "find", "is", "of"):
            return True
        return before[0] not in ("is", "to", "find")
    if not kind.is_comparison:
        return False
    if before == ["from", "to"]:  # "looking from B to A, is it below?"
        return True
    opens = found[0].start <= 4 or not any(
        t.text in ("is", "does") for t in tokens[: found[0].start]
    )
    return opens and before[0] in _COMPARED and before[1] not in _COMPARED


def _lead(tokens: Sequence[Token], start: int) -> str:
    """The last word before a phrase that is no article."""
    at = start - 1
    while at >= 0 and tokens[at].kind in ("article", "comma"):
        at -= 1
    return tokens[at].text.split()[-1] if at >= 0 else ""
