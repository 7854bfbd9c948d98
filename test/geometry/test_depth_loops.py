# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Depth of pixels, ends of masks and jumps of depth, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from smolrgpt_ros.geometry.depth_loops import ends_beside, first_jump, smooth

# Two regions side by side: the two left columns, and the others.
MASKS = np.ones(12, np.uint8), np.array([[0, 0, 2, 3, 0], [2, 0, 4, 3, 6]])
DEPTH = np.array([[9.0, 9.0, 9.0, 9.0], [9.0, 2.0, 2.0, 2.06], [9.0, 9.0, 3.0, np.nan]], np.float32)
BESIDE = np.array([(0, 1), (0, -1), (1, 0)])  # right, left, below


def smoothed(
    row: int, column: int, strength: float, worth: float = 9.0
) -> tuple[float, float, bool]:
    """Depth, its deviation and whether there is a jump at a pixel of the right region."""
    pixels = np.array([row]), np.array([column]), np.array([1])
    z, sigma, at_jump = np.empty(1), np.empty(1), np.empty(1, bool)
    noise = strength, strength / 2, worth
    smooth(DEPTH, MASKS, pixels, BESIDE, noise, (z, sigma, at_jump))
    return float(z[0]), float(sigma[0]), bool(at_jump[0])


def test_a_mean_over_neighbours_of_the_same_region() -> None:
    """At 2 m neighbours differ by up to 0.03 m + 4 * 0.005 * 2^2 m = 0.11 m: the one on the right
    does, the one on the left is of another region, the one below is 1 m farther."""
    z, sigma, at_jump = smoothed(1, 2, strength=0.01)
    assert z == pytest.approx(2.03, abs=1e-6) and at_jump
    assert sigma == pytest.approx(0.01 * 2**2 / math.sqrt(2))
    # The two are worth one and a half.
    assert smoothed(1, 2, 0.01, worth=1.5)[1] == pytest.approx(0.04 / math.sqrt(1.5))


def test_an_ideal_image_is_taken_as_it_is() -> None:
    assert smoothed(1, 2, strength=0.0) == (2.0, 0.0, True)


def test_unknown_depth_stays_unknown_and_makes_no_jump() -> None:
    z, _, at_jump = smoothed(2, 3, strength=0.01)
    assert math.isnan(z) and not at_jump
    # Beyond the picture's right end is the pixel itself: two of 2.06 m and one of 2 m.
    z, sigma, at_jump = smoothed(1, 3, strength=0.01)
    assert z == pytest.approx(6.12 / 3, abs=1e-6) and not at_jump
    assert sigma == pytest.approx(0.01 * 2.06**2 / math.sqrt(3), rel=1e-6)


def test_where_masks_end_beside_pixels() -> None:
    """The left region's upper pixel on the right: above it the image ends, right of it the mask."""
    pixels = np.array([0, 1]), np.array([1, 2]), np.array([0, 1])
    steps, ends = np.array([(1, -1, 0, 0), (0, 0, 1, -1)]), np.empty((2, 4), bool)
    ends_beside(MASKS, pixels, steps, ends)
    assert ends.tolist() == [[True, False, False, True], [False, True, False, False]]


@pytest.mark.parametrize(
    ("line", "floor_from", "jump"),
    [
        ([2.0, 2.1, 2.2, 5.0, 5.1, 5.2], 9, 2.0),  # the third is the last of the slope
        ([2.0, 2.1, 2.2, 5.0, 5.1, 5.2], 2, np.nan),  # but the third is floor
        ([2.0, 2.1, 2.2, np.nan, 5.0, 5.1, 5.2], 9, 2.5),  # in the middle of what is not known
        ([2.0, 2.1, 2.2, 2.42, 2.5, 2.6], 9, np.nan),  # twice the slope: no jump
        ([2.0, 2.1, 2.2, 5.0, 5.1, 6.1, 5.2], 9, np.nan),  # as steep behind: 1 m to its 2.8 m
        ([2.0, 5.0, 5.1, 5.2], 9, np.nan),  # nothing is known of the slope before it
    ],
)
def test_depth_jumps_where_it_changes_more_than_before_and_behind(
    line: list[float], floor_from: int, jump: float
) -> None:
    """At 5 m one surface changes by up to 0.015 * 5 m + 0.01 * 5^2 m = 0.325 m."""
    rises = np.arange(len(line)) < floor_from
    found = first_jump(np.array(line), rises, (0.06, 0.015, 0.01))
    assert found == pytest.approx(jump, nan_ok=True)


def test_noise_makes_jumps_less_clear() -> None:
    line, rises = np.array([2.0, 2.0, 2.0, 2.5, 2.5, 2.5]), np.ones(6, bool)
    for noise, jump in ((0.07, 2.0), (0.071, np.nan)):  # 0.06 m + 0.07 / m * 2.5^2 m^2 = 0.4975 m
        found = first_jump(line, rises, (0.06, 0.015, noise))
        assert found == pytest.approx(jump, nan_ok=True)
