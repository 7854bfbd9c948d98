# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Where objects are: centre, extent along the axes of the frame asked for, share of valid depth."""

import math

import numpy as np
import pytest

from smolrgpt_ros.geometry.footprint import Footprint
from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.geometry.object_estimate import ObjectEstimate
from smolrgpt_ros.geometry.observations import VerticalExtent
from smolrgpt_ros.geometry.region_poses import outline_of, region_poses
from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.plane import Plane
from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.scene.region import Region

CAMERA = CameraIntrinsics(160, 120, fx=100.0, fy=100.0, cx=80.0, cy=60.0)


def frame(depth):
    return RgbdFrame(np.zeros((120, 160, 3), np.uint8), depth, CAMERA, frame_id="optical")


def region():
    """Columns 110 to 149, rows 60 to 79: at 2 m from x = 0.6 to 1.38 and y = 0 to 0.38."""
    mask = np.zeros((120, 160), bool)
    mask[60:80, 110:150] = True
    return Region(id=1, label="box", mask=mask)


def wall(valid_rows=120):
    """A wall at 2 m, so that there is no floor; depth only in the first rows."""
    depth = np.full((120, 160), 2.0, np.float32)
    depth[valid_rows:] = np.nan
    return depth


def test_a_flat_patch_has_its_middle_and_its_extent():
    (place,) = region_poses(FrameGeometry(frame(wall()), [region()]))
    assert place.frame_id == "optical"
    assert place.position == pytest.approx((0.99, 0.19, 2.0), abs=0.05)
    # 5th to 95th percentile: nine tenths of 0.78 and 0.38.
    assert place.size == pytest.approx((0.70, 0.34, 0.0), abs=0.03)
    assert place.depth_valid_ratio == 1.0


def test_in_another_frame_axes_and_origin_change():
    # map: x = camera z, y = -camera x, z = -camera y, camera at 10 m height.
    rotation = np.array([[0.0, 0, 1], [-1, 0, 0], [0, -1, 0]])
    pose = Pose("map", rotation, np.array([0.0, 0.0, 10.0]))
    (place,) = region_poses(FrameGeometry(frame(wall()), [region()]), pose)
    assert place.frame_id == "map"
    assert place.position == pytest.approx((2.0, -0.99, 9.81), abs=0.05)
    assert place.size == pytest.approx((0.0, 0.70, 0.34), abs=0.03)


def test_without_depth_nothing_is_claimed():
    (place,) = region_poses(FrameGeometry(frame(None), [region()]))
    assert place.position is None and place.size is None and place.frame_id == ""
    assert math.isnan(place.depth_valid_ratio)


def test_the_share_of_valid_depth_is_known_even_where_it_does_not_suffice():
    (place,) = region_poses(FrameGeometry(frame(wall(valid_rows=0)), [region()]))
    assert place.position is None and place.depth_valid_ratio == 0.0
    (place,) = region_poses(FrameGeometry(frame(wall(valid_rows=65)), [region()]))
    assert place.depth_valid_ratio == 0.25


def test_only_the_regions_asked_for():
    other = Region(id=2, label="box", mask=np.roll(region().mask, -60, axis=1))
    geometry = FrameGeometry(frame(wall()), [region(), other])
    (place,) = region_poses(geometry, region_ids=[2])
    assert place.position is not None and place.position[0] < 0.0


def test_the_extent_is_that_of_numpys_percentiles():
    depth = wall() + np.linspace(0, 0.7, 160, dtype=np.float32)
    geometry = FrameGeometry(frame(depth), [region()])
    (place,) = region_poses(geometry)
    found = geometry.estimate(1)
    assert isinstance(found, ObjectEstimate)
    low, high = np.percentile(found.points, (5, 95), axis=0)
    assert place.size == pytest.approx(high - low, rel=1e-9)


def test_without_a_floor_a_buffer_has_a_rectangle_and_others_have_none():
    mask = np.zeros((120, 160), bool)
    mask[40:80, 60:100] = True
    regions = [Region(id=1, label="buffer", mask=mask), Region(id=2, label="pallet", mask=mask)]
    poses = region_poses(FrameGeometry(frame(wall()), regions))
    # Columns 60 to 99 and rows 40 to 79 at 2 m: 0.8 by 0.8 m about (0, 0, 2).
    assert len(poses[0].outline) == 4 and poses[1].outline == ()
    corners = np.array(poses[0].outline)
    np.testing.assert_allclose(np.abs(corners[:, :2]), 0.4, atol=0.06)
    np.testing.assert_allclose(corners[:, 2], 2.0, atol=1e-6)


@pytest.mark.parametrize(("label", "number"), [("buffer", 4), ("pallet", 8)])
def test_on_a_floor_the_outline_is_that_of_the_fitted_box(label, number):
    """1.2 by 0.8 m at (1, 5) on the floor, turned by 30 degrees, 0.5 m high; the camera looks
    level from 1.6 m."""
    turn = math.radians(30.0)
    axes = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    footprint = Footprint(np.array([1.0, 5.0]), axes, (1.2, 0.8), np.eye(2), (0.1, 0.1))
    plane = Plane(np.array([0.0, -1.0, 0.0]), 1.6)
    nothing = np.zeros((1, 3))
    vertical = VerticalExtent(0.0, 0.5)
    found = ObjectEstimate.on_floor(label, plane, footprint, vertical, (None, None), nothing, 1.0)
    corners = outline_of(found, plane)
    assert corners.shape == (number, 3)
    # Right, ahead and up are x, z and 1.6 - y.
    np.testing.assert_allclose(1.6 - corners[:4, 1], 0.0, atol=1e-9)
    np.testing.assert_allclose(1.6 - corners[4:, 1], 0.5, atol=1e-9)
    local = (corners[:4, [0, 2]] - [1.0, 5.0]) @ axes.T
    np.testing.assert_allclose(np.abs(local), [[0.6, 0.4]] * 4, atol=1e-9)
    if number == 4:  # around it: a side of 0.8 m comes before one of 1.2 m
        sides = np.linalg.norm(np.diff(corners, axis=0), axis=1)
        np.testing.assert_allclose(sides, [0.8, 1.2, 0.8], atol=1e-9)
