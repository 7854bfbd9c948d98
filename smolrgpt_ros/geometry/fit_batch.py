# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The observations of several rectangles as arrays, as compiled loops read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .likelihood_values import Prior
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
        most: points of each group that are used.
        point_bounds: where the groups of each rectangle's points begin, and the last ends, in the
            order of ``likelihood_values``; shape ``(R, 6)``.
        points: rows are a ``likelihood_values.Point`` each, shape ``(N, 8)``.
        effective: how many independent points each group is worth at most, shape ``(R, 5)``.
        tangent_bounds: where the tangents of each rectangle begin, and the last end; ``(R + 1,)``.
        tangents: rows are a ``likelihood_values.Tangent`` each, shape ``(T, 3)``.
        priors: rows are a ``likelihood_values.Prior`` each, shape ``(R, 7)``.
    """

    most: int
    point_bounds: Whole
    points: Array
    effective: Array
    tangent_bounds: Whole
    tangents: Array
    priors: Array

    @staticmethod
    def of(observations: Sequence[Observations], most: int) -> FitBatch:
        """From the observations of each rectangle, at least one.

        Args:
            observations: of each.
            most: as above.
        """
        groups = [(o.surface, o.foot, o.rim, o.covered, o.free) for o in observations]
        flat = [group for of_one in groups for group in of_one]
        ends = np.cumsum([0, *map(len, flat)])
        tangents = [np.column_stack([o.tangents, o.tangent_sigma]) for o in observations]
        return FitBatch(
            most,
            np.column_stack([ends[:-1].reshape(-1, 5), ends[5::5]]),
            _points(np.concatenate([group.table for group in flat], axis=1)),
            np.array([_effective(o) for o in observations]),
            np.cumsum([0, *map(len, tangents)]),
            np.concatenate(tangents),
            np.array([_prior(o) for o in observations]),
        )

    def with_centre_priors(self, centres: Mapping[int, CentrePrior], most: int) -> FitBatch:
        """The same with so many points used and other priors of centres.

        Args:
            centres: by row, in place of those of before.
            most: as above.
        """
        priors = self.priors.copy()
        for row, centre in centres.items():
            priors[row, 3:] = _centre(centre)
        return self._replace(most=most, priors=priors)


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
    """Rows of points, from columns of ``FloorPoints``."""
    distance = np.maximum(np.hypot(table[X], table[Y]), 1e-6)
    across = np.square(table[SIGMA_ACROSS])
    rows = np.empty((table.shape[1], 8))
    rows[:, :2] = table[X : Y + 1].T
    rows[:, 2:4] = (table[X : Y + 1] / distance).T
    rows[:, 4], rows[:, 5] = across, np.square(table[SIGMA_ALONG]) - across
    rows[:, 6:] = table[ON_SIDE : RECESS + 1].T
    return rows
