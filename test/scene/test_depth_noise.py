# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The noise of depth images that were made with a known one."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from empty_floor import floor_depth

from smolrgpt_ros.scene.depth_noise import DepthNoise, depth_noise


@pytest.mark.parametrize("strength", [0.0, 0.001, 0.004])
def test_white_noise_is_measured(strength: float) -> None:
    rng = np.random.default_rng(2)
    depth = floor_depth(5.0, 40.0)
    depth = depth + rng.normal(0, 1, depth.shape) * strength * depth**2
    found = depth_noise(depth.astype(np.float32))
    assert found.strength == pytest.approx(strength, rel=0.15, abs=2e-5)
    assert found.correlation == 0.0


@pytest.mark.parametrize("blur", [2.0, 4.0, 6.0])
def test_correlated_noise_is_measured(blur: float) -> None:
    """White noise blurred by a Gaussian is correlated by exp(-(r / (2 blur))^2)."""
    rng = np.random.default_rng(3)
    depth = floor_depth(5.0, 40.0)
    smooth = cv2.GaussianBlur(rng.standard_normal(depth.shape), (0, 0), blur)
    depth = depth + 0.004 * smooth / smooth.std() * depth**2
    found = depth_noise(depth.astype(np.float32))
    assert found.strength == pytest.approx(0.004, rel=0.2)
    assert found.correlation == pytest.approx(2 * blur, rel=0.25)


def test_noise_is_unknown_where_few_pixels_have_depth() -> None:
    depth = np.full((120, 160), np.nan, np.float32)
    depth[60, 10:60] = 2.0
    assert depth_noise(depth) == DepthNoise()


def test_zero_is_no_depth() -> None:
    rng = np.random.default_rng(4)
    depth = floor_depth(5.0, 40.0)
    depth = (depth + rng.normal(0, 1, depth.shape) * 0.004 * depth**2).astype(np.float32)
    holes = rng.random(depth.shape) < 0.1
    zeros, unknown = np.where(holes, 0, depth), np.where(holes, np.nan, depth)
    with np.errstate(all="raise"):
        assert depth_noise(zeros) == depth_noise(unknown)


def test_neighbours_differ_less_and_are_worth_less_than_independent_pixels() -> None:
    noise = DepthNoise(0.005, 10.0)
    assert noise.between(10.0) == pytest.approx(0.005 * math.sqrt(1 - math.exp(-1)))
    assert noise.between(100.0) == pytest.approx(0.005)
    assert noise.independent(3141.6) == pytest.approx(10.0, rel=1e-4)
    assert noise.independent(20.0) == 1.0
    white = DepthNoise(0.002)
    assert white.between(1.0) == 0.002 and white.independent(49.0) == 49.0
