"""Pinhole geometry and the floor, on cameras whose numbers can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from smolrgpt_ros.scene.frame import CameraIntrinsics
from smolrgpt_ros.scene.plane import (
    Plane,
    back_project,
    depth_noise,
    fit_ground_plane,
    rays,
)

CAMERA = CameraIntrinsics(160, 120, 100.0, 110.0, 70.0, 50.0)


def floor_depth(height: float, pitch_deg: float, roll_deg: float = 0.0) -> np.ndarray:
    """Depth of an empty floor below a camera, NaN above the horizon."""
    pitch, roll = np.radians(pitch_deg), np.radians(roll_deg)
    up = np.array([np.sin(roll), -np.cos(pitch) * np.cos(roll), -np.sin(pitch)])
    up /= np.linalg.norm(up)
    v, u = np.mgrid[0 : CAMERA.height, 0 : CAMERA.width]
    directions = rays(CAMERA, u.ravel(), v.ravel())
    falling = directions @ up
    z = np.where(falling < -1e-3, -height / np.minimum(falling, -1e-3), np.nan)
    return z.reshape(u.shape).astype(np.float32)


def test_back_projection_by_hand() -> None:
    depth = np.full((120, 160), np.nan, np.float32)
    depth[83, 90] = 2.0
    depth[50, 70] = 4.0
    points = back_project(depth, CAMERA)
    # x = (90 - 70) / 100 * 2, y = (83 - 50) / 110 * 2
    assert points == pytest.approx(np.array([[0.0, 0.0, 4.0], [0.4, 0.6, 2.0]]))
    only = np.zeros((120, 160), bool)
    only[83, 90] = True
    assert back_project(depth, CAMERA, only) == pytest.approx(np.array([[0.4, 0.6, 2.0]]))


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


def test_floor_frame_by_hand() -> None:
    # Camera 2 m up, looking level: right, ahead and height are x, z and 2 - y.
    plane = Plane(np.array([0.0, -1.0, 0.0]), 2.0)
    points = np.array([[0.5, 2.0, 3.0], [-1.0, 0.5, 4.0]])
    floor = plane.to_floor(points)
    assert floor == pytest.approx(np.array([[0.5, 3.0, 0.0], [-1.0, 4.0, 1.5]]))
    assert plane.to_optical(floor) == pytest.approx(points)
    met = plane.meet(np.array([[0.0, 0.5, 1.0], [0.0, -0.5, 1.0]]))
    assert met[0] == pytest.approx([0.0, 2.0, 4.0])
    assert np.isnan(met[1]).all()


def test_floor_frame_straight_down() -> None:
    plane = Plane(np.array([0.0, 0.0, -1.0]), 3.0)
    assert plane.to_floor(np.array([[0.5, -0.25, 3.0]]))[0] == pytest.approx([0.5, 0.25, 0.0])


@pytest.mark.parametrize("noise", [0.0, 0.001, 0.004])
def test_depth_noise_is_measured(noise: float) -> None:
    rng = np.random.default_rng(2)
    depth = floor_depth(5.0, 40.0)
    depth = depth + rng.normal(0, 1, depth.shape) * noise * depth**2
    assert depth_noise(depth.astype(np.float32)) == pytest.approx(noise, rel=0.15, abs=2e-5)
