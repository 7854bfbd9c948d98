# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Places that frames before have shown, while a camera drives up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from taped_floor import CENTRE, SIZE, beside, detected, half_of, hidden_right_of, plane, scene

from smolrgpt_ros.perception.floor_places.floor_view import FloorView
from smolrgpt_ros.perception.floor_places.known_places import KnownPlace, kept, with_sighting
from smolrgpt_ros.perception.floor_places.outlines import with_place_outlines
from smolrgpt_ros.perception.floor_places.rectangle import FloorRectangle
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.masks import overlap
from smolrgpt_ros.scene.pose import Pose


def in_map(ahead: float) -> Pose:
    """Of a camera so many metres ahead of the map's origin."""
    floor = plane()
    return Pose("map", floor.axes, np.array([0.0, ahead, floor.offset]))


def at(ahead: float, seconds: float, **values) -> tuple[RgbdFrame, np.ndarray]:
    """The scene from so far ahead, and the place's mask."""
    frame, true = scene(plane(), centre=CENTRE - np.array([0.0, ahead]), **values)
    return replace(frame, stamp_ns=int(seconds * 1e9)), true


@pytest.fixture
def known():
    """What two frames leave in which the whole place is seen."""
    places: tuple[KnownPlace, ...] = ()
    for ahead, seconds in ((0.0, 1.0), (0.2, 1.2)):
        frame, true = at(ahead, seconds)
        _, places = with_place_outlines([detected(true)], frame, places, in_map(ahead))
    return places


def test_several_frames_of_one_place_are_one(known):
    (place,) = known
    assert (place.label, place.frame_id, place.sightings) == ("buffer", "map", 2)
    assert place.centre == pytest.approx([*CENTRE, 0.0], abs=0.06)
    assert sorted(place.size) == pytest.approx(sorted(SIZE), abs=0.12)


def test_what_a_frame_hides_others_have_shown(known):
    whole, true = at(0.4, 1.4)
    frame = hidden_right_of(120, whole)
    part = detected(half_of(true) & (np.arange(true.shape[1]) < 120))
    alone, _ = with_place_outlines([part], frame)
    assert overlap(alone[0].mask, true) < 0.3
    (found,), after = with_place_outlines([part], frame, known, in_map(0.4))
    assert overlap(found.mask, true) > 0.9
    assert [place.sightings for place in after] == [2]


def test_what_is_marked_no_more_is_not_taken(known):
    frame, true = at(0.4, 1.4, taped=False)
    part = detected(half_of(true))
    assert with_place_outlines([part], frame, known, in_map(0.4))[0] == (part,)


def test_a_mask_elsewhere_does_not_get_a_known_place(known):
    frame, true = at(0.4, 1.4)
    elsewhere = beside(true)
    assert with_place_outlines([detected(elsewhere)], frame, known, in_map(0.4))[0][0].mask is (
        elsewhere
    )


def test_a_frame_whose_pose_is_not_known_leaves_what_is_known(known):
    frame, true = at(0.4, 1.4)
    assert with_place_outlines([detected(true)], frame, known)[1] == known


@pytest.mark.parametrize(
    ("frame_id", "seconds", "left"),
    [("map", 61.1, 1), ("map", 61.3, 0), ("odom", 2.0, 0), ("map", 0.5, 1), ("map", 0.1, 0)],
)
def test_places_are_forgotten_with_age_frame_and_clock(known, frame_id, seconds, left):
    # Seen last at 1.2 s, and kept for a minute.
    assert len(kept(known, frame_id, int(seconds * 1e9))) == left


def test_a_place_is_the_mean_of_its_sightings():
    view = FloorView.of(at(0.0, 0.0)[0])
    assert view is not None
    first = FloorRectangle(np.array([1.0, 4.0]), np.eye(2), (3.0, 2.0))
    # The same place with its sides named the other way round: 0.3 m on, 0.3 m longer.
    turned = np.array([[0.0, -1.0], [1.0, 0.0]])
    second = FloorRectangle(np.array([1.3, 4.0]), turned, (2.0, 3.3))
    places = with_sighting((), "buffer", first, view, in_map(0.0), 1)
    (place,) = with_sighting(places, "buffer", second, view, in_map(0.0), 2)
    mean = place.rectangle(view, in_map(0.0))
    assert mean.centre == pytest.approx([1.15, 4.0], abs=1e-6)
    assert mean.size == pytest.approx((3.15, 2.0))
    assert (place.sightings, place.stamp_ns) == (2, 2)
    # 5 m on it is another place, and a place of another class is another one, too.
    beyond = replace(first, centre=np.array([1.0, 9.0]))
    assert len(with_sighting((place,), "buffer", beyond, view, in_map(0.0), 3)) == 2
    assert len(with_sighting((place,), "walkway", first, view, in_map(0.0), 3)) == 2


def test_overlap_of_two_rectangles():
    one = FloorRectangle(np.array([0.0, 0.0]), np.eye(2), (4.0, 2.0))
    # Turned by a quarter, 1 m to the right: 2 by 2 in common of 8 + 8 - 4.
    other = FloorRectangle(np.array([1.0, 0.0]), np.array([[0.0, 1.0], [-1.0, 0.0]]), (4.0, 2.0))
    assert one.overlap(other) == pytest.approx(4 / 12)
    assert one.overlap(replace(one, centre=np.array([9.0, 0.0]))) == 0.0
    assert one.sides_as(other).size == (2.0, 4.0)
    # Moved along a side by 1 cm, by next to nothing, and not at all.
    for moved, common in ((0.01, 3.99 / 4.01), (1e-7, 1.0), (0.0, 1.0)):
        along = replace(one, centre=np.array([moved, 0.0]))
        assert one.overlap(along) == pytest.approx(common, abs=1e-6)
    # A square metre, turned by 45 degrees, within its 8.
    turn = np.sqrt(0.5) * np.array([[1.0, 1.0], [-1.0, 1.0]])
    within = FloorRectangle(np.array([0.0, 0.0]), turn, (1.0, 1.0))
    assert one.overlap(within) == pytest.approx(1 / 8)


def test_a_rectangle_beside_the_camera_is_drawn_to_the_border():
    frame, _ = at(0.0, 0.0)
    view = FloorView.of(frame)
    assert view is not None
    # 4 m long, from 2 m behind the camera to 2 m ahead: in view is what is less than 2 m ahead.
    mask = view.filled(
        FloorRectangle(np.array([0.0, 0.0]), np.eye(2), (1.0, 4.0)).beyond(view.ground)
    )
    rows, columns = np.nonzero(mask)
    assert rows.max() == frame.height - 1
    ground = view.ground[rows, columns]
    assert ground[:, 1].max() == pytest.approx(2.0, abs=0.03)
    assert np.abs(ground[:, 0]).max() == pytest.approx(0.5, abs=0.01)
