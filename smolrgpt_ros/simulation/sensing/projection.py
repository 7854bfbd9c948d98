# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Projection of a scene's geometry into the picture of its camera."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.rotations import rotation_matrix

from ..world.parts import Part

_NEAR = 0.05
"""Distance of the near plane along the optical axis, metres."""
_SUBPIXEL_BITS = 4
"""OpenCV draws at integer coordinates; so many of their bits lie below the pixel."""
_FARTHEST_PIXEL = 20000
"""Polygons are clipped here: outside of every picture, and within OpenCV's range."""
# Areas without occlusion are counted on a coarser canvas, cut where it would become huge.
_COARSE, _LARGEST = 0.5, 1600


@dataclass(frozen=True, eq=False)
class PinholeView:
    """A camera in the world.

    Args:
        rotation: ``(3, 3)``, world to optical frame.
        position: ``(3,)``, in the world, metres.
        intrinsics: of the pinhole.
    """

    rotation: NDArray[np.float64]
    position: NDArray[np.float64]
    intrinsics: CameraIntrinsics

    def to_optical(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """World points ``(N, 3)`` in the optical frame."""
        return (points - self.position) @ self.rotation.T

    def project(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points of the optical frame, before the camera, to pixels, ``(N, 2)``."""
        k = self.intrinsics
        z = points[:, 2]
        return np.stack([k.fx * points[:, 0] / z + k.cx, k.fy * points[:, 1] / z + k.cy], axis=1)

    def polygon(self, corners: NDArray[np.float64]) -> NDArray[np.float64]:
        """A flat polygon of the world ``(N, 3)`` in pixels ``(M, 2)``, clipped at the near plane;
        empty where all of it is behind the camera."""
        points = self.to_optical(corners)
        kept = []
        for a, b in zip(points, np.roll(points, -1, axis=0), strict=True):
            if a[2] >= _NEAR:
                kept.append(a)
            if (a[2] >= _NEAR) != (b[2] >= _NEAR):
                kept.append(a + (b - a) * (_NEAR - a[2]) / (b[2] - a[2]))
        return self.project(np.array(kept)) if kept else np.zeros((0, 2))

    def unoccluded_area(self, parts: Sequence[Part]) -> float:
        """Pixels that parts would cover with nothing before them, beyond the borders too.

        Each part counts as the convex hull of its box.
        """
        points = self.to_optical(_box_corners(parts).reshape(-1, 3)).reshape(-1, 8, 3)
        points = points[points[:, :, 2].min(axis=1) >= _NEAR]
        if not len(points):
            return 0.0
        pixels = self.project(points.reshape(-1, 3)) * _COARSE
        pixels -= pixels.min(axis=0)
        width, height = (min(int(v) + 2, _LARGEST) for v in pixels.max(axis=0))
        canvas = np.zeros((height, width), np.uint8)
        for corners in _fixed_point(pixels.clip(0, 2 * _LARGEST)).reshape(-1, 8, 2):
            cv2.fillConvexPoly(canvas, cv2.convexHull(corners), 1, cv2.LINE_8, _SUBPIXEL_BITS)
        return float(np.count_nonzero(canvas)) / _COARSE**2


def filled_polygon(polygon: NDArray[np.float64], width: int, height: int) -> NDArray[np.bool_]:
    """The pixels ``(H, W)`` inside a polygon ``(N, 2)``."""
    canvas = np.zeros((height, width), np.uint8)
    if len(polygon) >= 3:
        corners = _fixed_point(polygon.clip(-_FARTHEST_PIXEL, _FARTHEST_PIXEL))
        cv2.fillPoly(canvas, [corners], 1, cv2.LINE_8, _SUBPIXEL_BITS)
    return canvas.astype(bool)


def polygon_area(polygon: NDArray[np.float64]) -> float:
    """Area of a simple polygon ``(N, 2)`` (shoelace formula)."""
    x, y = polygon[:, 0], polygon[:, 1]
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


def _fixed_point(pixels: NDArray[np.float64]) -> NDArray[np.int32]:
    scale: float = 2**_SUBPIXEL_BITS
    return np.round(pixels * scale).astype(np.int32)


def _box_corners(parts: Sequence[Part]) -> NDArray[np.float64]:
    """Corners of the parts' boxes in the world, ``(P, 8, 3)``."""
    signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    halves = np.array([p.half for p in parts])
    rotations = rotation_matrix(np.array([p.turn for p in parts]))
    centres = np.array([p.centre for p in parts])
    corners: NDArray[np.float64] = centres[:, None] + np.einsum(
        "pij,pcj->pci", rotations, signs * halves[:, None]
    )
    return corners
