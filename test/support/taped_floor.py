# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A place on the floor that tape marks, seen at a flat angle.

A camera 1.2 m above a floor looks 12 degrees down. On the floor is a rectangle of tape, turned by
20 degrees; behind all is a wall.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from smolrgpt_ros.detection.detector import Detection
from smolrgpt_ros.scene.camera import CameraIntrinsics, rays
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.plane import Plane

WIDTH, HEIGHT = 320, 240
CAMERA = CameraIntrinsics(WIDTH, HEIGHT, 250.0, 250.0, 159.5, 119.5)
CENTRE, SIZE, TURN = np.array([0.3, 4.5]), np.array([3.0, 2.0]), np.radians(20)
"""Of the place: metres right and ahead, sides, angle."""
TAPE, FLOOR, WALL = (240, 200, 20), (110, 110, 110), (170, 170, 175)
WALL_AHEAD = 9.0


def plane(height: float = 1.2, down_deg: float = 12.0) -> Plane:
    down = np.radians(down_deg)
    return Plane(np.array([0.0, -np.cos(down), -np.sin(down)]), height)


def scene(
    floor: Plane,
    taped: bool = True,
    camera: CameraIntrinsics = CAMERA,
    centre: np.ndarray = CENTRE,
) -> tuple[RgbdFrame, np.ndarray]:
    """The frame, and the true mask of the place."""
    size = camera.height, camera.width
    rows, columns = np.indices(size).reshape(2, -1)
    directions = rays(camera, columns, rows)
    ground = floor.to_floor(floor.meet(directions))[:, :2].reshape(*size, 2)
    with np.errstate(invalid="ignore"):
        shows_floor = ground[..., 1] < WALL_AHEAD - (CENTRE - centre)[1]
    depth = np.where(shows_floor, floor.meet(directions)[:, 2].reshape(size), WALL_AHEAD)
    axes = np.array([[np.cos(TURN), np.sin(TURN)], [-np.sin(TURN), np.cos(TURN)]])
    beyond = (np.abs((ground - centre) @ axes.T) - SIZE / 2).max(axis=-1)
    rgb = np.where(shows_floor[..., None], FLOOR, WALL)
    if taped:
        with np.errstate(invalid="ignore"):
            rgb[np.abs(beyond) < 0.05] = TAPE
    noise = np.random.default_rng(5).normal(0, 2, rgb.shape)
    frame = RgbdFrame(
        np.clip(rgb + noise, 0, 255).astype(np.uint8), depth.astype(np.float32), camera
    )
    with np.errstate(invalid="ignore"):
        return frame, (beyond < 0) & shows_floor


def hidden_right_of(column: int, frame: RgbdFrame) -> RgbdFrame:
    """A frame with something tall 1 m ahead that hides all columns from one on."""
    assert frame.depth is not None
    depth, rgb = frame.depth.copy(), frame.rgb.copy()
    depth[:, column:], rgb[:, column:] = 1.0, (60, 60, 200)
    return replace(frame, depth=depth, rgb=rgb)


def half_of(mask: np.ndarray) -> np.ndarray:
    """The part of a mask left of its middle column."""
    part = mask.copy()
    part[:, int(np.median(np.nonzero(mask)[1])) :] = False
    return part


def beside(mask: np.ndarray) -> np.ndarray:
    """A mask of the floor about 3 m ahead, left of a place."""
    elsewhere = np.zeros_like(mask)
    elsewhere[140:158, 38:90] = ~mask[140:158, 38:90]
    assert not (elsewhere & mask).any()
    return elsewhere


def detected(
    mask: np.ndarray, label: str = "buffer", score: float = 0.5, weak: bool = False
) -> Detection:
    return Detection(label, score, mask, weak)
