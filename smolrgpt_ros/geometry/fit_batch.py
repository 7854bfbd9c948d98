# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The observations of several rectangles as padded arrays, so that all are fitted at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .observations import (
    ON_SIDE,
    SIGMA_ACROSS,
    SIGMA_ALONG,
    Array,
    CentrePrior,
    FloorPoints,
    Observations,
)

Floats = NDArray[np.float32]

_WEIGHT, _FACES_CAMERA, _ROWS = 6, 7, 8  # of a batch's table, after the six of floor points


@dataclass(frozen=True, eq=False)
class PointGroup:
    """Points of one sort of one rectangle.

    Args:
        points: the points.
        effective: how many independent ones they are worth at most.
        faces_camera: whether those on a side are on one that faces the camera.
    """

    points: FloorPoints
    effective: float
    faces_camera: bool = False


@dataclass(frozen=True, eq=False)
class PointBatch:
    """N points of each of R rectangles. Fewer are padded with points of no weight.

    Shapes are ``(R, 1, N)`` unless another is named; the axis of length 1 is for the rectangles
    that are tried. All are float32: a fit spends its time here.

    Args:
        table: what :meth:`part` needs, shape ``(R, 8, N)``.
        homogeneous: right, ahead, 1; shape ``(R, 3, N)``.
        sight: unit vectors along the lines of sight, shape ``(R, 2, N)``.
        across: variances across the line of sight, square metres.
        stretch: variances along it less those across.
        both: variances along it plus those across.
        on_side: probability that such a point lies on a side.
        recess: how far behind its side it then lies at most, metres.
        per_recess: the inverse, 1/metres.
        weight: how many independent points one is worth.
        faces_camera: 1 for points whose side faces the camera, 0 for others.
        any_side: whether the side need not face the camera.
    """

    table: Floats
    homogeneous: Floats
    sight: Floats
    across: Floats
    stretch: Floats
    both: Floats
    on_side: Floats
    recess: Floats
    per_recess: Floats
    weight: Floats
    faces_camera: Floats
    any_side: NDArray[np.bool_]

    @staticmethod
    def of(groups: Sequence[Sequence[PointGroup]], most: int) -> PointBatch:
        """From the groups of each rectangle, of which at most so many points each are used."""
        thinned = [
            [group.points.table[:, :: max(1, -(-len(group.points) // most))] for group in of_one]
            for of_one in groups
        ]
        longest = max(sum(table.shape[1] for table in of_one) for of_one in thinned)
        table = np.ones((len(groups), _ROWS, longest), np.float32)
        table[:, :2] = table[:, ON_SIDE] = table[:, _WEIGHT:] = 0.0
        for row, (of_one, tables) in enumerate(zip(groups, thinned, strict=True)):
            end = 0
            for group, points in zip(of_one, tables, strict=True):
                count = points.shape[1]
                if count:
                    part = table[row, :, end : end + count]
                    part[:_WEIGHT] = points
                    part[_WEIGHT] = min(1.0, group.effective / count)
                    part[_FACES_CAMERA] = group.faces_camera
                    end += count
        variances = table[:, SIGMA_ALONG : SIGMA_ACROSS + 1]
        np.square(variances, out=variances)
        return PointBatch._of_table(table)

    @staticmethod
    def _of_table(table: Floats) -> PointBatch:
        """From a table whose standard deviations are variances already."""
        homogeneous = np.ones((len(table), 3, table.shape[2]), np.float32)
        homogeneous[:, :2] = table[:, :2]
        distance = np.maximum(np.sqrt(np.square(table[:, :2]).sum(axis=1)), np.float32(1e-6))
        along, across, on_side, recess, weight = table[:, SIGMA_ALONG:_FACES_CAMERA, None].swapaxes(
            0, 1
        )
        faces_camera = table[:, None, _FACES_CAMERA]
        return PointBatch(
            table=table,
            homogeneous=homogeneous,
            sight=table[:, :2] / distance[:, None],
            across=across,
            stretch=along - across,
            both=along + across,
            on_side=on_side,
            recess=recess,
            per_recess=1 / recess,
            weight=weight,
            faces_camera=faces_camera,
            any_side=faces_camera == 0,
        )

    def part(self, rows: NDArray[np.int64], every: int) -> PointBatch:
        """Some of the rectangles, with every so many-th of their points, worth that much more."""
        table = self.table[rows, :, ::every].copy()
        table[:, _WEIGHT] = np.minimum(table[:, _WEIGHT] * every, 1.0)
        return PointBatch._of_table(table)

    def __len__(self) -> int:
        return int(self.table.shape[2])


@dataclass(frozen=True, eq=False)
class FitBatch:
    """Observations of R rectangles, see :class:`Observations`.

    Args:
        inside: surface, rim and covered points.
        free: points that are not covered.
        sides: long and short side before measuring, metres, shape ``(R, 2)``.
        side_precision: inverse of their standard deviation, 1/metres, shape ``(R,)``.
        tangents: unit normals of tangent planes, shape ``(R, 2, T)``.
        tangent_sigma: their standard deviations, radians, shape ``(R, 1, T)``; infinite for the
            padding.
        prior_centre: where a centre is expected, metres, shape ``(R, 2)``.
        prior_precision: inverse standard deviations of it along the long and the short side,
            1/metres, shape ``(R, 2)``; 0 without such knowledge.
    """

    inside: PointBatch
    free: PointBatch
    sides: Array
    side_precision: Array
    tangents: Array
    tangent_sigma: Array
    prior_centre: Array
    prior_precision: Array

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
        rows, most_tangents = len(observations), max(len(o.tangents) for o in observations)
        tangents = np.zeros((rows, 2, most_tangents))
        tangent_sigma = np.full((rows, 1, most_tangents), np.inf)
        prior_centre, prior_precision = np.zeros((rows, 2)), np.zeros((rows, 2))
        for row, o in enumerate(observations):
            if len(o.tangents):
                tangents[row, :, : len(o.tangents)] = o.tangents.T
                tangent_sigma[row, 0, : len(o.tangents)] = o.tangent_sigma
            prior = (centre_priors or {}).get(row, o.centre_prior)
            if prior is not None:
                prior_centre[row] = prior.centre
                prior_precision[row] = 1.0 / np.array(prior.sigma)
        inside = [
            (
                PointGroup(o.surface, o.effective_depths, faces_camera=True),
                PointGroup(o.rim, o.effective_depths / 2),
                PointGroup(o.covered, o.effective_points / 2),
            )
            for o in observations
        ]
        free = [(PointGroup(o.free, 0.6 * o.effective_points),) for o in observations]
        return FitBatch(
            inside=PointBatch.of(inside, most),
            free=PointBatch.of(free, most),
            sides=np.array([o.sides for o in observations]),
            side_precision=1.0 / np.array([o.side_sigma for o in observations]),
            tangents=tangents,
            tangent_sigma=tangent_sigma,
            prior_centre=prior_centre,
            prior_precision=prior_precision,
        )

    def part(self, rows: NDArray[np.int64], every: int) -> FitBatch:
        """Some of the rectangles, with every so many-th of their points."""
        return replace(
            self,
            inside=self.inside.part(rows, every),
            free=self.free.part(rows, every),
            sides=self.sides[rows],
            side_precision=self.side_precision[rows],
            tangents=self.tangents[rows],
            tangent_sigma=self.tangent_sigma[rows],
            prior_centre=self.prior_centre[rows],
            prior_precision=self.prior_precision[rows],
        )

    @property
    def has_centre_priors(self) -> bool:
        return bool(self.prior_precision.any())
