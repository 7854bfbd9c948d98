# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Heights above the floor, and as a picture: what a network sees of depth, whatever the camera."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .camera import ray_grid, rays
from .frame import RgbdFrame
from .plane import Plane

COLOURS, CHANNELS = 3, 4
"""Of a picture, and of one with heights."""
_LOWEST_M, _STEP_M = -0.1, 0.01
"""Of the level 1, and between two levels."""
_LEVELS = 255


def pixel_heights(
    frame: RgbdFrame, plane: Plane, columns: NDArray[np.integer], rows: NDArray[np.integer]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Depths of pixels and their heights above the floor, metres; NaN where no depth is known.

    Args:
        frame: with depth and intrinsics.
        plane: the floor.
        columns, rows: within the image, of any shape, which is that of what is returned.
    """
    depth, camera = frame.depth, frame.intrinsics
    assert depth is not None and camera is not None
    z = depth[rows, columns].astype(np.float64)
    per_depth = rays(camera, columns.ravel(), rows.ravel()) @ plane.up
    return z, per_depth.reshape(z.shape) * z + plane.offset


def height_picture(frame: RgbdFrame) -> NDArray[np.uint8]:
    """Height of each pixel above the floor, shape ``(H, W)``.

    Returns:
        0 where it is unknown, 1 at 0.1 m below the floor and less, then a level a centimetre, 255
        at 2.44 m and more. All unknown where the frame has no depth in metres or no floor is found
        in it.
    """
    plane = frame.floor
    if plane is None:
        return np.zeros(frame.rgb.shape[:2], np.uint8)
    depth = frame.depth
    assert depth is not None and frame.intrinsics is not None
    right, down = ray_grid(frame.intrinsics)
    up = plane.up.astype(np.float32)
    heights = (right * up[0] + down * up[1] + up[2]) * depth + np.float32(plane.offset)
    known = (depth > 0) & np.isfinite(heights)
    levels = np.round((heights - np.float32(_LOWEST_M)) / np.float32(_STEP_M))
    return np.where(known, np.clip(levels, 0, _LEVELS - 1) + 1, 0).astype(np.uint8)


def colours_and_heights(rgb: NDArray[np.uint8], heights: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Blue, green, red and heights, as OpenCV has colours; shape ``(H, W, 4)``.

    Args:
        rgb: shape ``(H, W, 3)``.
        heights: of :func:`height_picture`.
    """
    return np.dstack([rgb[..., ::-1], heights])
