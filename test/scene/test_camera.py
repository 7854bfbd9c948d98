# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Rays and pixels of cameras by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from empty_floor import CAMERA

from smolrgpt_ros.scene.camera import back_project, project, ray_grid, rays, within_lens
from smolrgpt_ros.scene.lens import Lens


def test_back_projection_by_hand() -> None:
    depth = np.full((120, 160), np.nan, np.float32)
    depth[83, 90] = 2.0
    depth[50, 70] = 4.0
    points = back_project(depth, CAMERA)
    # x = (90 - 70) / 100 * 2, y = (83 - 50) / 110 * 2
    assert points == pytest.approx(np.array([[0.0, 0.0, 4.0], [0.4, 0.6, 2.0]]))
    only = np.zeros((120, 160), bool)
    only[83, 90] = True
    assert back_project(depth, CAMERA, only) == pytest.approx(np.array([[0.4, 0.6, 2.0]]))


FISHEYE = replace(CAMERA, lens=Lens(True, (0.0, 0.0, 0.0, 0.0)))


def test_lens_distortion_ignored() -> None:
    """Rays and pixels of a fisheye by hand: the radius is the angle."""
    angle = np.arctan2(0.3, 1.0)
    columns, rows = np.array([CAMERA.cx + CAMERA.fx * angle, 70.0]), np.array([50.0, 50.0])
    assert rays(FISHEYE, columns, rows) == pytest.approx(
        np.array([[0.3, 0.0, 1.0], [0.0, 0.0, 1.0]]),
        abs=2e-4,  # a fiftieth of a pixel
    )
    assert np.abs(rays(CAMERA, columns, rows) - rays(FISHEYE, columns, rows)).max() > 0.005
    u, v = project(FISHEYE, np.array([[0.6, 0.0, 2.0], [9.0, 0.0, 0.1]]))
    assert (u[0], v[0]) == pytest.approx((CAMERA.cx + CAMERA.fx * angle, 50.0))
    assert u[1] < -1000  # far outside, where a polynomial could bend it back into the image


def test_the_grid_of_rays_is_that_of_single_pixels() -> None:
    for camera in (CAMERA, FISHEYE):
        x, y = np.broadcast_arrays(*ray_grid(camera))
        at = rays(camera, np.array([3, 150]), np.array([110, 7]))
        assert x[[110, 7], [3, 150]] == pytest.approx(at[:, 0], abs=1e-6)
        assert y[[110, 7], [3, 150]] == pytest.approx(at[:, 1], abs=1e-6)


def test_depth_where_the_lens_has_no_direction_is_dropped() -> None:
    narrow = replace(FISHEYE, fx=30.0, fy=30.0)  # 2.3 rad at the left border
    depth = np.full((120, 160), 2.0, np.float32)
    kept = np.isfinite(within_lens(depth, narrow))
    assert kept[50, 70] and not kept[0, 0] and 0.2 < kept.mean() < 0.8
    points = back_project(within_lens(depth, narrow), narrow)
    assert len(points) == kept.sum() and np.isfinite(points).all()
    assert within_lens(depth, CAMERA) is depth
