# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Loops over pixels that may show the floor, compiled: scores of planes, and sums of a mixture."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .compiled import compiled

Values = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]


@compiled
def count_on_planes(
    points: Values,
    normals: Values,
    offsets: Values,
    tolerance: tuple[float, float, float],
    below: float,
    counts: Whole,
) -> None:
    """Writes how many points lie on each plane, and how many clearly below it.

    Args:
        points: columns are points, shape ``(3, N)``, metres, optical frame.
        normals, offsets: of the planes, shapes ``(K, 3)`` and ``(K,)``.
        tolerance: height up to which a point is on a plane: metres, metres per metre of its depth,
            and that per metre of the plane's offset.
        below: tolerances under a plane from which a point is clearly below it.
        counts: what is written, shape ``(K, 2)``.
    """
    least, per_depth, noise = tolerance
    x, y, z = points[0], points[1], points[2]
    for k in range(len(normals)):
        a, b, c, offset = normals[k, 0], normals[k, 1], normals[k, 2], offsets[k]
        slope = per_depth + noise * offset
        on, under = 0, 0
        for i in range(len(x)):
            height, limit = a * x[i] + b * y[i] + c * z[i] + offset, least + slope * z[i]
            on += abs(height) < limit
            under += height < -below * limit
        counts[k, 0], counts[k, 1] = on, under


@compiled
def floor_sums(
    directions: Values,
    z: Values,
    known: Flags,
    nearby: NDArray[np.float32],
    inverse: Values,
    noise: float,
    nearest: float,
    densities: tuple[float, float],
    least_share: float,
    probability: NDArray[np.float32],
    matrix: Values,
    vector: Values,
) -> None:
    """Writes how probably each pixel shows the floor, and the normal equations of the least squares
    of its inverse depth.

    Args:
        directions: rays of depth 1 through N pixels, shape ``(N, 3)``.
        z: their depth, metres.
        known: whether it is known and the pixel shows no object.
        nearby: mean probability of the neighbours.
        inverse: of the floor, shape ``(3,)``: its product with a direction is the inverse depth.
        noise: standard deviation of inverse depth, 1/metres.
        nearest: to the horizon, 1/metres of inverse depth, that a pixel says anything.
        densities: over one per standard deviation, of pixels before and beyond the floor.
        least_share: of floor among the neighbours, and of anything else.
        probability: what is written, shape ``(N,)``.
        matrix, vector: likewise, shapes ``(3, 3)`` and ``(3,)``.
    """
    before, beyond = densities
    matrix[:], vector[:] = 0.0, 0.0
    for i in range(len(z)):
        probability[i] = 0.0
        expected = 0.0
        for j in range(3):
            expected += directions[i, j] * inverse[j]
        if not known[i] or expected <= nearest:
            continue
        odds = 1.0 / max(np.float64(nearby[i]), 1e-6) - 1.0
        share = min(max(1.0 / (1.0 + odds * odds), least_share), 1.0 - least_share)
        # Of first order in the noise: the mean of 1 / z is not 1 / the mean of z.
        off = expected - expected * expected * z[i]
        on = share * math.exp(-0.5 * (off / noise) ** 2) / math.sqrt(2 * math.pi)
        probable = on / (on + (1 - share) * (before if off > 0 else beyond))
        probability[i] = probable
        for j in range(3):
            vector[j] += probable * directions[i, j] * off
            for k in range(3):
                matrix[j, k] += probable * directions[i, j] * directions[i, k]
