# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Noun phrases of a question: "the second pallet from the left", "racks 2 and 5", "M M M"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ..meaning import Order
from .premodifiers import FREE, Modifiers, Noun, Opening, read_modifiers, read_noun, read_opening
from .token_scan import NAMING_KINDS, kind_at, numbers_at, past_articles, side_at, text_at
from .tokens import Token

_LIST_LINKS = ("of", "in", "from", "among", "within", "at")
_CLAUSE_WORDS = frozenset(
    "is stands lies sits appears looks seems stood driving moving going running waiting parked "
    "around currently now still".split()
)


@dataclass(frozen=True)
class NounPhrase:
    """One noun phrase.

    Args:
        start, end: token span, end exclusive.
        label: class named by it, ``None`` for "region 3", "which one" and bare numbers.
        ids: region ids named by number.
        placeholders: numbers of the ``<mask>`` placeholders it covers, from 0.
        plural: whether the class word is plural.
        order, rank: selection that it states ("leftmost", "second ... from the left", "empty").
        reference: the phrase a "nearest to ..." is relative to.
        asked: whether "which" or "what" stands before it.
        camera: whether it is the camera itself.
        listed: whether it selects from its own list ("the leftmost of the pallets M M").
        number: how many it states ("the two racks").
    """

    start: int
    end: int
    label: str | None = None
    ids: tuple[int, ...] = ()
    placeholders: tuple[int, ...] = ()
    plural: bool = False
    order: Order | None = None
    rank: int = 1
    reference: NounPhrase | None = field(default=None, repr=False)
    asked: bool = False
    camera: bool = False
    listed: bool = False
    number: int | None = None

    @property
    def explicit(self) -> bool:
        """Whether it names its regions by number or by placeholder."""
        return bool(self.ids or self.placeholders)

    @property
    def named_count(self) -> int:
        """How many regions it names by number or by placeholder."""
        return len(self.ids) + len(self.placeholders)

    @property
    def named(self) -> bool:
        """Whether it can stand for regions at all, unlike "which one"."""
        return self.explicit or self.label is not None or self.camera

    @property
    def names_regions(self) -> bool:
        """Whether it stands for regions, unlike the camera."""
        return self.named and not self.camera


def find_noun_phrases(tokens: Sequence[Token]) -> list[NounPhrase]:
    """All noun phrases from left to right; phrases inside another's "nearest to" are part of it."""
    found: list[NounPhrase] = []
    at = 0
    while at < len(tokens):
        phrase = _noun_phrase(tokens, at)
        if phrase is None:
            at += 1
            continue
        if found and _renames(tokens, found[-1], phrase):
            found.pop()
        found.append(phrase)
        at = phrase.end
    return found


def _renames(tokens: Sequence[Token], before: NounPhrase, phrase: NounPhrase) -> bool:
    """Whether a phrase only announces the next: "vehicle: transporter 9"."""
    return (
        before.label is not None
        and before.label == phrase.label
        and not before.explicit
        and before.order is None
        and phrase.explicit
        and before.end == phrase.start - 1
        and kind_at(tokens, before.end) == "comma"
    )


@dataclass(frozen=True)
class _Listed:
    """The regions named behind the noun; ``chosen_from`` where the phrase selects among them."""

    end: int
    ids: tuple[int, ...] = ()
    placeholders: tuple[int, ...] = ()
    chosen_from: bool = False


def _noun_phrase(tokens: Sequence[Token], start: int) -> NounPhrase | None:
    """The phrase that begins at ``start``; ``None`` where none does."""
    opening = read_opening(tokens, start)
    modifiers = read_modifiers(tokens, opening.end, start)
    noun = read_noun(tokens, modifiers.end)
    if not noun.given and kind_at(tokens, noun.end) == "camera":
        return _camera(tokens, start, noun.end)
    modified = modifiers.end > opening.end
    if noun.label is None and (noun.generic or modified or opening.asked):
        whole = _partitive(tokens, noun.end)
        if whole is not None:
            return _with_postmodifiers(tokens, _part_of(whole, start, opening, modifiers))
    if modified and not noun.given and kind_at(tokens, noun.end) not in ("number", "mask"):
        return None  # "is left of": a relation, not a modifier
    regions = _regions(tokens, noun, opening.asked)
    named = bool(regions.ids or regions.placeholders)
    if not noun.given and not named:
        # "which is closer" asks for a region; "what is the distance" does not.
        asks = opening.asked and text_at(tokens, start) != "what"
        return NounPhrase(start, regions.end, asked=True) if asks else None
    phrase = NounPhrase(
        start,
        regions.end,
        noun.label,
        regions.ids,
        regions.placeholders,
        noun.plural,
        modifiers.order,
        modifiers.rank,
        asked=opening.asked and not (opening.whichever and noun.label is not None),
        listed=regions.chosen_from,
        number=modifiers.number,
    )
    relates = kind_at(tokens, opening.end) == "superlative"
    if phrase.named_count == 1 and not phrase.listed and relates:
        # "the shelf nearest robot 9": the superlative belongs to the phrase before.
        phrase = replace(phrase, start=opening.end + 1, order=None)
    return _with_postmodifiers(tokens, phrase, opening.whichever)


def _camera(tokens: Sequence[Token], start: int, at: int) -> NounPhrase | None:
    """The camera as an end of a distance; not the "me" of "give me"."""
    if text_at(tokens, at) != "camera" and text_at(tokens, start - 1) not in ("from", "to"):
        return None
    return NounPhrase(start, at + 1, camera=True)


def _part_of(whole: NounPhrase, start: int, opening: Opening, modifiers: Modifiers) -> NounPhrase:
    """The phrase "the leftmost of ..." that selects from a list."""
    return replace(
        whole,
        start=start,
        order=modifiers.order or whole.order,
        rank=modifiers.rank,
        asked=opening.asked and not opening.whichever,
        plural=whole.plural and modifiers.order is None,
        listed=True,
    )


def _regions(tokens: Sequence[Token], noun: Noun, asked: bool) -> _Listed:
    """Reads the numbers or placeholders behind the noun, and the list that a noun selects from."""
    at = noun.end
    ids, placeholders, end = numbers_at(tokens, at, allow_words=noun.given)
    if ids or placeholders or noun.label is None or noun.plural:
        return _Listed(end, ids, placeholders)
    # "the pallet in M M M", "which pallet of 3, 7 and 12"
    ids, placeholders, end = numbers_at(tokens, at + 1, allow_words=False)
    several = len(ids) + len(placeholders) > 1 or (asked and bool(placeholders))
    if text_at(tokens, at) in _LIST_LINKS and several:
        return _Listed(end, ids, placeholders, chosen_from=True)
    whole = _partitive(tokens, at)
    if whole is not None and whole.explicit and whole.label == noun.label:
        # "the empty vehicle of the transporters 4 and 9"
        return _Listed(whole.end, whole.ids, whole.placeholders, chosen_from=True)
    return _Listed(at)


def _partitive(tokens: Sequence[Token], at: int) -> NounPhrase | None:
    """The list of "(the leftmost) of the pallets M M M", "(which one) of the racks"."""
    if text_at(tokens, at) in ("out", "from") and kind_at(tokens, at + 1) == "link":
        at += 1
    if text_at(tokens, at) not in ("of", "among", "amongst"):
        return None
    whole = _noun_phrase(tokens, at + 1)
    if whole is None or whole.asked or not (whole.named_count > 1 or whole.plural):
        return None
    return whole


def _with_postmodifiers(
    tokens: Sequence[Token], phrase: NounPhrase, clause: bool = False
) -> NounPhrase:
    """Adds what selects behind it: "on the left", "without load", "closest to the shelf".

    Args:
        tokens: of the question.
        phrase: the phrase as read so far.
        clause: whether a clause goes on without a pronoun ("whichever pallet is leftmost").
    """
    while (longer := _with_postmodifier(tokens, phrase, clause)) is not None:
        phrase = longer
    return phrase


def _with_postmodifier(
    tokens: Sequence[Token], phrase: NounPhrase, clause: bool
) -> NounPhrase | None:
    """The phrase with one more selecting part behind it; ``None`` where none follows."""
    at = _into_clause(tokens, phrase, clause)
    if kind_at(tokens, at) == "state" and not phrase.asked:
        return replace(phrase, end=at + 1, order=phrase.order or tokens[at].order)
    free = text_at(tokens, at) in FREE and phrase.label == "transporter"
    if free and at > phrase.end and not phrase.asked and phrase.order is None:
        return replace(phrase, end=at + 1, order=Order.EMPTY)
    side = side_at(tokens, at)
    if side is not None and not phrase.explicit:
        order, end, from_side = side
        if not from_side or phrase.rank > 1 or phrase.order is None:
            return replace(phrase, end=end, order=order)
    near = _reference_phrase(tokens, at, phrase)
    if near is not None:
        order, reference = near
        return replace(phrase, end=reference.end, order=order, reference=reference)
    stated = _order_in_clause(tokens, at, phrase)
    if stated is not None:
        order, end = stated
        return replace(phrase, end=end, order=order)
    return None


def _into_clause(tokens: Sequence[Token], phrase: NounPhrase, clause: bool) -> int:
    """Where the selecting words of "that is ...", "which stands ..." begin."""
    at = phrase.end
    relative = clause
    while True:
        text = text_at(tokens, at)
        if text in ("that", "which", "who"):
            relative = True
        elif not (text in ("with", "standing", "located") or (relative and text in _CLAUSE_WORDS)):
            break
        at += 1
    # "One robot is idle": the state behind the verb.
    states = kind_at(tokens, at + 1) == "state" and not phrase.plural and not phrase.explicit
    return at + 1 if text_at(tokens, at) == "is" and states else at


def _order_in_clause(
    tokens: Sequence[Token], at: int, phrase: NounPhrase
) -> tuple[Order, int] | None:
    """The "leftmost" or "the closest" that ends "the pallet that is ..."."""
    if at == phrase.end or phrase.order is not None or phrase.explicit or phrase.plural:
        return None
    at = past_articles(tokens, at)
    if kind_at(tokens, at) not in ("extreme", "superlative"):
        return None
    order = tokens[at].order
    at += 1
    if text_at(tokens, at) in ("one", "side"):
        at += 1
    goes_on = (
        text_at(tokens, at) in ("to", "from", "than", "of") or kind_at(tokens, at) in NAMING_KINDS
    )
    return None if goes_on or order is None else (order, at)


def _reference_phrase(
    tokens: Sequence[Token], at: int, phrase: NounPhrase
) -> tuple[Order, NounPhrase] | None:
    """The "closest to X" or "by X" that belongs to the phrase just read."""
    if phrase.asked or phrase.order is not None:
        return None
    if phrase.explicit and not phrase.listed:
        return None
    order: Order | None = Order.NEAREST
    if kind_at(tokens, at) == "superlative":
        order = tokens[at].order
        at += 1
        if text_at(tokens, at) in ("to", "from"):
            at += 1
        elif kind_at(tokens, at) not in ("article", "class"):  # "the buffer nearest the rack 5"
            return None
    elif kind_at(tokens, at) == "near":
        at += 1
    else:
        return None
    reference = _noun_phrase(tokens, at)
    if order is None or reference is None or not reference.named:
        return None
    return order, reference
