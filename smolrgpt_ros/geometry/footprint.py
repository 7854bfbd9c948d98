# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The footprint of an upright box on the floor, with covariance."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.statistics import quantiles

from .centre_errors import CentreErrors
from .noise import SHARED_ERROR_FACTOR
from .rectangle_fit import RectangleFit

#: Quantiles of a rim between which its extent lies, without stray pixels.
_EXTENT = 0.01, 0.99
#: Metres by which the border's cut lies beyond the object's own rim, where it ends an extent.
_CUT_BEYOND = 0.05


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
        local = np.abs((points - self.centre) @ self.axes.T)
        depths: NDArray[np.float64] = (np.array(self.size) / 2 - local).min(axis=1)
        return depths

    def seen_sides(
        self, rim: NDArray[np.float64], border: NDArray[np.float64]
    ) -> tuple[float | None, float | None]:
        """What is seen of length and width, metres, where the picture's border cuts them; ``None``
        where it does not.

        Args:
            rim: where the object ends in the picture, shape ``(N, 2)``.
            border: where the picture's border cuts it, shape ``(M, 2)``.
        """
        if len(border) == 0 or len(rim) == 0:
            return None, None
        low, high = quantiles(rim @ self.axes.T, *_EXTENT)
        cut_low, cut_high = quantiles(border @ self.axes.T, *_EXTENT)
        extent = np.maximum(high, cut_high) - np.minimum(low, cut_low)
        ends = (cut_high > high + _CUT_BEYOND) | (cut_low < low - _CUT_BEYOND)
        # What is seen is less than the whole, or nothing is missing.
        ends &= extent < np.array(self.size) - _CUT_BEYOND
        length, width = (
            float(value) if end else None for value, end in zip(extent, ends, strict=True)
        )
        return length, width

    @property
    def sigma(self) -> tuple[float, float]:
        """Standard deviations of the centre along length and width, metres."""
        turned = self.axes @ self.covariance @ self.axes.T
        return float(np.sqrt(turned[0, 0])), float(np.sqrt(turned[1, 1]))
