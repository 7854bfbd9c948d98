"""The noise model of depth and of the fit."""

from __future__ import annotations

import numpy as np
import pytest
from empty_floor import floor_depth

from smolrgpt_ros.geometry.noise import depth_noise


@pytest.mark.parametrize("noise", [0.0, 0.001, 0.004])
def test_depth_noise_is_measured(noise: float) -> None:
    rng = np.random.default_rng(2)
    depth = floor_depth(5.0, 40.0)
    depth = depth + rng.normal(0, 1, depth.shape) * noise * depth**2
    assert depth_noise(depth.astype(np.float32)) == pytest.approx(noise, rel=0.15, abs=2e-5)
