# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Depth of pixels as the mean over their neighbours, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from smolrgpt_ros.geometry.depth_loops import smooth

# Two regions side by side: bit 0 in the two left columns, bit 1 in the others.
BITS = np.array([[1, 1, 2, 2]] * 3, np.uint32)
DEPTH = np.array([[9.0, 9.0, 9.0, 9.0], [9.0, 2.0, 2.0, 2.06], [9.0, 9.0, 3.0, np.nan]], np.float32)
BESIDE = np.array([(0, 1), (0, -1), (1, 0)])  # right, left, below


def smoothed(
    row: int, column: int, strength: float, worth: float = 9.0
) -> tuple[float, float, bool]:
    """Depth, its deviation and whether there is a jump at a pixel of the right region."""
    pixels = np.array([row]), np.array([column]), np.array([1])
    z, sigma, at_jump = np.empty(1), np.empty(1), np.empty(1, bool)
    noise = strength, strength / 2, worth
    smooth(DEPTH, BITS, pixels, BESIDE, noise, (z, sigma, at_jump))
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
