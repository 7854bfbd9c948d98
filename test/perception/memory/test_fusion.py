# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What two sightings of one object give together, by hand."""

from dataclasses import replace

import numpy as np
import pytest

from smolrgpt_ros.perception.memory.association import Candidate, agrees, associate, duplicates
from smolrgpt_ros.perception.memory.fusion import better_of, fused
from smolrgpt_ros.perception.memory.placed_box import PlacedBox
from smolrgpt_ros.scene.masks import BoxedMask

#: A shelf of 2.8 m by 1.0 m by 3.0 m, every direction of its centre known to 0.1 m.
SHELF = PlacedBox(
    centre=np.array([1.0, 6.0, 1.5]),
    independent=0.01 * np.eye(3),
    shared=np.zeros((3, 3)),
    axes=np.eye(3),
    size=(2.8, 1.0, 3.0),
    size_sigma=(0.04, 0.05),
    heights=(0.0, 3.0),
    height_sigmas=(0.01, 0.2),
    seen=(None, None, None),
)
#: The same, better known: 0.05 m.
BETTER = replace(SHELF, independent=0.0025 * np.eye(3))


def test_what_the_border_cuts_in_every_sighting_stays_a_lower_bound():
    top = replace(SHELF, seen=(None, None, 2.73))
    box = fused(top, top)
    assert box.seen == (None, None, 2.73)
    assert box.heights == (0.0, 3.0) and box.height_sigmas == (0.01, 0.2)
    side = replace(SHELF, seen=(2.43, None, None))
    assert fused(side, side).seen == (2.43, None, None)


@pytest.mark.parametrize("order", [1, -1])
def test_a_sighting_that_shows_an_extent_whole_decides(order):
    cut = replace(BETTER, seen=(2.43, None, 2.73))
    whole = replace(
        SHELF,
        size=(3.1, 1.0, 5.0),
        size_sigma=(0.02, 0.05),
        heights=(0.0, 5.0),
        height_sigmas=(0.01, 0.03),
    )
    box = fused(*(cut, whole)[::order])
    assert box.seen == (None, None, None)
    assert box.size == (3.1, pytest.approx(1.0), 5.0) and box.size_sigma == (0.02, 0.05)
    assert box.heights == (0.0, 5.0) and box.height_sigmas == (0.01, 0.03)


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_cut_sightings_the_one_that_shows_more_decides(order):
    """By more than three standard deviations of 0.03 m: 4.2 and 2.73; or else the newest, so that
    the largest of many noisy bounds is not taken."""
    less = replace(BETTER, seen=(None, None, 2.73))
    more = replace(SHELF, size=(2.8, 1.0, 4.4), heights=(0.0, 4.4), seen=(None, None, 4.2))
    box = fused(*(less, more)[::order])
    assert box.seen[2] == 4.2 and box.heights == (0.0, 4.4) and box.size[2] == 4.4
    once, again = (replace(SHELF, seen=(part, None, None)) for part in (2.50, 2.43))
    assert fused(once, again).seen[0] == 2.43


def test_a_side_keeps_its_bound_where_the_other_sighting_has_it_as_its_other_side():
    """Turned by 90 degrees: the length of one is the width of the other."""
    turn = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    cut = replace(BETTER, seen=(2.43, None, None))
    turned = replace(SHELF, axes=turn, size=(1.0, 2.8, 3.0), seen=(None, 2.61, None))
    assert fused(cut, turned).seen == (2.61, None, None)


def test_two_sightings_that_agree_share_their_independent_errors():
    """Two variances of 0.01 give 0.005; the middle of 1.0 and 1.1 m is 1.05 m."""
    seen = replace(SHELF, centre=np.array([1.1, 6.0, 1.5]))
    box = fused(SHELF, seen)
    assert box.centre == pytest.approx([1.05, 6.0, 1.5])
    assert np.diag(box.covariance) == pytest.approx([0.005] * 3)


def test_the_deviation_covers_two_sightings_that_differ_by_more_than_theirs():
    """0.48 m apart with a variance of 0.02 between them: 11.52, where three dimensions make 3
    probable. The variance of 0.005 grows to 3.84 times that, 0.0192: a deviation of 0.139 m, and
    either sighting is 0.24 m away; it was 0.071 m."""
    seen = replace(SHELF, centre=np.array([1.48, 6.0, 1.5]))
    box = fused(SHELF, seen)
    assert box.centre == pytest.approx([1.24, 6.0, 1.5])
    assert np.diag(box.covariance) == pytest.approx([0.0192] * 3)


def test_sightings_agree_within_the_gate_however_near_they_are():
    """Variances of 0.0001 each: at 0.22 m the squared distance is 242, at 0.05 m 12.5."""
    sure = replace(SHELF, independent=1e-4 * np.eye(3))
    jumped, near = (replace(sure, centre=np.array([1.0, 6.0 + y, 1.5])) for y in (0.22, 0.05))
    assert not agrees(sure, jumped) and agrees(sure, near)
    known, seen = (Candidate("shelf", ("", i), box) for i, box in ((1, sure), (2, jumped)))
    assert associate([known], [seen]) == {0: 0}  # it is the same object all the same


@pytest.mark.parametrize(("ahead", "same"), [(0.4, True), (0.6, False)])
def test_what_takes_the_room_of_an_object_is_that_object(ahead, same):
    """Boxes 1.0 m deep, 0.4 m apart: 0.6 m of 1.4 m in common; 0.6 m apart: 0.4 of 1.6, too
    little. Sure to 0.01 m, neither sighting is where it is expected."""
    sure = replace(SHELF, independent=1e-4 * np.eye(3))
    moved = replace(sure, centre=np.array([1.0, 6.0 + ahead, 1.5]))
    known, seen = (Candidate("shelf", ("", i), box) for i, box in ((1, sure), (2, moved)))
    assert associate([known], [seen]) == ({0: 0} if same else {})


@pytest.mark.parametrize("seen_is_better", [False, True])
def test_of_two_sightings_of_a_place_one_is_taken_as_unsure_as_the_other_shows_it(seen_is_better):
    """0.48 m apart with a variance of 0.02 between them, as above: the variance of 0.01 grows to
    3.84 times that. 0.1 m apart it stays."""
    far, near = (replace(SHELF, centre=np.array([1.0 + x, 6.0, 1.5])) for x in (0.48, 0.1))
    box = better_of(SHELF, far, seen_is_better=seen_is_better)
    assert box.centre == pytest.approx([1.48 if seen_is_better else 1.0, 6.0, 1.5])
    assert np.diag(box.covariance) == pytest.approx([0.0384] * 3)
    box = better_of(SHELF, near, seen_is_better=seen_is_better)
    assert np.diag(box.covariance) == pytest.approx([0.01] * 3)


def test_boxes_of_one_frame_stand_for_two_objects_where_their_masks_share_no_pixel():
    """The box of the upper of two stacked pallets reaches down to the floor."""
    masks = np.zeros((3, 40, 40), bool)
    masks[0, 20:30, 10:30] = True
    masks[1, 10:20, 10:30] = True
    masks[2, 19:29, 10:30] = True  # 180 of 200 pixels are those of the first
    first, above, same = (BoxedMask.of(mask) for mask in masks)
    assert duplicates([SHELF, SHELF], [first, above]) == {}
    assert duplicates([SHELF, SHELF], [first, same]) == {1: 0}
    assert duplicates([SHELF, SHELF]) == {1: 0}  # of different frames
