# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A rectangle on the floor."""

from __future__ import annotations

from dataclasses import dataclass

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
        return np.asarray(self.beyond(points) <= 0)

    def beyond(self, points: Points) -> NDArray[np.float64]:
        """Metres by which floor points ``(..., 2)`` are beyond its sides, negative inside."""
        local = (points - self.centre) @ self.axes.T
        beyond: NDArray[np.float64] = (np.abs(local) - 0.5 * np.array(self.size)).max(axis=-1)
        return beyond

    def overlap(self, other: FloorRectangle) -> float:
        """Intersection over union."""
        corners = (other.corners - self.centre) @ self.axes.T
        for axis in (0, 1):
            for sign in (1.0, -1.0):
                corners = _cut(corners, sign * corners[:, axis] - 0.5 * self.size[axis])
        x, y = corners.T
        common = 0.5 * abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1)))
        return common / max(self.area + other.area - common, 1e-9)

    def sides_as(self, other: FloorRectangle) -> FloorRectangle:
        """The same rectangle with its sides in the order and directions of another's, about."""
        first = int(np.argmax(np.abs(self.axes @ other.axes[0])))
        axes, sizes = self.axes[[first, 1 - first]], (self.size[first], self.size[1 - first])
        signs = np.sign(np.einsum("ij,ij->i", axes, other.axes))
        return FloorRectangle(self.centre, axes * np.where(signs < 0, -1, 1)[:, None], sizes)


def _cut(corners: Points, beyond: NDArray[np.float64]) -> Points:
    """The part of a convex polygon that is not beyond a line (Sutherland and Hodgman).

    Args:
        corners: ``(N, 2)``, one after the other around it.
        beyond: ``(N,)``, distances to the line, positive of what is cut.
    """
    kept = []
    for i, (corner, off) in enumerate(zip(corners, beyond, strict=True)):
        before, off_before = corners[i - 1], beyond[i - 1]
        if (off > 0) != (off_before > 0):
            kept.append(before + (corner - before) * (off_before / (off_before - off)))
        if off <= 0:
            kept.append(corner)
    return np.array(kept).reshape(-1, 2)
