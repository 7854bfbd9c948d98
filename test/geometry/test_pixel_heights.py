# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Limits of heights and steps, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from smolrgpt_ros.geometry.pixel_heights import floor_limit, step_limit
from smolrgpt_ros.scene.depth_noise import DepthNoise
from smolrgpt_ros.scene.plane import Plane

PLANE = Plane(np.array([0.0, -1.0, 0.0]), 1.5)  # a level camera 1.5 m above the floor


def test_limits_grow_with_noise() -> None:
    z, noisy = np.array([2.0, 10.0]), DepthNoise(strength=0.004)
    assert floor_limit(z, DepthNoise(), PLANE) == pytest.approx([0.03, 0.03])
    assert floor_limit(z, noisy, PLANE) == pytest.approx([0.036, 0.18])  # 3 * 0.004 * z * 1.5
    assert step_limit(z, DepthNoise()) == pytest.approx([0.06, 0.15])
    assert step_limit(z, noisy) == pytest.approx([0.124, 1.75])  # and 4 * 0.004 * z^2
