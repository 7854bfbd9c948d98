# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Negative log likelihood of rectangles on the floor, with its gradient and normal matrix.

A rectangle has the centre c, unit axes a along its long and b along its short side, and half sides
h_u, h_v. The camera is above the origin. In the rectangle's coordinates, which grow towards the
camera, a point p lies at::

    u = t_u a . (p - c)          v = t_v b . (p - c)              t_u, t_v = -1 or 1

Points inside (surface, rim, covered)
    A point belongs to one of the four sides (see ``side_distances``). Its distance beyond that side
    is, with g = 1 for the nearer and -1 for the farther of two opposite sides::

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

All functions work on R objects and S rectangles of each at once: values have shape (R, S, 5). The
numbers in capitals are those of the noise model in ``noise``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .fit_batch import FitBatch, Floats, PointBatch
from .noise import (
    FREE_LIMIT,
    INTERIOR_DEPTH,
    LOGISTIC_SCALE,
    STRAY_DENSITY,
    TANGENT_LIMIT,
    TANGENT_SHAPE_SIGMA,
)
from .observations import Array
from .rectangle_batch import LONG, SHORT, YAW, RectangleBatch
from .side_distances import (
    SideDistances,
    containing_sides,
    jacobian,
    jacobian_scale,
    nearest_sides,
)

_LEAST_CURVATURE_SHARE = 0.1  # of the squared gradient, where the density bends the wrong way
_LEAST_CURVATURE = np.float32(1e-3)  # 1/metres^2, per point


class NormalEquations(NamedTuple):
    """The costs of rectangles near where they are.

    Args:
        matrix: normal matrices, shape ``(R, S, 5, 5)``.
        gradient: shape ``(R, S, 5)``.
        cost: shape ``(R, S)``.
    """

    matrix: Array
    gradient: Array
    cost: Array


def linearised(rectangles: RectangleBatch, batch: FitBatch, blur: float) -> NormalEquations:
    """Costs with gradients and normal matrices, in the axes of each rectangle.

    Args:
        rectangles: of R objects.
        batch: of the same objects.
        blur: metres by which every point is less sure, so that a fit converges from farther away.
    """
    matrix, gradient, cost = _inside(rectangles, batch.inside, blur)
    others = [_side_prior(rectangles, batch)]
    if len(batch.free):
        others.append(_free(rectangles, batch.free, blur))
    if batch.tangents.shape[2]:
        others.append(_tangent(rectangles, batch))
    if batch.has_centre_priors:
        others.append(_centre_prior(rectangles, batch))
    for other in others:
        matrix += other.matrix
        gradient += other.gradient
        cost += other.cost
    return NormalEquations(matrix, gradient, cost)


def cost_of(values: Array, batch: FitBatch, blur: float = 0.0) -> Array:
    """Costs alone, ``(R, S)``: negative log probabilities up to a constant of each object."""
    rectangles, inside, free = RectangleBatch(values), batch.inside, batch.free
    sides, may = containing_sides(rectangles.local(inside, blur), rectangles, inside)
    p = _mixture(sides, inside.on_side * may, inside).p
    cost = -(np.log(p) * inside.weight).sum(axis=-1, dtype=np.float64)
    cost += _side_prior(rectangles, batch).cost
    if len(free):
        sides = nearest_sides(rectangles.local(free, blur), rectangles)
        cost += _penetration(sides, free).cost
    if batch.tangents.shape[2]:
        cost += _tangent(rectangles, batch).cost
    if batch.has_centre_priors:
        cost += _centre_prior(rectangles, batch).cost
    total: Array = cost
    return total


# -- points inside --------------------------------------------------------------------------------


def _inside(rectangles: RectangleBatch, points: PointBatch, blur: float) -> NormalEquations:
    sides, may = containing_sides(rectangles.local(points, blur), rectangles, points)
    mixture = _mixture(sides, points.on_side * may, points)
    p, (r, bend) = mixture.p, _derivatives(mixture)
    r /= p  # -p' / p
    bend /= p  # p'' / p
    squared = np.square(r)
    curvature = np.maximum(squared - bend, _LEAST_CURVATURE_SHARE * squared)
    curvature += _LEAST_CURVATURE
    curvature *= points.weight
    r *= points.weight
    cost = -(np.log(p) * points.weight).sum(axis=-1, dtype=np.float64)
    return _summed(rectangles, jacobian(sides), curvature, r, cost)


class _Mixture(NamedTuple):
    """The density of distances beyond sides and its parts, as the module names them; shape
    ``(R, S, N)`` each.

    Args:
        rate: ``1 / s``, 1/metres.
        a, b: ``A`` and ``B``, 1/metres.
        f, f_w: ``F(d/s)`` and ``F((d + w)/s)``.
        p: the density, 1/metres.
    """

    rate: Floats
    a: Floats
    b: Floats
    f: Floats
    f_w: Floats
    p: Floats


def _mixture(sides: SideDistances, q: Floats, points: PointBatch) -> _Mixture:
    """The density of each point's distance.

    Args:
        sides: of the points.
        q: probability that each point lies on its side.
        points: for their recess.
    """
    rate = sides.precision * np.float32(1 / LOGISTIC_SCALE)
    scaled = sides.d * rate
    with np.errstate(over="ignore"):  # of exp far beyond a side, where F is 0
        f, f_w = _falling(scaled), _falling(scaled + points.recess * rate)
    b = q * points.per_recess
    a = (1 - q) * np.float32(1 / INTERIOR_DEPTH)
    a += b
    p = a * f
    p -= b * f_w
    p += np.float32(STRAY_DENSITY)
    return _Mixture(rate, a, b, f, f_w, p)


def _derivatives(mixture: _Mixture) -> tuple[Floats, Floats]:
    """``-p'(d)`` and ``p''(d)``."""
    rate, a, b, f, f_w, _ = mixture
    slope_a = f * (1 - f) * rate
    slope_a *= a
    slope_b = f_w * (1 - f_w) * rate
    slope_b *= b
    minus_slope = slope_a - slope_b
    bend = slope_a * (1 - 2 * f)
    bend -= slope_b * (1 - 2 * f_w)
    bend *= rate
    return minus_slope, bend


def _falling(x: Floats) -> Floats:
    """``F(x) = 1 / (1 + exp(x))``, exact where it is small."""
    f = np.exp(x)
    f += 1
    return np.reciprocal(f, out=f)


# -- free points ----------------------------------------------------------------------------------


def _free(rectangles: RectangleBatch, points: PointBatch, blur: float) -> NormalEquations:
    sides = nearest_sides(rectangles.local(points, blur), rectangles)
    r, robust_scale, cost = _penetration(sides, points)
    weight = points.weight * (r < 0) / robust_scale
    weight *= sides.precision
    return _summed(rectangles, jacobian(sides), weight * sides.precision, weight * r, cost)


class _Penetration(NamedTuple):
    """How deep free points are inside rectangles, shape ``(R, S, N)`` but for the cost.

    Args:
        r: depth in standard deviations, negative inside, 0 outside.
        robust_scale: ``1 + r^2 / k^2``, by which the slope of deep points is scaled down.
        cost: shape ``(R, S)``.
    """

    r: Floats
    robust_scale: Floats
    cost: Array


def _penetration(sides: SideDistances, points: PointBatch) -> _Penetration:
    r = np.minimum(sides.d, 0) * sides.precision
    # Masks may be wrong by more than their pixels: far inside counts no more than the limit.
    robust_scale = 1 + np.square(r) * np.float32(1 / FREE_LIMIT**2)
    logs = (points.weight * np.log(robust_scale)).sum(axis=-1, dtype=np.float64)
    return _Penetration(r, robust_scale, FREE_LIMIT**2 / 2 * logs)


def _summed(
    rectangles: RectangleBatch, slopes: Floats, curvature: Floats, slope: Floats, cost: Array
) -> NormalEquations:
    """Sums over points.

    Args:
        rectangles: of the points.
        slopes: derivatives of distances, see :func:`jacobian`.
        curvature, slope: second and first derivatives of the costs by the distances, shape
            ``(R, S, N)``.
        cost: shape ``(R, S)``.
    """
    scale = jacobian_scale(rectangles)
    matrix = (slopes * curvature[:, :, None]) @ slopes.swapaxes(-1, -2)
    gradient = (slopes @ slope[..., None])[..., 0]
    return NormalEquations(
        matrix * scale[..., None] * scale[..., None, :],
        np.asarray(gradient * scale, np.float64),
        cost,
    )


# -- tangent planes and priors --------------------------------------------------------------------


def _tangent(rectangles: RectangleBatch, batch: FitBatch) -> NormalEquations:
    m_a, m_b = rectangles.a @ batch.tangents, rectangles.b @ batch.tangents  # (R, S, T)
    half_u, half_v = rectangles.half[..., :1], rectangles.half[..., 1:]
    r = rectangles.centre @ batch.tangents + np.abs(m_a) * half_u + np.abs(m_b) * half_v
    distance = np.sqrt(np.square(rectangles.centre).sum(axis=-1, keepdims=True))
    precision = np.square(1 / (batch.tangent_sigma * distance + TANGENT_SHAPE_SIGMA))
    squared = precision * np.square(r) * (1 / TANGENT_LIMIT**2)  # (r / sigma)^2 / k^2
    weight = precision / (1 + squared)
    slopes = np.empty((*r.shape[:2], 5, r.shape[2]))
    slopes[..., 0, :], slopes[..., 1, :] = m_a, m_b
    # Turning the rectangle by y moves a to a + y b and b to b - y a.
    slopes[..., YAW, :] = np.sign(m_a) * m_b * half_u - np.sign(m_b) * m_a * half_v
    slopes[..., LONG, :], slopes[..., SHORT, :] = np.abs(m_a) / 2, np.abs(m_b) / 2
    matrix = (slopes * weight[:, :, None]) @ slopes.swapaxes(-1, -2)
    gradient = (slopes @ (weight * r)[..., None])[..., 0]
    return NormalEquations(matrix, gradient, TANGENT_LIMIT**2 / 2 * np.log1p(squared).sum(axis=-1))


def _side_prior(rectangles: RectangleBatch, batch: FitBatch) -> NormalEquations:
    precision = batch.side_precision[:, None, None]
    r = (rectangles.sides - batch.sides[:, None]) * precision
    gradient = np.zeros((*r.shape[:2], 5))
    gradient[..., LONG:] = r * precision
    matrix = np.zeros((*r.shape[:2], 5, 5))
    matrix[..., LONG, LONG] = matrix[..., SHORT, SHORT] = np.square(precision[..., 0])
    return NormalEquations(matrix, gradient, 0.5 * np.square(r).sum(axis=-1))


def _centre_prior(rectangles: RectangleBatch, batch: FitBatch) -> NormalEquations:
    offset = rectangles.centre - batch.prior_centre[:, None]
    off_a = (rectangles.a * offset).sum(axis=-1)
    off_b = (rectangles.b * offset).sum(axis=-1)
    precision = batch.prior_precision[:, None]
    r = np.stack([off_a, off_b], axis=-1) * precision
    slopes = np.zeros((*off_a.shape, 5, 2))
    slopes[..., 0, 0], slopes[..., YAW, 0] = precision[..., 0], off_b * precision[..., 0]
    slopes[..., 1, 1], slopes[..., YAW, 1] = precision[..., 1], -off_a * precision[..., 1]
    return NormalEquations(
        slopes @ slopes.swapaxes(-1, -2),
        (slopes @ r[..., None])[..., 0],
        0.5 * np.square(r).sum(axis=-1),
    )
