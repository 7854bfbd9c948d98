"""Noun phrases of a question: "the second pallet from the left", "racks 2 and 5", "M M M"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from .meaning import Order
from .words import Token

_SAID_ALONE = ("class", "number", "mask", "generic", "camera")


@dataclass(frozen=True)
class Mention:
    """One noun phrase.

    Args:
        start, end: token span, end exclusive.
        label: class named by it, ``None`` for "region 3", "which one" and bare numbers.
        ids: region ids named by number.
        masks: numbers of the ``<mask>`` placeholders it covers.
        plural: whether the class word is plural.
        order, rank: selection said with it ("leftmost", "second ... from the left", "empty").
        strict: ``False`` for a plain "left"/"right" that may be a relation as well.
        reference: the phrase a "nearest to ..." is relative to.
        asked: whether "which" or "what" stands before it.
        camera: whether it is the camera itself.
        listed: whether it selects from its own list ("the leftmost of the pallets M M").
    """

    start: int
    end: int
    label: str | None = None
    ids: tuple[int, ...] = ()
    masks: tuple[int, ...] = ()
    plural: bool = False
    order: Order | None = None
    rank: int = 1
    strict: bool = True
    reference: Mention | None = field(default=None, repr=False)
    asked: bool = False
    camera: bool = False
    listed: bool = False

    @property
    def explicit(self) -> bool:
        """Whether it names its regions by number or by placeholder."""
        return bool(self.ids or self.masks)

    @property
    def named(self) -> bool:
        """Whether it can stand for regions at all, unlike "which one"."""
        return self.explicit or self.label is not None or self.camera


def find_mentions(tokens: Sequence[Token]) -> list[Mention]:
    """All noun phrases from left to right; phrases inside another's "nearest to" are part of it."""
    found: list[Mention] = []
    at = 0
    while at < len(tokens):
        mention = _noun_phrase(tokens, at)
        if mention is None:
            at += 1
            continue
        if found and _renames(tokens, found[-1], mention):
            found.pop()
        found.append(mention)
        at = mention.end
    return found


def _renames(tokens: Sequence[Token], before: Mention, mention: Mention) -> bool:
    """Whether a phrase only announces the next: "vehicle: transporter 9"."""
    return (
        before.label is not None
        and before.label == mention.label
        and not before.explicit
        and before.order is None
        and mention.explicit
        and before.end == mention.start - 1
        and _kind(tokens, before.end) == "comma"
    )


def _kind(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].kind if 0 <= at < len(tokens) else ""


def _text(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].text if 0 <= at < len(tokens) else ""


def _noun_phrase(tokens: Sequence[Token], start: int) -> Mention | None:
    at = start
    asked = _kind(tokens, at) == "which"
    if asked:
        at += 1
        while _kind(tokens, at) == "link":  # "which of the pallets", "which among"
            at += 1
    while _kind(tokens, at) == "article":
        at += 1
    order: Order | None = None
    rank, strict = 1, True
    first_modifier = at
    while True:
        kind = _kind(tokens, at)
        if kind in ("extreme", "superlative", "state", "side"):
            # "loaded" and "empty" only stand where nothing more selective does.
            if order is None or kind != "state":
                order, strict = tokens[at].value, kind != "side"  # type: ignore[assignment]
        elif kind == "ordinal":
            rank = int(tokens[at].value)  # type: ignore[call-overload]
        elif _text(tokens, at) in _FREE and _drives(tokens, at + 1):
            order = order or Order.EMPTY
        elif not (kind == "word" and _leads_to_class(tokens, at)) and kind != "article":
            break
        at += 1
    modified = at > first_modifier
    label, plural, generic = None, False, False
    if _kind(tokens, at) == "class":
        label, plural = str(tokens[at].value), tokens[at].plural
        at += 1
        while _kind(tokens, at) == "generic" and _text(tokens, at) not in ("one", "ones"):
            plural |= tokens[at].plural  # "buffer regions", "pallet masks"
            at += 1
    elif _kind(tokens, at) == "generic":
        generic, plural = True, tokens[at].plural
        at += 1
    elif _kind(tokens, at) == "camera":
        if _text(tokens, at) != "camera" and _text(tokens, start - 1) not in ("from", "to"):
            return None  # "give me", "tell us"
        return Mention(start, at + 1, camera=True)
    whole = _partitive(tokens, at) if label is None and (generic or modified or asked) else None
    if whole is not None:
        return _with_postmodifiers(
            tokens,
            replace(
                whole, start=start, order=order or whole.order, rank=rank, asked=asked,
                strict=strict, plural=whole.plural and order is None, listed=True,
            ),
        )  # fmt: skip
    named = label is not None or generic
    if modified and not named and _kind(tokens, at) not in ("number", "mask"):
        return None  # "is left of": a relation, not a modifier
    ids, masks, at = _numbers(tokens, at, allow_words=named)
    listed = False
    if label is not None and not ids and not masks and not plural:
        # "the pallet in M M M", "which pallet of 3, 7 and 12"
        link = _text(tokens, at)
        ids, masks, end = _numbers(tokens, at + 1, allow_words=False)
        listed = len(ids) + len(masks) > 1 or (asked and bool(masks))
        if link in ("of", "in", "from", "among", "within", "at") and listed:
            at = end
        else:
            ids, masks, listed = (), (), False
            whole = _partitive(tokens, at)
            if whole is not None and whole.explicit and whole.label == label:
                # "the empty vehicle of the transporters 4 and 9"
                ids, masks, listed, at = whole.ids, whole.masks, True, whole.end
    if not (named or ids or masks):
        # "which is closer" asks for a region; "what is the distance" does not.
        asks = asked and _text(tokens, start) != "what"
        return Mention(start, at, asked=True) if asks else None
    mention = Mention(
        start, at, label, ids, masks, plural, order, rank, strict, asked=asked, listed=listed
    )
    return _with_postmodifiers(tokens, mention)


def _partitive(tokens: Sequence[Token], at: int) -> Mention | None:
    """The list of "(the leftmost) of the pallets M M M", "(which one) of the racks"."""
    if _text(tokens, at) in ("out", "from") and _kind(tokens, at + 1) == "link":
        at += 1
    if _text(tokens, at) not in ("of", "among", "amongst"):
        return None
    whole = _noun_phrase(tokens, at + 1)
    if whole is None or whole.asked or not (len(whole.ids) + len(whole.masks) > 1 or whole.plural):
        return None
    return whole


def _leads_to_class(tokens: Sequence[Token], at: int) -> bool:
    """Whether an unknown adjective at ``at`` stands right before a class word ("blue rack")."""
    return _kind(tokens, at + 1) == "class" and tokens[at].text not in _NOT_ADJECTIVES


def _drives(tokens: Sequence[Token], at: int) -> bool:
    return _kind(tokens, at) == "class" and tokens[at].value == "transporter"


_FREE = ("free", "available", "spare", "unoccupied")  # of a vehicle: without load
_NOT_ADJECTIVES = frozenset(
    "is are was be and or to for than versus vs with between does do can should it about "
    "given".split()
)


def _numbers(
    tokens: Sequence[Token], at: int, allow_words: bool
) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    """Ids and placeholders from ``at`` on: "3, 7 and 12", "three", "M M M"."""
    ids: list[int] = []
    masks: list[int] = []
    end = at
    while True:
        ahead = at
        if ids:
            while _kind(tokens, ahead) == "comma" or _text(tokens, ahead) in ("and", "or"):
                ahead += 1
            if ahead > at and _kind(tokens, ahead) == "generic":
                ahead += 1
        if _kind(tokens, ahead) == "number" and not masks:
            ids.append(int(tokens[ahead].value))  # type: ignore[call-overload]
        elif _kind(tokens, ahead) == "number word" and not masks and (allow_words or ids):
            ids.append(int(tokens[ahead].value))  # type: ignore[call-overload]
        elif _kind(tokens, ahead) == "mask" and not ids:
            masks.append(int(tokens[ahead].value))  # type: ignore[call-overload]
        else:
            return tuple(ids), tuple(masks), end
        at = end = ahead + 1


def _with_postmodifiers(tokens: Sequence[Token], mention: Mention) -> Mention:
    """Adds "on the left", "from the left", "without load", "closest to the shelf" behind it."""
    while True:
        at = mention.end
        while _text(tokens, at) in ("that", "which", "who", "with", "standing", "located") or (
            _text(tokens, at) == "is" and _text(tokens, at - 1) in ("that", "which", "who")
        ):
            at += 1
        if _kind(tokens, at) == "state" and not mention.asked:
            order = mention.order or tokens[at].value
            mention = replace(mention, end=at + 1, order=order)  # type: ignore[arg-type]
            continue
        side = _side_phrase(tokens, at)
        if side is not None and not mention.explicit:
            order, end, from_side = side
            if not from_side or mention.rank > 1 or mention.order is None:
                mention = replace(mention, end=end, order=order, strict=True)
                continue
        near = _reference_phrase(tokens, at, mention)
        if near is None:
            return mention
        order, reference = near
        mention = replace(mention, end=reference.end, order=order, reference=reference, strict=True)


def _side_phrase(tokens: Sequence[Token], at: int) -> tuple[Order, int, bool] | None:
    """``(order, end, said with "from")`` of "on the (far) left (side)"; not "to the left of"."""
    opening = _text(tokens, at)
    if opening not in ("on", "to", "at", "in", "from"):
        return None
    at += 1
    while _kind(tokens, at) == "article":
        at += 1
    if _kind(tokens, at) not in ("side", "extreme"):
        return None
    order = tokens[at].value
    at += 1
    while _text(tokens, at) in ("side", "hand", "edge"):
        at += 1
    relation = _text(tokens, at) in ("of", "or") or _kind(tokens, at) in _SAID_ALONE
    return None if relation else (order, at, opening == "from")  # type: ignore[return-value]


def _reference_phrase(
    tokens: Sequence[Token], at: int, mention: Mention
) -> tuple[Order, Mention] | None:
    """The "closest to X" or "by X" that belongs to the phrase just read."""
    if mention.asked or mention.order is not None:
        return None
    if mention.explicit and not mention.listed:
        return None
    if _kind(tokens, at) == "superlative":
        order = tokens[at].value
        at += 1
        if _text(tokens, at) in ("to", "from"):
            at += 1
        elif _kind(tokens, at) not in ("article", "class"):  # "the buffer nearest the rack 5"
            return None
    elif _kind(tokens, at) == "near":
        order = Order.NEAREST
        at += 1
    else:
        return None
    reference = _noun_phrase(tokens, at)
    if reference is None or not reference.named:
        return None
    return order, reference  # type: ignore[return-value]
