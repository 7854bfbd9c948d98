"""Reads the meaning of a tokenized question: which kind it is, and what plays which part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .lexicon import HARMLESS
from .meaning import CAMERA, Kind, Meaning, Order, Pick
from .mentions import Mention, find_mentions
from .resolving import Locate, Resolver
from .words import Token


def read_question(
    tokens: Sequence[Token], resolver: Resolver, locate: Locate | None = None
) -> Meaning:
    """The meaning of a question; positions count over the resolver's views.

    Raises:
        QueryError: UNKNOWN_REGION or BAD_QUESTION.
    """
    reader = _Reader(list(tokens), resolver, locate)
    return reader.read()


class _Reader:
    def __init__(self, tokens: list[Token], resolver: Resolver, locate: Locate | None) -> None:
        self.resolver = resolver
        self.locate = locate
        sentences = _sentences(tokens)
        asking = [s for s in sentences if _asks(s)] or sentences[-1:] or [[]]
        self.tokens = asking[-1]
        self.mentions = find_mentions(self.tokens)
        # What other sentences name may be meant by the question's "it".
        self.context = [m for s in sentences if s is not self.tokens for m in find_mentions(s)]
        self.context_tokens = [t for s in sentences if s is not self.tokens for t in s]

    def read(self) -> Meaning:
        cues = {str(t.value) for t in self.tokens if t.kind == "cue"}
        if "count" in cues:
            return self._count()
        if "side" in cues:
            return self._left_right(after_cue=True)
        asked = any(m.asked for m in self.mentions)
        if "distance" in cues:
            return self._distance()
        if asked or self._loose(("superlative",)) or self._loose_extreme_choice():
            return self._choice()
        if self._relation() is not None:
            return self._left_right()
        if any(m.order is not None and not m.explicit for m in self.mentions) or self._fetch():
            return self._choice()
        if any(t.text in ("measure", "measuring") for t in self.tokens):
            return self._distance()
        if self.mentions:
            self._refuse_unknown_nouns()
        raise self.resolver.bad("it asks for no distance, side, count or choice")

    # -- kinds ------------------------------------------------------------------------------

    def _distance(self) -> Meaning:
        operands = self._operands()
        self._refuse_unknown_nouns()
        if len(operands) == 1 and not self._paired(operands[0]):
            operands += [m for m in self.context if m.named][:1]
        picks = [self._pick(m) for m in operands]
        if len(picks) == 1 and picks[0].order is None and len(picks[0].candidates) == 2:
            picks = [Pick((p,)) for p in picks[0].candidates]
        if len(picks) == 1:
            picks.append(CAMERA)
        if len(picks) != 2:
            raise self.resolver.bad(f"a distance needs two ends, found {len(picks)}")
        first, second = picks
        if first.is_camera:
            first, second = second, first
        first, second = _related(first, second), _related(second, first)
        first, second = self._settled(first), self._settled(second)
        if first.order is None and len(first.candidates) > 1 and not self.resolver.placeholders:
            raise self.resolver.bad("a distance needs one region at each end")
        if first == second:
            raise self.resolver.bad("both ends of the distance are the same region")
        trained = not second.is_camera and all(
            p.single is not None or (p.order is not None and p.order.in_image)
            for p in (first, second)
        )
        return Meaning(Kind.DISTANCE, first, second, trained=trained)

    def _left_right(self, after_cue: bool = False) -> Meaning:
        relation = self._relation()
        named = [m for m in self.mentions if m.named and not m.camera]
        self._refuse_unknown_nouns()
        picks = [self._pick(m) for m in named]
        if len(named) == 1 and len(picks[0].candidates) == 2 and picks[0].order is None:
            picks = [Pick((p,)) for p in picks[0].candidates]
        if len(picks) != 2:
            raise self.resolver.bad(f"left or right of what? found {len(picks)} of 2 regions")
        first, second = (self._settled(p) for p in picks)
        # "on which side of B is A", "relative to B, is A left or right?"
        turned = (after_cue and self._follows("of", named[0])) or self._follows("to", named[0])
        if turned and (relation is None or relation > named[0].end):
            first, second = second, first
        if first == second:
            raise self.resolver.bad("both regions are the same")
        return Meaning(Kind.LEFT_RIGHT, first, second)

    def _count(self) -> Meaning:
        self._refuse_unknown_nouns()
        named = [m for m in self.mentions if m.named and not m.camera]
        places = [m for m in named if self._is_place(m)]
        things = [m for m in named if not self._is_place(m)]
        if not things and self.resolver.placeholders is False and len(places) == 2:
            raise self.resolver.bad("count what?")
        counted_mentions = [m for m in things if self._countable(m)] or things[:1]
        if not counted_mentions:
            raise self.resolver.bad("how many of what?")
        explicit = [m for m in counted_mentions if m.explicit]
        label = self._label(counted_mentions[0])
        same = [m for m in explicit if self._label(m) == label]
        if same:
            counted = tuple(p for m in same for p in self.resolver.positions(m))
        else:
            counted = self.resolver.of_class(label or "")
        if not places:
            return Meaning(Kind.COUNT, counted=counted, trained=False)
        place = self._place(places, [m for m in things if m not in counted_mentions])
        if place.order is None and place.single is None:
            raise self.resolver.bad("in which of them?")
        return Meaning(Kind.COUNT, reference=place, counted=counted)

    def _place(self, places: list[Mention], others: list[Mention]) -> Pick:
        """The buffer a count is about: listed ones, narrowed by the phrase that selects one."""
        choosing = [m for m in places if not m.explicit]
        scope = tuple(p for m in places if m.explicit for p in self.resolver.positions(m))
        if not choosing:
            if len(scope) != 1:
                raise self.resolver.bad("in which of them?")
            return Pick(scope)
        mention = choosing[-1]
        candidates = self.resolver.of_class(mention.label or "", scope or None)
        if mention.order is None:
            return self.resolver.select(candidates, mention, None)
        if len(candidates) == 1:
            return Pick(candidates)
        if mention.order.in_image:
            # Kept open: the prompt lists all of them, as in training.
            self.resolver.select(candidates, mention, None)
            if mention.rank > 1:
                return self.resolver.select(candidates, mention, None)
            return Pick(candidates, mention.order, mention.rank)
        reference = None
        if mention.reference is not None:
            reference = self._scoped(mention.reference, others)
        return Pick(candidates, mention.order, mention.rank, reference)

    def _scoped(self, mention: Mention, others: Sequence[Mention]) -> Pick:
        """A pick among the regions listed for its class elsewhere in the sentence."""
        scope = [
            p
            for m in others
            if m.explicit and m is not mention
            for p in self.resolver.positions(m)
            if self.resolver.views[p].label in (mention.label, "")
        ]
        return self._settled(self.resolver.pick(mention, scope or None))

    def _choice(self) -> Meaning:
        order, at = self._choice_order()
        head = self._head()
        self._refuse_unknown_nouns()
        reference_mention = self._choice_reference(head, at)
        label = head.label if head is not None else None
        rest = [m for m in self.mentions if m.named and m is not reference_mention]
        rest = [m for m in rest if not m.camera]
        explicit = [m for m in rest if m.explicit]
        if label is not None:
            explicit = [m for m in explicit if self._label(m) in (label, None)]
        elif explicit:
            wanted = self._label(explicit[0])
            explicit = [m for m in explicit if self._label(m) == wanted]
        candidates = tuple(p for m in explicit for p in self.resolver.positions(m))
        if not candidates and label is not None:
            candidates = self.resolver.of_class(label)
        if not candidates:
            raise self.resolver.bad("which of what?")
        if order is None:
            raise self.resolver.bad("which one? say leftmost, rightmost, nearest or farthest")
        rank = head.rank if head is not None else 1
        if rank > len(candidates):
            raise self.resolver.unknown(f"number {rank} of {len(candidates)} is not in view")
        reference = None
        if order in (Order.NEAREST, Order.FARTHEST):
            reference = self._reference_pick(reference_mention, rest)
            # "which pallet is closest to pallet 3" does not mean pallet 3.
            if reference is not None and reference.single is not None:
                candidates = tuple(c for c in candidates if c != reference.single)
        if order is Order.MIDDLE:
            self.resolver.decided(Pick(candidates, order))
        pick = Pick(candidates, order, rank, reference)
        trained = order.in_image or (order is Order.NEAREST and reference is not None)
        return Meaning(Kind.CHOICE, pick, trained=trained)

    def _reference_pick(self, mention: Mention | None, rest: Sequence[Mention]) -> Pick | None:
        if mention is not None and mention.camera:
            return None
        if mention is None:
            if not self._fetch():
                return None  # nearest to the camera
            mention = next((m for m in self.context if self._label(m) == "transporter"), None)
            if mention is None:
                raise self.resolver.bad("picked up by which transporter?")
        if mention.explicit or mention.label is None:
            return self._settled(
                self.resolver.select(self.resolver.positions(mention), mention, None)
            )
        return self._scoped(mention, rest)

    # -- parts ------------------------------------------------------------------------------

    def _operands(self) -> list[Mention]:
        """The phrases a distance runs between, without the lists they select from."""
        named = [m for m in self.mentions if m.named]
        choosing = {m.label for m in named if not m.explicit and m.label is not None}
        if len(named) == 2 and not all(len(m.ids) + len(m.masks) > 1 for m in named if m.explicit):
            return named
        return [m for m in named if not m.explicit or self._label(m) not in choosing]

    def _pick(self, mention: Mention) -> Pick:
        listed = [m for m in self.mentions if m.explicit and m is not mention]
        scope: list[int] = []
        if not mention.explicit and (self.resolver.placeholders or len(listed) > 1):
            scope = [
                p
                for m in listed
                if self._label(m) == mention.label
                for p in self.resolver.positions(m)
            ]
        return self.resolver.pick(mention, scope or None)

    def _settled(self, pick: Pick) -> Pick:
        """The pick as one region, where depth can already tell and no list is prescribed."""
        reference = pick.reference
        if reference is not None and not self.resolver.placeholders:
            pick = replace(pick, reference=self._settled(reference))
        needs_depth = pick.order is not None and not pick.order.in_image
        if self.locate is None or self.resolver.placeholders or not needs_depth:
            return pick
        found = self.locate(pick)
        return pick if found is None else Pick((found,))

    def _label(self, mention: Mention) -> str | None:
        if mention.label is not None:
            return mention.label
        if mention.explicit:
            positions = self.resolver.positions(mention)
            return self.resolver.views[positions[0]].label or None
        return None

    def _is_place(self, mention: Mention) -> bool:
        return self._label(mention) == "buffer"

    def _countable(self, mention: Mention) -> bool:
        first = next((t for t in self.mentions if t.named and not self._is_place(t)), mention)
        return self._label(mention) == self._label(first)

    def _paired(self, mention: Mention) -> bool:
        return len(mention.ids) + len(mention.masks) == 2

    def _head(self) -> Mention | None:
        """The phrase that is asked for."""
        asked = [m for m in self.mentions if m.asked]
        if asked and (asked[0].label is not None or asked[0].explicit):
            return asked[0]
        if asked:
            return None  # "which one": the regions are listed elsewhere
        chosen = [m for m in self.mentions if m.named and m.order is not None and not m.explicit]
        others = [m for m in chosen if m.order is not Order.EMPTY]
        named = [m for m in self.mentions if m.named and not m.explicit and not m.camera]
        return (others or named or [None])[0]  # type: ignore[list-item]

    def _choice_order(self) -> tuple[Order | None, int]:
        """The superlative of a choice and the token it stands at."""
        head = self._head()
        if head is not None and head.order is not None and not head.explicit:
            if head.order not in (Order.EMPTY, Order.LOADED) or not self._fetch():
                return head.order, head.start
        for kinds in (("superlative", "extreme"), ("side",)):
            loose = self._loose(kinds)
            if loose:
                at = loose[0]
                return self.tokens[at].value, at  # type: ignore[return-value]
        if self._fetch():
            return Order.NEAREST, -1
        states = self._loose(("state",))
        if states:
            return self.tokens[states[0]].value, states[0]  # type: ignore[return-value]
        return None, -1

    def _choice_reference(self, head: Mention | None, at: int) -> Mention | None:
        """The phrase after "closest to", or else the one phrase of another class."""
        named = [m for m in self.mentions if m.named and m is not head]
        if at >= 0:
            for m in named:
                if m.start > at and all(
                    t.text in ("to", "from", "of", "for", "in", "proximity") or t.kind == "article"
                    for t in self.tokens[max(at + 1, head.end if head else 0) : m.start]
                ):
                    return m
        label = head.label if head is not None else None
        if label is None:
            label = next((self._label(m) for m in named), None)
        others = [m for m in named if self._label(m) != label]
        choosing = [m for m in others if not m.explicit]
        return (choosing or others or [None])[-1]  # type: ignore[list-item]

    def _loose(self, kinds: tuple[str, ...]) -> list[int]:
        """Tokens of these kinds outside every noun phrase."""
        covered = {i for m in self.mentions for i in range(m.start, m.end)}
        return [i for i, t in enumerate(self.tokens) if t.kind in kinds and i not in covered]

    def _loose_extreme_choice(self) -> bool:
        return bool(self._loose(("extreme",))) and self._relation() is None

    def _relation(self) -> int | None:
        """Where a "left" or "right" stands that relates two phrases."""
        loose = self._loose(("side",))
        return loose[0] if loose else None

    def _fetch(self) -> bool:
        return any(t.kind == "fetch" for t in self.tokens + self.context_tokens)

    def _follows(self, word: str, mention: Mention) -> bool:
        at = mention.start - 1
        return at >= 0 and self.tokens[at].text == word

    def _refuse_unknown_nouns(self) -> None:
        """Raises UNKNOWN_REGION for a noun after an article that is no class in view."""
        covered = {i for m in self.mentions if m.named for i in range(m.start, m.end)}
        for i, token in enumerate(self.tokens):
            opener = i > 0 and self.tokens[i - 1].kind in (
                "article",
                "which",
                "extreme",
                "superlative",
                "state",
                "cue",
            )
            unknown = token.kind == "word" and token.text not in HARMLESS and i not in covered
            if opener and unknown:
                raise self.resolver.unknown(f'nothing called "{token.text}" is in view')


def _related(pick: Pick, other: Pick) -> Pick:
    """ "The nearest pallet" beside another end of a distance is the nearest to that end."""
    if pick.order in (Order.NEAREST, Order.FARTHEST) and pick.reference is None:
        if not other.is_camera:
            return replace(pick, reference=other)
    return pick


def _sentences(tokens: list[Token]) -> list[list[Token]]:
    sentences: list[list[Token]] = [[]]
    for token in tokens:
        if token.kind == "stop":
            sentences.append([])
        else:
            sentences[-1].append(token)
    return [s for s in sentences if s]


def _asks(tokens: list[Token]) -> bool:
    return any(t.kind in ("cue", "which", "superlative", "extreme", "side") for t in tokens)
