# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The sums over points of ``rectangle_likelihood``, and steps towards its minimum, compiled.

Values are those of rectangles, shape ``(R, S, 5)``; ``rows`` are their objects' in the batch.
"""

from __future__ import annotations

import math

import numpy as np

from smolrgpt_ros.scene.compiled import compiled, part_of_compiled, part_of_sums

from .fit_batch import Whole
from .likelihood_values import CX, CY, FOOT, FREE, LONG, SHORT, YAW, Point, Rectangle, Side
from .noise import LikelihoodNoise
from .observations import Array

_LEAST_CURVATURE_SHARE = 0.1  # of the squared gradient, where the density bends the wrong way
_LEAST_CURVATURE = 1e-3  # 1/metres^2, per point
_LARGEST_STEP = (0.3, 0.3, 0.2, 0.25, 0.25)  # metres, radians, metres
SHORTEST_SIDE = 0.1  # metres
_FIRST_DAMPING, _SMALL_DAMPING, _STRONG_DAMPING = 1e-3, 5e-3, 0.3  # above the second: the third
_CONVERGED = 0.02  # of a cost: smaller gains change nothing
_AT_ONCE = 32  # points, whose product of densities is a number: each is above 1e-5, below 1e4

Batch = tuple[Whole, Array, Array, Whole, Array, Array]
Noise = tuple[float, float, float, float, float, float]


@compiled
def minimise(
    starts: Array,
    rows: Whole,
    batch: Batch,
    blur: float,
    rounds: int,
    noise: Noise,
    values: Array,
    ends: Array,
) -> None:
    """Moves rectangles to where their costs are least nearby, and writes costs, gradients and
    normal matrices there.

    Steps that raise the cost are taken back and tried again, shorter (Levenberg, Marquardt).

    Args:
        starts, rows, batch, blur: see ``rectangle_likelihood.linearised``.
        rounds: steps at most; with none the rectangles stay where they are.
        noise: a ``LikelihoodNoise``.
        values, ends: of the moved rectangles, and of the cost about each, ``(R, S, 31)``; written.
    """
    tried, there = np.empty(5), np.empty(ends.shape[2])
    for i in range(len(rows)):
        for j in range(starts.shape[1]):
            twin = _first_equal(starts[i], j)
            if twin < j:  # it ends where that one does
                _copy(values[i, twin], values[i, j])
                _copy(ends[i, twin], ends[i, j])
                continue
            _copy(starts[i, j], tried)
            ends[i, j, 0], damping = np.inf, _FIRST_DAMPING
            for taken in range(rounds + 1):
                _expand(tried, rows[i], batch, blur, noise, there)
                gained = ends[i, j, 0] - there[0]
                if taken == 0 or gained > 0:
                    _copy(tried, values[i, j])
                    _copy(there, ends[i, j])
                if taken > 0:
                    damping *= 0.2 if gained > 0 else 10.0
                if damping > _SMALL_DAMPING:
                    damping = max(damping, _STRONG_DAMPING)
                if taken == rounds or abs(gained) < _CONVERGED:
                    break
                _step(values[i, j], ends[i, j], damping, tried)


@part_of_compiled
def _first_equal(starts: Array, chosen: int) -> int:
    """Index of the first of some rectangles that equals a chosen one."""
    for j in range(chosen):
        equal = True
        for k in range(5):
            equal &= starts[j, k] == starts[chosen, k]
        if equal:
            return j
    return chosen


@part_of_compiled
def _copy(source: Array, target: Array) -> None:
    for k in range(len(source)):  # assigning slices takes seconds to compile
        target[k] = source[k]


@compiled
def step(starts: Array, ends: Array, values: Array) -> None:
    """Writes rectangles after a Gauss-Newton step from each, see :func:`minimise`."""
    for i in range(len(values)):
        for j in range(values.shape[1]):
            _step(starts[i, j], ends[i, j], 0.0, values[i, j])


@part_of_compiled
def _step(values: Array, expansion: Array, damping: float, after: Array) -> None:
    """Writes the values of a rectangle after a step towards where the gradient vanishes, if not
    too far; damping is the share by which the matrix's diagonal is raised."""
    rest, change = expansion[6:].reshape(5, 5).copy(), expansion[1:6].copy()
    for k in range(5):
        rest[k, k] += damping * rest[k, k] + 1e-3
    for k in range(5):  # elimination: the matrix is positive definite
        for j in range(k + 1, 5):
            factor = rest[j, k] / rest[k, k]
            change[j] -= factor * change[k]
            for i in range(k, 5):
                rest[j, i] -= factor * rest[k, i]
    for k in range(4, -1, -1):
        for i in range(k + 1, 5):
            change[k] -= rest[k, i] * change[i]
        change[k] /= rest[k, k]
    cos, sin = math.cos(values[YAW]), math.sin(values[YAW])
    along, across = change[CX], change[CY]
    change[CX], change[CY] = cos * along - sin * across, sin * along + cos * across
    farthest = 1.0
    for k in range(5):
        farthest = max(farthest, abs(change[k]) / _LARGEST_STEP[k])
    for k in range(5):
        after[k] = values[k] - change[k] / farthest
    after[LONG], after[SHORT] = max(after[LONG], SHORTEST_SIDE), max(after[SHORT], SHORTEST_SIDE)


@part_of_compiled
def _expand(
    values: Array, row: int, batch: Batch, blur: float, noise: Noise, expansion: Array
) -> None:
    """Writes the cost of one rectangle, its gradient and its normal matrix, ``1 + 5 + 25``."""
    gradient, matrix = expansion[1:6], expansion[6:].reshape(5, 5)
    bounds, points, weights, tangent_bounds, tangents, priors = batch
    rectangle, model = rectangle_of(values), LikelihoodNoise(*noise)
    matrix[:], gradient[:], cost = 0.0, 0.0, 0.0
    for group in range(FREE + 1):
        last, sums = bounds[row, group + 1], (weights[row, group], matrix, gradient)
        for first in range(bounds[row, group], last, _AT_ONCE):
            part = first, min(first + _AT_ONCE, last)
            if group == FREE:
                cost += _add_points(rectangle, points, part, None, blur, model, sums)
            else:
                cost += _add_points(rectangle, points, part, group <= FOOT, blur, model, sums)
    for k in range(tangent_bounds[row], tangent_bounds[row + 1]):
        cost += _add_tangent(rectangle, tangents[k], model, matrix, gradient)
    cost += _add_prior(rectangle, priors[row], matrix, gradient)
    for k in range(1, 5):
        for j in range(k):
            matrix[k, j] = matrix[j, k]
    expansion[0] = cost


@part_of_sums
def _add_points(
    rectangle: Rectangle,
    points: Array,
    part: tuple[int, int],
    seen: bool | None,
    blur: float,
    noise: LikelihoodNoise,
    sums: tuple[float, Array, Array],
) -> float:
    """Adds points of a group, a part of all, to ``sums``: the weight of each, the normal matrix and
    the gradient; their cost."""
    (first, end), (weight, matrix, gradient) = part, sums
    x, y = points[0, first:end], points[1, first:end]
    sight_x, sight_y = points[2, first:end], points[3, first:end]
    across, stretch = points[4, first:end], points[5, first:end]
    on_side, recess = points[6, first:end], points[7, first:end]
    product = 1.0  # whose logarithm is the sum of theirs
    s_u = s_v = s_y = s_l = s_s = uu = uy = ul = vv = vy = vs = yy = yl = ys = 0.0
    for k in range(end - first):  # without a branch or a call: several points at once
        point = Point(
            x[k], y[k], sight_x[k], sight_y[k], across[k], stretch[k], on_side[k], recess[k]
        )
        side = side_of(rectangle, point, seen, blur)
        if seen is None:
            factor, slope, curvature = _penetration(side, noise)
        else:
            factor, slope, curvature = _containment(side, point, noise)
        product *= factor
        on_u, turning = 1.0 if side.axis == 0 else 0.0, side.turning
        slope_u, curve_u = slope * on_u, curvature * on_u
        slope_v, curve_v = slope - slope_u, curvature - curve_u
        moves_u, moves_v = curve_u * side.moving, curve_v * side.moving
        s_u, s_v = s_u + slope_u * side.moving, s_v + slope_v * side.moving
        s_y, s_l, s_s = s_y + slope * turning, s_l + slope_u, s_s + slope_v
        uu, uy, ul = uu + curve_u, uy + moves_u * turning, ul + moves_u
        vv, vy, vs = vv + curve_v, vy + moves_v * turning, vs + moves_v
        curve_y, yl, ys = curvature * turning, yl + curve_u * turning, ys + curve_v * turning
        yy += curve_y * turning
    for i, slopes in enumerate((s_u, s_v, s_y, -s_l / 2, -s_s / 2)):
        gradient[i] += weight * slopes
    for i, j, curves in (
        *((0, 0, uu), (0, YAW, uy), (0, LONG, -ul / 2), (LONG, LONG, uu / 4)),
        *((1, 1, vv), (1, YAW, vy), (1, SHORT, -vs / 2), (SHORT, SHORT, vv / 4)),
        *((YAW, YAW, yy), (YAW, LONG, -yl / 2), (YAW, SHORT, -ys / 2)),
    ):
        matrix[i, j] += weight * curves
    return weight * math.log(product) * (noise.free_limit**2 / 2 if seen is None else -1.0)


@part_of_compiled
def rectangle_of(values: Array) -> Rectangle:
    """The rectangle of values ``(5,)``."""
    x, y, a_x, a_y = values[CX], values[CY], math.cos(values[YAW]), math.sin(values[YAW])
    along, across = a_x * x + a_y * y, a_x * y - a_y * x
    half_u, half_v = 0.5 * values[LONG], 0.5 * values[SHORT]
    t_u, t_v = -1.0 if along > 0 else 1.0, -1.0 if across > 0 else 1.0
    seen_u, seen_v = abs(along) > half_u, abs(across) > half_v
    return Rectangle(x, y, a_x, a_y, half_u, half_v, t_u, t_v, seen_u, seen_v)


@part_of_sums
def local(rectangle: Rectangle, point: Point, blur: float) -> tuple[float, float, float, float]:
    """A point's coordinates u and v, and their precisions.

    The variance of u is ``(a . sight)^2 along + (b . sight)^2 across``, the rest that of v.
    """
    x, y = point.x - rectangle.x, point.y - rectangle.y
    u = rectangle.t_u * (rectangle.a_x * x + rectangle.a_y * y)
    v = rectangle.t_v * (rectangle.a_x * y - rectangle.a_y * x)
    cosine = rectangle.a_x * point.sight_x + rectangle.a_y * point.sight_y
    stretch_u, least = cosine * cosine * point.stretch, point.across + blur * blur
    precision_u = 1 / math.sqrt(least + stretch_u)
    return u, v, precision_u, 1 / math.sqrt(least + point.stretch - stretch_u)


@part_of_sums
def side_of(rectangle: Rectangle, point: Point, seen: bool | None, blur: float) -> Side:
    """The side that a point belongs to.

    Of a point inside, the one that it may lie on; of several, the one that it is farthest beyond,
    in deviations. A point that was seen lies on a side that faces the camera: the nearer side of an
    axis, if the camera is beyond it. Beyond the far side it is outside, and is measured from there.

    Moving the rectangle by x along a changes u by -t_u x; turning it by y changes u by t_u t_v v y
    and v by -t_u t_v u y. ``seen`` is ``None`` of a free point, whose side is the one that it is
    farthest beyond, or least far inside of, in metres.
    """
    u, v, precision_u, precision_v = local(rectangle, point, blur)
    from_camera = False if seen is None else seen
    # Shifted by half a side, all points up to the far side are on the near side's half.
    g_u = 1.0 if u >= (-rectangle.half_u if from_camera & rectangle.seen_u else 0.0) else -1.0
    g_v = 1.0 if v >= (-rectangle.half_v if from_camera & rectangle.seen_v else 0.0) else -1.0
    d_u, d_v = g_u * u - rectangle.half_u, g_v * v - rectangle.half_v
    may_u = (not from_camera) | (rectangle.seen_u & (g_u > 0))
    may_v = (not from_camera) | (rectangle.seen_v & (g_v > 0))
    if seen is None:
        on_u = d_u > d_v
    else:
        either = (may_u & may_v) | (d_u > 0) | (d_v > 0)
        on_u = d_u * precision_u > d_v * precision_v if either else may_u
    return Side(
        0 if on_u else 1,
        -g_u * rectangle.t_u if on_u else -g_v * rectangle.t_v,
        rectangle.t_u * rectangle.t_v * (g_u * v if on_u else -g_v * u),
        d_u if on_u else d_v,
        precision_u if on_u else precision_v,
        may_u if on_u else may_v,
    )


@part_of_sums
def _containment(side: Side, point: Point, noise: LikelihoodNoise) -> tuple[float, float, float]:
    """``p(d)`` of a point inside, and the first and second derivatives of its ``-log``."""
    rate = side.precision * noise.logistic_rate
    q = point.on_side if side.possible else 0.0
    b = q / point.recess
    a = b + (1 - q) * noise.per_interior
    f = 1 / (1 + _exp(side.d * rate))
    f_w = 1 / (1 + _exp((side.d + point.recess) * rate))
    p = a * f - b * f_w + noise.stray
    slope_a, slope_b = a * f * (1 - f) * rate, b * f_w * (1 - f_w) * rate
    bend = (slope_a * (1 - 2 * f) - slope_b * (1 - 2 * f_w)) * rate
    r = (slope_a - slope_b) / p
    curvature = max(r * r - bend / p, _LEAST_CURVATURE_SHARE * r * r) + _LEAST_CURVATURE
    return p, r, curvature


@part_of_sums
def _exp(x: float) -> float:
    """To 40 either way: the series of a 256th, to that power. The library's is a call."""
    s = min(max(x, -40.0), 40.0) / 256
    higher = 1 / 24 + s * (1 / 120 + s * (1 / 720 + s * (1 / 5040 + s * (1 / 40320))))
    power: float = 1 + s * (1 + s * (1 / 2 + s * (1 / 6 + s * higher)))
    return power**256


@part_of_sums
def _penetration(side: Side, noise: LikelihoodNoise) -> tuple[float, float, float]:
    """What the cost of a free point inside is the logarithm of, but for a factor, and its first
    and second derivatives; 1, 0 and 0 outside.

    Masks may be wrong by more than their pixels: far inside counts no more than the limit.
    """
    r, inside = min(side.d, 0.0) * side.precision, 1.0 if side.d < 0 else 0.0
    scale = 1 + r * r / noise.free_limit**2
    precision = side.precision / scale
    return scale, precision * r, inside * precision * side.precision


@part_of_compiled
def _add_tangent(
    rectangle: Rectangle, tangent: Array, noise: LikelihoodNoise, matrix: Array, gradient: Array
) -> float:
    """Adds a ``likelihood_values.Tangent``; its cost."""
    x, y, sigma = tangent
    m_a, m_b = rectangle.a_x * x + rectangle.a_y * y, rectangle.a_x * y - rectangle.a_y * x
    r = rectangle.x * x + rectangle.y * y
    r += abs(m_a) * rectangle.half_u + abs(m_b) * rectangle.half_v
    distance, limit = math.hypot(rectangle.x, rectangle.y), noise.tangent_limit**2
    precision = 1 / (sigma * distance + noise.tangent_shape) ** 2
    squared = precision * r * r / limit
    # Turning the rectangle by y moves a to a + y b and b to b - y a.
    turning = np.sign(m_a) * m_b * rectangle.half_u - np.sign(m_b) * m_a * rectangle.half_v
    slopes = (m_a, m_b, turning, abs(m_a) / 2, abs(m_b) / 2)
    weight = precision / (1 + squared)
    for k in range(5):
        gradient[k] += weight * r * slopes[k]
        for j in range(k, 5):
            matrix[k, j] += weight * slopes[k] * slopes[j]
    return limit / 2 * math.log1p(squared)


@part_of_compiled
def _add_prior(rectangle: Rectangle, prior: Array, matrix: Array, gradient: Array) -> float:
    """Adds a ``likelihood_values.Prior``; its cost."""
    before_long, before_short, precision, x, y, along, across = prior
    cost, weight = 0.0, precision**2
    long, short = 2 * rectangle.half_u - before_long, 2 * rectangle.half_v - before_short
    for k, r in ((LONG, long), (SHORT, short)):
        gradient[k] += weight * r
        matrix[k, k] += weight
        cost += 0.5 * weight * r * r
    x, y = rectangle.x - x, rectangle.y - y
    off_a, off_b = rectangle.a_x * x + rectangle.a_y * y, rectangle.a_x * y - rectangle.a_y * x
    for k, r, turning, weight in ((0, off_a, off_b, along**2), (1, off_b, -off_a, across**2)):
        gradient[k] += weight * r
        gradient[YAW] += weight * r * turning
        matrix[k, k] += weight
        matrix[k, YAW] += weight * turning
        matrix[YAW, YAW] += weight * turning * turning
        cost += 0.5 * weight * r * r
    return cost
