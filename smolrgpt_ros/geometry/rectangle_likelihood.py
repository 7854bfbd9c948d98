# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Negative log likelihood of rectangles on the floor, with its gradient and normal matrix.

A rectangle has the centre c, unit axes a along its long and b along its short side, and half sides
h_u, h_v. The camera is above the origin. In the rectangle's coordinates, which grow towards the
camera, a point p lies at::

    u = t_u a . (p - c)          v = t_v b . (p - c)              t_u, t_v = -1 or 1

Points inside (surface, rim, foot, covered)
    A point belongs to one of the four sides (see ``side_of``). Its distance beyond that
    side is, with g = 1 for the nearer and -1 for the farther of two opposite sides::

        d = g_u u - h_u    or    d = g_v v - h_v                  negative inside

    With the probability q it lies on the side, uniformly up to a recess w behind it; otherwise
    farther inside, uniformly over the depth D (INTERIOR_DEPTH). A few are strays of the density e
    (STRAY_DENSITY). Errors are logistic, with heavier tails than a Gaussian's; their scale s is
    LOGISTIC_SCALE times the standard deviation sigma. With F(x) = 1 / (1 + exp(x))::

        p(d)   = A F(d/s) - B F((d + w)/s) + e                    A = q/w + (1 - q)/D,  B = q/w
        -p'(d) = (A F (1 - F) - B F_w (1 - F_w)) / s              F_w = F((d + w)/s)
        p''(d) = (A F (1 - F)(1 - 2 F) - B F_w (1 - F_w)(1 - 2 F_w)) / s^2
        cost   = -n log p(d)                                      n: independent points it is worth

    Its derivatives by d are ``n r`` and ``n (r^2 - p''/p)`` with ``r = -p'/p``.

Free points
    The camera looks through them, so the rectangle does not cover them. A point inside is at the
    distance d = min(max(|u| - h_u, |v| - h_v), 0) from the nearest side. With r = d / sigma::

        cost = n (k^2 / 2) log(1 + r^2 / k^2)                     Cauchy, k = FREE_LIMIT

Tangent planes
    A vertical plane through the camera with the unit normal m touches the outermost corner, which
    is r = m . c + |m . a| h_u + |m . b| h_v beyond it. Its standard deviation is that of the angle
    times the distance |c|, plus TANGENT_SHAPE_SIGMA::

        cost = (k^2 / 2) log(1 + (r / sigma)^2 / k^2)             k = TANGENT_LIMIT

Sides and centre
    Gaussian priors: of the lengths of the sides, and of the centre along a and b where it has one.

Every residual d has the derivatives J by five changes in the rectangle's own axes: along a, along
b, turning, longer, wider. The gradient is the sum of ``cost'(d) J``; the normal matrix the sum of
``curvature(d) J J^T``, where the curvature is the second derivative, or a positive approximation
where that may be negative (Gauss-Newton). Standard deviations count as constants.

The loops are compiled, in ``likelihood_loops``; the numbers in capitals are those of the noise
model in ``noise``. The loops are imported at the first fit: numba takes 70 MiB, which clients and
the page, who import this to name its results, do without.

All functions work on S rectangles of each of R objects. Values, shape ``(R, S, 5)``, are centre
x, y, angle of the long side (radians), long and short side; metres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .fit_batch import FitBatch, Whole
from .noise import LikelihoodNoise
from .observations import Array

_MINIMISER_ROUNDS = 7  # steps that nearly all fits need less of


@dataclass(frozen=True, eq=False)
class NormalEquations:
    """The costs of rectangles near where they are, in the axes of each.

    Args:
        expansions: cost, gradient and normal matrix of each, shape ``(R, S, 1 + 5 + 25)``.
    """

    expansions: Array

    @property
    def cost(self) -> Array:
        """Negative log probability up to a constant of each object, shape ``(R, S)``."""
        return self.expansions[..., 0]

    @property
    def gradient(self) -> Array:
        """Of the costs, shape ``(R, S, 5)``."""
        return self.expansions[..., 1:6]

    @property
    def matrix(self) -> Array:
        """Normal matrices, shape ``(R, S, 5, 5)``."""
        return self.expansions[..., 6:].reshape(*self.expansions.shape[:2], 5, 5)


def linearised(
    values: Array,
    batch: FitBatch,
    blur: float = 0.0,
    objects: Whole | None = None,
) -> NormalEquations:
    """Costs with gradients and normal matrices.

    Args:
        values: of rectangles.
        batch: what is observed of objects.
        blur: metres by which every point is less sure, so that a fit converges from farther away.
        objects: rows of the batch, shape ``(R,)``; all of them in order if left out.
    """
    return _minimised(values, batch, blur, 0, objects)[1]


def stepped(values: Array, here: NormalEquations) -> Array:
    """Values after a Gauss-Newton step towards where the gradient vanishes, if not too far."""
    from .likelihood_loops import step

    after = np.empty(values.shape)
    step(np.ascontiguousarray(values), here.expansions, after)
    return after


def minimised(values: Array, batch: FitBatch) -> tuple[Array, NormalEquations]:
    """Rectangles where their costs are least nearby, and the normal equations there."""
    return _minimised(values, batch, 0.0, _MINIMISER_ROUNDS)


def _minimised(
    starts: Array,
    batch: FitBatch,
    blur: float,
    rounds: int,
    objects: Whole | None = None,
) -> tuple[Array, NormalEquations]:
    from .likelihood_loops import minimise

    rows = np.arange(len(starts)) if objects is None else np.ascontiguousarray(objects)
    values, ends = np.empty(starts.shape), np.empty((*starts.shape[:2], 31))
    known = (*batch,), blur, rounds, (*LikelihoodNoise(),)
    minimise(np.ascontiguousarray(starts), rows, *known, values, ends)
    return values, NormalEquations(ends)
