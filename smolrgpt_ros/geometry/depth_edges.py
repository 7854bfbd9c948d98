# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Masks that end a few pixels beside their objects, moved to where depth jumps there.

A surface goes on where depth changes little from pixel to pixel. What of a mask goes on to the
outside but not to its inside is something else, behind the object or before it; what outside goes
on to the inside alone is the object. Where both are one surface, as at its foot on the floor, depth
shows no edge and the mask stays as it is.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.depth_noise import DepthNoise
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.masks import Box

from .pixel_heights import step_limit
from .region_masks import Flags


def at_depth_edges(frame: RgbdFrame, mask: Flags, box: Box, noise: DepthNoise, reach: int) -> Flags:
    """A mask whose edge is moved to a jump of depth that is at most some pixels away.

    Args:
        frame: with depth.
        mask: shape ``(H, W)``.
        box: around it.
        noise: of the depth.
        reach: pixels.
    """
    depth, (x0, y0, x1, y1) = frame.depth, box
    assert depth is not None
    margin = 2 * reach
    patch = (
        slice(max(y0 - margin, 0), y1 + margin),
        slice(max(x0 - margin, 0), x1 + margin),
    )
    here, surfaces = mask[patch], _Surfaces(depth[patch].astype(np.float64), noise)
    square = np.ones((2 * reach + 1,) * 2, np.uint8)
    away = cv2.dilate(np.ascontiguousarray(here).view(np.uint8), square) == 0
    from_outside = surfaces.around(away, 2 * reach)
    from_inside = surfaces.around(here & ~from_outside, 2 * reach)
    moved = mask.copy()
    moved[patch] = (here & ~(from_outside & ~from_inside)) | (from_inside & ~from_outside)
    return moved


class _Surfaces:
    """Which pixels of a depth image show the same surface as those beside and below them.

    Args:
        z: depth, shape ``(H, W)``, metres, NaN where it is not known.
        noise: of the depth.
    """

    def __init__(self, z: NDArray[np.float64], noise: DepthNoise) -> None:
        with np.errstate(invalid="ignore"):
            limit = step_limit(z, noise)
            self._beside = np.abs(np.diff(z, axis=1)) < limit[:, 1:]
            self._below = np.abs(np.diff(z, axis=0)) < limit[1:]

    def around(self, seeds: Flags, steps: int) -> Flags:
        """Pixels on the surfaces of others, so many steps away at most; with those."""
        found = seeds.copy()
        for _ in range(steps):
            known = found.copy()
            found[:, 1:] |= known[:, :-1] & self._beside
            found[:, :-1] |= known[:, 1:] & self._beside
            found[1:] |= known[:-1] & self._below
            found[:-1] |= known[1:] & self._below
        return found
