# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Points on planes and the mixture of one pixel, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from smolrgpt_ros.scene.floor_loops import count_on_planes, floor_sums


@pytest.mark.parametrize(
    ("noise", "on", "below"),
    [
        (0.0, 2, 1),  # within 0.02 m + 0.01 * 4 m = 0.06 m; below 0.18 m under it
        (0.01, 3, 0),  # within 0.02 m + (0.01 + 0.01 * 2) * 4 m = 0.14 m; below 0.42 m
    ],
)
def test_points_on_and_below_a_floor(noise: float, on: int, below: int) -> None:
    """2 m below a level camera, 4 m ahead; heights of 0, 0.05, 0.1, -0.17 and -0.19 m."""
    points = np.array([[0.3] * 5, [2.0, 1.95, 1.9, 2.17, 2.19], [4.0] * 5])
    normals, offsets = np.array([[1.0, 0.0, 0.0], [0.0, -1.0, 0.0]]), np.array([3.0, 2.0])
    counts = np.empty((2, 2), np.int64)
    count_on_planes(points, normals, offsets, (0.02, 0.01, noise), 3.0, counts)
    assert counts.tolist() == [[0, 0], [on, below]]  # the first plane is 3 m to the left


@pytest.mark.parametrize(
    ("z", "nearby", "probability"),
    [
        # Right on the floor, whose density is 1 / sqrt(2 pi), beyond it 0.01.
        (2.0, 0.5, 1 / (1 + 0.01 * math.sqrt(2 * math.pi))),
        # A deviation of 0.1 / m nearer, where the density of things is 0.25.
        (1.6, 0.5, 1 / (1 + 0.25 * math.sqrt(2 * math.pi) * math.exp(0.5))),
        # The odds of the neighbours, 4 to 1, count twice.
        (1.6, 0.8, 1 / (1 + 0.25 * math.sqrt(2 * math.pi) * math.exp(0.5) / 16)),
        (float("nan"), 0.5, 0.0),
    ],
)
def test_how_probably_a_pixel_is_floor(z: float, nearby: float, probability: float) -> None:
    """The floor is 2 m away along this ray, and beyond 60 m along another."""
    directions = np.array([[0.2, 0.4, 1.0], [0.2, -2.45, 1.0]])
    found, matrix, vector = np.empty(2, np.float32), np.empty((3, 3)), np.empty(3)
    floor_sums(
        directions,
        np.array([z, 5.0]),
        np.array([not math.isnan(z), True]),
        np.full(2, nearby, np.float32),
        np.array([0.0, 0.2, 0.42]),
        0.1,
        1 / 60,
        (0.25, 0.01),
        1e-3,
        found,
        matrix,
        vector,
    )
    assert found == pytest.approx([probability, 0.0], abs=1e-6)
    assert matrix == pytest.approx(probability * np.outer(directions[0], directions[0]), abs=1e-6)
    off = 0.0 if math.isnan(z) else 0.5 - 0.25 * z
    assert vector == pytest.approx(probability * off * directions[0], abs=1e-6)
