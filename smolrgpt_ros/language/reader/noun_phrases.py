"""Noun phrases of a question: "the second pallet from the left", "racks 2 and 5", "M M M"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ..lexicon import HARMLESS
from ..meaning import Order
from .token_scan import SAID_ALONE, kind_at, numbers_at, past_articles, side_at, text_at
from .tokens import Token


@dataclass(frozen=True)
class NounPhrase:
    """One noun phrase.

    Args:
        start, end: token span, end exclusive.
        label: class named by it, ``None`` for "region 3", "which one" and bare numbers.
        ids: region ids named by number.
        placeholders: numbers of the ``<mask>`` placeholders it covers, from 0.
        plural: whether the class word is plural.
        order, rank: selection said with it ("leftmost", "second ... from the left", "empty").
        strict: ``False`` for a plain "left"/"right" that may be a relation as well.
        reference: the phrase a "nearest to ..." is relative to.
        asked: whether "which" or "what" stands before it.
        camera: whether it is the camera itself.
        listed: whether it selects from its own list ("the leftmost of the pallets M M").
        number: how many it is said to be ("the two racks").
    """

    start: int
    end: int
    label: str | None = None
    ids: tuple[int, ...] = ()
    placeholders: tuple[int, ...] = ()
    plural: bool = False
    order: Order | None = None
    rank: int = 1
    strict: bool = True
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


def _noun_phrase(tokens: Sequence[Token], start: int) -> NounPhrase | None:
    at = start
    asked = kind_at(tokens, at) == "which"
    free = text_at(tokens, at) == "whichever"  # opens a clause, asks only where it stands alone
    if asked:
        at += 1
        while kind_at(tokens, at) == "link":  # "which of the pallets", "which among"
            at += 1
    at = past_articles(tokens, at)
    order: Order | None = None
    rank, strict = 1, True
    number: int | None = None
    first_modifier = at
    while True:
        kind = kind_at(tokens, at)
        if kind in ("extreme", "superlative", "state", "side"):
            # "loaded" and "empty" only stand where nothing more selective does.
            if order is None or kind != "state":
                order, strict = tokens[at].value, kind != "side"  # type: ignore[assignment]
        elif kind == "ordinal":
            rank = int(tokens[at].value)  # type: ignore[call-overload]
        elif text_at(tokens, at) in _FREE and _drives(tokens, at + 1):
            order = order or Order.EMPTY
        elif kind == "number word" and kind_at(tokens, at + 1) == "class" and tokens[at + 1].plural:
            number = int(tokens[at].value)  # type: ignore[call-overload]
        elif text_at(tokens, at) == "one" and kind_at(tokens, at + 1) == "class":
            pass
        elif kind != "article" and not (
            kind == "word" and _leads_to_class(tokens, at, opens=at == start)
        ):
            break
        at += 1
    modified = at > first_modifier
    label, plural, generic = None, False, False
    if kind_at(tokens, at) == "class":
        label, plural = str(tokens[at].value), tokens[at].plural
        at += 1
        while kind_at(tokens, at) == "generic" and text_at(tokens, at) not in ("one", "ones"):
            plural |= tokens[at].plural  # "buffer regions", "pallet masks"
            at += 1
    elif kind_at(tokens, at) == "generic":
        generic, plural = True, tokens[at].plural
        at += 1
    elif kind_at(tokens, at) == "camera":
        if text_at(tokens, at) != "camera" and text_at(tokens, start - 1) not in ("from", "to"):
            return None  # "give me", "tell us"
        return NounPhrase(start, at + 1, camera=True)
    whole = _partitive(tokens, at) if label is None and (generic or modified or asked) else None
    if whole is not None:
        return _with_postmodifiers(
            tokens,
            replace(
                whole, start=start, order=order or whole.order, rank=rank,
                asked=asked and not free, strict=strict,
                plural=whole.plural and order is None, listed=True,
            ),
        )  # fmt: skip
    named = label is not None or generic
    if modified and not named and kind_at(tokens, at) not in ("number", "mask"):
        return None  # "is left of": a relation, not a modifier
    ids, masks, at = numbers_at(tokens, at, allow_words=named)
    listed = False
    if label is not None and not ids and not masks and not plural:
        # "the pallet in M M M", "which pallet of 3, 7 and 12"
        link = text_at(tokens, at)
        ids, masks, end = numbers_at(tokens, at + 1, allow_words=False)
        listed = len(ids) + len(masks) > 1 or (asked and bool(masks))
        if link in ("of", "in", "from", "among", "within", "at") and listed:
            at = end
        else:
            ids, masks, listed = (), (), False
            whole = _partitive(tokens, at)
            if whole is not None and whole.explicit and whole.label == label:
                # "the empty vehicle of the transporters 4 and 9"
                ids, masks, listed, at = whole.ids, whole.placeholders, True, whole.end
    if not (named or ids or masks):
        # "which is closer" asks for a region; "what is the distance" does not.
        asks = asked and text_at(tokens, start) != "what"
        return NounPhrase(start, at, asked=True) if asks else None
    if len(ids) + len(masks) == 1 and not listed and kind_at(tokens, first_modifier) == _RULE:
        start, order = first_modifier + 1, None  # "the shelf nearest robot 9"
    return _with_postmodifiers(
        tokens,
        NounPhrase(
            start, at, label, ids, masks, plural, order, rank, strict,
            asked=asked and not (free and label is not None), listed=listed, number=number,
        ),
        free,
    )  # fmt: skip


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


def _leads_to_class(tokens: Sequence[Token], at: int, opens: bool) -> bool:
    """Whether an adjective at ``at`` stands right before a class word ("blue rack").

    What ``opens`` a phrase is one only if it is no word known otherwise: "see pallet 7".
    """
    text = tokens[at].text
    known = text in _NOT_ADJECTIVES or (opens and text in HARMLESS)
    return kind_at(tokens, at + 1) == "class" and not known


def _drives(tokens: Sequence[Token], at: int) -> bool:
    return kind_at(tokens, at) == "class" and tokens[at].value == "transporter"


_RULE = "superlative"
_STANDING = frozenset(
    "is stands lies sits appears looks seems stood driving moving going running waiting parked "
    "around currently now still".split()
)
_FREE = ("free", "available", "spare", "unoccupied")  # of a vehicle: without load
_NOT_ADJECTIVES = frozenset(
    "is are was be and or to for than versus vs with between does do can should it about "
    "given".split()
)


def _with_postmodifiers(
    tokens: Sequence[Token], phrase: NounPhrase, clause: bool = False
) -> NounPhrase:
    """Adds what selects behind it: "on the left", "without load", "closest to the shelf".

    Args:
        tokens: of the question.
        phrase: the phrase as read so far.
        clause: whether a clause goes on without a pronoun ("whichever pallet is leftmost").
    """
    while True:
        at = _into_clause(tokens, phrase, clause)
        free = text_at(tokens, at) in _FREE and phrase.label == "transporter"
        if kind_at(tokens, at) == "state" and not phrase.asked:
            order = phrase.order or tokens[at].value
            phrase = replace(phrase, end=at + 1, order=order)  # type: ignore[arg-type]
            continue
        if free and at > phrase.end and not phrase.asked and phrase.order is None:
            phrase = replace(phrase, end=at + 1, order=Order.EMPTY)
            continue
        side = side_at(tokens, at)
        if side is not None and not phrase.explicit:
            order, end, from_side = side
            if not from_side or phrase.rank > 1 or phrase.order is None:
                phrase = replace(phrase, end=end, order=order, strict=True)
                continue
        near = _reference_phrase(tokens, at, phrase)
        if near is not None:
            order, reference = near
            phrase = replace(
                phrase, end=reference.end, order=order, reference=reference, strict=True
            )
            continue
        said = _said_in_clause(tokens, at, phrase)
        if said is None:
            return phrase
        order, end = said
        phrase = replace(phrase, end=end, order=order, strict=True)


def _into_clause(tokens: Sequence[Token], phrase: NounPhrase, clause: bool) -> int:
    """Where the selecting words of "that is ...", "which stands ..." begin."""
    at = phrase.end
    relative = clause
    while True:
        text = text_at(tokens, at)
        if text in ("that", "which", "who"):
            relative = True
        elif not (text in ("with", "standing", "located") or (relative and text in _STANDING)):
            break
        at += 1
    # "One robot is idle": what it is said to be.
    states = kind_at(tokens, at + 1) == "state" and not phrase.plural and not phrase.explicit
    return at + 1 if text_at(tokens, at) == "is" and states else at


def _said_in_clause(
    tokens: Sequence[Token], at: int, phrase: NounPhrase
) -> tuple[Order, int] | None:
    """The "leftmost" or "the closest" that ends "the pallet that is ..."."""
    if at == phrase.end or phrase.order is not None or phrase.explicit or phrase.plural:
        return None
    at = past_articles(tokens, at)
    if kind_at(tokens, at) not in ("extreme", "superlative"):
        return None
    order = tokens[at].value
    at += 1
    if text_at(tokens, at) in ("one", "side"):
        at += 1
    goes_on = (
        text_at(tokens, at) in ("to", "from", "than", "of") or kind_at(tokens, at) in SAID_ALONE
    )
    return None if goes_on else (order, at)  # type: ignore[return-value]


def _reference_phrase(
    tokens: Sequence[Token], at: int, phrase: NounPhrase
) -> tuple[Order, NounPhrase] | None:
    """The "closest to X" or "by X" that belongs to the phrase just read."""
    if phrase.asked or phrase.order is not None:
        return None
    if phrase.explicit and not phrase.listed:
        return None
    if kind_at(tokens, at) == "superlative":
        order = tokens[at].value
        at += 1
        if text_at(tokens, at) in ("to", "from"):
            at += 1
        elif kind_at(tokens, at) not in ("article", "class"):  # "the buffer nearest the rack 5"
            return None
    elif kind_at(tokens, at) == "near":
        order = Order.NEAREST
        at += 1
    else:
        return None
    reference = _noun_phrase(tokens, at)
    if reference is None or not reference.named:
        return None
    return order, reference  # type: ignore[return-value]
