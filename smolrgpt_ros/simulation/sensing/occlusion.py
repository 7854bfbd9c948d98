# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Ambient occlusion in the picture: hollows, corners and the floor below things are darker."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_REACHES = ((3, 0.06), (9, 0.15), (25, 0.4))
"""Radius of a neighbourhood in pixels, and the difference of depth at which it has full effect, in
metres; beyond three times that, two surfaces have nothing to do with each other."""


def occluded(
    rgb: NDArray[np.uint8], depth: NDArray[np.float32], strength: float
) -> NDArray[np.uint8]:
    """The picture with each pixel darkened by how far it lies behind its neighbourhood.

    Args:
        rgb: ``(H, W, 3)``.
        depth: ``(H, W)``, metres, NaN where nothing is hit.
        strength: in [0, 1].
    """
    filled = np.nan_to_num(depth, nan=60.0)
    # Inverse depth of a plane is linear in the picture: the mean of its neighbourhood is its own.
    inverse = 1.0 / np.maximum(filled, 0.05)
    dark = np.zeros_like(filled)
    for radius, full in _REACHES:
        side = 2 * radius + 1
        behind = filled - 1.0 / cv2.blur(inverse, (side, side))
        nearest = 1.0 / cv2.dilate(inverse, np.ones((side, side), np.uint8))
        apart = np.clip(3.0 - (filled - nearest) / full, 0.0, 1.0)
        dark += np.clip(2.0 * behind / full, 0.0, 1.0) * apart
    factor = 1.0 - strength * np.clip(dark / len(_REACHES), 0.0, 1.0)
    return (rgb * factor[..., None]).clip(0, 255).astype(np.uint8)
