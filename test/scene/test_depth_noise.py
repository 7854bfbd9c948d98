# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The noise of depth images that were made with a known one."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from empty_floor import floor_depth

from smolrgpt_ros.scene.depth_noise import UNKNOWN_DEPTH_NOISE, DepthNoise, depth_noise


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


def test_noise_that_too_few_pixels_show_is_that_of_a_rough_camera() -> None:
    depth = np.full((120, 160), np.nan, np.float32)
    depth[60, 10:60] = 2.0
    assert depth_noise(depth).strength == UNKNOWN_DEPTH_NOISE
    assert depth_noise(np.full_like(depth, np.nan)).strength == UNKNOWN_DEPTH_NOISE


def few(kind: str) -> np.ndarray:
    """Which pixels have depth, shape ``(120, 160)``."""
    kept = np.zeros((120, 160), bool)
    if kind == "grid":
        kept[::3, ::3] = True
    elif kind == "columns":
        kept[:, 40:42] = True
    else:
        kept = np.random.default_rng(5).random((120, 160)) < 0.2
    return kept


@pytest.mark.parametrize("kind", ["grid", "columns", "one in five"])
def test_noise_of_few_pixels_is_measured_between_the_nearest(kind: str) -> None:
    rng = np.random.default_rng(2)
    depth = floor_depth(5.0, 40.0)
    depth = depth + rng.normal(0, 1, depth.shape) * 0.004 * depth**2
    found = depth_noise(np.where(few(kind), depth, np.nan).astype(np.float32))
    assert found.strength == pytest.approx(0.004, rel=0.3)
    assert found.correlation == 0.0
    assert found.shared == pytest.approx(0.6 * found.strength)


def test_a_picture_of_thirty_columns_is_enough() -> None:
    rng = np.random.default_rng(2)
    depth = floor_depth(5.0, 40.0)[::5, 40:70]
    depth = depth + rng.normal(0, 1, depth.shape) * 0.004 * depth**2
    assert depth_noise(depth.astype(np.float32)).strength == pytest.approx(0.004, rel=0.2)


@pytest.mark.parametrize("roll", [0.0, 10.0, 90.0])
def test_steps_of_disparity_are_noise_that_an_object_shares(roll: float) -> None:
    """1/depth in steps of 0.004: evenly distributed over a step, 0.004 / sqrt(12) each."""
    depth = 1 / (np.round(1 / floor_depth(5.0, 40.0, roll) / 0.004) * 0.004)
    found = depth_noise(depth.astype(np.float32))
    # Along the lines of a step's edges second differences are whole steps, and look like more.
    assert 0.001154 < found.strength < (0.0025 if roll == 90.0 else 0.00116)
    assert found.shared == pytest.approx(0.001155 * math.sqrt(2), rel=0.01)


def test_steps_of_depth_are_noise() -> None:
    """Cut off to 0.1 m. Rows side by side differ by 0.0014 of 1/depth: stairs show where that is
    less than a step, up to 8.5 m, and the nearest floor is 4.4 m away."""
    depth = np.floor(floor_depth(5.0, 40.0) / 0.1) * 0.1
    even = 0.1 / math.sqrt(12)
    assert even / 8.5**2 < depth_noise(depth.astype(np.float32)).strength < even / 4.4**2


def test_rows_of_one_depth_each_are_no_steps() -> None:
    """A floor without noise before an upright camera."""
    depth = floor_depth(5.0, 40.0)
    assert (depth[:, 0] == depth[:, 1]).all()
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
