"""Rectangles on the floor: do two overlap, how deep does a point lie inside one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Footprint:
    """A turned rectangle on the floor. Metres; ``length`` runs along ``yaw`` (radians)."""

    x: float
    y: float
    length: float
    width: float
    yaw: float = 0.0

    def corners(self) -> NDArray[np.float64]:
        """The four corners in order, shape ``(4, 2)``."""
        cosine, sine = np.cos(self.yaw), np.sin(self.yaw)
        along = np.array([cosine, sine]) * self.length / 2
        across = np.array([-sine, cosine]) * self.width / 2
        centre = np.array([self.x, self.y])
        return np.stack(
            [centre + along + across, centre - along + across, centre - along - across, centre + along - across]
        )

    def depth_of(self, x: float, y: float) -> float:
        """Distance of a point to the nearest edge line: positive inside, negative outside."""
        dx, dy = x - self.x, y - self.y
        cosine, sine = np.cos(self.yaw), np.sin(self.yaw)
        along, across = abs(cosine * dx + sine * dy), abs(-sine * dx + cosine * dy)
        return float(min(self.length / 2 - along, self.width / 2 - across))

    def grown(self, margin: float) -> Footprint:
        """The same rectangle with ``margin`` metres added on every side."""
        return Footprint(
            self.x, self.y, self.length + 2 * margin, self.width + 2 * margin, self.yaw
        )


def overlap(a: Footprint, b: Footprint) -> bool:
    """Whether two rectangles share an area (separating axis theorem)."""
    if (a.x - b.x) ** 2 + (a.y - b.y) ** 2 > (
        np.hypot(a.length, a.width) + np.hypot(b.length, b.width)
    ) ** 2 / 4:
        return False
    first, second = a.corners(), b.corners()
    for yaw in (a.yaw, a.yaw + np.pi / 2, b.yaw, b.yaw + np.pi / 2):
        axis = np.array([np.cos(yaw), np.sin(yaw)])
        p, q = first @ axis, second @ axis
        if p.max() <= q.min() or q.max() <= p.min():
            return False
    return True
