# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A frame's pixels on a raster: where on the floor, and how high above it, each of them is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.geometry.size_priors import is_flat
from smolrgpt_ros.scene.camera import rays

#: Pixels of the raster, about.
_PIXELS = 20_000
#: Metres, and metres per metre of depth, by which a pixel of the floor may be off it.
_ON_FLOOR, _ON_FLOOR_PER_METRE = 0.04, 0.01
#: Pixels about a mask that may still be of its object.
_ABOUT_MASK = 3


@dataclass(frozen=True, eq=False)
class FloorRaster:
    """Pixels of a frame with a floor, ``R`` rows of ``C``.

    Args:
        geometry: of the frame; something in it has a footprint.
    """

    geometry: FrameGeometry

    @cached_property
    def every(self) -> int:
        """Rows and columns of the picture from one to the next."""
        frame = self.geometry.frame
        return max(1, round(math.sqrt(frame.width * frame.height / _PIXELS)))

    @cached_property
    def z(self) -> NDArray[np.float64]:
        """Depth, ``(R, C)``, metres; NaN where it is not known."""
        depth = self.geometry.frame.depth
        assert depth is not None
        z = depth[:: self.every, :: self.every].astype(np.float64)
        z[~(np.isfinite(z) & (z > 0))] = np.nan
        return z

    @cached_property
    def points(self) -> NDArray[np.float64]:
        """What each pixel shows, floor frame, ``(R * C, 3)``, metres; NaN where not known."""
        plane, camera = self.geometry.plane, self.geometry.frame.intrinsics
        assert plane is not None and camera is not None
        rows, columns = np.mgrid[: camera.height : self.every, : camera.width : self.every]
        seen = rays(camera, columns.ravel(), rows.ravel()) * self.z.reshape(-1, 1)
        return plane.to_floor(seen)

    @cached_property
    def heights(self) -> NDArray[np.float64]:
        """Above the floor, ``(R, C)``, metres; NaN where not known."""
        return self.points[:, 2].reshape(self.z.shape)

    @cached_property
    def on_floor(self) -> NDArray[np.bool_]:
        """Pixels ``(R, C)`` that show floor."""
        return np.abs(self.heights) < _ON_FLOOR + _ON_FLOOR_PER_METRE * self.z

    @cached_property
    def free(self) -> NDArray[np.bool_]:
        """Pixels ``(R, C)`` of no region and no candidate, nor right beside one; places are not
        counted."""
        frame = self.geometry.frame
        covered = np.zeros((frame.height, frame.width), bool)
        for region in (*self.geometry.regions, *self.geometry.candidates):
            if not is_flat(region.label):
                covered |= region.mask
        around = np.ones((2 * _ABOUT_MASK + 1,) * 2, np.uint8)
        standing = cv2.dilate(covered.astype(np.uint8), around) > 0
        return ~standing[:: self.every, :: self.every]

    @cached_property
    def areas(self) -> NDArray[np.float64]:
        """Of each pixel's part of the raster, ``(R, C)``, square metres across the view."""
        camera = self.geometry.frame.intrinsics
        assert camera is not None
        return np.nan_to_num((self.every * self.z) ** 2 / (camera.fx * camera.fy))

    def whole(self, pixels: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """A mask of the picture, ``(H, W)``, of some of the pixels."""
        frame = self.geometry.frame
        mask: NDArray[np.bool_] = np.kron(pixels, np.ones((self.every, self.every), bool))
        return mask[: frame.height, : frame.width]
