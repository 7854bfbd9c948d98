# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Rectangles on the floor: corners, overlap, depth of a point inside; and the field of buffers."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Field:
    """The field of buffers: the rectangle about the origin that a scene is built around.

    Args:
        half_x, half_y: half extents, metres.
    """

    half_x: float
    half_y: float

    def draw_point(self, rng: np.random.Generator, beyond: float) -> tuple[float, float]:
        """A point of the field or at most ``beyond`` metres off each of its edges."""
        return (
            float(rng.uniform(-self.half_x - beyond, self.half_x + beyond)),
            float(rng.uniform(-self.half_y - beyond, self.half_y + beyond)),
        )


@dataclass(frozen=True)
class FloorRectangle:
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
            [
                centre + along + across,
                centre - along + across,
                centre - along - across,
                centre + along - across,
            ]
        )

    def depth_of(self, x: float, y: float) -> float:
        """Distance of a point to the nearest edge line: positive inside, negative outside."""
        dx, dy = x - self.x, y - self.y
        cosine, sine = math.cos(self.yaw), math.sin(self.yaw)
        along, across = abs(cosine * dx + sine * dy), abs(-sine * dx + cosine * dy)
        return min(self.length / 2 - along, self.width / 2 - across)

    def grown(self, margin: float) -> FloorRectangle:
        """The same rectangle with ``margin`` metres added on every side."""
        return FloorRectangle(
            self.x, self.y, self.length + 2 * margin, self.width + 2 * margin, self.yaw
        )


def overlap(a: FloorRectangle, b: FloorRectangle) -> bool:
    """Whether two rectangles share an area (separating axis theorem)."""
    dx, dy = b.x - a.x, b.y - a.y
    reach = (math.hypot(a.length, a.width) + math.hypot(b.length, b.width)) / 2
    if dx * dx + dy * dy > reach * reach:
        return False
    turn = b.yaw - a.yaw
    cosine, sine = abs(math.cos(turn)), abs(math.sin(turn))
    for yaw, (p_length, p_width), (q_length, q_width) in (
        (a.yaw, (a.length, a.width), (b.length, b.width)),
        (b.yaw, (b.length, b.width), (a.length, a.width)),
    ):
        # Half extent of the other rectangle along this one's two axes.
        along = (p_length + q_length * cosine + q_width * sine) / 2
        across = (p_width + q_length * sine + q_width * cosine) / 2
        x = dx * math.cos(yaw) + dy * math.sin(yaw)
        y = -dx * math.sin(yaw) + dy * math.cos(yaw)
        if abs(x) >= along or abs(y) >= across:
            return False
    return True
