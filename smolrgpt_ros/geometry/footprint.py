# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The footprint of an upright box on the floor, with covariance."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.statistics import quantiles

from .centre_errors import CentreErrors
from .noise import SHARED_ERROR_FACTOR
from .rectangle_fit import RectangleFit

#: Quantiles of a rim between which its extent lies, without stray pixels.
_EXTENT = 0.01, 0.99
#: Metres by which a cut lies beyond the object's own rim, where it ends an extent.
_CUT_BEYOND = 0.05
#: Times what is usual of its class, from which an object is longer whatever its mask reaches over.
_CLEARLY = 1.1
#: Share of an extent at its end, where most of the rim is the object's own or cut.
_AT_END = 0.05


@dataclass(frozen=True, eq=False)
class Footprint:
    """An oriented rectangle on the floor, in the floor frame ``(right, ahead)``.

    Args:
        centre: shape ``(2,)``, metres.
        axes: rows are the directions of length and width, shape ``(2, 2)``.
        size: length and width, metres.
        covariance: of the centre, shape ``(2, 2)``.
        size_sigma: standard deviations of length and width, metres.
    """

    centre: NDArray[np.float64]
    axes: NDArray[np.float64]
    size: tuple[float, float]
    covariance: NDArray[np.float64]
    size_sigma: tuple[float, float]

    @staticmethod
    def of(fit: RectangleFit, errors: CentreErrors, unlikely: float = 0.0) -> Footprint:
        """Of a fitted rectangle.

        Args:
            fit: in the floor frame.
            errors: of the centre that the fit cannot see.
            unlikely: by how much a side is in error, as far as its class tells, metres: so may be
                the place of the whole rectangle.
        """
        x, y, yaw, long, short = fit.values.tolist()
        cos, sin = math.cos(yaw), math.sin(yaw)
        axes = np.array([[cos, sin], [-sin, cos]])
        unseen, shared = errors.covariance(fit.values[:2]), SHARED_ERROR_FACTOR
        unseen += unlikely**2 * np.eye(2)
        covariance = shared * fit.centre_covariance + unseen
        along_axes = ((axes @ unseen) * axes).sum(axis=1)
        length, width = np.sqrt(shared * fit.side_variances + along_axes).tolist()
        return Footprint(np.array([x, y]), axes, (long, short), covariance, (length, width))

    def depth_of(self, point: NDArray[np.float64]) -> float:
        """How far a point, shape ``(2,)``, lies inside, metres; negative outside."""
        return float(self.depths_of(point[None])[0])

    def depths_of(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """The same of points of shape ``(N, 2)``, shape ``(N,)``."""
        length, width = np.abs(self.axes @ (points - self.centre).T)
        # Twice as fast as the least of each row.
        depths: NDArray[np.float64] = np.minimum(
            self.size[0] / 2 - length, self.size[1] / 2 - width
        )
        return depths

    def seen_sides(
        self,
        rim: NDArray[np.float64],
        border: NDArray[np.float64],
        behind: NDArray[np.float64],
        most: tuple[float, float],
    ) -> tuple[float | None, float | None]:
        """What is seen of length and width, metres, where they may be more; ``None`` where not.

        They may be more where the picture's border cuts them. Of a class of no known size, and of
        an object that is longer than its class, so they may where something nearer hides an end; of
        others the class says how long they are.
        Never more than the fitted side: what is seen beyond it may be something else's.

        Args:
            rim: where the object ends in the picture, shape ``(N, 2)``.
            border: where the picture's border cuts it, shape ``(M, 2)``.
            behind: where something nearer hides it, shape ``(K, 2)``.
            most: length and width up to which its class is usual; 0 where nothing is known.
        """
        cut, size = np.concatenate([border, behind]), np.array(self.size)
        if len(rim) == 0 and len(cut) == 0:
            return None, None
        usual, extent = np.array(most), np.minimum(self._extent(rim, border), size)
        # What is seen is less than the whole, or nothing is missing.
        ends = (extent > usual) | (extent < size - _CUT_BEYOND)
        ends &= self._cut_ends(rim, border)
        # A mask that reaches over its object ends, as depth tells, behind what is next to it.
        with_hidden = np.minimum(self._extent(rim, cut), size)
        longer = (with_hidden > _CLEARLY * usual) & self._cut_ends(rim, cut)
        seen = np.where(longer, with_hidden, extent).tolist()
        length, width = (
            value if end else None for value, end in zip(seen, ends | longer, strict=True)
        )
        return length, width

    def _extent(self, *points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of points of shape ``(N, 2)``, in groups that each have stray ones, along length and
        width, metres, shape ``(2,)``."""
        ends = [quantiles(group @ self.axes.T, *_EXTENT) for group in points if len(group)]
        if not ends:
            return np.zeros(2)
        low, high = (np.array(side) for side in zip(*ends, strict=True))
        extent: NDArray[np.float64] = high.max(axis=0) - low.min(axis=0)
        return extent

    def _cut_ends(self, rim: NDArray[np.float64], cut: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether a cut ends what is seen of length and width, on either side, shape ``(2,)``: it
        lies beyond all of the object's own rim, or makes up most of the rim there.

        Args:
            rim: where the object ends in the picture, shape ``(N, 2)``.
            cut: where it goes on, shape ``(M, 2)``.
        """
        if len(cut) == 0 or len(rim) == 0:
            return np.full(2, len(cut) > 0)
        own, other = rim @ self.axes.T, cut @ self.axes.T
        found = np.zeros(2, bool)
        for side in (own, other), (-own, -other):
            (first, own_end), (cut_first, cut_end) = (quantiles(p, *_EXTENT) for p in side)
            last = np.maximum(own_end, cut_end)
            near = np.maximum(_CUT_BEYOND, _AT_END * (last - np.minimum(first, cut_first)))
            at_end = [np.count_nonzero(points > last - near, axis=0) for points in side]
            found |= (cut_end > own_end + _CUT_BEYOND) | (at_end[1] >= at_end[0])
        return found

    def with_unseen(self, seen: tuple[float | None, float | None], reach: float) -> Footprint:
        """The same rectangle where nothing says how far its sides go on unseen.

        Args:
            seen: see :meth:`seen_sides`.
            reach: standard deviation of the centre along such a side, metres.
        """
        along = np.array([0.0 if side is None else reach for side in seen])
        length, width = np.hypot(self.size_sigma, 2 * along).tolist()
        covariance = self.covariance + (self.axes.T * along**2) @ self.axes
        return replace(self, covariance=covariance, size_sigma=(length, width))

    @property
    def sigma(self) -> tuple[float, float]:
        """Standard deviations of the centre along length and width, metres."""
        turned = self.axes @ self.covariance @ self.axes.T
        return float(np.sqrt(turned[0, 0])), float(np.sqrt(turned[1, 1]))
