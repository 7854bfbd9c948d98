# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The observations of several rectangles as arrays, as compiled loops read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .likelihood_values import ANY_SIDE, FACES_CAMERA, FREE, Prior
from .observations import (
    ON_SIDE,
    RECESS,
    SIGMA_ACROSS,
    SIGMA_ALONG,
    Array,
    CentrePrior,
    FloorPoints,
    Observations,
    X,
    Y,
)

Whole = NDArray[np.int64]


class FitBatch(NamedTuple):
    """Observations of R rectangles, see :class:`Observations`.

    Args:
        bounds: where points inside, points not inside and tangents of each rectangle begin, and
            the last end; shape ``(3, R + 1)``.
        points: rows are a ``likelihood_values.Point`` each, shape ``(N, 10)``.
        tangents: rows are a ``likelihood_values.Tangent`` each, shape ``(T, 3)``.
        priors: rows are a ``likelihood_values.Prior`` each, shape ``(R, 7)``.
    """

    bounds: Whole
    points: Array
    tangents: Array
    priors: Array

    @staticmethod
    def of(
        observations: Sequence[Observations],
        most: int,
        centre_priors: Mapping[int, CentrePrior] | None = None,
    ) -> FitBatch:
        """From the observations of each rectangle.

        Args:
            observations: at least one.
            most: points of each sort that are used of each rectangle.
            centre_priors: by row, in place of the observations' own.
        """
        inside = [
            group
            for o in observations
            for group in (
                (o.surface, o.effective_depths, FACES_CAMERA),
                (o.rim, o.effective_depths / 2, ANY_SIDE),
                (o.covered, o.effective_points / 2, ANY_SIDE),
            )
        ]
        outside = [(o.free, 0.6 * o.effective_points, FREE) for o in observations]
        points, ends = _points([*inside, *outside], most)
        tangents = [np.column_stack([o.tangents, o.tangent_sigma]) for o in observations]
        tangent_ends = np.cumsum([0, *(len(of_one) for of_one in tangents)])
        priors = [
            _prior(o, (centre_priors or {}).get(row, o.centre_prior))
            for row, o in enumerate(observations)
        ]
        return FitBatch(
            bounds=np.stack([ends[: len(inside) + 1 : 3], ends[len(inside) :], tangent_ends]),
            points=points,
            tangents=np.concatenate(tangents),
            priors=np.array(priors),
        )


def _prior(known: Observations, centre: CentrePrior | None) -> Prior:
    x, y, along, across = 0.0, 0.0, 0.0, 0.0
    if centre is not None:
        x, y = centre.centre.tolist()
        along, across = 1 / centre.sigma[0], 1 / centre.sigma[1]
    return Prior(*known.sides, 1 / known.side_sigma, x, y, along, across)


def _points(groups: Sequence[tuple[FloorPoints, float, float]], most: int) -> tuple[Array, Whole]:
    """Rows of points of several groups, and where each group begins and the last ends.

    Args:
        groups: points, how many independent ones they are worth at most, and their sort.
        most: points of a group that are used at most.
    """
    tables = [points.table[:, :: max(1, -(-len(points) // most))] for points, _, _ in groups]
    counts = np.array([table.shape[1] for table in tables])
    table = np.concatenate(tables, axis=1)
    distance = np.maximum(np.hypot(table[X], table[Y]), 1e-6)
    across = np.square(table[SIGMA_ACROSS])
    worth = np.array([effective for _, effective, _ in groups]) / np.maximum(counts, 1)
    columns = (  # in the order of Point
        table[X],
        table[Y],
        table[X] / distance,
        table[Y] / distance,
        across,
        np.square(table[SIGMA_ALONG]) - across,
        table[ON_SIDE],
        table[RECESS],
        np.repeat(np.minimum(worth, 1.0), counts),
        np.repeat([sort for _, _, sort in groups], counts),
    )
    return np.stack(columns, axis=1), np.cumsum([0, *counts])
