# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The likelihood of ``smolrgpt_ros.geometry.rectangle_likelihood``, slow and obvious.

One rectangle, one observation after the other, in double precision. Every observation is a residual
d with a cost and a curvature; derivatives are finite differences. Standard deviations, and the side
that a point belongs to, are those of the rectangle where the derivatives are taken: Gauss-Newton
steps take them for constants.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from smolrgpt_ros.geometry.noise import (
    FREE_LIMIT,
    INTERIOR_DEPTH,
    LOGISTIC_SCALE,
    STRAY_DENSITY,
    TANGENT_LIMIT,
    TANGENT_SHAPE_SIGMA,
)
from smolrgpt_ros.geometry.observations import CentrePrior, Observations

STEP = 1e-5  # metres and radians, of finite differences


class Term(NamedTuple):
    """One observation: its residual for a rectangle's values, its cost, and its curvature."""

    residual: Callable[[np.ndarray], float]
    cost: Callable[[float], float]
    curvature: Callable[[float], float]


def expansion(
    observations: Observations, values: np.ndarray, blur: float = 0.0
) -> tuple[np.ndarray, np.ndarray, float]:
    """Normal matrix ``(5, 5)``, gradient ``(5,)`` and cost of one rectangle."""
    matrix, gradient, total = np.zeros((5, 5)), np.zeros(5), 0.0
    for term in terms(observations, values, blur):
        d = term.residual(values)
        slopes = np.array([slope_of_residual(term, values, which) for which in range(5)])
        matrix += term.curvature(d) * np.outer(slopes, slopes)
        gradient += slope(term.cost, d) * slopes
        total += term.cost(d)
    return matrix, gradient, total


def slope_of_residual(term: Term, values: np.ndarray, which: int) -> float:
    """Derivative of a residual by one of the five changes."""
    return slope(lambda amount: term.residual(changed(values, which, amount)))


def slope(function: Callable[[float], float], at: float = 0.0) -> float:
    return (function(at + STEP) - function(at - STEP)) / (2 * STEP)


def changed(values: np.ndarray, which: int, amount: float) -> np.ndarray:
    """A rectangle moved along its long or its short side, turned, made longer or wider."""
    x, y, yaw, long, short = values
    if which == 0:
        return np.array([x + amount * math.cos(yaw), y + amount * math.sin(yaw), yaw, long, short])
    if which == 1:
        return np.array([x - amount * math.sin(yaw), y + amount * math.cos(yaw), yaw, long, short])
    return values + amount * np.eye(5)[which]


def terms(o: Observations, values: np.ndarray, blur: float) -> list[Term]:
    """All observations of an object, and its priors."""
    found = []
    for points, worth, is_surface in (
        (o.surface, o.effective_depths, True),
        (o.rim, o.effective_depths / 2, False),
        (o.covered, o.effective_points / 2, False),
    ):
        n = min(1.0, worth / max(len(points), 1))
        found += [inside_term(p, n, is_surface, values, blur) for p in points.table.T]
    n = min(1.0, 0.6 * o.effective_points / max(len(o.free), 1))
    found += [free_term(p, n, values, blur) for p in o.free.table.T]
    found += [
        tangent_term(normal, sigma, values)
        for normal, sigma in zip(o.tangents, o.tangent_sigma, strict=True)
    ]
    for axis in (0, 1):
        found.append(side_prior(axis, o.sides[axis], o.side_sigma))
        if o.centre_prior is not None:
            found.append(centre_prior(axis, o.centre_prior))
    return found


def side_prior(axis: int, side: float, sigma: float) -> Term:
    return gaussian(lambda v: float(v[3 + axis]) - side, sigma)


def centre_prior(axis: int, prior: CentrePrior) -> Term:
    return gaussian(lambda v: float(axes(v)[axis] @ (v[:2] - prior.centre)), prior.sigma[axis])


def axes(values: np.ndarray) -> np.ndarray:
    """Rows: unit vectors along the long and the short side."""
    yaw = values[2]
    return np.array([[math.cos(yaw), math.sin(yaw)], [-math.sin(yaw), math.cos(yaw)]])


#: The four sides: which axis they end, and at which of its ends.
SIDES = ((0, 1.0), (0, -1.0), (1, 1.0), (1, -1.0))


def beyond(values: np.ndarray, side: tuple[int, float], point: np.ndarray) -> float:
    """How far a point is beyond a side, metres."""
    axis, sign = side
    return float(sign * axes(values)[axis] @ (point - values[:2]) - values[3 + axis] / 2)


def axis_sigma(
    values: np.ndarray, axis: int, point: np.ndarray, along: float, across: float, blur: float
) -> float:
    """Standard deviation of a point's coordinate on an axis, by its errors along and across the
    line of sight."""
    sight = point / np.hypot(*point)
    cosine, sine = axes(values)[axis] @ sight, axes(values)[1 - axis] @ sight
    return math.sqrt((cosine * along) ** 2 + (sine * across) ** 2 + blur**2)


def inside_term(
    properties: np.ndarray, n: float, is_surface: bool, values: np.ndarray, blur: float
) -> Term:
    point, (along, across, on_side, recess) = properties[:2], properties[2:]
    camera = np.zeros(2)
    candidates = []
    for axis in (0, 1):
        ends = [side for side in SIDES if side[0] == axis]
        chosen = max(ends, key=lambda side: beyond(values, side, point))
        facing = [side for side in ends if beyond(values, side, camera) > 0]
        may_hold = not is_surface
        if is_surface and facing:
            (near,) = facing
            (far,) = (side for side in ends if side != near)
            # It was seen from the camera: so it is on the near side, unless it is beyond the far.
            chosen = far if beyond(values, far, point) > 0 else near
            may_hold = chosen == near
        sigma = axis_sigma(values, axis, point, along, across, blur)
        candidates.append((chosen, may_hold, sigma, beyond(values, chosen, point)))
    holding = [c for c in candidates if c[1]]
    if len(holding) == 2 or any(d > 0 for _, _, _, d in candidates):
        side, may_hold, sigma, _ = max(candidates, key=lambda c: c[3] / c[2])
    else:
        side, may_hold, sigma, _ = holding[0] if holding else candidates[1]
    q, s = on_side if may_hold else 0.0, LOGISTIC_SCALE * sigma

    def density(d: float) -> float:
        on = (falling(d / s) - falling((d + recess) / s)) / recess
        return q * on + (1 - q) * falling(d / s) / INTERIOR_DEPTH + STRAY_DENSITY

    def curvature(d: float) -> float:
        h = 1e-3 * s
        p, first = density(d), (density(d + h) - density(d - h)) / (2 * h)
        second = (density(d + h) - 2 * p + density(d - h)) / h**2
        exact = (first / p) ** 2 - second / p  # of -log p
        return n * (max(exact, 0.1 * (first / p) ** 2) + 1e-3)

    return Term(lambda v: beyond(v, side, point), lambda d: -n * math.log(density(d)), curvature)


def falling(x: float) -> float:
    """The logistic function of -x."""
    return 1 / (1 + math.exp(min(x, 700.0)))


def free_term(properties: np.ndarray, n: float, values: np.ndarray, blur: float) -> Term:
    point, along, across = properties[:2], properties[2], properties[3]
    side = max(SIDES, key=lambda side: beyond(values, side, point))
    sigma = axis_sigma(values, side[0], point, along, across, blur)
    return Term(
        lambda v: min(beyond(v, side, point), 0.0),
        lambda d: n * cauchy(d / sigma, FREE_LIMIT),
        lambda d: n * (d < 0) / sigma**2 / (1 + (d / sigma / FREE_LIMIT) ** 2),
    )


def tangent_term(normal: np.ndarray, angle_sigma: float, values: np.ndarray) -> Term:
    def residual(v: np.ndarray) -> float:
        return max(float(normal @ corner) for corner in corners(v))

    sigma = angle_sigma * float(np.hypot(*values[:2])) + TANGENT_SHAPE_SIGMA
    return Term(
        residual,
        lambda d: cauchy(d / sigma, TANGENT_LIMIT),
        lambda d: 1 / sigma**2 / (1 + (d / sigma / TANGENT_LIMIT) ** 2),
    )


def corners(values: np.ndarray) -> list[np.ndarray]:
    a, b = axes(values)
    return [
        values[:2] + i * a * values[3] / 2 + j * b * values[4] / 2 for i in (-1, 1) for j in (-1, 1)
    ]


def cauchy(r: float, limit: float) -> float:
    return limit**2 / 2 * math.log(1 + (r / limit) ** 2)


def gaussian(residual: Callable[[np.ndarray], float], sigma: float) -> Term:
    return Term(residual, lambda d: 0.5 * (d / sigma) ** 2, lambda d: 1 / sigma**2)
