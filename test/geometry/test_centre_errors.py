# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Errors that all observations of an object share, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from smolrgpt_ros.geometry.centre_errors import CentreErrors, box_errors, floor_sigma, tape_errors
from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.depth_noise import DepthNoise

CAMERA = CameraIntrinsics(640, 480, 500.0, 400.0, 320.0, 240.0)


def test_parts_of_a_box_by_hand() -> None:
    errors = box_errors(10.0, DepthNoise(0.002), CAMERA, 3.0, 1.2, 0.25)
    assert errors.shape == (0.008, 0.008)
    # A fifth of 0.2 m of noise, half of it across.
    assert errors.depth == pytest.approx((0.04, 0.02))
    # Three tenths of 3 pixels of 2 cm.
    assert errors.mask_edge == pytest.approx((0.018, 0.018))
    # A quarter of the outline: an eighth of 0.27 * 1.2 m.
    assert errors.hidden == pytest.approx((0.0405, 0.0405))
    assert errors.total[0] == pytest.approx(math.hypot(0.008, 0.04, errors.floor[0], 0.018, 0.0405))


def test_correlated_noise_moves_the_floor() -> None:
    white = box_errors(10.0, DepthNoise(0.005), CAMERA, 0.0, 1.2, 0.0).floor
    correlated = box_errors(10.0, DepthNoise(0.005, 12.0), CAMERA, 0.0, 1.2, 0.0).floor
    assert white[0] < 0.005 < 0.05 < correlated[0] and correlated[1] == 0.0


def test_what_all_pixels_share_moves_the_floor() -> None:
    errors = box_errors(10.0, DepthNoise(shared=0.001), CAMERA, 0.0, 1.2, 0.0)
    assert errors.floor == pytest.approx((0.1, 0.0)) and errors.depth == (0.0, 0.0)


def test_the_height_of_the_floor_by_hand() -> None:
    """Noise of 0.5 m at 10 m, five halves of it at the floor's ends, over the root of as many
    independent patches as circles of 12 pixels fill three tenths of the picture."""
    patches = 0.3 * 640 * 480 / (math.pi * 12.0**2)
    along = 2.5 * 0.5 / math.sqrt(patches)
    sigma = floor_sigma(10.0, 4.0, DepthNoise(0.005, 12.0), CAMERA)
    assert sigma == pytest.approx(along * 4.0 / 10.0)


def test_tape_errs_as_its_rays_slant() -> None:
    errors = tape_errors(5.0, 3.0, DepthNoise(), CAMERA, 2.0)
    # Two pixels: 5 mrad down are 5e-3 * 25 / 3 m along, 4e-3 * 5 m across.
    assert errors.mask_edge == pytest.approx((0.0417, 0.02), abs=1e-4)


def test_the_covariance_lies_along_the_line_of_sight() -> None:
    covariance = CentreErrors(depth=(0.3, 0.1)).covariance(np.array([3.0, 4.0]))
    along, across = np.array([0.6, 0.8]), np.array([-0.8, 0.6])
    assert along @ covariance @ along == pytest.approx(0.09)
    assert across @ covariance @ across == pytest.approx(0.01)
    assert along @ covariance @ across == pytest.approx(0.0, abs=1e-12)
