# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The floor of made-up depth images whose camera is known."""

from __future__ import annotations

import numpy as np
import pytest
from empty_floor import CAMERA, floor_depth

from smolrgpt_ros.scene.camera import rays
from smolrgpt_ros.scene.floor_fit import fit_ground_plane
from smolrgpt_ros.scene.masks import BoxedMask
from smolrgpt_ros.scene.plane import roll_of


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
    plane = fit_ground_plane(depth, CAMERA, [BoxedMask.of(mask)])
    assert plane is not None and plane.offset == pytest.approx(5.0, rel=0.01)


def test_objects_below_a_platform_say_that_it_is_no_floor() -> None:
    """A platform fills most of the picture; right of it objects, 0.3 m high, and little floor."""
    depth, platform, tops = (floor_depth(height, 60.0) for height in (6.0, 5.0, 5.7))
    mask = np.zeros(depth.shape, bool)
    mask[:, 85:140] = True
    depth[mask], depth[:, :85] = tops[mask], platform[:, :85]
    plane = fit_ground_plane(depth, CAMERA, [BoxedMask.of(mask)])
    assert plane is not None and plane.offset == pytest.approx(6.0, rel=0.01)


def test_floor_with_noise_and_holes() -> None:
    rng = np.random.default_rng(1)
    depth = floor_depth(4.0, 45.0)
    depth = depth + rng.normal(0, 0.002, depth.shape).astype(np.float32) * depth**2
    depth[rng.random(depth.shape) < 0.3] = np.nan
    plane = fit_ground_plane(depth.astype(np.float32), CAMERA)
    assert plane is not None and plane.offset == pytest.approx(4.0, rel=0.01)


@pytest.mark.parametrize("roll", [30.0, 45.0, 90.0, 135.0, 180.0, -90.0])
def test_floor_in_any_direction_of_the_picture(roll: float) -> None:
    plane = fit_ground_plane(floor_depth(2.0, 30.0, roll), CAMERA)
    assert plane is not None and plane.offset == pytest.approx(2.0, rel=1e-3)
    assert roll_of(plane.up.tolist()) == pytest.approx(roll, abs=0.5)


def test_a_known_up_decides_between_floor_and_wall() -> None:
    """A level camera before a corner: the floor below, a side wall to the right, as large."""
    floor, wall = floor_depth(1.0, 0.0), floor_depth(1.2, 0.0, 90.0)
    depth = np.fmin(floor, wall)
    upright = fit_ground_plane(depth, CAMERA, up=(0.0, -1.0, 0.0))
    on_its_side = fit_ground_plane(depth, CAMERA, up=(-1.0, 0.0, 0.0))
    assert upright is not None and upright.offset == pytest.approx(1.0, rel=1e-2)
    assert on_its_side is not None and on_its_side.offset == pytest.approx(1.2, rel=1e-2)
    assert fit_ground_plane(depth, CAMERA, up=(0.0, 1.0, 0.0)) is None


def test_a_camera_that_looks_straight_down_needs_a_known_up() -> None:
    depth = np.full((120, 160), 3.0, np.float32)
    assert fit_ground_plane(depth, CAMERA) is None
    plane = fit_ground_plane(depth, CAMERA, up=(0.0, 0.0, -1.0))
    assert plane is not None and plane.offset == pytest.approx(3.0, rel=1e-3)


def test_objects_that_would_hang_in_the_air_speak_against_a_floor() -> None:
    """A camera on its side: the floor at the right of the picture, a larger wall at its bottom."""
    floor, wall = floor_depth(3.0, 8.0, 90.0), floor_depth(2.0, 8.0)
    depth = np.fmin(floor, wall)
    box = np.zeros(depth.shape, bool)
    box[15:45, 100:130] = True
    depth[box] = floor[15:45, 129].mean()  # its right side is where it stands
    with_box = fit_ground_plane(depth, CAMERA, [BoxedMask.of(box)])
    assert with_box is not None and with_box.offset == pytest.approx(3.0, rel=0.02)
    alone = fit_ground_plane(np.where(box, np.float32("nan"), depth), CAMERA)
    assert alone is not None and alone.offset == pytest.approx(2.0, rel=0.02)


def test_a_level_camera_and_a_wall_at_the_horizon() -> None:
    """Rays near the horizon meet the floor far away: no height there is off by an angle."""
    rng = np.random.default_rng(3)
    depth = np.fmin(floor_depth(1.8, 1.0), np.float32(7.0))
    depth = np.where(np.isfinite(depth), depth, np.float32(7.0))
    depth = depth + rng.normal(0, 0.002, depth.shape).astype(np.float32) * depth**2
    plane = fit_ground_plane(depth.astype(np.float32), CAMERA)
    assert plane is not None and plane.offset == pytest.approx(1.8, rel=0.02)


def test_no_floor_without_depth_camera_or_pixels() -> None:
    depth = floor_depth(5.0, 35.0)
    assert fit_ground_plane(None, CAMERA) is None
    assert fit_ground_plane(depth, None) is None
    assert fit_ground_plane(np.full_like(depth, np.nan), CAMERA) is None
    wall = np.full_like(depth, 3.0)  # a wall right before a level camera is no floor
    assert fit_ground_plane(wall, CAMERA) is None


def rays_of_camera() -> np.ndarray:
    """Of depth 1, shape ``(H, W, 3)``."""
    v, u = np.mgrid[0 : CAMERA.height, 0 : CAMERA.width]
    return rays(CAMERA, u.ravel(), v.ravel()).reshape(*u.shape, 3)


def test_a_strip_of_floor_before_a_wall_that_fills_the_picture() -> None:
    """A camera that looks 20 degrees up: boxes stand on what little floor it sees."""
    floor = floor_depth(1.5, -20.0)
    up = np.array([0.0, -np.cos(np.radians(20.0)), np.sin(np.radians(20.0))])
    directions = rays_of_camera()
    ahead = directions @ np.array([0.0, np.sin(np.radians(20.0)), np.cos(np.radians(20.0))])
    depth = np.fmin(floor, (9.0 / ahead).astype(np.float32))  # a wall, 9 m ahead
    assert 0.03 < (depth == floor).mean() < 0.1
    boxes = []
    for left, distance in ((20, 6.0), (100, 7.0)):
        mask = np.zeros(depth.shape, bool)
        here = (distance / ahead).astype(np.float32)
        height = directions @ up * here + 1.5
        mask[:, left : left + 20] = ((0 < height) & (height < 1.0))[:, left : left + 20]
        depth[mask] = here[mask]
        boxes.append(BoxedMask.of(mask))
    plane = fit_ground_plane(depth, CAMERA, boxes)
    assert plane is not None
    assert plane.offset == pytest.approx(1.5, abs=0.01)
    np.testing.assert_allclose(plane.up, up, atol=2e-3)


def test_one_object_with_a_hidden_foot_does_not_move_the_floor() -> None:
    """Of four boxes on the floor before a wall one shows from 0.8 m of height on alone."""
    floor = floor_depth(1.5, -10.0)
    a = np.radians(10.0)
    directions = rays_of_camera()
    up, ahead = np.array([0.0, -np.cos(a), np.sin(a)]), np.array([0.0, np.sin(a), np.cos(a)])
    depth = np.fmin(floor, (9.0 / (directions @ ahead)).astype(np.float32))
    boxes = []
    for left, distance, lowest in ((5, 5.0, 0.0), (45, 6.0, 0.8), (80, 7.0, 0.0), (120, 5.5, 0.0)):
        mask = np.zeros(depth.shape, bool)
        here = (distance / (directions @ ahead)).astype(np.float32)
        height = directions @ up * here + 1.5
        mask[:, left : left + 20] = ((lowest < height) & (height < 1.4))[:, left : left + 20]
        depth[mask] = here[mask]
        boxes.append(BoxedMask.of(mask))
    plane = fit_ground_plane(depth, CAMERA, boxes)
    assert plane is not None
    assert plane.offset == pytest.approx(1.5, abs=0.01)
