# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The noise model of depth and of the fit, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from smolrgpt_ros.geometry.noise import (
    LOGISTIC_SCALE,
    depth_sigma,
    floor_height_sigma,
    load_sigma,
    passing_ray_sigmas,
    surface_sigmas,
    tape_edge_sigmas,
)
from smolrgpt_ros.scene.camera import CameraIntrinsics

CAMERA = CameraIntrinsics(640, 480, 500.0, 510.0, 320.0, 240.0)


def test_depth_errs_with_the_square_of_distance_and_heights_with_the_slope() -> None:
    assert depth_sigma(0.001, np.array([2.0, 5.0])) == pytest.approx([0.004, 0.025])
    # A floor pixel at 5 m depth, seen from 2 m height: its ray falls 0.4 m per metre of depth.
    assert floor_height_sigma(0.001, np.array([5.0]), 2.0) == pytest.approx([0.4 * 0.025])


def test_surface_points_err_along_the_line_of_sight() -> None:
    """10 m away on the floor plan, at a depth of 8 m: 1.25 m of floor per metre of depth."""
    along, across = surface_sigmas(
        np.array([[6.0, 8.0]]), np.array([8.0]), np.array([0.04]), CAMERA
    )
    assert along == pytest.approx([math.hypot(0.05, 0.012)])
    # Half a pixel at 8 m is 8 mm.
    assert across == pytest.approx([math.hypot(0.008, 0.012 / math.sqrt(2))])


def test_tape_edges_err_along_the_ray_as_it_slants() -> None:
    """From 3 m height to a point 4 m away: a distance of 5 m, half a pixel is 1 mrad."""
    along, across = tape_edge_sigmas(np.array([[0.0, 4.0]]), 3.0, CAMERA, 0.0)
    assert along == pytest.approx([(0.001 + 3e-4) * 25 / 3 + 0.008])
    assert across == pytest.approx([0.001 * 5 + 0.008])
    # Masks that are off by 1.2 pixels besides: 1.3 pixels are 2.6 mrad.
    _, across = tape_edge_sigmas(np.array([[0.0, 4.0]]), 3.0, CAMERA, 1.2)
    assert across == pytest.approx([0.0026 * 5 + 0.008])


def test_passing_rays_err_as_they_slant() -> None:
    """0.6 pixels are 1.2 mrad; 2 m below the camera and 1.5 m away are 2.5 m of distance."""
    along, across = passing_ray_sigmas(
        np.array([[0.9, 1.2]]), np.array([-2.0]), np.array([1.4]), CAMERA
    )
    assert along == pytest.approx([0.0012 * 2.5**2 / 2 + 0.01])
    assert across == pytest.approx([0.0012 * 1.4 + 0.005])


def test_a_load_says_where_its_vehicle_is() -> None:
    assert load_sigma(0.05, 0.02) == pytest.approx((0.25, 0.05))


def test_the_logistic_scale_gives_the_standard_deviation_one() -> None:
    assert LOGISTIC_SCALE == pytest.approx(math.sqrt(3) / math.pi, abs=5e-4)
