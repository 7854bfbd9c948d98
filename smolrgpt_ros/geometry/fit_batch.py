# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The observations of several rectangles as arrays, as compiled loops read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .likelihood_values import FREE, Prior
from .noise import FOOT_EFFECTIVE_POINTS
from .observations import (
    ON_SIDE,
    RECESS,
    SIGMA_ACROSS,
    SIGMA_ALONG,
    Array,
    CentrePrior,
    Observations,
    X,
    Y,
)

Whole = NDArray[np.int64]

# What rims and covered and free points are worth, of what such points are worth at most.
_RIM_WORTH, _COVERED_WORTH, _FREE_WORTH = 0.5, 0.5, 0.6


class FitBatch(NamedTuple):
    """Observations of R rectangles, see :class:`Observations`.

    Args:
        point_bounds: where the groups of each rectangle's points begin, and the last ends, in the
            order of ``likelihood_values``; shape ``(R, 6)``.
        points: columns are a ``likelihood_values.Point`` each, shape ``(8, N)``.
        weights: how many independent points each point of a group is worth, shape ``(R, 5)``.
        tangent_bounds: where the tangents of each rectangle begin, and the last end; ``(R + 1,)``.
        tangents: rows are a ``likelihood_values.Tangent`` each, shape ``(T, 3)``.
        priors: rows are a ``likelihood_values.Prior`` each, shape ``(R, 7)``.
    """

    point_bounds: Whole
    points: Array
    weights: Array
    tangent_bounds: Whole
    tangents: Array
    priors: Array

    @staticmethod
    def of(observations: Sequence[Observations]) -> FitBatch:
        """From the observations of each rectangle, at least one."""
        groups = [(o.surface, o.foot, o.rim, o.covered, o.free) for o in observations]
        flat = [group for of_one in groups for group in of_one]
        bounds = _bounds(np.array([len(group) for group in flat]))
        normals = np.concatenate([o.tangents for o in observations])
        angle_sigma = np.concatenate([o.tangent_sigma for o in observations])
        effective = np.array([_effective(o) for o in observations])
        return FitBatch(
            bounds,
            _points(np.concatenate([group.table for group in flat], axis=1)),
            np.minimum(effective / np.maximum(np.diff(bounds, axis=1), 1), 1.0),
            np.cumsum([0, *(len(o.tangents) for o in observations)]),
            np.column_stack([normals, angle_sigma]),
            np.array([_prior(o) for o in observations]),
        )

    def thinned(self, most: int, every: int = 1) -> FitBatch:
        """The same with fewer points, evenly chosen, and as good as they were together.

        Args:
            most: points of each group that are left.
            every: of so many of these one is left, worth that much more, if not more than a point.
        """
        counts = np.diff(self.point_bounds, axis=1)
        stride = np.maximum(1, -(-counts // most))
        left = -(-counts // stride)
        # One of so many points inside, whatever their groups, and of the free ones.
        skipped = -(np.cumsum(left, axis=1) - left) % every
        skipped[:, FREE] = 0
        taken = np.maximum(-(-(left - skipped) // every), 0)
        first, step = self.point_bounds[:, :-1] + skipped * stride, every * stride
        bounds = _bounds(taken.ravel())
        chosen = np.repeat(first - bounds[:, :-1] * step, taken.ravel())
        chosen += np.arange(len(chosen)) * np.repeat(step, taken.ravel())
        worth = counts * self.weights / np.maximum(left, 1) * every
        return self._replace(
            point_bounds=bounds,
            points=np.take(self.points, chosen, axis=1),  # rows as contiguous as before
            weights=np.minimum(worth, 1.0),
        )

    def with_centre_priors(self, centres: Mapping[int, CentrePrior]) -> FitBatch:
        """The same with other priors of centres.

        Args:
            centres: by row, in place of those of before.
        """
        priors = self.priors.copy()
        for row, centre in centres.items():
            priors[row, 3:] = _centre(centre)
        return self._replace(priors=priors)


def _bounds(counts: Whole) -> Whole:
    """Where groups of points begin, and the last of each rectangle ends, shape ``(R, 6)``."""
    ends = np.cumsum(counts)
    of_each = ends.reshape(-1, 5)
    return np.column_stack([of_each[:, :1] - counts[::5, None], of_each])


def _effective(known: Observations) -> tuple[float, float, float, float, float]:
    depths, points = known.effective_depths, known.effective_points
    rim, covered, free = _RIM_WORTH * depths, _COVERED_WORTH * points, _FREE_WORTH * points
    return depths, FOOT_EFFECTIVE_POINTS, rim, covered, free


def _prior(known: Observations) -> Prior:
    return Prior(*known.sides, 1 / known.side_sigma, *_centre(known.centre_prior))


def _centre(prior: CentrePrior | None) -> tuple[float, float, float, float]:
    """The centre and the precisions of a ``likelihood_values.Prior``."""
    if prior is None:
        return 0.0, 0.0, 0.0, 0.0
    x, y = prior.centre.tolist()
    return x, y, 1 / prior.sigma[0], 1 / prior.sigma[1]


def _points(table: Array) -> Array:
    """Points, from columns of ``FloorPoints``."""
    xy, across = table[X : Y + 1], np.square(table[SIGMA_ACROSS])
    sight = xy / np.maximum(np.hypot(*xy), 1e-6)
    stretch = np.square(table[SIGMA_ALONG]) - across
    return np.concatenate([xy, sight, [across, stretch], table[ON_SIDE : RECESS + 1]])
