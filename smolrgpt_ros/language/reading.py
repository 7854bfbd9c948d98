"""Reads the meaning of a tokenized question: which kind it is, and what plays which part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .choosing import read_choice
from .meaning import CAMERA, Kind, Meaning, Order, Pick
from .mentions import Mention
from .parts import Parts
from .resolving import Locate, Resolver
from .sides import is_left_right, read_left_right
from .words import Token


def read_question(
    tokens: Sequence[Token], resolver: Resolver, locate: Locate | None = None
) -> Meaning:
    """The meaning of a question; positions count over the resolver's views.

    Raises:
        QueryError: UNKNOWN_REGION or BAD_QUESTION.
    """
    parts = _with_total(Parts.of(tokens, resolver, locate))
    cues = {str(t.value) for t in parts.tokens if t.kind == "cue"}
    if "count" in cues:
        return _read_count(parts)
    if "distance" in cues:
        return read_choice(parts) if _compares_distances(parts) else _read_distance(parts)
    if is_left_right(parts, cues):
        return read_left_right(parts)
    asked = any(m.asked for m in parts.mentions)
    if parts.says("measure", "measuring", "metres", "meters") and not asked:
        return _read_distance(parts)
    if asked or parts.loose("superlative", "extreme") or _orders(parts) or parts.fetching:
        return read_choice(parts)
    if parts.mentions:
        parts.refuse_unknown_nouns()
    raise resolver.bad("it asks for no distance, side, count or choice")


def _with_total(parts: Parts) -> Parts:
    """ "Total pallets in the zone" counts, "number pallets" too; a total distance does not."""
    if any(t.kind == "cue" for t in parts.tokens):
        return parts
    tokens = list(parts.tokens)
    for at, token in enumerate(tokens):
        following = tokens[at + 1] if at + 1 < len(tokens) else token
        counts = token.text == "number" and following.kind == "class" and following.plural
        if token.text == "total" or counts:
            tokens[at] = Token("cue", token.text, "count")
    return replace(parts, tokens=tuple(tokens))


def _orders(parts: Parts) -> bool:
    return any(m.order is not None and (m.listed or not m.explicit) for m in parts.mentions)


def _compares_distances(parts: Parts) -> bool:
    """Whether distances only serve to choose: "compare how far ... are, name the nearest"."""
    cue = next(i for i, t in enumerate(parts.tokens) if t.kind == "cue")
    rule = any(
        t.kind == "superlative" and t.value in (Order.NEAREST, Order.FARTHEST)
        for t in parts.tokens[cue:]
    )
    if parts.says("compare", "comparing"):
        return rule
    lists = [m for m in parts.mentions if m.start > cue and m.order is None]
    several = any(len(m.ids) + len(m.masks) > 1 or m.plural for m in lists)
    return rule and several and any(t.kind == "which" for t in parts.tokens[cue:])


# -- distance -------------------------------------------------------------------------------


def _read_distance(parts: Parts) -> Meaning:
    parts.refuse_unknown_nouns()
    operands = _ends(parts)
    if len(operands) == 1 and len(operands[0].ids) + len(operands[0].masks) != 2:
        operands += [m for m in parts.context if m.named][:1]
    picks = [parts.pick(m) for m in _narrowed(parts, operands)]
    if len(picks) == 1:
        picks = picks[0].halves() or [picks[0], CAMERA]
    if len(picks) != 2:
        raise parts.resolver.bad(f"a distance needs two ends, found {len(picks)}")
    first, second = picks
    if first.is_camera:
        first, second = second, first
    first, second = _related(first, second), _related(second, first)
    first, second = parts.settled(first), parts.settled(second)
    for end in (first, second):
        if end.order is None and len(end.candidates) > 1:
            raise parts.resolver.bad("a distance needs one region at each end")
    if first == second:
        raise parts.resolver.bad("both ends of the distance are the same region")
    trained = not second.is_camera and all(
        p.single is not None or (p.order is not None and p.order.in_image) for p in (first, second)
    )
    return Meaning(Kind.DISTANCE, first, second, trained=trained)


def _ends(parts: Parts) -> list[Mention]:
    """The phrases a distance runs between, without the lists they select from."""
    named = [m for m in parts.mentions if m.named]
    if len(named) == 2 and not all(len(m.ids) + len(m.masks) > 1 for m in named if m.explicit):
        return named
    choosing = {m.label for m in named if not m.explicit and m.order is not None}
    ends = [m for m in named if not m.explicit or m.listed or parts.label(m) not in choosing]
    if len(ends) > 2:  # "a robot drives from M to M"
        ends = [m for m in ends if m.explicit or m.order is not None or m.camera]
    if len(ends) > 2:
        ends = [m for m in ends if not m.camera]
    return ends


def _narrowed(parts: Parts, ends: list[Mention]) -> list[Mention]:
    """The ends, a list among them with the rule for it that is said elsewhere.

    "Among the pallets M M M, take the leftmost: how far is it ...", "whichever of the pallets M M
    is leftmost"; two rules that differ choose nothing.
    """
    lists = [m for m in ends if m.order is None and len(m.ids) + len(m.masks) > 1]
    if len(ends) != 2 or len(lists) != 1:
        return ends
    rules = {parts.tokens[i].value for i in parts.loose("extreme", "superlative")}
    if len(rules) != 1:
        return ends
    (rule,) = rules
    chosen = replace(lists[0], order=rule, listed=True)  # type: ignore[arg-type]
    return [chosen if m is lists[0] else m for m in ends]


def _related(pick: Pick, other: Pick) -> Pick:
    """ "The nearest pallet" at one end of a distance is the nearest to the other end."""
    if pick.order in (Order.NEAREST, Order.FARTHEST) and pick.reference is None:
        if not other.is_camera:
            return replace(pick, reference=other)
    return pick


# -- count ----------------------------------------------------------------------------------


def _read_count(parts: Parts) -> Meaning:
    parts.refuse_unknown_nouns()
    resolver = parts.resolver
    named = [m for m in parts.mentions if m.named and not m.camera]
    places = [m for m in named if parts.label(m) == "buffer"]
    things = [m for m in named if parts.label(m) != "buffer"]
    if not things:
        if not places or len(places) > 1:
            raise resolver.bad("how many of what?")
        things, places = places, []  # "how many buffers are there"
    # What is counted stands right after "how many"; a shelf may be named to select the buffer.
    cue = next(i for i, t in enumerate(parts.tokens) if t.kind == "cue" and t.value == "count")
    after = [m for m in things if m.start > cue]
    label = parts.label((after or things)[0])
    counted_mentions = [m for m in things if parts.label(m) == label]
    explicit = [m for m in counted_mentions if m.explicit]
    if explicit:
        counted = tuple(dict.fromkeys(p for m in explicit for p in resolver.positions(m)))
    else:
        counted = resolver.of_class(label or "")
    if not places:
        return Meaning(Kind.COUNT, counted=counted, trained=False)
    place = _place(parts, places, [m for m in things if m not in counted_mentions])
    trained = place.order is None or place.order.in_image or place.reference is not None
    return Meaning(Kind.COUNT, reference=place, counted=counted, trained=trained)


def _place(parts: Parts, places: list[Mention], others: list[Mention]) -> Pick:
    """The buffer a count is about: the listed ones, narrowed by what selects one of them."""
    resolver = parts.resolver
    scope = tuple(p for m in places if m.explicit for p in resolver.positions(m))
    choosing = [m for m in places if m.order is not None or not m.explicit]
    order, rank, reference = None, 1, None
    if choosing:
        mention = choosing[-1]
        if mention.listed:
            candidates = resolver.positions(mention)
        else:
            candidates = resolver.of_class(mention.label or "", scope or None)
        order, rank, reference = mention.order, mention.rank, mention.reference
    else:
        mention, candidates = places[0], scope
    if len(candidates) == 1:
        return Pick(candidates)
    if order is None:
        # "take the leftmost: how many ... does it hold?"
        for at in parts.loose("extreme", "superlative", "near", "side"):
            said = parts.tokens[at].value
            order = said if isinstance(said, Order) else Order.NEAREST
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
    if reference is not None and order in (Order.NEAREST, Order.FARTHEST):
        selected = parts.scoped(reference, others)
    return Pick(candidates, order, rank, selected)
