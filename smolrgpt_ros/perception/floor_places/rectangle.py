# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A rectangle on the floor."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .floor_view import Points


@dataclass(frozen=True, eq=False)
class FloorRectangle:
    """A rectangle on the floor.

    Args:
        centre: ``(2,)``, metres, floor frame.
        axes: ``(2, 2)``, rows: the directions of its sides.
        size: metres along them.
    """

    centre: Points
    axes: Points
    size: tuple[float, float]

    @property
    def area(self) -> float:
        """Square metres."""
        return self.size[0] * self.size[1]

    @property
    def corners(self) -> Points:
        """``(4, 2)``, metres, one after the other around it."""
        signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
        corners: Points = self.centre + 0.5 * (signs * self.size) @ self.axes
        return corners

    def edges(self, count: int) -> Points:
        """Points along its sides, ``count`` of each, ``(4, count, 2)``, metres."""
        ends = np.linspace(0, 1, count)[:, None]
        corners = self.corners
        turns = zip(corners, np.roll(corners, -1, 0), strict=True)
        return np.stack([start + (end - start) * ends for start, end in turns])

    def holds(self, points: Points) -> NDArray[np.bool_]:
        """Which of floor points ``(N, 2)`` are in it."""
        local = (points - self.centre) @ self.axes.T
        return np.asarray((np.abs(local) <= 0.5 * np.array(self.size)).all(axis=-1))

    def overlap(self, other: FloorRectangle) -> float:
        """Intersection over union."""
        one, two = (r.corners.astype(np.float32) for r in (self, other))
        common, _ = cv2.intersectConvexConvex(one, two)
        return float(common) / max(self.area + other.area - float(common), 1e-9)

    def sides_as(self, other: FloorRectangle) -> FloorRectangle:
        """The same rectangle with its sides in the order and directions of another's, about."""
        first = int(np.argmax(np.abs(self.axes @ other.axes[0])))
        axes, sizes = self.axes[[first, 1 - first]], (self.size[first], self.size[1 - first])
        signs = np.sign(np.einsum("ij,ij->i", axes, other.axes))
        return FloorRectangle(self.centre, axes * np.where(signs < 0, -1, 1)[:, None], sizes)
