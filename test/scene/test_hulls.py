# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Hulls of projected points: pixels computed by hand."""

from __future__ import annotations

import numpy as np

from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.hulls import hull_mask
from smolrgpt_ros.scene.masks import box_of

CAMERA = CameraIntrinsics(width=40, height=30, fx=20.0, fy=20.0, cx=20.0, cy=15.0)


def test_points_span_the_pixels_between_them():
    # Columns 20 + 20 x / z, rows 15 + 20 y / z: (10, 5), (30, 5), (30, 25); one lies inside.
    points = np.array([[-1.0, -1.0, 2.0], [1.0, -1.0, 2.0], [1.0, 1.0, 2.0], [0.5, -0.5, 2.0]])
    mask = hull_mask(CAMERA, points)
    assert box_of(mask) == (10, 5, 31, 26)
    assert mask[5, 20] and mask[15, 25] and not mask[20, 15]


def test_what_reaches_far_beyond_the_picture_fills_it():
    corners = np.array([[-1, -1, 1], [1, -1, 1], [1, 1, 1], [-1, 1, 1]]) * np.array([1e6, 1e6, 1.0])
    assert hull_mask(CAMERA, corners).all()


def test_what_is_behind_the_camera_is_left_out():
    points = np.array([[-1.0, -1.0, 2.0], [1.0, -1.0, 2.0], [1.0, 1.0, 2.0], [0.0, 0.0, -2.0]])
    assert box_of(hull_mask(CAMERA, points)) == (10, 5, 31, 26)
    assert not hull_mask(CAMERA, points[3:]).any()
    assert not hull_mask(CAMERA, np.empty((0, 3))).any()
