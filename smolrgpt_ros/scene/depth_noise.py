# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The noise of a depth image, found in the image: how strong it is, how far it is correlated.

Depth of stereo and time-of-flight cameras errs in proportion to its square, so 1/depth errs alike
everywhere; and along a row, 1/depth of a plane is a straight line. Second differences of 1/depth,
``x(u - l) - 2 x(u) + x(u + l)``, therefore are noise alone, but for edges, which their median
ignores. How they grow with the lag l tells how far the noise is correlated.

Where few pixels have depth, those next to each other that have it are compared. Depth that comes in
steps shows no such noise, but stairs: pixels that equal one neighbour and differ from the next.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .statistics import SIGMA_PER_MAD, linear_median

Inverse = NDArray[np.float32]

#: Depth noise below which an image counts as ideal, 1/metres: 5 mm of noise at 10 m.
IDEAL_DEPTH_NOISE = 5e-5
#: Depth noise of an image that shows too few pixels to tell, 1/metres: that of a rough camera.
UNKNOWN_DEPTH_NOISE = 0.005

_LAGS = 1, 2, 4, 8, 16  # pixels
_ROWS, _COLUMNS = 60, 120  # about how many of them are looked at
_FEWEST, _MANY = 100, 1000  # second differences: less says nothing, or is a sparse or a small image
_GROWS = 1.5  # ratio of the longest to the shortest lag's noise, from which it is correlated
# Noise that is white noise blurred by a Gaussian has half of its strength in second differences of
# this share of its correlation length.
_HALF_AT = 0.71
# Share of pixels at the edge of a step, from which depth comes in steps.
_STAIRS = 0.05
_EVEN = 1 / math.sqrt(12.0)  # standard deviation of an even distribution over one step
# Over that, what an object errs: it may lie within one step, and all may be rounded or cut off.
_STEPS_SHARED = math.sqrt(2.0)
# Share of a pixel's noise that an object errs of which few pixels have depth: few neighbours are
# there to smooth with, and a box is drawn to the nearest points.
_FEW_SHARED = 0.6


@dataclass(frozen=True)
class DepthNoise:
    """The noise of a depth image.

    Args:
        strength: standard deviation of a pixel's depth over depth squared, 1/metres; 0 of an ideal
            image.
        correlation: pixels over which the correlation of two pixels' noise falls to 1/e; 0 where
            every pixel errs on its own.
        shared: standard deviation of what all pixels of an object err alike, over depth squared,
            1/metres: of depth that comes in steps, or that few pixels have.
    """

    strength: float = 0.0
    correlation: float = 0.0
    shared: float = 0.0

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
    """The noise of a depth image; none where it counts as ideal.

    Args:
        depth: shape ``(H, W)``, metres, NaN or not positive where unknown.
    """
    every_row = max(1, depth.shape[0] // _ROWS)
    every = max(1, depth.shape[1] // _COLUMNS)
    inverse = _inverse(depth[::every_row])
    found = _noise([(lag, _strength(inverse, lag, every)) for lag in _LAGS])
    if found is None:
        found = _noise_of_few(_inverse(depth))
    below = [_inverse(depth[k : max(0, len(depth) - 2) + k : every_row, ::every]) for k in range(3)]
    beside = [inverse[:, k : max(0, inverse.shape[1] - 2) + k : every] for k in range(3)]
    even = _EVEN * max(_step(*below), _step(*beside))
    if even > IDEAL_DEPTH_NOISE:
        strength = max(even, found.strength)
        return DepthNoise(strength, found.correlation, _STEPS_SHARED * even)
    if np.count_nonzero(np.isfinite(beside[0] + beside[1] + beside[2])) < _MANY:
        return replace(found, shared=_FEW_SHARED * found.strength)
    return found


def _inverse(depth: NDArray[np.floating]) -> Inverse:
    """1/depth, NaN where unknown."""
    depth = depth.astype(np.float32)
    depth[~(np.isfinite(depth) & (depth > 0))] = np.nan
    return np.float32(1.0) / depth


def _noise(strengths: list[tuple[float, float | None]]) -> DepthNoise | None:
    """The noise by the strengths that lags show; ``None`` where no lag has one."""
    known = [(lag, strength) for lag, strength in strengths if strength is not None]
    if not known:
        return None
    lags, found = zip(*known, strict=True)
    first, last = found[0], found[-1]
    if last <= _GROWS * first or found[len(found) // 2] <= IDEAL_DEPTH_NOISE:
        return DepthNoise(first if first > IDEAL_DEPTH_NOISE else 0.0)
    half = float(np.interp(last / 2, found, lags))
    return DepthNoise(last, 0.0 if first > last / 2 else half / _HALF_AT)


def _strength(inverse: Inverse, lag: int, every: int) -> float | None:
    """Standard deviation of 1/depth that second differences show; ``None`` where they are few."""
    left, middle, right = inverse[:, : -2 * lag], inverse[:, lag:-lag], inverse[:, 2 * lag :]
    bend = left[:, ::every] - 2 * middle[:, ::every] + right[:, ::every]
    # Weights 1, -2, 1 of three independent pixels: the variance is six times that of one.
    return _spread(bend[np.isfinite(bend)], math.sqrt(6.0))


def _spread(bends: Inverse, factor: float = 1.0) -> float | None:
    if bends.size < _FEWEST:
        return None
    return SIGMA_PER_MAD * linear_median(np.abs(bends)) / factor


def _noise_of_few(inverse: Inverse) -> DepthNoise:
    """The noise where few pixels have depth: by the nearest that have it in a row, or a column."""
    for lines in (inverse, inverse.T):
        found = _noise([_strength_of_few(lines, lag) for lag in _LAGS])
        if found is not None:
            return found
    return DepthNoise(UNKNOWN_DEPTH_NOISE)


def _strength_of_few(lines: Inverse, known: int) -> tuple[float, float | None]:
    """Lag, in pixels, and strength that the pixels of rows show which have depth.

    Args:
        lines: shape ``(H, W)``.
        known: which of those to the left and right of a pixel it is compared with.
    """
    rows, columns = np.nonzero(np.isfinite(lines))
    values, places = lines[rows, columns], columns.astype(np.float32)
    same = rows[: -2 * known] == rows[2 * known :]
    (a, b, c), (x, y, z) = (
        (part[: -2 * known][same], part[known:-known][same], part[2 * known :][same])
        for part in (values, places)
    )
    if not a.size:
        return float(known), None
    share = (y - x) / (z - x)
    bend = b - (1 - share) * a - share * c
    # Over its own standard deviation where the three are independent and err by 1.
    bend /= np.sqrt(1 + np.square(share) + np.square(1 - share))
    return float(np.mean(z - x)) / 2, _spread(bend)


def _step(a: Inverse, b: Inverse, c: Inverse) -> float:
    """Size of the steps in which 1/depth comes, 1/metres; 0 where it comes in none.

    Args:
        a, b, c: three pixels in a line, any shape.
    """
    before, after = np.abs(b - a), np.abs(c - b)
    at_edge = (before == 0) != (after == 0)
    at_edge &= np.isfinite(before) & np.isfinite(after)
    stairs = (before + after)[at_edge]
    if stairs.size < max(_FEWEST, _STAIRS * np.count_nonzero(np.isfinite(before))):
        return 0.0
    return linear_median(stairs)
