"""Questions about a frame with true answers, from its truth alone: no picture is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..sensing.truth import FrameTruth, ObjectTruth
from . import rationales as spelled
from .distances import distance_between
from .phrasings import CANONICAL, HELDOUT, TRAIN
from .wording import WORD, Wording, phrasings_of

KINDS = ("left_right", "distance", "count", "mcq")
MOST_MASKS = 15
# Nobody is asked what people would argue about.
LEAST_SIDE = 0.025  # of the image's width
LEAST_RATIO, LEAST_METRES = 1.08, 0.25  # second nearest to nearest
_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
).split()


@dataclass(frozen=True)
class Question:
    """One question of a frame.

    Args:
        category: left_right, distance, count or mcq.
        text: with one ``<mask>`` per mentioned object.
        object_ids: the objects of the masks, in order; mask i is ``[Region i]`` in the answer.
        answer: a sentence that says what it rests on, then the verdict.
        normalized: "left"/"right", metres, a count, or the index of the chosen mask.
    """

    category: str
    text: str
    object_ids: tuple[int, ...]
    answer: str
    normalized: float | int | str


def generate_questions(
    truth: FrameTruth,
    rng: np.random.Generator,
    kinds: Iterable[str] = KINDS,
    per_kind: int = 4,
    phrasing: str = "train",
) -> list[Question]:
    """Up to ``per_kind`` questions of each kind; fewer where the frame has nothing unambiguous.

    Args:
        phrasing: ``"train"`` or ``"heldout"``, two sets of sentences that share none, or
            ``"canonical"``, one sentence a meaning.

    Raises:
        ValueError: for an unknown kind or phrasing.
    """
    asker = _Asker(
        truth, rng, phrasings_of(phrasing, train=TRAIN, heldout=HELDOUT, canonical=CANONICAL)
    )
    makers: dict[str, Callable[[], Question | None]] = {
        "left_right": asker.left_right,
        "distance": asker.distance,
        "count": asker.count,
        "mcq": asker.choice,
    }
    found: list[Question] = []
    for kind in kinds:
        if kind not in makers:
            raise ValueError(f"kind must be one of {KINDS}, found {kind!r}")
        made: dict[tuple[str, tuple[int, ...]], Question] = {}
        for _ in range(per_kind * 4):
            if len(made) >= per_kind:
                break
            question = makers[kind]()
            if question is not None:
                made.setdefault((question.text, question.object_ids), question)
        found.extend(made.values())
    return found


class _Asker:
    """Draws questions about one frame."""

    def __init__(
        self, truth: FrameTruth, rng: np.random.Generator, phrasings: dict[str, tuple[str, ...]]
    ) -> None:
        self.rng, self.words, self.width = rng, Wording(rng, phrasings), truth.width
        self.objects = list(truth.regions)
        self.of = {label: [o for o in self.objects if o.label == label] for label in WORD}

    def left_right(self) -> Question | None:
        pair = self._draw(self.objects, 2)
        if pair is None or abs(pair[0].centroid[0] - pair[1].centroid[0]) < LEAST_SIDE * self.width:
            return None
        a, b = pair
        side = "left" if a.centroid[0] < b.centroid[0] else "right"
        text, order = self.words.fill(self.words.phrase("left_right"), {"a": [a], "b": [b]})
        answer = (
            f"The {WORD[a.label]} [Region {order.index(a.id)}] is to the {side} "
            f"of the {WORD[b.label]} [Region {order.index(b.id)}]."
        )
        return Question("left_right", text, tuple(order), answer, side)

    def distance(self) -> Question | None:
        style = self.rng.random()
        if style < 0.12:
            return self._distance_from_extreme("pallet")
        if style < 0.24:
            return self._distance_from_extreme("buffer")
        pair = self._draw(self.objects, 2)
        if pair is None or not self._measurable(*pair):
            return None
        a, b = pair
        lists = {"a": [a], "b": [b]}
        return self._distance_question(self.words.phrase("distance"), lists, a, b)

    def _distance_from_extreme(self, label: str) -> Question | None:
        """To the leftmost or rightmost pallet, or to a buffer picked by its place in the row."""
        row = self._draw(self.of[label], int(self.rng.integers(2, 6)))
        if row is None:
            return None
        which, chosen = self._superlative(row, middle=label == "buffer")
        others = [o for o in self.objects if o not in row]
        other = self._draw(others, 1)
        if chosen is None or other is None or not self._measurable(chosen, other[0]):
            return None
        if label == "pallet":
            text = self.words.phrase("distance_pallets").replace("{one}", which)
            lists = {"pallets": row, "b": other}
        else:
            text = self.words.phrase("distance_buffers").replace("{which}", which)
            lists = {"buffers": row, "a": other}
        return self._distance_question(text, lists, chosen, other[0], row, which)

    def _distance_question(
        self,
        text: str,
        lists: dict[str, list[ObjectTruth]],
        a: ObjectTruth,
        b: ObjectTruth,
        row: Sequence[ObjectTruth] = (),
        which: str = "",
    ) -> Question:
        """Between ``a`` and ``b``; ``a`` may be the one of a row that is leftmost or so."""
        text, order = self.words.fill(text, lists)
        first = f"{WORD[a.label]} [Region {order.index(a.id)}]"
        second = f"{WORD[b.label]} [Region {order.index(b.id)}]"
        opening = f"{spelled.places(row, order, which, a, self.width)} " if row else ""
        metres = round(distance_between(a, b), 2)
        if metres == 0.0:
            inner, outer = (first, second) if b.id in a.inside else (second, first)
            verdict = f"The {inner} stands inside the {outer}, so the distance is 0.00 meters."
        else:
            verdict = f"The {first} and the {second} are {metres:.2f} meters apart."
        return Question("distance", text, tuple(order), opening + verdict, metres)

    def count(self) -> Question | None:
        buffers, pallets = self.of["buffer"], self.of["pallet"]
        if not buffers or not pallets:
            return None
        style = self.rng.random()
        if style < 0.12 or len(buffers) == 1:
            return self._count_named(buffers, pallets)
        row = self._draw(buffers, int(self.rng.integers(2, 5)) if self.rng.random() < 0.2 else 9)
        if row is None or len(row) < 2:
            return None
        crowd = self._crowd(pallets, MOST_MASKS - 1 - len(row))
        if style < 0.32 and self.of["shelf"]:
            shelf = self._draw(self.of["shelf"], 1)
            assert shelf is not None
            chosen = self._nearest(shelf[0], row)
            lists = {"buffers": row, "pallets": crowd, "shelf": shelf}
            text = self.words.phrase("count_near")
            if chosen is None:
                return None
            text, order = self.words.fill(text, lists)
            opening = spelled.distances(shelf[0], row, order, chosen)
        else:
            which, chosen = self._superlative(row, middle=True)
            if chosen is None:
                return None
            text = self.words.phrase("count").replace("{which}", which)
            text, order = self.words.fill(text, {"buffers": row, "pallets": crowd})
            opening = spelled.places(row, order, which, chosen, self.width)
        return self._count_question(text, order, chosen, crowd, f"{opening} The pallets: ")

    def _count_named(
        self, buffers: Sequence[ObjectTruth], pallets: Sequence[ObjectTruth]
    ) -> Question | None:
        buffer = self._draw(buffers, 1)
        assert buffer is not None
        crowd = self._crowd(pallets, MOST_MASKS - 1)
        text = self.words.phrase("count_named")
        text, order = self.words.fill(text, {"pallets": crowd, "b": buffer})
        opening = f"In the buffer region [Region {order.index(buffer[0].id)}], the pallets: "
        return self._count_question(text, order, buffer[0], crowd, opening)

    def _count_question(
        self,
        text: str,
        order: list[int],
        buffer: ObjectTruth,
        crowd: Sequence[ObjectTruth],
        opening: str,
    ) -> Question:
        inside = [order.index(o.id) for o in crowd if buffer.id in o.inside]
        listing = ", ".join(
            f"[Region {i}] {'in' if i in inside else 'out'}"
            for i in sorted(order.index(o.id) for o in crowd)
        )
        pallets = "pallet" if len(inside) == 1 else "pallets"
        answer = f"{opening}{listing}. That makes {_NUMBERS[len(inside)]} {pallets}."
        return Question("count", text, tuple(order), answer, len(inside))

    def choice(self) -> Question | None:
        style = self.rng.random()
        if style < 0.35:
            return self._choice_side()
        return self._choice_pickup() if style < 0.75 else self._choice_buffer()

    def _choice_side(self) -> Question | None:
        row = self._draw(self.objects, int(self.rng.integers(3, 6)))
        if row is None or len(row) < 3:
            return None
        which, chosen = self._superlative(row)
        if chosen is None:
            return None
        text = self.words.phrase("choice_side").replace("{one}", which)
        text, order = self.words.fill(text, {"objects": row})
        answer = spelled.places(row, order, which, chosen, self.width)
        index = order.index(chosen.id)
        return Question("mcq", text, tuple(order), answer, index)

    def _choice_pickup(self) -> Question | None:
        transporters, pallets = self.of["transporter"], self.of["pallet"]
        empty = [o for o in transporters if o.load == "empty"]
        if len(empty) == 0 or len(pallets) < 2:
            return None
        # Exactly one of the listed is empty.
        one = self._draw(empty, 1)
        assert one is not None
        fleet = [o for o in transporters if o.load != "empty" or o is one[0]]
        fleet = [fleet[i] for i in self.rng.permutation(len(fleet))]
        crowd = self._crowd(pallets, MOST_MASKS - len(fleet))
        chosen = self._nearest(one[0], crowd) if len(crowd) > 1 else None
        # A pallet that another transporter already carries is no candidate people agree on.
        if chosen is None or chosen.carried_by >= 0:
            return None
        text, order = self.words.fill(
            self.words.phrase("choice_pickup"), {"transporters": fleet, "pallets": crowd}
        )
        carrier = f"[Region {order.index(one[0].id)}]"
        listing = spelled.distance_list(one[0], crowd, order)
        index = order.index(chosen.id)
        answer = (
            f"The transporter {carrier} is empty. Distances from it: {listing}. "
            f"The pallet [Region {index}] is the nearest."
        )
        return Question("mcq", text, tuple(order), answer, index)

    def _choice_buffer(self) -> Question | None:
        row = self._draw(self.of["buffer"], 9)
        if row is None or len(row) < 2:
            return None
        from_shelf = self.rng.random() < 0.6
        pool = self.of["shelf"] if from_shelf else self.of["transporter"] + self.of["pallet"]
        # Who stands in a buffer is at distance 0: no question.
        other = self._draw([o for o in pool if not o.inside and o.carried_by < 0], 1)
        chosen = self._nearest(other[0], row) if other else None
        if other is None or chosen is None:
            return None
        text = self.words.phrase("choice_buffer")
        text, order = self.words.fill(text, {"buffers": row, "a": other})
        answer = spelled.distances(other[0], row, order, chosen)
        return Question("mcq", text, tuple(order), answer, order.index(chosen.id))

    def _draw(self, pool: Sequence[ObjectTruth], most: int) -> list[ObjectTruth] | None:
        """Up to ``most`` different objects in random order; None if there are fewer than asked
        for a pair."""
        if len(pool) < min(most, 2):
            return None
        return [pool[i] for i in self.rng.permutation(len(pool))[:most]]

    def _crowd(self, pallets: Sequence[ObjectTruth], most: int) -> list[ObjectTruth]:
        """All pallets, or sometimes only some: the answer is about the listed ones."""
        if self.rng.random() < 0.25:
            most = min(most, int(self.rng.integers(2, 9)))
        return self._draw(pallets, most) or list(pallets[:most])

    def _measurable(self, a: ObjectTruth, b: ObjectTruth) -> bool:
        """A carried pallet over a buffer is neither inside nor outside for everyone."""
        for one, other in ((a, b), (b, a)):
            if one.carried_by >= 0 and other.label == "buffer":
                return False
            if one.carried_by == other.id:
                return False
        return True

    def _superlative(
        self, row: Sequence[ObjectTruth], middle: bool = False
    ) -> tuple[str, ObjectTruth | None]:
        """A word like leftmost and the object it picks; None where the picture leaves a doubt."""
        ranked = sorted(row, key=lambda o: o.centroid[0])
        least = LEAST_SIDE * self.width
        gaps = [q.centroid[0] - p.centroid[0] for p, q in pairwise(ranked)]
        if not gaps:
            return "", None
        if middle and len(ranked) == 3 and self.rng.random() < 0.3:
            return "middle", ranked[1] if min(gaps) >= least else None
        if self.rng.random() < 0.5:
            return "leftmost", ranked[0] if gaps[0] >= least else None
        return "rightmost", ranked[-1] if gaps[-1] >= least else None

    def _nearest(self, start: ObjectTruth, row: Sequence[ObjectTruth]) -> ObjectTruth | None:
        ranked = sorted((distance_between(start, o), o.id, o) for o in row)
        if len(ranked) < 2:
            return None
        first, second = ranked[0][0], ranked[1][0]
        if second < first * LEAST_RATIO or second - first < LEAST_METRES:
            return None
        return ranked[0][2]
