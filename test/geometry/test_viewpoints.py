# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Lines of sight past boxes, and places from which hidden objects would be seen."""

import math

import numpy as np
import pytest

from smolrgpt_ros.geometry.footprint import Footprint
from smolrgpt_ros.geometry.object_estimate import ObjectEstimate
from smolrgpt_ros.geometry.sight_lines import corners, crossings, facing_points, hidden_by
from smolrgpt_ros.geometry.viewpoints import Viewpoint, find_viewpoint, share_seen
from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.plane import Plane
from smolrgpt_ros.scene.pose import Pose

CAMERA = CameraIntrinsics(640, 480, fx=400.0, fy=400.0, cx=320.0, cy=240.0)
#: A level camera 1.2 m above the floor.
PLANE = Plane(np.array([0.0, -1.0, 0.0]), 1.2)
HERE = Viewpoint(np.array([0.0, 0.0, 1.2]), 0.0)


def box(right, ahead, long=1.2, short=0.8, top=1.0, label="pallet"):
    """A box with its length to the right."""
    footprint = Footprint(
        np.array([right, ahead]), np.eye(2), (long, short), np.zeros((2, 2)), (0.0, 0.0)
    )
    return ObjectEstimate(
        label, np.zeros(3), np.zeros((3, 3)), (long, short, top), footprint, 0.0, top,
        np.zeros((0, 3)), 1.0,
    )  # fmt: skip


def test_lines_of_sight_enter_and_leave_a_box():
    found = box(0.0, 4.0, long=2.0, short=1.0)
    eye = np.array([0.0, 0.0, 0.5])
    enter, leave = crossings(found, eye, np.array([[0.0, 1.0, 0.0], [1.0, 1.0, 0.0]]))
    # Straight ahead from 3.5 m to 4.5 m; at 45 degrees it passes x = 1 before y = 3.5.
    assert (enter[0], leave[0]) == pytest.approx((3.5, 4.5))
    assert enter[1] > leave[1]
    assert corners(found).max(axis=0) == pytest.approx([1.0, 4.5, 1.0])


def test_a_box_hides_what_is_behind_it():
    eye = np.array([0.0, 0.0, 0.5])
    points = np.array([[0.0, 6.0, 0.5], [0.0, 3.0, 0.5], [3.0, 6.0, 0.5], [0.0, 6.0, 3.0]])
    hidden = hidden_by(points, eye, [box(0.0, 4.0, long=2.0, short=1.0)])
    # To (3, 6) the line is at x = 1.75 where the box begins; to a height of 3 it passes above.
    assert hidden.tolist() == [[True, False, False, False]]


def test_the_sides_that_face_an_eye_have_points():
    found = box(0.0, 4.0)
    assert len(facing_points(found, np.array([0.0, 0.0, 2.0]))) == 2 * 25  # front and top
    assert len(facing_points(found, np.array([3.0, 0.0, 0.5]))) == 2 * 25  # front and right
    assert len(facing_points(found, np.array([0.0, 4.0, 0.5]))) == 0  # inside
    tape = box(0.0, 4.0, top=0.0, label="buffer")
    assert len(facing_points(tape, np.array([0.0, 0.0, 2.0]))) == 25


def test_the_share_that_is_seen():
    found = box(0.0, 4.0)
    assert share_seen(found, (), HERE, PLANE, CAMERA) == 1.0
    assert share_seen(found, [box(0.0, 2.0, long=3.0, top=1.2)], HERE, PLANE, CAMERA) == 0.0
    # Turned away by 90 degrees nothing is in the picture.
    away = Viewpoint(HERE.position, math.pi / 2)
    assert share_seen(found, (), away, PLANE, CAMERA) == 0.0


def test_what_the_edge_cuts_is_seen_by_turning():
    found = box(4.0, 4.0)
    assert share_seen(found, (), HERE, PLANE, CAMERA) < 0.6
    view = find_viewpoint([found], [], [found], PLANE, CAMERA)
    assert view is not None and view.position == pytest.approx(HERE.position)
    # Its middle is 45 degrees to the right.
    assert view.heading == pytest.approx(-math.pi / 4)


def test_what_is_behind_another_is_seen_from_beside_it():
    hidden, before = box(0.0, 6.0), box(0.0, 4.0, long=1.6, top=1.2)
    assert share_seen(hidden, [before], HERE, PLANE, CAMERA) < 0.3
    view = find_viewpoint([hidden], [], [hidden, before], PLANE, CAMERA)
    assert view is not None
    assert share_seen(hidden, [before], view, PLANE, CAMERA) >= 0.95
    x, y = view.position[:2]
    # It looks at its middle, and the robot stands clear of the box before it.
    assert view.heading == pytest.approx(math.atan2(x, 6.0 - y))
    assert abs(x) >= 0.8 + 0.7 or abs(y - 4.0) >= 0.4 + 0.7


def test_walled_in_it_is_seen_from_nowhere():
    hidden = box(0.0, 6.0, long=0.6, short=0.6, top=0.4)
    walls = [
        box(0.0, 5.4, long=2.0, short=0.2, top=3.0),
        box(0.0, 6.6, long=2.0, short=0.2, top=3.0),
        box(-0.7, 6.0, long=0.2, short=2.0, top=3.0),
        box(0.7, 6.0, long=0.2, short=2.0, top=3.0),
    ]
    assert find_viewpoint([hidden], [], [hidden, *walls], PLANE, CAMERA) is None


def test_the_pose_of_a_view_is_level_with_x_ahead():
    view = Viewpoint(np.array([2.0, 3.0, 1.2]), math.pi / 2)
    pose = view.pose(PLANE, Pose.identity("optical"))
    # Optical: x right, y down, z ahead. To the left is -x.
    assert pose.translation == pytest.approx([2.0, 0.0, 3.0])
    assert pose.rotation[:, 0] == pytest.approx([-1.0, 0.0, 0.0], abs=1e-9)
    assert pose.rotation[:, 2] == pytest.approx([0.0, -1.0, 0.0], abs=1e-9)
    # A point straight ahead of the view, 4 m on, is 4 m deep.
    there = view.to_optical(np.array([[-2.0, 3.0, 1.2]]), PLANE)
    assert there == pytest.approx(np.array([[0.0, 0.0, 4.0]]), abs=1e-9)
