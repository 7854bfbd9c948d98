# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Heights above the floor as a picture: what a network sees of depth, whatever camera took it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .camera import rays
from .floor_fit import fit_ground_plane
from .frame import RgbdFrame

_LOWEST_M, _STEP_M = -0.1, 0.01
"""Of the level 1, and between two levels."""
_LEVELS = 255


def height_picture(frame: RgbdFrame) -> NDArray[np.uint8]:
    """Height of each pixel above the floor, shape ``(H, W)``.

    Returns:
        0 where it is unknown, 1 at 0.1 m below the floor and less, then a level a centimetre, 255
        at 2.44 m and more. All unknown where the frame has no depth in metres or no floor is found
        in it.
    """
    picture = np.zeros(frame.rgb.shape[:2], np.uint8)
    depth, camera = frame.depth, frame.intrinsics
    plane = fit_ground_plane(depth, camera, up=frame.up) if frame.metric else None
    if plane is None:
        return picture
    assert depth is not None and camera is not None
    known = np.isfinite(depth) & (depth > 0)
    rows, columns = np.nonzero(known)
    heights = (rays(camera, columns, rows) @ plane.up) * depth[known] + plane.offset
    levels = np.clip(np.round((heights - _LOWEST_M) / _STEP_M), 0, _LEVELS - 1)
    # A lens has no ray through some pixels.
    picture[known] = np.where(np.isfinite(levels), levels + 1, 0).astype(np.uint8)
    return picture
