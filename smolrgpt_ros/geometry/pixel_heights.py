# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Heights up to which a pixel may be floor, and what pixels of one surface may differ by."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.depth_noise import DepthNoise
from smolrgpt_ros.scene.plane import Plane
from smolrgpt_ros.scene.statistics import Floating

# Depth differences from pixel to pixel on one surface, metres and shares of the depth, at most.
_SMOOTH, _SMOOTH_SHARE = 0.06, 0.015
_FLOOR_BAND = 0.03  # metres of height up to which a pixel is floor


def floor_limits(noise: DepthNoise, plane: Plane) -> tuple[float, float]:
    """Heights up to which a pixel may be floor: metres, and metres per metre of depth."""
    return _FLOOR_BAND, 3 * noise.strength * plane.offset  # see noise.floor_height_sigma


def floor_limit(z: NDArray[Floating], noise: DepthNoise, plane: Plane) -> NDArray[Floating]:
    """Height up to which a pixel of a depth may be floor, metres."""
    least, per_depth = floor_limits(noise, plane)
    limit: NDArray[Floating] = np.maximum(least, per_depth * z)
    return limit


def step_limits(noise: DepthNoise) -> tuple[float, float, float]:
    """Parts of the difference of depth between two pixels side by side on one surface, at most:
    metres or a share of the depth, whichever is more, and 1/metres of its square."""
    return _SMOOTH, _SMOOTH_SHARE, 4 * noise.between(2)


def step_limit(z: NDArray[Floating], noise: DepthNoise) -> NDArray[Floating]:
    """Difference of depth between two pixels side by side on one surface, at most, metres."""
    least, share, of_square = step_limits(noise)
    limit: NDArray[Floating] = np.maximum(least, share * z) + of_square * z * z
    return limit
