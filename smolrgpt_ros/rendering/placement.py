# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Places of texts in a plane: none covers another, none leaves the plane's bounds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Steps of the search for a free place, in a text's own widths and heights: near by, farther away.
_FINE, _COARSE = (0.25, 0.25), (0.25, 0.5)
#: What is near by, in the same.
_NEAR = 1.25


@dataclass(frozen=True)
class Area:
    """A rectangle along the axes; the ends are outside of it."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def around(cls, x: float, y: float, width: float, height: float) -> Area:
        """Of a size about a point."""
        return cls(x - width / 2, y - height / 2, x + width / 2, y + height / 2)

    @property
    def middle(self) -> tuple[float, float]:
        """x and y."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def contains(self, x: float, y: float) -> bool:
        """Whether a point is inside."""
        return self.left <= x < self.right and self.top <= y < self.bottom


#: The whole plane.
EVERYWHERE = Area(-math.inf, -math.inf, math.inf, math.inf)


class Placement:
    """Gives texts their places, one after the other: the first ones get the best.

    Args:
        bounds: that no text leaves.
    """

    def __init__(self, bounds: Area = EVERYWHERE) -> None:
        self._bounds = bounds
        self._taken: list[Area] = []

    def place(self, wanted: Area, reach: float, *, bounded: bool = True) -> Area | None:
        """Take a free place of a text's size.

        Args:
            wanted: its size, about the point where it is wanted.
            reach: longest way from there.
            bounded: whether it stays within the bounds.

        Returns:
            The nearest free place; ``None`` where none is free.
        """
        bounds = self._bounds if bounded else EVERYWHERE
        x, y = wanted.middle
        width, height = wanted.right - wanted.left, wanted.bottom - wanted.top
        if width > bounds.right - bounds.left or height > bounds.bottom - bounds.top:
            return None
        lowest = np.array([bounds.left, bounds.top])
        highest = np.array([bounds.right - width, bounds.bottom - height])
        corner = np.clip([wanted.left, wanted.top], lowest, highest)
        for ways in _candidates(width, height, reach):
            left, top = np.clip(corner + ways, lowest, highest).T
            free = np.flatnonzero(self._are_free(left, top, width, height))
            if len(free):
                x, y = float(left[free[0]]), float(top[free[0]])
                found = Area(x, y, x + width, y + height)
                self._taken.append(found)
                return found
        return None

    def _are_free(
        self, left: NDArray[np.float64], top: NDArray[np.float64], width: float, height: float
    ) -> NDArray[np.bool_]:
        taken = np.array([(a.left, a.top, a.right, a.bottom) for a in self._taken]).reshape(-1, 4)
        overlap = (
            (left[:, None] < taken[:, 2])
            & (taken[:, 0] < left[:, None] + width)
            & (top[:, None] < taken[:, 3])
            & (taken[:, 1] < top[:, None] + height)
        )
        return np.asarray(~overlap.any(axis=1), np.bool_)


def _candidates(width: float, height: float, reach: float) -> Iterator[NDArray[np.float64]]:
    """Ways from the wanted place, shape ``(N, 2)``, the shortest first: none, short ones, all."""
    size = np.array([width, height])
    yield np.zeros((1, 2))
    yield _ways(size * _FINE, min(_NEAR * math.hypot(width, height), reach))
    yield _ways(size * _COARSE, reach)


def _ways(steps: NDArray[np.float64], reach: float) -> NDArray[np.float64]:
    columns, rows = (np.arange(-n, n + 1) for n in (reach / steps).astype(int).tolist())
    ways = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2) * steps
    lengths = np.hypot(ways[:, 0], ways[:, 1])
    order = np.argsort(lengths, kind="stable")
    return np.asarray(ways[order[lengths[order] <= reach]], np.float64)
