# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What the demo asks: questions with known answers about a simulated scene. Free of ROS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from smolrgpt_ros.evaluation.outcomes import is_correct
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.simulation.questions.candidates import distance_between
from smolrgpt_ros.simulation.questions.questions import generate_questions
from smolrgpt_ros.simulation.sensing.matching import match_objects
from smolrgpt_ros.simulation.sensing.truth import FrameTruth, ObjectTruth

#: The kinds in the order they are asked, with the simulator's name of each.
KINDS = {
    "distance": "distance",
    "left_right": "left_right",
    "count": "count",
    "choice": "mcq",
}


@dataclass(frozen=True)
class Asked:
    """One question of the demo.

    Args:
        kind: distance, left_right, count or choice.
        text: as it goes to the service.
        region_ids: ids behind its ``<mask>``s; empty without them.
        truth: metres, "left"/"right", a count, or the id of the region to choose.
        masks: whose regions it is about: ``"simulator"`` or ``"detector"``.
    """

    kind: str
    text: str
    region_ids: tuple[int, ...]
    truth: float | int | str
    masks: str

    @property
    def readable_text(self) -> str:
        """The text with ids in the place of masks, for people."""
        text = self.text
        for identity in self.region_ids:
            text = text.replace("<mask>", f"[{identity}]", 1)
        return text


def scored_questions(
    truth: FrameTruth, kinds: Sequence[str], rng: np.random.Generator
) -> list[Asked]:
    """One question of each kind about the simulator's own masks, where the scene has one."""
    found = []
    for kind in kinds:
        for question in generate_questions(
            truth, rng, kinds=(KINDS[kind],), per_kind=1, phrasing="heldout"
        ):
            expected: float | int | str = question.normalized
            if kind == "choice":
                expected = question.object_ids[int(expected)]
            found.append(Asked(kind, question.text, question.object_ids, expected, "simulator"))
    return found


def live_questions(
    truth: FrameTruth, regions: Sequence[Region], rng: np.random.Generator
) -> list[Asked]:
    """Questions in plain words about the detector's regions, where the truth is known.

    Args:
        truth: of the scene.
        regions: the detector's.
        rng: draws which regions are asked about.

    Returns:
        at most one of each kind.
    """
    matched = match_objects(truth, regions)
    if not matched:
        return []
    scene = _LiveScene(truth, matched, rng)
    makers = (scene.distance, scene.left_right, scene.count, scene.choice)
    return [asked for make in makers if (asked := make()) is not None]


class _LiveScene:
    """Draws questions in words about regions whose objects are known."""

    def __init__(
        self, truth: FrameTruth, matched: dict[int, ObjectTruth], rng: np.random.Generator
    ) -> None:
        self._truth, self._matched, self._rng = truth, matched, rng

    def distance(self) -> Asked | None:
        pair = self._two(self._ids("pallet"), self._ids("transporter", "shelf"))
        if pair is None:
            return None
        a, b = pair
        if self._matched[a].carried_by == self._matched[b].id:
            return None  # nobody asks how far a load is from what carries it
        metres = distance_between(self._matched[a], self._matched[b])
        text = f"How far is {self._name(a)} from {self._name(b)}?"
        return Asked("distance", text, (), round(metres, 2), "detector")

    def left_right(self) -> Asked | None:
        ids = self._ids("pallet", "transporter", "shelf")
        pair = self._two(ids, ids)
        if pair is None:
            return None
        a, b = pair
        x, y = (self._matched[i].centroid[0] for i in pair)
        if abs(x - y) < 0.05 * self._truth.width:
            return None
        text = f"Is {self._name(a)} to the left or to the right of {self._name(b)}?"
        return Asked("left_right", text, (), "left" if x < y else "right", "detector")

    def count(self) -> Asked | None:
        buffers = self._ids("buffer")
        # Only where the detector found what the question counts: else its misses are asked about.
        if not buffers or self._missed("pallet"):
            return None
        buffer = buffers[int(self._rng.integers(len(buffers)))]
        inside = self._matched[buffer].id
        number = sum(inside in self._matched[i].inside for i in self._ids("pallet"))
        text = f"How many pallets are in {self._name(buffer)}?"
        return Asked("count", text, (), number, "detector")

    def choice(self) -> Asked | None:
        """The floor region nearest to an object: choices among other objects the model was not
        trained on."""
        buffers, things = self._ids("buffer"), self._ids("pallet", "transporter", "shelf")
        outside = [i for i in things if not self._matched[i].inside]
        if len(buffers) < 2 or not outside or self._missed("buffer"):
            return None
        thing = outside[int(self._rng.integers(len(outside)))]
        ranked = sorted(
            (distance_between(self._matched[i], self._matched[thing]), i) for i in buffers
        )
        if ranked[1][0] - ranked[0][0] < 0.3:
            return None  # nobody could say which one is nearer
        text = f"Which buffer is nearest to {self._name(thing)}?"
        return Asked("choice", text, (), ranked[0][1], "detector")

    def _ids(self, *labels: str) -> list[int]:
        return [i for i, item in self._matched.items() if item.label in labels]

    def _missed(self, label: str) -> bool:
        return len(self._ids(label)) < sum(o.label == label for o in self._truth.regions)

    def _name(self, identity: int) -> str:
        return f"{self._matched[identity].label} {identity}"

    def _two(self, first: Sequence[int], second: Sequence[int]) -> tuple[int, int] | None:
        pairs = [(a, b) for a in first for b in second if a != b]
        return pairs[int(self._rng.integers(len(pairs)))] if pairs else None


def is_right(kind: str, value: float | int | str | None, truth: float | int | str) -> bool | None:
    """Whether a value is right, as the benchmark counts: distance within 10 %, others exactly.

    ``None`` where there is no value.
    """
    return None if value is None else is_correct(kind, truth, value)
