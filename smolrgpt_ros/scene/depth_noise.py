# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The noise of a depth image, found in the image: how strong it is, how far it is correlated.

Depth of stereo and time-of-flight cameras errs in proportion to its square, so 1/depth errs alike
everywhere; and along a row, 1/depth of a plane is a straight line. Second differences of 1/depth,
``x(u - l) - 2 x(u) + x(u + l)``, therefore are noise alone, but for edges, which their median
ignores. How they grow with the lag l tells how far the noise is correlated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .statistics import SIGMA_PER_MAD, linear_median

#: Depth noise below which an image counts as ideal, 1/metres: 5 mm of noise at 10 m.
IDEAL_DEPTH_NOISE = 5e-5

_LAGS = 1, 2, 4, 8, 16  # pixels
_ROWS, _COLUMNS = 60, 120  # about how many of them are looked at
_FEWEST = 100  # second differences
_GROWS = 1.5  # ratio of the longest to the shortest lag's noise, from which it is correlated
# Noise that is white noise blurred by a Gaussian has half of its strength in second differences of
# this share of its correlation length.
_HALF_AT = 0.71


@dataclass(frozen=True)
class DepthNoise:
    """The noise of a depth image.

    Args:
        strength: standard deviation of a pixel's depth over depth squared, 1/metres; 0 of an ideal
            image.
        correlation: pixels over which the correlation of two pixels' noise falls to 1/e; 0 where
            every pixel errs on its own.
    """

    strength: float = 0.0
    correlation: float = 0.0

    def between(self, pixels: float) -> float:
        """Noise that makes two pixels so far apart differ, 1/metres: of each, if the two were
        independent and differed as much."""
        if self.correlation == 0:
            return self.strength
        return self.strength * math.sqrt(-math.expm1(-((pixels / self.correlation) ** 2)))

    def independent(self, area: float) -> float:
        """How many independent values so many adjacent pixels are worth, at least one."""
        return max(1.0, area / max(1.0, math.pi * self.correlation**2))


def depth_noise(depth: NDArray[np.floating]) -> DepthNoise:
    """The noise of a depth image; none where too few pixels have depth, or it counts as ideal.

    Args:
        depth: shape ``(H, W)``, metres, NaN or not positive where unknown.
    """
    rows = depth[:: max(1, depth.shape[0] // _ROWS)].astype(np.float32)
    if rows.shape[1] <= 2 * _LAGS[-1]:
        return DepthNoise()
    every = max(1, rows.shape[1] // _COLUMNS)
    rows[~(rows > 0)] = np.nan
    inverse = np.float32(1.0) / rows
    strengths = [_strength(inverse, lag, every) for lag in _LAGS]
    first, last = strengths[0], strengths[-1]
    if last <= _GROWS * first or strengths[2] <= IDEAL_DEPTH_NOISE:
        return DepthNoise(first if first > IDEAL_DEPTH_NOISE else 0.0)
    half = float(np.interp(last / 2, strengths, _LAGS))
    return DepthNoise(last, 0.0 if first > last / 2 else half / _HALF_AT)


def _strength(inverse: NDArray[np.float32], lag: int, every: int) -> float:
    """Standard deviation of 1/depth that second differences show; 0 where they are too few."""
    left, middle, right = inverse[:, : -2 * lag], inverse[:, lag:-lag], inverse[:, 2 * lag :]
    bend = np.abs(left[:, ::every] - 2 * middle[:, ::every] + right[:, ::every])
    bend = bend[np.isfinite(bend)]
    # Weights 1, -2, 1 of three independent pixels: the variance is six times that of one.
    strong = SIGMA_PER_MAD * linear_median(bend) if bend.size >= _FEWEST else 0.0
    return strong / math.sqrt(6.0)
