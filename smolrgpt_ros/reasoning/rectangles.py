"""Fits rectangles on the floor to what a camera shows of their sides, rims and surroundings.

One fit is a maximum a posteriori estimate by Gauss-Newton steps; several starts run side by side
and the most probable end wins. The curvature there gives the covariance: what is hidden is as
uncertain as the typical size of the class leaves it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .evidence import Evidence, Pack, Points

Array = NDArray[np.float64]
CX, CY, YAW, LONG, SHORT = range(5)
_COARSE_TO_FINE = (0.12, 0.1, 0.07, 0.05, 0.03)  # metres
_COARSE_POINTS = 40  # of each sort
_FINE_ROUNDS = 6
_SPREAD = 0.8  # metres over which points anywhere inside are spread
_LOOSE = 0.06  # metres: a direction less sure than this is followed as far as it goes
_STEPS = 49
_MOST_STARTS = 8
_STRAY = 1e-5  # density of points that belong to something else, 1/metres
_LARGEST_STEP = np.array([0.3, 0.3, 0.2, 0.25, 0.25])


@dataclass(frozen=True, eq=False)
class Fit:
    """The best rectangle.

    Args:
        values: centre x, y, angle of the long side (radians), long and short side; shape ``(5,)``.
        covariance: of them, shape ``(5, 5)``.
        cost: negative logarithm of its probability, up to a constant; comparable between fits to
            the same evidence.
    """

    values: Array
    covariance: Array
    cost: float


def fit_rectangle(starts: Array, evidence: Evidence) -> Fit:
    """The most probable rectangle.

    Args:
        starts: shape ``(K, 5)``, see :class:`Fit`.
        evidence: at least the surface or the rim must not be empty.
    """
    coarse, fine = Pack(evidence, _COARSE_POINTS), Pack(evidence)
    values = starts
    if len(values) > _MOST_STARTS:
        _, _, cost = _linearised(values, coarse, 2 * _COARSE_TO_FINE[0])
        values = values[np.argsort(cost)[:_MOST_STARTS]]
    for blur in _COARSE_TO_FINE:
        values, cost, _ = _stepped(values, coarse, blur)
    values = values[np.argsort(cost)[:3]]
    for turn in range(_FINE_ROUNDS):
        values, cost, step = _stepped(values, fine, 0.01 if turn == 0 else 0.0)
        if step < 2e-3 and turn > 0:
            break
    residuals, slopes, cost = _linearised(values, fine, 0.0)
    normal, _ = _normal_equations(residuals, slopes)
    covariances = np.linalg.inv(normal + 0.1 * np.eye(5))
    fits = [
        _followed(Fit(*end), fine) for end in zip(values, covariances, cost.tolist(), strict=True)
    ]
    return _weighed(fits)


def _weighed(fits: list[Fit]) -> Fit:
    """The best of several; the centres of others that are hardly less likely share in its own."""
    best = min(fits, key=lambda fit: fit.cost)
    likely = np.exp([best.cost - fit.cost for fit in fits])
    likely /= likely.sum()
    centres = np.array([fit.values[:2] for fit in fits])
    centre = likely @ centres
    apart = centres - centre
    covariance = best.covariance.copy()
    covariance[:2, :2] = np.einsum("k,kij->ij", likely, [f.covariance[:2, :2] for f in fits])
    covariance[:2, :2] += np.einsum("k,ki,kj->ij", likely, apart, apart)
    return Fit(np.concatenate([centre, best.values[2:]]), covariance, best.cost)


def _stepped(values: Array, pack: Pack, blur: float) -> tuple[Array, Array, float]:
    """Rectangles after one Gauss-Newton step, their costs before it, and the largest change."""
    residuals, slopes, cost = _linearised(values, pack, blur)
    normal, gradient = _normal_equations(residuals, slopes)
    step = np.linalg.solve(normal + 1e-3 * np.eye(5), -gradient[..., None])[..., 0]
    step /= np.maximum(1.0, np.abs(step / _LARGEST_STEP).max(axis=1))[:, None]
    values = values + step
    values[:, LONG:] = np.maximum(values[:, LONG:], 0.1)
    return values, cost, float(np.abs(step).max())


def _followed(fit: Fit, pack: Pack) -> Fit:
    """The mean and the spread along the least sure direction, where no curvature tells them.

    What is hidden may lie anywhere between bounds: the most probable rectangle touches one of them.
    """
    spreads, directions = np.linalg.eigh(fit.covariance)
    if spreads[-1] < _LOOSE**2:
        return fit
    direction = directions[:, -1]
    reach = np.linspace(-3.0, 3.0, _STEPS) * min(float(np.sqrt(spreads[-1])), 1.2)
    values = fit.values + reach[:, None] * direction
    values[:, LONG:] = np.maximum(values[:, LONG:], 0.1)
    _, _, cost = _linearised(values, pack, 0.0)
    likely = np.exp(cost.min() - cost)
    likely /= likely.sum()
    mean = float(likely @ reach)
    spread = float(likely @ np.square(reach - mean))
    covariance = fit.covariance + (spread - spreads[-1]) * np.outer(direction, direction)
    return Fit(fit.values + mean * direction, covariance, fit.cost)


def _normal_equations(residuals: Array, slopes: Array) -> tuple[Array, Array]:
    turned = slopes.transpose(0, 2, 1)
    return turned @ slopes, (turned @ residuals[..., None])[..., 0]


class _Frame:
    """Rectangles of K parameter rows: axes, and which of their sides face the camera."""

    def __init__(self, values: Array) -> None:
        cos, sin = np.cos(values[:, YAW]), np.sin(values[:, YAW])
        self.centre = values[:, :2]
        self.a = np.stack([cos, sin], axis=1)
        self.b = np.stack([-sin, cos], axis=1)
        self.half = values[:, LONG:] / 2
        self.along = np.stack(
            [(self.a * self.centre).sum(axis=1), (self.b * self.centre).sum(axis=1)], axis=1
        )
        self.toward = -np.sign(self.along)  # which of two opposite sides is the nearer one
        self.faces = np.abs(self.along) > self.half  # whether it can be seen from here at all


def _linearised(values: Array, pack: Pack, blur: float) -> tuple[Array, Array, Array]:
    """Residuals ``(K, R)`` in standard deviations, slopes ``(K, R, 5)`` and costs ``(K,)``.

    With a ``blur`` every point is less sure by so many metres: a fit finds its way from farther.
    """
    frame, evidence = _Frame(values), pack.evidence
    parts = [_prior(values, evidence), _on_sides(frame, pack.inside, blur)]
    if len(pack.free):
        parts.append(_outside(frame, pack.free, blur))
    if len(evidence.tangents):
        parts.append(_touching(frame, evidence))
    if evidence.seat is not None:
        parts.append(_seated(frame, *evidence.seat))
    residuals = np.concatenate([p[0] for p in parts], axis=1)
    slopes = np.concatenate([p[1] for p in parts], axis=1)
    return residuals, slopes, sum(p[2] for p in parts)  # type: ignore[return-value]


def _prior(values: Array, evidence: Evidence) -> tuple[Array, Array, Array]:
    residuals = (values[:, LONG:] - np.array(evidence.sides)) / evidence.spread
    slopes = np.zeros((len(values), 2, 5))
    slopes[:, 0, LONG] = slopes[:, 1, SHORT] = 1 / evidence.spread
    return residuals, slopes, 0.5 * (residuals**2).sum(axis=1)


def _sided(frame: _Frame, points: Points, blur: float) -> tuple[Array, Array, Array, Array]:
    """Coordinates ``(K, N)`` along both axes and standard deviations across both pairs of sides."""
    u = frame.a @ points.xy.T - frame.along[:, :1]
    v = frame.b @ points.xy.T - frame.along[:, 1:]
    share = np.square(frame.a @ points.sight)
    both = points.along + points.across + 2 * blur**2
    variance_u = share * (points.along - points.across) + (points.across + blur**2)
    return u, v, np.sqrt(variance_u), np.sqrt(both - variance_u)


def _slopes(
    frame: _Frame, u: Array, v: Array, first: NDArray[np.bool_], sign: Array, weight: Array
) -> Array:
    """Slopes ``(K, N, 5)`` of weighted distances beyond the sides ``first`` and ``sign`` name."""
    signed = sign * weight
    slopes = np.empty((*u.shape, 5))
    for i in (0, 1):
        slopes[..., i] = -signed * np.where(first, frame.a[:, i, None], frame.b[:, i, None])
    slopes[..., YAW] = signed * np.where(first, v, -u)
    slopes[..., LONG] = np.where(first, -0.5 * weight, 0.0)
    slopes[..., SHORT] = np.where(first, 0.0, -0.5 * weight)
    return slopes


def _on_sides(frame: _Frame, points: Points, blur: float) -> tuple[Array, Array, Array]:
    """Points inside the rectangle, a share of them on its sides or a little behind them.

    Those of the surface lie on sides that face the camera; beyond another they are only outside.
    """
    u, v, sigma_u, sigma_v = _sided(frame, points, blur)
    half_u, half_v = frame.half[:, 0, None], frame.half[:, 1, None]
    sign_u, sign_v = np.sign(u), np.sign(v)
    near_u = points.near & frame.faces[:, 0, None] & (np.abs(u) <= half_u)
    near_v = points.near & frame.faces[:, 1, None] & (np.abs(v) <= half_v)
    sign_u = np.where(near_u, frame.toward[:, 0, None], sign_u)
    sign_v = np.where(near_v, frame.toward[:, 1, None], sign_v)
    over_u, over_v = sign_u * u - half_u, sign_v * v - half_v
    held_u = ~points.near | (frame.faces[:, 0, None] & (sign_u == frame.toward[:, 0, None]))
    held_v = ~points.near | (frame.faces[:, 1, None] & (sign_v == frame.toward[:, 1, None]))
    first = over_u / sigma_u > over_v / sigma_v
    first = np.where((held_u & held_v) | (over_u > 0) | (over_v > 0), first, held_u)
    over, sigma = np.where(first, over_u, over_v), np.where(first, sigma_u, sigma_v)
    held = np.where(np.where(first, held_u, held_v), points.share, 0.0)
    push, curvature, cost = _side_likelihood(over, sigma, held, points.recess)
    factor = np.sqrt(points.weight * curvature)
    residuals = push * points.weight / factor
    slopes = _slopes(frame, u, v, first, np.where(first, sign_u, sign_v), factor)
    return residuals, slopes, (points.weight * cost).sum(axis=1)


def _side_likelihood(
    over: Array, sigma: Array, share: Array, recess: Array | float
) -> tuple[Array, Array, Array]:
    """Slope, curvature and value of the negative log-likelihood of distances beyond a side.

    A share of the points lies up to ``recess`` behind the side, the rest anywhere farther inside,
    a few anywhere. Errors are logistic: as a Gaussian's, with tails that forgive.
    """
    width = 0.551 * sigma
    at_side = _logistic(over / width)
    at_recess = _logistic((over + recess) / width)
    density_side = at_side * (1 - at_side) / width
    density_recess = at_recess * (1 - at_recess) / width
    on_side, within = share / recess, (1 - share) / _SPREAD
    value = on_side * (at_recess - at_side) + within * (1 - at_side) + _STRAY
    first = on_side * (density_recess - density_side) - within * density_side
    bend_side = density_side * (1 - 2 * at_side) / width
    bend_recess = density_recess * (1 - 2 * at_recess) / width
    second = on_side * (bend_recess - bend_side) - within * bend_side
    push = -first / value
    curvature = np.maximum(np.square(push) - second / value, 0.1 * np.square(push)) + 1e-3
    return push, curvature, -np.log(value)


def _logistic(x: Array) -> Array:
    return 1 / (1 + np.exp(np.clip(-x, -40, 40)))


def _outside(frame: _Frame, points: Points, blur: float) -> tuple[Array, Array, Array]:
    """Points that the rectangle does not cover."""
    u, v, sigma_u, sigma_v = _sided(frame, points, blur)
    over_u, over_v = np.abs(u) - frame.half[:, 0, None], np.abs(v) - frame.half[:, 1, None]
    first = over_u > over_v
    over, sigma = np.where(first, over_u, over_v), np.where(first, sigma_u, sigma_v)
    ratio = np.minimum(over, 0.0) / sigma
    # Masks may be wrong by more than their pixels: far inside counts no more than three sigma.
    calm = 1 + np.square(ratio) / 9
    factor = np.where(ratio < 0, np.sqrt(points.weight / calm), 0.0)
    sign = np.where(first, np.sign(u), np.sign(v))
    slopes = _slopes(frame, u, v, first, sign, factor / sigma)
    cost = 4.5 * (points.weight * np.log(calm)).sum(axis=1)
    return factor * ratio, slopes, cost


def _touching(frame: _Frame, evidence: Evidence) -> tuple[Array, Array, Array]:
    """The corner that reaches farthest beyond each tangent plane lies on it."""
    normals = evidence.tangents
    on_a, on_b = frame.a @ normals.T, frame.b @ normals.T
    sign_a, sign_b = np.sign(on_a), np.sign(on_b)
    half_a, half_b = frame.half[:, 0, None], frame.half[:, 1, None]
    reach = frame.centre @ normals.T + np.abs(on_a) * half_a + np.abs(on_b) * half_b
    distance = np.linalg.norm(frame.centre, axis=1)[:, None]
    sigma = evidence.tangent_sigma * distance + 0.008
    ratio = reach / sigma
    factor = 1 / np.sqrt(1 + np.square(ratio) / 16)
    slopes = np.empty((*ratio.shape, 5))
    slopes[..., :2] = normals[None]
    # Turning the rectangle by d moves a to a + d b and b to b - d a.
    slopes[..., YAW] = sign_a * on_b * half_a - sign_b * on_a * half_b
    slopes[..., LONG], slopes[..., SHORT] = np.abs(on_a) / 2, np.abs(on_b) / 2
    slopes *= (factor / sigma)[..., None]
    return factor * ratio, slopes, 8 * np.log1p(np.square(ratio) / 16).sum(axis=1)


def _seated(frame: _Frame, seat: Array, sigma: tuple[float, float]) -> tuple[Array, Array, Array]:
    """The centre is near a known spot, less surely along the long side."""
    offset = frame.centre - seat
    u, v = (frame.a * offset).sum(axis=1), (frame.b * offset).sum(axis=1)
    residuals = np.stack([u / sigma[0], v / sigma[1]], axis=1)
    slopes = np.zeros((len(u), 2, 5))
    slopes[:, 0, :2], slopes[:, 0, YAW] = frame.a / sigma[0], v / sigma[0]
    slopes[:, 1, :2], slopes[:, 1, YAW] = frame.b / sigma[1], -u / sigma[1]
    return residuals, slopes, 0.5 * np.square(residuals).sum(axis=1)
