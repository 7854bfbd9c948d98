# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Weak detections: which may be objects of their own."""

import numpy as np
import pytest

from smolrgpt_ros.detection.detector import Detection, Detections
from smolrgpt_ros.perception.candidates import candidates_of, seen_alone
from smolrgpt_ros.scene.frame import RgbdFrame


def box(x0, y0, x1, y1):
    mask = np.zeros((20, 30), bool)
    mask[y0:y1, x0:x1] = True
    return mask


FRAME = RgbdFrame(np.zeros((20, 30, 3), np.uint8), None, None)
STRONG = Detection("pallet", 0.8, box(2, 3, 10, 9))  # 48 pixels


@pytest.mark.parametrize(
    ("label", "mask", "counts"),
    [
        ("pallet", box(15, 4, 21, 9), True),
        ("pallet", box(3, 4, 9, 8), False),  # a part of the strong one
        ("box", box(3, 4, 9, 8), False),  # whatever its label
        ("pallet", box(7, 3, 15, 9), True),  # 18 of 48 pixels in common
        ("pallet", box(5, 3, 13, 9), False),  # 30 of 48
        ("buffer", box(0, 0, 30, 20), True),  # a place that the strong one stands in
    ],
)
def test_a_weak_detection_is_a_candidate_unless_a_region_explains_it(label, mask, counts):
    found = Detections((STRONG, Detection(label, 0.2, mask, weak=True)), novelty=0.4)
    seen = seen_alone(found, FRAME)
    assert [(r.id, r.label) for r in seen.regions] == [(0, "pallet")]
    expected = [(-1, label, 0.2)] if counts else []
    assert [(c.id, c.label, c.score) for c in seen.candidates] == expected
    assert seen.novelty == 0.4


def test_of_two_weak_detections_of_one_object_the_stronger_one_is_the_candidate():
    weak = [Detection("pallet", 0.15, box(15, 4, 22, 9), True)]
    weak.append(Detection("box", 0.25, box(15, 4, 21, 9), True))
    assert [(c.id, c.label) for c in candidates_of(weak, ())] == [(-1, "box")]


def test_eight_candidates_at_most_strongest_first():
    weak = [
        Detection("pallet", 0.1 + 0.01 * i, box(3 * i, 2, 3 * i + 2, 5), True) for i in range(10)
    ]
    scores = [candidate.score for candidate in candidates_of(weak, ())]
    assert scores == pytest.approx([0.19, 0.18, 0.17, 0.16, 0.15, 0.14, 0.13, 0.12])


def test_detections_without_pixels_are_none():
    assert candidates_of([Detection("pallet", 0.2, np.zeros((20, 30), bool), True)], ()) == ()
