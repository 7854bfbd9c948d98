# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A map of a part of the floor: where lines are marked on it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .floor_view import FloorView, Points

#: Sides of the map's cells, metres.
CELL = 0.05
#: Directions across a line that are tried.
_ACROSS = np.array([[np.cos(a), np.sin(a)] for a in np.radians(np.arange(0, 180, 45))])
#: Metres beside a line where the floor is looked at, or so many pixels where these cover more.
_BESIDE, _BESIDE_PIXELS = 0.13, 1.7
#: Colour beside which a line stands out, CIELAB; and more than which says no more.
_LEAST, _MOST = 9.0, 30.0
#: Of a contrast to one side alone, where the other is out of sight.
_ONE_SIDED = 0.7


@dataclass(frozen=True, eq=False)
class MarkMap:
    """Marks on a part of the floor.

    Args:
        first: the map's first cell, ``(2,)``, metres.
        points: ``(R, C, 2)`` of its cells.
        pixels: ``(R, C, 2)``, columns and rows in which the picture has them, whole numbers.
        in_picture, in_sight: ``(R, C)`` bool: whether the picture has the cell, and shows it.
        strength: ``(R, C)`` float32, contrast of a line there; 0 where there is none.
        near_line: ``(R, C)`` bool, whether a line is within a cell.
    """

    first: Points
    points: Points
    pixels: NDArray[np.intp]
    in_picture: NDArray[np.bool_]
    in_sight: NDArray[np.bool_]
    strength: NDArray[np.float32]
    near_line: NDArray[np.bool_]

    @staticmethod
    def of(view: FloorView, low: Points, high: Points) -> MarkMap:
        """Of the rectangle between two corners, ``(2,)`` each, metres."""
        columns, rows = (np.ceil((high - low) / CELL).astype(int) + 1).tolist()
        across, ahead = low[0] + CELL * np.arange(columns), low[1] + CELL * np.arange(rows)
        points = np.stack(np.meshgrid(across, ahead), axis=-1)
        colours, in_sight = view.look(points)
        strength = np.zeros(in_sight.shape, np.float32)
        where = np.nonzero(in_sight)
        strength[where] = _strength(view, points[where], colours[where])
        strength = np.where(strength > _LEAST, np.minimum(strength, _MOST), 0).astype(np.float32)
        near = cv2.dilate((strength > 0).astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
        pixels, in_picture = view.pixels(points)
        nearest = np.rint(pixels).astype(np.intp)
        return MarkMap(low, points, nearest, in_picture, in_sight, strength, near)

    def part(self, low: Points, high: Points) -> MarkMap:
        """The part of the map between two corners, ``(2,)`` each, metres."""
        rows, columns, _ = self.cells(np.stack([low, high]))
        window = slice(rows[0], rows[1] + 1), slice(columns[0], columns[1] + 1)
        return MarkMap(
            self.points[window][0, 0],
            self.points[window],
            self.pixels[window],
            self.in_picture[window],
            self.in_sight[window],
            self.strength[window],
            self.near_line[window],
        )

    def cells(self, points: Points) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
        """Rows and columns of points ``(N, 2)``, the nearest ones of those outside the map, and
        which are inside."""
        found = np.rint((points - self.first) / CELL).astype(np.intp)
        most = np.array(self.in_sight.shape[::-1]) - 1
        held = found.clip(0, most)
        return held[:, 1], held[:, 0], (held == found).all(axis=-1)


def marks_at(view: FloorView, points: Points) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which floor points ``(N, 2)`` a line marks, and which are in sight."""
    colours, in_sight = view.look(points)
    found = np.zeros(len(points), bool)
    found[in_sight] = _strength(view, points[in_sight], colours[in_sight]) > _LEAST
    return found, in_sight


def _strength(view: FloorView, points: Points, colours: NDArray[np.float32]) -> NDArray[np.float32]:
    """How much points stand out from both sides, in the direction in which they do most."""
    best = np.zeros(len(points), np.float32)
    for across in _ACROSS:
        beside = np.maximum(_BESIDE, _BESIDE_PIXELS * view.widths(points, across))
        sides = []
        for sign in (1, -1):
            other, seen = view.look(points + sign * beside[:, None] * across)
            apart = colours - other
            sides.append((np.sqrt(np.einsum("ij,ij->i", apart, apart)), seen))
        (one, one_seen), (two, two_seen) = sides
        either = np.where(one_seen, one, two) * _ONE_SIDED * (one_seen | two_seen)
        best = np.maximum(best, np.where(one_seen & two_seen, np.minimum(one, two), either))
    return best
