# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The sums over points of ``rectangle_likelihood``, and steps towards its minimum, compiled.

Values are those of rectangles, shape ``(R, S, 5)``; ``rows`` are their objects' in the batch.
"""

from __future__ import annotations

import math

import numpy as np

from smolrgpt_ros.scene.compiled import compiled, part_of_compiled

from .fit_batch import Whole
from .likelihood_values import (
    COVERED,
    CX,
    CY,
    FOOT,
    FREE,
    LONG,
    RIM,
    SHORT,
    SURFACE,
    YAW,
    Point,
    Prior,
    Rectangle,
    Side,
    Tangent,
)
from .noise import LikelihoodNoise
from .observations import Array

_LEAST_CURVATURE_SHARE = 0.1  # of the squared gradient, where the density bends the wrong way
_LEAST_CURVATURE = 1e-3  # 1/metres^2, per point
_LARGEST_STEP = (0.3, 0.3, 0.2, 0.25, 0.25)  # metres, radians, metres
SHORTEST_SIDE = 0.1  # metres
_FIRST_DAMPING, _SMALL_DAMPING, _STRONG_DAMPING = 1e-3, 5e-3, 0.3  # above the second: the third
_CONVERGED = 0.02  # of a cost: smaller gains change nothing

Batch = tuple[int, Whole, Array, Array, Whole, Array, Array]
Noise = tuple[float, float, float, float, float, float]


@compiled
def minimise(
    starts: Array,
    rows: Whole,
    batch: Batch,
    blur: float,
    every: int,
    rounds: int,
    noise: Noise,
    values: Array,
    ends: Array,
) -> None:
    """Moves rectangles to where their costs are least nearby, and writes costs, gradients and
    normal matrices there.

    Steps that raise the cost are taken back and tried again, shorter (Levenberg, Marquardt).

    Args:
        starts, rows, batch, blur, every: see ``rectangle_likelihood.linearised``.
        rounds: steps at most; with none the rectangles stay where they are.
        noise: a ``LikelihoodNoise``.
        values: of the moved rectangles, written.
        ends: an expansion of the cost about each of them, written, shape ``(R, S, 31)``.
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
                _expand(tried, rows[i], batch, blur, every, noise, there)
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
    change[CX], change[CY] = (
        cos * change[CX] - sin * change[CY],
        sin * change[CX] + cos * change[CY],
    )
    farthest = 1.0
    for k in range(5):
        farthest = max(farthest, abs(change[k]) / _LARGEST_STEP[k])
    for k in range(5):
        after[k] = values[k] - change[k] / farthest
    after[LONG], after[SHORT] = max(after[LONG], SHORTEST_SIDE), max(after[SHORT], SHORTEST_SIDE)


@part_of_compiled
def _expand(
    values: Array, row: int, batch: Batch, blur: float, every: int, noise: Noise, expansion: Array
) -> None:
    """Writes the cost of one rectangle, its gradient and its normal matrix, ``1 + 5 + 25``."""
    gradient, matrix = expansion[1:6], expansion[6:].reshape(5, 5)
    most, bounds, points, effective, tangent_bounds, tangents, priors = batch
    rectangle, model = rectangle_of(values), LikelihoodNoise(*noise)
    matrix[:], gradient[:], cost, seen = 0.0, 0.0, 0.0, 0
    for group in (SURFACE, FOOT, RIM, COVERED, FREE):
        first, end = bounds[row, group], bounds[row, group + 1]
        stride = max(1, -(-(end - first) // most))
        count = -(-(end - first) // stride)
        weight = min(min(effective[row, group] / max(count, 1), 1.0) * every, 1.0)
        # One of so many points inside, whatever their groups, and of the free ones.
        skipped = 0 if group == FREE else -seen % every
        seen += count
        for k in range(first + skipped * stride, end, stride * every):
            x, y, sight_x, sight_y, across, stretch, on_side, recess = points[k]
            point = Point(x, y, sight_x, sight_y, across, stretch, on_side, recess)
            if group == FREE:
                side = nearest_side(rectangle, point, blur)
                if side.d >= 0:
                    continue
                minus_log, slope, curvature = _penetration(side, model)
            else:
                side = containing_side(rectangle, point, group <= FOOT, blur)
                minus_log, slope, curvature = _containment(side, point, model)
            cost += weight * minus_log
            slope, curvature = weight * slope, weight * curvature
            axis, longer = side.axis, LONG + side.axis
            gradient[axis] += slope * side.moving
            gradient[YAW] += slope * side.turning
            gradient[longer] -= slope * 0.5
            matrix[axis, axis] += curvature
            matrix[axis, YAW] += curvature * side.moving * side.turning
            matrix[axis, longer] -= curvature * side.moving * 0.5
            matrix[YAW, YAW] += curvature * side.turning * side.turning
            matrix[YAW, longer] -= curvature * side.turning * 0.5
            matrix[longer, longer] += curvature * 0.25
    for k in range(tangent_bounds[row], tangent_bounds[row + 1]):
        x, y, sigma = tangents[k]
        cost += _add_tangent(rectangle, Tangent(x, y, sigma), model, matrix, gradient)
    long, short, precision, x, y, along, across = priors[row]
    prior = Prior(long, short, precision, x, y, along, across)
    cost += _add_prior(rectangle, prior, matrix, gradient)
    for k in range(1, 5):
        for j in range(k):
            matrix[k, j] = matrix[j, k]
    expansion[0] = cost


@part_of_compiled
def rectangle_of(values: Array) -> Rectangle:
    """The rectangle of values ``(5,)``."""
    x, y, a_x, a_y = values[CX], values[CY], math.cos(values[YAW]), math.sin(values[YAW])
    along, across = a_x * x + a_y * y, a_x * y - a_y * x
    half_u, half_v = 0.5 * values[LONG], 0.5 * values[SHORT]
    t_u, t_v = -1.0 if along > 0 else 1.0, -1.0 if across > 0 else 1.0
    seen_u, seen_v = abs(along) > half_u, abs(across) > half_v
    return Rectangle(x, y, a_x, a_y, half_u, half_v, t_u, t_v, seen_u, seen_v)


@part_of_compiled
def local(rectangle: Rectangle, point: Point, blur: float) -> tuple[float, float, float, float]:
    """A point's coordinates u and v, and their precisions.

    The variance of a coordinate is ``(a . sight)^2 along + (b . sight)^2 across``; the two axes
    share out ``along + across`` between them.
    """
    x, y = point.x - rectangle.x, point.y - rectangle.y
    u = rectangle.t_u * (rectangle.a_x * x + rectangle.a_y * y)
    v = rectangle.t_v * (rectangle.a_x * y - rectangle.a_y * x)
    cosine = rectangle.a_x * point.sight_x + rectangle.a_y * point.sight_y
    stretch_u, least = cosine * cosine * point.stretch, point.across + blur * blur
    precision_u = 1 / math.sqrt(least + stretch_u)
    return u, v, precision_u, 1 / math.sqrt(least + point.stretch - stretch_u)


@part_of_compiled
def containing_side(rectangle: Rectangle, point: Point, seen: bool, blur: float) -> Side:
    """The side that a point may lie on; of several, the one that it is farthest beyond.

    A surface point was seen, so its side faces the camera: that is the nearer side of an axis, if
    the camera is beyond it. A surface point beyond the far side is outside, and is measured from
    there. Other points may lie on any side.
    """
    u, v, precision_u, precision_v = local(rectangle, point, blur)
    # Shifted by half a side, all points up to the far side are on the near side's half.
    g_u = 1.0 if u >= (-rectangle.half_u if seen and rectangle.seen_u else 0.0) else -1.0
    g_v = 1.0 if v >= (-rectangle.half_v if seen and rectangle.seen_v else 0.0) else -1.0
    d_u, d_v = g_u * u - rectangle.half_u, g_v * v - rectangle.half_v
    may_u = not seen or (rectangle.seen_u and g_u > 0)
    may_v = not seen or (rectangle.seen_v and g_v > 0)
    on_u = may_u
    if (may_u and may_v) or d_u > 0 or d_v > 0:
        on_u = d_u * precision_u > d_v * precision_v
    if on_u:
        return _end(rectangle, 0, g_u, v, d_u, precision_u, may_u)
    return _end(rectangle, 1, g_v, u, d_v, precision_v, may_v)


@part_of_compiled
def nearest_side(rectangle: Rectangle, point: Point, blur: float) -> Side:
    """The side that a point is farthest beyond, or least far inside of, in metres."""
    u, v, precision_u, precision_v = local(rectangle, point, blur)
    d_u, d_v = abs(u) - rectangle.half_u, abs(v) - rectangle.half_v
    if d_u > d_v:
        return _end(rectangle, 0, 1.0 if u >= 0 else -1.0, v, d_u, precision_u, True)
    return _end(rectangle, 1, 1.0 if v >= 0 else -1.0, u, d_v, precision_v, True)


@part_of_compiled
def _end(
    rectangle: Rectangle, axis: int, g: float, other: float, d: float, precision: float, may: bool
) -> Side:
    """A side at an end of an axis.

    Moving the rectangle by x along a changes u by -t_u x; turning it by y changes u by t_u t_v v y
    and v by -t_u t_v u y.
    """
    turning = g * rectangle.t_u * rectangle.t_v * other
    if axis == 0:
        return Side(0, -g * rectangle.t_u, turning, d, precision, may)
    return Side(1, -g * rectangle.t_v, -turning, d, precision, may)


@part_of_compiled
def _containment(side: Side, point: Point, noise: LikelihoodNoise) -> tuple[float, float, float]:
    """``-log p(d)`` of a point inside, and its first and second derivatives."""
    rate = side.precision * noise.logistic_rate
    q = point.on_side if side.possible else 0.0
    b = q / point.recess
    a = b + (1 - q) * noise.per_interior
    f = 1 / (1 + math.exp(side.d * rate))
    f_w = 1 / (1 + math.exp((side.d + point.recess) * rate)) if q > 0 else 0.0
    p = a * f - b * f_w + noise.stray
    slope_a, slope_b = a * f * (1 - f) * rate, b * f_w * (1 - f_w) * rate
    bend = (slope_a * (1 - 2 * f) - slope_b * (1 - 2 * f_w)) * rate
    r = (slope_a - slope_b) / p
    curvature = max(r * r - bend / p, _LEAST_CURVATURE_SHARE * r * r) + _LEAST_CURVATURE
    return -math.log(p), r, curvature


@part_of_compiled
def _penetration(side: Side, noise: LikelihoodNoise) -> tuple[float, float, float]:
    """The cost of a free point inside, and its first and second derivatives.

    Masks may be wrong by more than their pixels: far inside counts no more than the limit.
    """
    r, limit = side.d * side.precision, noise.free_limit**2
    scale = 1 + r * r / limit
    precision = side.precision / scale
    return limit / 2 * math.log(scale), precision * r, precision * side.precision


@part_of_compiled
def _add_tangent(
    rectangle: Rectangle, tangent: Tangent, noise: LikelihoodNoise, matrix: Array, gradient: Array
) -> float:
    """Adds a tangent plane; its cost."""
    m_a = rectangle.a_x * tangent.x + rectangle.a_y * tangent.y
    m_b = rectangle.a_x * tangent.y - rectangle.a_y * tangent.x
    r = rectangle.x * tangent.x + rectangle.y * tangent.y
    r += abs(m_a) * rectangle.half_u + abs(m_b) * rectangle.half_v
    distance, limit = math.hypot(rectangle.x, rectangle.y), noise.tangent_limit**2
    precision = 1 / (tangent.sigma * distance + noise.tangent_shape) ** 2
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
def _add_prior(rectangle: Rectangle, prior: Prior, matrix: Array, gradient: Array) -> float:
    """Adds what is known of sides and centre before; its cost."""
    cost, weight = 0.0, prior.side_precision**2
    long, short = 2 * rectangle.half_u - prior.long, 2 * rectangle.half_v - prior.short
    for k, r in ((LONG, long), (SHORT, short)):
        gradient[k] += weight * r
        matrix[k, k] += weight
        cost += 0.5 * weight * r * r
    x, y = rectangle.x - prior.x, rectangle.y - prior.y
    off_a, off_b = rectangle.a_x * x + rectangle.a_y * y, rectangle.a_x * y - rectangle.a_y * x
    ends = ((0, off_a, off_b, prior.along**2), (1, off_b, -off_a, prior.across**2))
    for k, r, turning, weight in ends:
        gradient[k] += weight * r
        gradient[YAW] += weight * r * turning
        matrix[k, k] += weight
        matrix[k, YAW] += weight * turning
        matrix[YAW, YAW] += weight * turning * turning
        cost += 0.5 * weight * r * r
    return cost
