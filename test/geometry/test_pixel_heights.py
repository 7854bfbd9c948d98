# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Heights of single pixels, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from smolrgpt_ros.geometry.pixel_heights import floor_limit, pixel_heights, step_limit
from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.depth_noise import DepthNoise
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.plane import Plane

CAMERA = CameraIntrinsics(160, 120, 150.0, 150.0, 79.5, 59.5)
PLANE = Plane(np.array([0.0, -1.0, 0.0]), 1.5)  # a level camera 1.5 m above the floor


def test_depths_and_heights_have_the_shape_of_the_pixels() -> None:
    depth = np.full((120, 160), np.nan, np.float32)
    depth[110, 10], depth[60, 20] = 3.0, 6.0
    frame = RgbdFrame(np.zeros((120, 160, 3), np.uint8), depth, CAMERA)
    columns, rows = np.array([[10, 20, 30]]), np.array([[110, 60, 60]])
    z, height = pixel_heights(frame, PLANE, columns, rows)
    # 50.5 pixels below the middle at 3 m: 1.01 m lower than the camera; half a pixel at 6 m: 0.02.
    assert z == pytest.approx(np.array([[3.0, 6.0, np.nan]]), nan_ok=True)
    assert height == pytest.approx(np.array([[0.49, 1.48, np.nan]]), nan_ok=True)


def test_limits_grow_with_noise() -> None:
    z, noisy = np.array([2.0, 10.0]), DepthNoise(strength=0.004)
    assert floor_limit(z, DepthNoise(), PLANE) == pytest.approx([0.03, 0.03])
    assert floor_limit(z, noisy, PLANE) == pytest.approx([0.036, 0.18])  # 3 * 0.004 * z * 1.5
    assert step_limit(z, DepthNoise()) == pytest.approx([0.06, 0.15])
    assert step_limit(z, noisy) == pytest.approx([0.124, 1.75])  # and 4 * 0.004 * z^2
