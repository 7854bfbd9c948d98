"""The floor of made-up depth images whose camera is known."""

from __future__ import annotations

import numpy as np
import pytest
from empty_floor import CAMERA, floor_depth

from smolrgpt_ros.scene.floor_fit import fit_ground_plane


@pytest.mark.parametrize(
    ("height", "pitch", "roll"),
    [(6.0, 40.0, 0.0), (0.6, 5.0, 0.0), (3.0, 75.0, 0.0), (2.0, 30.0, 8.0)],
)
def test_floor_is_found(height: float, pitch: float, roll: float) -> None:
    plane = fit_ground_plane(floor_depth(height, pitch, roll), CAMERA)
    assert plane is not None
    assert plane.offset == pytest.approx(height, rel=1e-3)
    assert plane.up[2] == pytest.approx(-np.sin(np.radians(pitch)), abs=0.02)
    assert plane.residual < 0.002


def test_floor_under_a_big_box_and_a_wall() -> None:
    depth = floor_depth(5.0, 35.0)
    far = np.isfinite(depth) & (depth > 9.0)
    depth[far] = 9.0  # a wall: more pixels than the floor has beyond it
    depth[40:80, 50:110] = np.minimum(depth[40:80, 50:110], 4.0)
    mask = np.zeros(depth.shape, bool)
    mask[40:80, 50:110] = True
    plane = fit_ground_plane(depth, CAMERA, [mask])
    assert plane is not None and plane.offset == pytest.approx(5.0, rel=0.01)


def test_floor_with_noise_and_holes() -> None:
    rng = np.random.default_rng(1)
    depth = floor_depth(4.0, 45.0)
    depth = depth + rng.normal(0, 0.002, depth.shape).astype(np.float32) * depth**2
    depth[rng.random(depth.shape) < 0.3] = np.nan
    plane = fit_ground_plane(depth.astype(np.float32), CAMERA)
    assert plane is not None and plane.offset == pytest.approx(4.0, rel=0.01)


def test_no_floor_without_depth_camera_or_pixels() -> None:
    depth = floor_depth(5.0, 35.0)
    assert fit_ground_plane(None, CAMERA) is None
    assert fit_ground_plane(depth, None) is None
    assert fit_ground_plane(np.full_like(depth, np.nan), CAMERA) is None
    wall = np.full_like(depth, 3.0)  # a wall right before a level camera is no floor
    assert fit_ground_plane(wall, CAMERA) is None
