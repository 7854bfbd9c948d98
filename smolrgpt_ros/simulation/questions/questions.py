# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Questions about a frame with true answers, from its truth alone: no picture is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from smolrgpt_ros.language.lexicon import LEXICON

from ..sensing.truth import FrameTruth, ObjectTruth
from . import rationales
from .candidates import (
    LEAST_SIDE,
    distance_between,
    draw,
    draw_list,
    draw_superlative,
    has_distance,
    nearest,
)
from .phrasings import Phrasings, Sentences, read_phrasings
from .wording import NOUNS, Wording

KINDS = ("left_right", "distance", "count", "mcq")
MOST_MASKS = 15


@dataclass(frozen=True)
class Question:
    """One question of a frame.

    Args:
        category: left_right, distance, count or mcq.
        text: with one ``<mask>`` per mentioned object.
        object_ids: the objects of the masks, in order; mask i is ``[Region i]`` in the answer.
        answer: the rationale, then the verdict.
        normalized: "left"/"right", metres, a count, or the index of the chosen mask.
    """

    category: str
    text: str
    object_ids: tuple[int, ...]
    answer: str
    normalized: float | int | str


@cache
def question_phrasings() -> Phrasings:
    """The sentences of ``question_phrasings.json``, read once."""
    return read_phrasings(Path(__file__).with_name("question_phrasings.json"), KINDS)


def generate_questions(
    truth: FrameTruth,
    rng: np.random.Generator,
    kinds: Iterable[str] = KINDS,
    per_kind: int = 4,
    phrasing: str = "train",
) -> list[Question]:
    """Up to ``per_kind`` questions of each kind; fewer where the frame has nothing unambiguous.

    Args:
        phrasing: ``"train"`` or ``"heldout"``, two sets of sentences that share none.

    Raises:
        ValueError: for an unknown kind or phrasing.
    """
    generator = _QuestionGenerator(truth, rng, question_phrasings().split(phrasing))
    makers: dict[str, Callable[[], Question | None]] = {
        "left_right": generator.left_right,
        "distance": generator.distance,
        "count": generator.count,
        "mcq": generator.choice,
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


class _QuestionGenerator:
    """Draws questions about one frame; each method gives ``None`` where the draw is ambiguous."""

    def __init__(self, truth: FrameTruth, rng: np.random.Generator, sentences: Sentences) -> None:
        self.rng, self.words, self.width = rng, Wording(rng, sentences), truth.width
        self.objects = [o for o in truth.regions if o.label in NOUNS]
        self.of = {label: [o for o in self.objects if o.label == label] for label in NOUNS}

    def left_right(self) -> Question | None:
        pair = draw(self.rng, self.objects, 2)
        if pair is None or abs(pair[0].centroid[0] - pair[1].centroid[0]) < LEAST_SIDE * self.width:
            return None
        a, b = pair
        side = "left" if a.centroid[0] < b.centroid[0] else "right"
        text, order = self.words.fill(self.words.draw("left_right"), {"a": [a], "b": [b]})
        answer = (
            f"The {NOUNS[a.label]} [Region {order.index(a.id)}] is to the {side} "
            f"of the {NOUNS[b.label]} [Region {order.index(b.id)}]."
        )
        return Question("left_right", text, tuple(order), answer, side)

    def distance(self) -> Question | None:
        style = self.rng.random()
        if style < 0.12:
            return self._distance_from_extreme("pallet")
        if style < 0.24:
            return self._distance_from_extreme("buffer")
        pair = draw(self.rng, self.objects, 2)
        if pair is None or not has_distance(*pair):
            return None
        a, b = pair
        lists = {"a": [a], "b": [b]}
        return self._distance_question(self.words.draw("distance"), lists, a, b)

    def _distance_from_extreme(self, label: str) -> Question | None:
        """To the leftmost or rightmost pallet, or to a buffer picked by its place in the row."""
        row = draw(self.rng, self.of[label], int(self.rng.integers(2, 6)))
        if row is None:
            return None
        which, chosen = draw_superlative(self.rng, row, self.width, middle=label == "buffer")
        others = [o for o in self.objects if o not in row]
        other = draw(self.rng, others, 1)
        if chosen is None or other is None or not has_distance(chosen, other[0]):
            return None
        if label == "pallet":
            text = self.words.draw("distance_pallets").replace("{one}", which)
            lists = {"pallets": row, "b": other}
        else:
            text = self.words.draw("distance_buffers").replace("{which}", which)
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
        """Between ``a`` and ``b``; with a ``row``, ``a`` is its member that ``which`` describes."""
        text, order = self.words.fill(text, lists)
        first = f"{NOUNS[a.label]} [Region {order.index(a.id)}]"
        second = f"{NOUNS[b.label]} [Region {order.index(b.id)}]"
        opening = f"{rationales.places(row, order, which, a, self.width)} " if row else ""
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
        row = draw(
            self.rng, buffers, int(self.rng.integers(2, 5)) if self.rng.random() < 0.2 else 9
        )
        if row is None or len(row) < 2:
            return None
        listed = draw_list(self.rng, pallets, MOST_MASKS - 1 - len(row))
        if style < 0.32 and self.of["shelf"]:
            shelf = draw(self.rng, self.of["shelf"], 1)
            assert shelf is not None
            chosen = nearest(shelf[0], row)
            lists = {"buffers": row, "pallets": listed, "shelf": shelf}
            text = self.words.draw("count_near")
            if chosen is None:
                return None
            text, order = self.words.fill(text, lists)
            opening = rationales.distances(shelf[0], row, order, chosen)
        else:
            which, chosen = draw_superlative(self.rng, row, self.width, middle=True)
            if chosen is None:
                return None
            text = self.words.draw("count").replace("{which}", which)
            text, order = self.words.fill(text, {"buffers": row, "pallets": listed})
            opening = rationales.places(row, order, which, chosen, self.width)
        return self._count_question(text, order, chosen, listed, f"{opening} The pallets: ")

    def _count_named(
        self, buffers: Sequence[ObjectTruth], pallets: Sequence[ObjectTruth]
    ) -> Question | None:
        buffer = draw(self.rng, buffers, 1)
        assert buffer is not None
        listed = draw_list(self.rng, pallets, MOST_MASKS - 1)
        text = self.words.draw("count_named")
        text, order = self.words.fill(text, {"pallets": listed, "b": buffer})
        opening = f"In the buffer region [Region {order.index(buffer[0].id)}], the pallets: "
        return self._count_question(text, order, buffer[0], listed, opening)

    def _count_question(
        self,
        text: str,
        order: list[int],
        buffer: ObjectTruth,
        listed: Sequence[ObjectTruth],
        opening: str,
    ) -> Question:
        inside = [order.index(o.id) for o in listed if buffer.id in o.inside]
        listing = ", ".join(
            f"[Region {i}] {'in' if i in inside else 'out'}"
            for i in sorted(order.index(o.id) for o in listed)
        )
        pallets = "pallet" if len(inside) == 1 else "pallets"
        answer = f"{opening}{listing}. That makes {LEXICON.number_words[len(inside)]} {pallets}."
        return Question("count", text, tuple(order), answer, len(inside))

    def choice(self) -> Question | None:
        style = self.rng.random()
        if style < 0.35:
            return self._choice_side()
        return self._choice_pickup() if style < 0.75 else self._choice_buffer()

    def _choice_side(self) -> Question | None:
        row = draw(self.rng, self.objects, int(self.rng.integers(3, 6)))
        if row is None or len(row) < 3:
            return None
        which, chosen = draw_superlative(self.rng, row, self.width)
        if chosen is None:
            return None
        text = self.words.draw("choice_side").replace("{one}", which)
        text, order = self.words.fill(text, {"objects": row})
        answer = rationales.places(row, order, which, chosen, self.width)
        index = order.index(chosen.id)
        return Question("mcq", text, tuple(order), answer, index)

    def _choice_pickup(self) -> Question | None:
        transporters, pallets = self.of["transporter"], self.of["pallet"]
        empty = [o for o in transporters if o.load == "empty"]
        if len(empty) == 0 or len(pallets) < 2:
            return None
        # Exactly one of the listed is empty.
        one = draw(self.rng, empty, 1)
        assert one is not None
        fleet = [o for o in transporters if o.load != "empty" or o is one[0]]
        fleet = [fleet[i] for i in self.rng.permutation(len(fleet))]
        listed = draw_list(self.rng, pallets, MOST_MASKS - len(fleet))
        chosen = nearest(one[0], listed) if len(listed) > 1 else None
        # Whether a pallet on another transporter may be picked up is disputed: nothing to ask.
        if chosen is None or chosen.carried_by >= 0:
            return None
        text, order = self.words.fill(
            self.words.draw("choice_pickup"), {"transporters": fleet, "pallets": listed}
        )
        carrier = f"[Region {order.index(one[0].id)}]"
        listing = rationales.distance_list(one[0], listed, order)
        index = order.index(chosen.id)
        answer = (
            f"The transporter {carrier} is empty. Distances from it: {listing}. "
            f"The pallet [Region {index}] is the nearest."
        )
        return Question("mcq", text, tuple(order), answer, index)

    def _choice_buffer(self) -> Question | None:
        row = draw(self.rng, self.of["buffer"], 9)
        if row is None or len(row) < 2:
            return None
        from_shelf = self.rng.random() < 0.6
        pool = self.of["shelf"] if from_shelf else self.of["transporter"] + self.of["pallet"]
        # An object in a buffer is at distance 0 from it: nothing to ask.
        other = draw(self.rng, [o for o in pool if not o.inside and o.carried_by < 0], 1)
        chosen = nearest(other[0], row) if other else None
        if other is None or chosen is None:
            return None
        text = self.words.draw("choice_buffer")
        text, order = self.words.fill(text, {"buffers": row, "a": other})
        answer = rationales.distances(other[0], row, order, chosen)
        return Question("mcq", text, tuple(order), answer, order.index(chosen.id))
