# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Observations as padded arrays, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from smolrgpt_ros.geometry.centre_errors import CentreErrors
from smolrgpt_ros.geometry.fit_batch import FitBatch, PointBatch, PointGroup
from smolrgpt_ros.geometry.observations import (
    CentrePrior,
    FitProblem,
    FloorPoints,
    Observations,
    VerticalExtent,
    starts_around,
)


def points(count: int, x: float) -> FloorPoints:
    """At x and ahead 4, 8, 12 ...; deviations 0.3 and 0.2."""
    xy = np.column_stack([np.full(count, x), 4.0 * np.arange(1, count + 1)])
    return FloorPoints.of(xy, np.full(count, 0.3), np.full(count, 0.2), on_side=0.6, recess=0.05)


def observed(
    surface: FloorPoints, tangents: int = 0, prior: CentrePrior | None = None
) -> Observations:
    none = FloorPoints.none()
    return Observations(
        surface=surface,
        rim=none,
        covered=none,
        free=none,
        tangents=np.tile([1.0, 0.0], (tangents, 1)),
        tangent_sigma=np.full(tangents, 0.01),
        sides=(1.4, 0.9),
        side_sigma=0.2,
        centre_prior=prior,
    )


def test_points_of_a_batch_by_hand() -> None:
    batch = PointBatch.of(
        [
            [PointGroup(points(4, 3.0), 2.0, faces_camera=True), PointGroup(points(1, -1.0), 2.0)],
            [PointGroup(points(2, 0.0), 9.0)],
        ],
        most=10,
    )
    assert len(batch) == 5
    assert batch.homogeneous[0].tolist() == [[3, 3, 3, 3, -1], [4, 8, 12, 16, 4], [1] * 5]
    # The first is 5 m away, at (3, 4).
    np.testing.assert_allclose(batch.sight[0, :, 0], [0.6, 0.8], rtol=1e-6)
    np.testing.assert_allclose(batch.across[0, 0, 0], 0.04, rtol=1e-6)
    np.testing.assert_allclose(batch.stretch[0, 0, 0], 0.05, rtol=1e-6)
    np.testing.assert_allclose(batch.both[0, 0, 0], 0.13, rtol=1e-6)
    np.testing.assert_allclose(batch.per_recess[0, 0, 0], 20.0, rtol=1e-6)
    # Four points are worth two; one is worth no more than itself; padding is worth nothing.
    assert batch.weight[:, 0].tolist() == [[0.5, 0.5, 0.5, 0.5, 1.0], [1.0, 1.0, 0.0, 0.0, 0.0]]
    assert batch.faces_camera[0, 0].tolist() == [1, 1, 1, 1, 0]
    assert batch.any_side[:, 0].tolist() == [[False] * 4 + [True], [True] * 5]


def test_of_many_points_every_third_is_used() -> None:
    batch = PointBatch.of([[PointGroup(points(9, 0.0), 1.5)]], most=3)
    assert batch.homogeneous[0, 1].tolist() == [4.0, 16.0, 28.0]
    assert batch.weight[0, 0].tolist() == [0.5, 0.5, 0.5]


def test_part_of_a_batch_weighs_its_points_more() -> None:
    batch = PointBatch.of(
        [[PointGroup(points(6, 0.0), 1.8)], [PointGroup(points(2, 5.0), 9.0)]], 10
    )
    part = batch.part(np.array([1, 0]), every=2)
    assert part.homogeneous[:, 0].tolist() == [[5, 0, 0], [0, 0, 0]]
    assert part.weight[:, 0].ravel().tolist() == pytest.approx([1, 0, 0, 0.6, 0.6, 0.6])
    np.testing.assert_allclose(part.both[1], batch.both[0, :, ::2])


def test_priors_and_tangents_are_padded() -> None:
    prior = CentrePrior(np.array([2.0, 3.0]), (0.5, 0.25))
    known = [observed(points(2, 0.0), 2), observed(points(3, 1.0), 1, prior)]
    batch = FitBatch.of(known, 10)
    assert batch.tangents.shape == (2, 2, 2) and batch.tangents[1, :, 1].tolist() == [0, 0]
    assert batch.tangent_sigma[:, 0].tolist() == [[0.01, 0.01], [0.01, np.inf]]
    assert batch.prior_centre.tolist() == [[0, 0], [2, 3]]
    assert batch.prior_precision.tolist() == [[0, 0], [2, 4]]
    assert batch.sides.tolist() == [[1.4, 0.9]] * 2
    assert batch.side_precision == pytest.approx([5.0, 5.0])
    assert batch.has_centre_priors and not FitBatch.of(known[:1], 10).has_centre_priors
    assert len(batch.inside) == 3 and len(batch.free) == 0
    last = batch.part(np.array([1]), 1)
    assert last.prior_precision.tolist() == [[2, 4]] and last.tangents.shape == (1, 2, 2)
    # A prior by row takes the place of the observations' own.
    other = FitBatch.of(known, 10, {1: CentrePrior(np.array([9.0, 9.0]), (1.0, 1.0))})
    assert other.prior_centre[1].tolist() == [9, 9]


def test_starts_go_all_around() -> None:
    """A long rectangle repeats after half a turn, a square after a quarter."""
    long = starts_around(np.array([3.0, 4.0]), (2.0, 1.0), behind=0.5)
    assert long.shape == (8, 5)
    # Half of the short side, 0.5 m, farther away along (0.6, 0.8).
    np.testing.assert_allclose(long[:, :2], [[3.3, 4.4]] * 8)
    np.testing.assert_allclose(np.diff(long[:, 2]), np.pi / 8)
    assert long[0, 2] == pytest.approx(np.arctan2(0.8, 0.6))
    assert long[:, 3:].tolist() == [[2.0, 1.0]] * 8
    square = starts_around(np.array([3.0, 4.0]), (1.2, 1.2), behind=0.0)
    assert square.shape == (5, 5) and square[0, :2].tolist() == [3.0, 4.0]
    np.testing.assert_allclose(np.diff(square[:, 2]), np.pi / 10)


def test_a_centre_prior_moves_the_starts() -> None:
    problem = FitProblem(
        observed(points(2, 0.0)),
        np.zeros((3, 5)),
        VerticalExtent(0.0, 0.5),
        CentreErrors(),
        np.zeros((0, 2)),
        np.zeros((0, 2)),
    )
    prior = CentrePrior(np.array([3.0, 4.0]), (0.2, 0.1))
    placed = problem.with_centre_prior(prior)
    assert placed.observations.centre_prior is prior
    np.testing.assert_allclose(placed.starts[:, :2], [[3.0, 4.0]] * 8)
    assert problem.observations.centre_prior is None
