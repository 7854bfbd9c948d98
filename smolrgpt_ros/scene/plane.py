# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A floor plane, its own frame, and where rays meet it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .camera import Points


def roll_of(up: Sequence[float]) -> float | None:
    """Roll of a camera in degrees, clockwise as seen from behind it; ``None`` for one that looks
    straight down or up.

    Args:
        up: against gravity, in the optical frame.
    """
    x, y = float(up[0]), float(up[1])
    return math.degrees(math.atan2(-x, -y)) if math.hypot(x, y) > 0.1 else None


@dataclass(frozen=True, eq=False)
class Plane:
    """A floor in the optical frame: points ``p`` with ``up . p + offset = 0``.

    Args:
        up: unit normal, shape ``(3,)``, towards the camera's side.
        offset: height of the camera above the floor, metres, positive.
        residual: robust spread of the floor pixels about the plane, metres.
    """

    up: NDArray[np.float64]
    offset: float
    residual: float = 0.0

    @cached_property
    def axes(self) -> NDArray[np.float64]:
        """Rows: right, ahead (both in the plane, seen from the camera) and up; shape ``(3, 3)``."""
        ahead = np.array([0.0, 0.0, 1.0]) - self.up[2] * self.up
        if np.linalg.norm(ahead) < 1e-3:  # the camera looks straight down
            ahead = -np.array([0.0, 1.0, 0.0]) + self.up[1] * self.up
        ahead /= np.linalg.norm(ahead)
        return np.stack([np.cross(ahead, self.up), ahead, self.up])

    @property
    def down_in_image(self) -> NDArray[np.float64]:
        """Unit direction ``(column, row)`` in which gravity pulls in the middle of the image.

        A camera that looks straight down is taken to be upright.
        """
        down = -self.up[:2]
        length = float(np.linalg.norm(down))
        return down / length if length > 0.1 else np.array([0.0, 1.0])

    def to_floor(self, points: Points) -> Points:
        """Optical to floor frame ``(right, ahead, height)``; the origin is below the camera."""
        on_floor: Points = points @ self.axes.T + np.array([0.0, 0.0, self.offset])
        return on_floor

    def to_optical(self, points: Points) -> Points:
        """Floor to optical frame, the inverse of :meth:`to_floor`."""
        optical: Points = (points - np.array([0.0, 0.0, self.offset])) @ self.axes
        return optical

    def meet(self, directions: Points) -> Points:
        """Where rays from the camera meet the floor, ``(N, 3)``; NaN for those that do not."""
        falling = directions @ self.up
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = np.where(falling < -1e-6, -self.offset / falling, np.nan)
        return directions * reach[:, None]
