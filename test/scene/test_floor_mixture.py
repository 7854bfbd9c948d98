# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The floor under noise that hides where a wall or goods begin."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from empty_floor import CAMERA, floor_depth
from numpy.typing import NDArray

from smolrgpt_ros.scene.floor_fit import fit_ground_plane

_STRENGTH = 0.005  # of noise over depth squared, 1/metres


def _seen(
    rng: np.random.Generator, height: float, pitch: float, wall: float, blur: float = 1.5
) -> NDArray[np.float32]:
    """A floor up to a wall across, with noise that is alike over a few pixels."""
    depth = np.fmin(floor_depth(height, pitch), np.float32(wall))
    noise = cv2.GaussianBlur(rng.standard_normal(depth.shape, np.float32), (0, 0), blur)
    noise *= np.float32(_STRENGTH / noise.std())
    seen: NDArray[np.float32] = depth + noise * depth**2
    return seen


@pytest.mark.parametrize(
    ("height", "pitch", "wall"), [(8.0, 45.0, 11.0), (6.5, 40.0, 12.0), (1.5, 10.0, 8.0)]
)
def test_a_wall_within_the_noise_does_not_tilt_the_floor(
    height: float, pitch: float, wall: float
) -> None:
    offsets, tilts = [], []
    for seed in range(4):
        depth = _seen(np.random.default_rng(seed), height, pitch, wall)
        plane = fit_ground_plane(depth, CAMERA, noise=_STRENGTH)
        assert plane is not None
        offsets.append(plane.offset / height)
        tilts.append(-plane.up[2] - np.sin(np.radians(pitch)))
    assert offsets == pytest.approx([1.0] * 4, abs=0.04)
    assert tilts == pytest.approx([0.0] * 4, abs=0.025)


@pytest.mark.parametrize("known", [_STRENGTH, None])
def test_goods_within_the_noise_do_not_lift_the_floor(known: float | None) -> None:
    """A third of the floor is covered by flat goods, 0.4 m high: 1.3 deviations of the noise."""
    depth = floor_depth(8.0, 60.0)
    goods = floor_depth(7.6, 60.0)
    depth[:, 30:85] = goods[:, 30:85]
    noise = np.random.default_rng(5).standard_normal(depth.shape, np.float32)
    depth += np.float32(_STRENGTH) * noise * depth**2
    plane = fit_ground_plane(depth, CAMERA, noise=known)
    assert plane is not None and plane.offset == pytest.approx(8.0, rel=0.015)
    assert -plane.up[2] == pytest.approx(np.sin(np.radians(60.0)), abs=0.01)


def test_patches_of_noise_do_not_move_the_floor_away() -> None:
    """Noise alike over some pixels of an empty floor."""
    offsets = []
    for seed in range(8):
        depth = _seen(np.random.default_rng(seed), 7.0, 45.0, np.inf, 3.0)
        plane = fit_ground_plane(depth, CAMERA, noise=_STRENGTH)
        assert plane is not None
        offsets.append(plane.offset / 7.0 - 1.0)
    assert np.mean(offsets) == pytest.approx(0.0, abs=0.006)
