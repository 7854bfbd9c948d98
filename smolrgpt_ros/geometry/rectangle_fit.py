# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Fits rectangles on the floor to what a camera shows of their sides, rims and surroundings.

A fit is a maximum a posteriori estimate: Gauss-Newton steps from several starts with less and less
blur, then Levenberg-Marquardt. The curvature at the most probable end gives the covariance: what is
hidden is as uncertain as the typical size of the class leaves it. All objects of a frame are fitted
at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .fit_batch import FitBatch
from .likelihood_values import LONG, SHORT, YAW
from .noise import COST_TRUST, ROUGH_LOAD_SIGMA, load_sigma
from .observations import Array, CentrePrior, Observations
from .rectangle_likelihood import linearised, minimised, stepped

# -- starts, from coarse to fine: metres by which points are blurred, rectangles kept
_MOST_STARTS, _START_BLUR = 8, 0.24
_COARSE_TO_FINE = ((0.12, 8), (0.08, 6), (0.04, 4))
_LAST_BLUR = 0.01
_COARSE_POINTS, _FINE_POINTS = 30, 80  # of each sort of observation
# -- directions that no curvature describes
_LOOSE_SIGMA, _MOST_LOOSE_SIGMA = 0.06, 1.2  # metres: sampled above the first, up to the second
_LOOSE_SAMPLES, _LOOSE_REACH = 21, 3.0  # along the direction, standard deviations to either side
_LOOSE_POINTS_EVERY = 2  # of the fine points
# -- rectangles that are one
_SAME_CENTRE = 0.02  # metres between centres of one end that several starts found
_DISTINCT = 0.04  # metres between rectangles that are not the same


@dataclass(frozen=True, eq=False)
class RectangleFit:
    """The most probable rectangle.

    Args:
        values: centre x, y, angle of the long side (radians), long and short side; shape ``(5,)``.
        centre_covariance: of the centre, shape ``(2, 2)``, square metres.
        side_variances: of the long and the short side, shape ``(2,)``, square metres.
    """

    values: Array
    centre_covariance: Array
    side_variances: Array


def fit_rectangles(
    starts: Sequence[Array],
    observations: Sequence[Observations],
    carried: Mapping[int, int] | None = None,
) -> list[RectangleFit]:
    """The most probable rectangle of each object.

    Args:
        starts: of each object, shape ``(K, 5)``, see :class:`RectangleFit`.
        observations: of each object; surface, rim or covered points must not all be empty.
        carried: by object the other object that stands on it: the centre of the load is a prior of
            the vehicle's.
    """
    if not observations:
        return []
    carried = carried or {}
    whole = FitBatch.of(observations)
    batch = whole.thinned(_COARSE_POINTS)
    values = _equal_starts(starts, batch)
    rough = {
        vehicle: CentrePrior(values[load, 0, :2], ROUGH_LOAD_SIGMA)
        for vehicle, load in carried.items()
    }
    batch = batch.with_centre_priors(rough)
    for blur, kept in _COARSE_TO_FINE:
        before = linearised(values, batch, blur)
        values = _distinct(stepped(values, before), before.cost, kept)
    priors = {
        vehicle: _load_prior(values[load, 0], before.matrix[load, 0])
        for vehicle, load in carried.items()
    }
    whole = whole.with_centre_priors(priors)
    fine = whole.thinned(_FINE_POINTS)
    values = stepped(values, linearised(values, fine, _LAST_BLUR))
    values, end = minimised(values, fine)
    covariance = _in_values(_inverse(end.matrix), values)
    values, covariance = _with_loose_direction(
        values, covariance, whole.thinned(_FINE_POINTS, _LOOSE_POINTS_EVERY)
    )
    return _combined(values, covariance, end.cost)


# -- starts ---------------------------------------------------------------------------------------


def _equal_starts(starts: Sequence[Array], batch: FitBatch) -> Array:
    """As many starts for each object, ``(R, S, 5)``: the best of many, or few repeated."""
    chosen = list(starts)
    many = [i for i, of_one in enumerate(starts) if len(of_one) > _MOST_STARTS]
    if many:
        most = max(len(starts[i]) for i in many)
        values = np.stack([starts[i][np.arange(most) % len(starts[i])] for i in many])
        cost = linearised(values, batch, _START_BLUR, objects=np.array(many)).cost
        for row, i in enumerate(many):
            best = np.argsort(cost[row, : len(starts[i])])[:_MOST_STARTS]
            chosen[i] = starts[i][best]
    most = max(len(of_one) for of_one in chosen)
    return np.stack([of_one[np.arange(most) % len(of_one)] for of_one in chosen])


def _distinct(values: Array, cost: Array, count: int) -> Array:
    """The best rectangle, the best of those that differ from it, and so on: ``(R, count, 5)``."""
    if values.shape[1] <= count:
        return values
    rows = np.arange(len(values))
    cost, shapes = cost.copy(), _shapes(values)
    chosen: list[Array] = []
    while True:
        best = np.argmin(cost, axis=1)
        chosen.append(best)
        if len(chosen) == count:
            distinct: Array = values[rows[:, None], np.stack(chosen, axis=1)]
            return distinct
        difference = np.abs(shapes - shapes[rows, best][:, None]).max(axis=-1)
        # Where nothing else is left, the same ones are taken again.
        cost += np.where(difference < _DISTINCT, 1e6, 0.0)


def _shapes(values: Array) -> Array:
    """Coordinates in which equal rectangles are equal, metres, ``(R, S, 4)``: the centre, and twice
    the angle as a vector that vanishes for squares."""
    elongation = (0.5 * (values[..., LONG] - values[..., SHORT]))[..., None]
    double = 2 * values[..., YAW, None]
    return np.concatenate(
        [values[..., :2], elongation * np.cos(double), elongation * np.sin(double)], axis=-1
    )


# -- covariances ----------------------------------------------------------------------------------


def _inverse(matrix: Array) -> Array:
    return np.asarray(np.linalg.inv(matrix + 0.1 * np.eye(5)), np.float64)


def _in_values(covariance: Array, values: Array) -> Array:
    """Covariances ``(..., 5, 5)`` in the rectangles' own axes as those of their values."""
    cos, sin, turn = np.cos(values[..., YAW]), np.sin(values[..., YAW]), np.zeros(covariance.shape)
    turn[..., 0, 0], turn[..., 0, 1], turn[..., 1, 0], turn[..., 1, 1] = cos, -sin, sin, cos
    turn[..., YAW:, YAW:] = np.eye(3)
    turned: Array = turn @ covariance @ turn.swapaxes(-1, -2)
    return turned


def _load_prior(load: Array, matrix: Array) -> CentrePrior:
    """Where a load says that the centre of what carries it is.

    Args:
        load: its values, shape ``(5,)``.
        matrix: its normal matrix, shape ``(5, 5)``.
    """
    along, across = np.sqrt(np.diag(_inverse(matrix))[:2]).tolist()
    return CentrePrior(load[:2], load_sigma(along, across))


# -- from several ends to one fit -----------------------------------------------------------------


def _with_loose_direction(values: Array, covariance: Array, batch: FitBatch) -> tuple[Array, Array]:
    """Values and covariances with mean and variance along the least sure direction put right.

    What is hidden may lie anywhere between bounds: the most probable rectangle touches one of them,
    and the curvature there says nothing. So the cost is sampled along that direction.
    """
    from .likelihood_loops import SHORTEST_SIDE

    variances, directions = np.linalg.eigh(covariance)
    loose = np.nonzero(variances[..., -1] > _LOOSE_SIGMA**2)
    if not len(loose[0]):
        return values, covariance
    direction, variance = directions[loose][..., -1], variances[loose][:, -1:]
    sigma = np.minimum(np.sqrt(variance), _MOST_LOOSE_SIGMA)
    offsets = np.linspace(-_LOOSE_REACH, _LOOSE_REACH, _LOOSE_SAMPLES) * sigma
    tried = values[loose][:, None] + offsets[..., None] * direction[:, None]
    tried[..., LONG:] = np.maximum(tried[..., LONG:], SHORTEST_SIDE)
    cost = linearised(tried, batch, objects=loose[0]).cost
    likely = np.exp(cost.min(axis=-1, keepdims=True) - cost)
    likely /= likely.sum(axis=-1, keepdims=True)
    mean = (likely * offsets).sum(axis=-1, keepdims=True)
    sampled = (likely * np.square(offsets - mean)).sum(axis=-1, keepdims=True)
    # Between two samples the cost is not known.
    spacing = 2 * _LOOSE_REACH * sigma / (_LOOSE_SAMPLES - 1)
    excess = sampled + np.square(spacing) / 12 - variance
    values, covariance = values.copy(), covariance.copy()
    covariance[loose] += excess[..., None] * direction[..., None] * direction[:, None]
    values[loose] += mean * direction
    return values, covariance


def _combined(values: Array, covariance: Array, cost: Array) -> list[RectangleFit]:
    """The best end of each object; others that are hardly less likely share in its centre, whose
    covariance is that of the mixture.

    Points that share their errors make costs differ too much, so differences are not taken whole.
    """
    best = np.argmin(cost, axis=1)[:, None]
    likely = np.exp(COST_TRUST * (np.take_along_axis(cost, best, axis=1) - cost))
    centres = values[..., :2]
    between = np.abs(centres[:, :, None] - centres[:, None]).max(axis=-1)
    likely /= np.count_nonzero(between < _SAME_CENTRE, axis=-1)  # one end counts once
    likely /= likely.sum(axis=1, keepdims=True)
    middle = (likely[..., None] * centres).sum(axis=1)
    offset = centres - middle[:, None]
    spread = covariance[..., :2, :2] + offset[..., None] * offset[..., None, :]
    of_centre = (likely[..., None, None] * spread).sum(axis=1)
    variances = np.diagonal(covariance, axis1=-2, axis2=-1)
    of_sides = np.take_along_axis(variances[..., LONG:], best[..., None], axis=1)[:, 0]
    chosen = np.take_along_axis(values, best[..., None], axis=1)[:, 0]
    chosen[:, :2] = middle
    return [RectangleFit(*one) for one in zip(chosen, of_centre, of_sides, strict=True)]
