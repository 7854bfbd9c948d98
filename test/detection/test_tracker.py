# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Identities over time: who keeps an id, who gets a new one, and for how long."""

import numpy as np
import pytest

from smolrgpt_ros.detection.detector import Detection
from smolrgpt_ros.detection.tracker import TrackerSettings, TrackerState, update

HEIGHT, WIDTH = 40, 60


def detection(label: str, x: int, y: int, w: int = 10, h: int = 8, score: float = 0.9) -> Detection:
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[y : y + h, x : x + w] = True
    return Detection(label, score, mask)


def ids(regions):
    return [(region.label, region.id) for region in regions]


def test_first_frame_numbers_from_one_in_order_of_detection():
    state, regions = update(
        TrackerState(), [detection("pallet", 5, 5, score=0.8), detection("shelf", 30, 2)]
    )
    assert ids(regions) == [("pallet", 1), ("shelf", 2)]
    assert [region.score for region in regions] == [0.8, 0.9]
    assert regions[0].box == (5, 5, 15, 13)
    assert state.next_id == 3


def test_ids_follow_objects_when_the_detector_changes_its_order():
    state, _ = update(TrackerState(), [detection("pallet", 5, 5), detection("pallet", 30, 20)])
    # Overlap of a 10-wide box moved by 2: 8/12.
    _, regions = update(state, [detection("pallet", 32, 20), detection("pallet", 7, 5)])
    assert ids(regions) == [("pallet", 2), ("pallet", 1)]


def test_best_overlap_wins_and_no_track_serves_twice():
    state, _ = update(TrackerState(), [detection("pallet", 10, 10)])
    _, regions = update(state, [detection("pallet", 14, 10), detection("pallet", 11, 10)])
    assert ids(regions) == [("pallet", 2), ("pallet", 1)]


def test_of_equal_overlaps_the_track_seen_last_wins():
    state, _ = update(TrackerState(), [detection("pallet", 10, 10)])
    state, _ = update(state, [detection("pallet", 20, 10)])
    _, regions = update(state, [detection("pallet", 15, 10)])
    assert ids(regions) == [("pallet", 2)]


def test_another_label_on_the_same_pixels_is_another_object():
    state, _ = update(TrackerState(), [detection("pallet", 10, 10)])
    _, regions = update(state, [detection("transporter", 10, 10)])
    assert ids(regions) == [("transporter", 2)]


@pytest.mark.parametrize(
    ("shift", "expected"),
    [(5, 1), (6, 1), (7, 2)],  # IoU of a 10-wide box: 5/15, 4/16 = 0.25, 3/17
)
def test_overlap_threshold_is_inclusive(shift, expected):
    state, _ = update(TrackerState(), [detection("pallet", 10, 10)])
    _, regions = update(state, [detection("pallet", 10 + shift, 10)], TrackerSettings(min_iou=0.25))
    assert regions[0].id == expected


def test_boxes_may_overlap_where_masks_do_not():
    left = np.zeros((HEIGHT, WIDTH), bool)
    left[5:25, 5:8] = left[22:25, 5:30] = True  # an L
    right = np.zeros((HEIGHT, WIDTH), bool)
    right[5:20, 12:30] = True  # inside the L's box
    state, _ = update(TrackerState(), [Detection("buffer", 0.9, left)])
    _, regions = update(state, [Detection("buffer", 0.9, right)])
    assert regions[0].id == 2


@pytest.mark.parametrize(("missed_frames", "expected"), [(2, 1), (3, 2)])
def test_a_track_survives_exactly_max_missed_frames(missed_frames, expected):
    settings = TrackerSettings(max_missed=2)
    state, _ = update(TrackerState(), [detection("pallet", 10, 10)], settings)
    for _ in range(missed_frames):
        state, regions = update(state, [], settings)
        assert regions == ()
    _, regions = update(state, [detection("pallet", 10, 10)], settings)
    assert regions[0].id == expected


def test_old_state_is_untouched():
    first, _ = update(TrackerState(), [detection("pallet", 10, 10)])
    update(first, [detection("pallet", 40, 10)])
    assert [track.id for track in first.tracks] == [1]
    assert first.next_id == 2


def test_a_new_image_size_forgets_old_pixels():
    state, _ = update(TrackerState(), [detection("pallet", 10, 10)])
    mask = np.zeros((20, 30), bool)
    mask[10:18, 10:20] = True
    _, regions = update(state, [Detection("pallet", 0.9, mask)])
    assert regions[0].id == 2


def test_empty_masks_are_dropped():
    _, regions = update(TrackerState(), [Detection("pallet", 0.9, np.zeros((4, 4), bool))])
    assert regions == ()


@pytest.mark.parametrize("bad", [{"min_iou": 0.0}, {"min_iou": 1.5}, {"max_missed": -1}])
def test_settings_outside_their_range_are_refused(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        TrackerSettings(**bad)
