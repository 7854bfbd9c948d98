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
from .noise import COST_TRUST, ROUGH_LOAD_SIGMA, load_sigma
from .observations import Array, CentrePrior, Observations
from .rectangle_batch import LONG, SHORT, YAW, RectangleBatch
from .rectangle_likelihood import NormalEquations, cost_of, linearised

# -- starts, from coarse to fine: metres by which points are blurred, rectangles kept
_MOST_STARTS, _START_BLUR = 8, 0.24
_COARSE_TO_FINE = ((0.12, 6), (0.08, 4), (0.04, 4))
_LAST_BLUR = 0.01
_COARSE_POINTS, _FINE_POINTS = 30, 80  # of each sort of observation
# -- steps
_LARGEST_STEP = np.array([0.3, 0.3, 0.2, 0.25, 0.25])  # metres, radians, metres
_SHORTEST_SIDE = 0.1  # metres
_MINIMISER_ROUNDS = 7
_CONVERGED = 0.02  # of a cost: smaller gains change nothing
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
        covariance: of them, shape ``(5, 5)``.
        cost: negative logarithm of its probability, up to a constant; comparable between fits to
            the same observations.
    """

    values: Array
    covariance: Array
    cost: float


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
    values = _equal_starts(starts, observations)
    rough = {
        vehicle: CentrePrior(values[load, 0, :2], ROUGH_LOAD_SIGMA)
        for vehicle, load in carried.items()
    }
    batch = FitBatch.of(observations, _COARSE_POINTS, rough)
    for blur, kept in _COARSE_TO_FINE:
        rectangles = RectangleBatch(values)
        before = linearised(rectangles, batch, blur)
        values = _distinct(_stepped(rectangles, before), before.cost, kept)
    priors = {
        vehicle: _load_prior(values[load, 0], before.matrix[load, 0])
        for vehicle, load in carried.items()
    }
    batch = FitBatch.of(observations, _FINE_POINTS, priors)
    rectangles = RectangleBatch(values)
    values = _stepped(rectangles, linearised(rectangles, batch, _LAST_BLUR))
    values, end = _minimised(values, batch)
    covariance = RectangleBatch(values).in_values(_inverse(end.matrix))
    values, covariance = _with_loose_direction(values, covariance, batch)
    return _combined(values, covariance, end.cost)


# -- starts ---------------------------------------------------------------------------------------


def _equal_starts(starts: Sequence[Array], observations: Sequence[Observations]) -> Array:
    """As many starts for each object, ``(R, S, 5)``: the best of many, or few repeated."""
    chosen = list(starts)
    many = [i for i, of_one in enumerate(starts) if len(of_one) > _MOST_STARTS]
    if many:
        most = max(len(starts[i]) for i in many)
        values = np.stack([starts[i][np.arange(most) % len(starts[i])] for i in many])
        batch = FitBatch.of([observations[i] for i in many], _COARSE_POINTS)
        cost = cost_of(values, batch, _START_BLUR)
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


# -- steps ----------------------------------------------------------------------------------------


def _stepped(rectangles: RectangleBatch, here: NormalEquations) -> Array:
    """Values after a Gauss-Newton step towards where the gradient vanishes, if not too far."""
    damped = here.matrix + 1e-3 * np.eye(5)
    change = np.linalg.solve(damped, -here.gradient[..., None])[..., 0]
    step = rectangles.changed(np.asarray(change, np.float64))
    step /= np.maximum(1.0, np.abs(step / _LARGEST_STEP).max(axis=-1))[..., None]
    step += rectangles.values
    np.maximum(step[..., LONG:], _SHORTEST_SIDE, out=step[..., LONG:])
    return step


def _minimised(values: Array, batch: FitBatch) -> tuple[Array, NormalEquations]:
    """Rectangles where their costs are least nearby, and the normal equations there.

    Steps that raise the cost are taken back and tried again, shorter (Levenberg, Marquardt).
    """
    values = values.copy()
    matrix, gradient, cost = linearised(RectangleBatch(values), batch, 0.0)
    damping = np.full(cost.shape, 1e-3)
    moving, diagonal = np.arange(len(values)), np.arange(5)
    for _ in range(_MINIMISER_ROUNDS):
        stiffened = matrix[moving]
        stiffened[..., diagonal, diagonal] *= 1 + damping[moving][..., None]
        here = NormalEquations(stiffened, gradient[moving], cost[moving])
        tried = _stepped(RectangleBatch(values[moving]), here)
        there = linearised(RectangleBatch(tried), batch, 0.0)
        gained = here.cost - there.cost
        better = gained > 0
        damping[moving] *= np.where(better, 0.2, 10.0)
        np.maximum(damping, np.where(damping > 5e-3, 0.3, 0.0), out=damping)
        rows, starts = np.nonzero(better)
        taken = moving[rows], starts
        values[taken], cost[taken] = tried[rows, starts], there.cost[rows, starts]
        matrix[taken], gradient[taken] = there.matrix[rows, starts], there.gradient[rows, starts]
        # An object whose every rectangle is where it was is left alone from now on.
        still = (np.abs(gained) < _CONVERGED).all(axis=1)
        if still.all():
            break
        if still.any():
            batch = batch.part(np.flatnonzero(~still), 1)
            moving = moving[~still]
    return values, NormalEquations(matrix, gradient, cost)


def _inverse(matrix: Array) -> Array:
    return np.asarray(np.linalg.inv(matrix + 0.1 * np.eye(5)), np.float64)


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
    variances, directions = np.linalg.eigh(covariance)
    loose = variances[..., -1] > _LOOSE_SIGMA**2
    rows = np.flatnonzero(loose.any(axis=1))
    if not len(rows):
        return values, covariance
    direction = directions[rows, :, :, -1]
    sigma = np.minimum(np.sqrt(variances[rows, :, -1:]), _MOST_LOOSE_SIGMA)
    offsets = np.linspace(-_LOOSE_REACH, _LOOSE_REACH, _LOOSE_SAMPLES) * sigma
    tried = values[rows, :, None] + offsets[..., None] * direction[:, :, None]
    tried[..., LONG:] = np.maximum(tried[..., LONG:], _SHORTEST_SIDE)
    cost = cost_of(tried.reshape(len(rows), -1, 5), batch.part(rows, _LOOSE_POINTS_EVERY))
    cost = cost.reshape(offsets.shape)
    likely = np.exp(cost.min(axis=-1, keepdims=True) - cost)
    likely /= likely.sum(axis=-1, keepdims=True)
    mean = (likely * offsets).sum(axis=-1)
    variance = (likely * np.square(offsets - mean[..., None])).sum(axis=-1)
    excess = np.where(loose[rows], variance - variances[rows, :, -1], 0.0)
    values, covariance = values.copy(), covariance.copy()
    covariance[rows] += excess[..., None, None] * direction[..., None] * direction[..., None, :]
    values[rows] += np.where(loose[rows], mean, 0.0)[..., None] * direction
    return values, covariance


def _combined(values: Array, covariance: Array, cost: Array) -> list[RectangleFit]:
    """The best end of each object; others that are hardly less likely share in its centre.

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
    total = np.take_along_axis(covariance, best[..., None, None], axis=1)[:, 0]
    total[:, :2, :2] = (likely[..., None, None] * spread).sum(axis=1)
    chosen = np.take_along_axis(values, best[..., None], axis=1)[:, 0]
    chosen[:, :2] = middle
    costs = np.take_along_axis(cost, best, axis=1)[:, 0].tolist()
    return [RectangleFit(*one) for one in zip(chosen, total, costs, strict=True)]
