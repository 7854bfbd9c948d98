# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Plain questions: answers that a missed object makes wrong, and that are trusted, are counted."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from smolrgpt_ros.detection.detector import Detection, Detections
from smolrgpt_ros.evaluation.typed.plain_questions import (
    PLAIN_QUESTIONS,
    ask_plain,
    plain_summary,
    plain_table,
    truth_of_found,
)
from smolrgpt_ros.language.english import english
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.simulation.sensing.annotation import visible_masks
from smolrgpt_ros.simulation.warehouse import simulate_frame

COUNT, NEAREST = english(PLAIN_QUESTIONS[0]), english(PLAIN_QUESTIONS[5])


@dataclass
class Missing:
    """Finds all objects but one, or is not sure of it, or takes it for another."""

    regions: tuple[Region, ...]
    missed: int
    taken_for: str = ""
    score: float = 0.9
    novelty: float | None = None
    name: str = "missing"
    device: str = "cpu"
    labels: tuple[str, ...] = ()
    sha256: str = ""

    def detect(self, frame: object) -> Detections:
        labels = {r.id: self.taken_for if r.id == self.missed else r.label for r in self.regions}
        scores = {r.id: self.score if r.id == self.missed else 0.9 for r in self.regions}
        found = [
            Detection(labels[r.id], scores[r.id], r.mask, weak=scores[r.id] < 0.35)
            for r in self.regions
            if labels[r.id]
        ]
        return Detections(tuple(found), self.novelty)


@pytest.fixture(scope="module")
def shot(can_render):
    return simulate_frame(93001, "ceiling", 640, 360)


def by_question(shot, detector):
    return {o.question: o for o in ask_plain([shot], detector)}


def test_with_all_objects_the_answers_are_right(shot):
    found = by_question(shot, Missing(shot.regions, missed=-1))
    assert 4 <= len(found) <= len(PLAIN_QUESTIONS)
    assert all(o.right for o in found.values()), [o.to_json() for o in found.values()]
    pallets = sum(r.label == "pallet" for r in shot.regions)
    count = found[COUNT]
    assert count.truth == pallets and count.is_trusted("measured")
    assert by_question(shot, None).keys() == found.keys()


@pytest.fixture(scope="module")
def nearest(shot):
    truth = by_question(shot, None)[NEAREST].truth
    assert isinstance(truth, frozenset)
    (pallet,) = truth
    return pallet


def test_a_pallet_that_is_hardly_found_is_missed_and_nothing_wrong_is_trusted(shot, nearest):
    found = by_question(shot, Missing(shot.regions, nearest, "pallet", score=0.08))
    for wrong in (found[COUNT], found[NEAREST]):
        assert not wrong.right and not wrong.is_trusted("measured")
        assert wrong.answer is not None and not wrong.answer.complete
        assert any("A possible pallet (score 0.08)" in caveat for caveat in wrong.answer.missing)


def test_a_pallet_that_the_detector_is_not_sure_of_is_counted_and_not_trusted(shot, nearest):
    found = by_question(shot, Missing(shot.regions, nearest, "pallet", score=0.5))
    for right in (found[COUNT], found[NEAREST]):
        assert right.right and not right.is_trusted("measured")
        assert right.answer is not None and not right.answer.complete
        assert any("may be none (score 0.50)" in caveat for caveat in right.answer.missing)


def test_a_pallet_taken_for_a_shelf_is_trusted_and_wrong(shot, nearest):
    found = by_question(shot, Missing(shot.regions, nearest, taken_for="shelf"))
    count, chosen = found[COUNT], found[NEAREST]
    for wrong in (count, chosen):
        assert not wrong.right and wrong.is_trusted("measured")
    summary = plain_summary(list(found.values()))
    assert list(summary["families"]) == ["ceiling", "all"]
    of = summary["families"]["ceiling"]
    assert of["questions"] == len(found)
    assert of["trusted_by_measured"]["wrong"] >= 2
    assert summary["by_question"][count.question]["trusted_by_measured"]["wrong"] == 1
    table = plain_table(summary)
    assert "cameras" in table and f"1, 1 (100.0 %, {20.7} to 100.0)" in table


def test_of_a_picture_unlike_the_training_nothing_is_trusted(shot, nearest):
    told = by_question(shot, Missing(shot.regions, nearest, taken_for="shelf", novelty=1.5))
    assert not any(o.is_trusted("measured") for o in told.values())
    assert all(o.answer is None or not o.answer.complete for o in told.values())


def test_a_place_of_which_little_shows_counts_where_it_is_found(can_render):
    # A robot between two buffers: 7 and 23 % of them are in its view.
    shot = simulate_frame(965033, "robot", 640, 360)
    assert shot.scene is not None and shot.ideal is not None
    masks = {item.id: mask for item, mask in visible_masks(shot.scene, shot.ideal.owner, 12, 0.0)}
    shares = {o.id: o.visible_share for o in shot.truth.objects if o.label == "buffer"}
    assert shares[0] < 0.1 and not any(o.id == 0 for o in shot.truth.regions)
    left = masks[0].copy()
    left[::5] = False  # as found, not quite the true one
    assert [o.id for o in truth_of_found(shot, [Region(4, "buffer", left)]).regions if o.id == 0]
    for other in (Region(4, "pallet", left), Region(4, "buffer", masks[0] & False)):
        assert not any(o.id == 0 for o in truth_of_found(shot, [other]).regions)
