# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The first look at the objects in 3-D: all of them in the picture, and no name over another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.rendering.lettering import text_size
from smolrgpt_ros.rendering.placement import Area, Placement

from .objects import Vector

#: Vertical field of view, degrees.
FOV_DEG = 50.0
#: Height of the letters of names, CSS pixels.
LETTERS = 12
#: Of the camera over the horizon, as seen from the middle of the objects, degrees.
_ELEVATION_DEG = 50.0
#: Share of half the picture that objects keep to: names need the rest.
_USED = 0.86
#: Nearest that the camera comes, metres.
_LEAST_M = 2.0
#: Longest way of a name from where it is wanted, and space around it, pixels.
_REACH, _MARGIN = 60.0, 2.0


@dataclass(frozen=True)
class Overview:
    """A camera over the floor that looks ahead and down (x right, y ahead, z up, metres).

    Args:
        target: what it looks at.
        distance: from there, metres.
        size: width and height of its picture, CSS pixels.
    """

    target: Vector
    distance: float
    size: tuple[float, float]

    @classmethod
    def of(cls, spots: Sequence[Vector], size: tuple[float, float]) -> Overview:
        """The nearest one that shows all spots.

        Args:
            spots: at least one.
            size: see :class:`Overview`.
        """
        right, up, ahead = (np.array(spots) @ _AXES.T).T
        high = _USED * math.tan(math.radians(FOV_DEG) / 2.0)
        wide = high * size[0] / size[1]
        middles, starts = [], []
        for across, slope in ((right, wide), (up, high)):
            # Camera at m across and s ahead: |across - m| <= slope * (ahead - s) for all spots.
            most, least = (across - slope * ahead).max(), (across + slope * ahead).min()
            middles.append((most + least) / 2.0)
            starts.append((least - most) / (2.0 * slope))
        depth = (ahead.min() + ahead.max()) / 2.0
        x, y, z = (np.array([*middles, depth]) @ _AXES).tolist()
        return cls((x, y, z), max(float(depth - min(starts)), _LEAST_M), size)

    @property
    def position(self) -> Vector:
        """Where the camera is."""
        x, y, z = (np.array(self.target) - self.distance * _AXES[2]).tolist()
        return x, y, z

    def place_names(self, names: Sequence[tuple[str, Vector]]) -> dict[str, Vector]:
        """Where names stand, so that in this view none covers another.

        Args:
            names: with the spots where they are wanted, the most important first; different ones.

        Returns:
            A spot for each name at the depth where it is wanted; those that find no free place near
            by are left out.
        """
        placement = Placement(Area(0.0, 0.0, *self.size))
        found = {}
        for name, spot in names:
            x, y, depth = self._pixel(spot)
            width, height = (side + 2.0 * _MARGIN for side in text_size(name, LETTERS))
            if depth > 0.0 and (area := placement.place(Area.around(x, y, width, height), _REACH)):
                column, row = area.middle
                found[name] = self._moved(spot, depth, column - x, row - y)
        return found

    @property
    def _focal(self) -> float:
        """Focal length, pixels."""
        return self.size[1] / 2.0 / math.tan(math.radians(FOV_DEG) / 2.0)

    def _pixel(self, spot: Vector) -> tuple[float, float, float]:
        """Column, row and depth (metres) of a spot."""
        right, up, ahead = _AXES @ (np.array(spot) - np.array(self.target))
        depth = float(ahead) + self.distance
        scale = self._focal / depth if depth > 0.0 else 0.0
        return self.size[0] / 2.0 + scale * right, self.size[1] / 2.0 - scale * up, depth

    def _moved(self, spot: Vector, depth: float, columns: float, rows: float) -> Vector:
        """A spot moved by so many pixels at its depth."""
        metres = depth / self._focal
        x, y, z = (np.array(spot) + metres * (columns * _AXES[0] - rows * _AXES[1])).tolist()
        return x, y, z


def _axes() -> NDArray[np.float64]:
    """Right, up and ahead of the camera, shape (3, 3)."""
    sin, cos = (f(math.radians(_ELEVATION_DEG)) for f in (math.sin, math.cos))
    return np.array([[1.0, 0.0, 0.0], [0.0, sin, cos], [0.0, cos, -sin]])


_AXES = _axes()
