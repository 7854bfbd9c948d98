# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Observations as arrays, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from smolrgpt_ros.geometry.centre_errors import CentreErrors
from smolrgpt_ros.geometry.fit_batch import FitBatch
from smolrgpt_ros.geometry.likelihood_values import Point
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


def rows(batch: FitBatch) -> list[Point]:
    return [Point(*row) for row in batch.points.T.tolist()]


def test_points_of_a_batch_by_hand() -> None:
    known = [
        replace(
            observed(points(4, 3.0), 0),
            foot=points(3, 5.0),
            rim=points(1, -1.0),
            free=points(2, 7.0),
        ),
        observed(points(2, 0.0)),
    ]
    known = [replace(o, effective_depths=2.0, effective_points=3.0) for o in known]
    batch = FitBatch.of(known)
    # Four of the surface, three of the foot, one of the rim, two free; then two of the surface.
    assert batch.point_bounds.tolist() == [[0, 4, 7, 8, 8, 10], [10, 12, 12, 12, 12, 12]]
    assert [p.x for p in rows(batch)] == [3, 3, 3, 3, 5, 5, 5, -1, 7, 7, 0, 0]
    assert [p.y for p in rows(batch)] == [4, 8, 12, 16, 4, 8, 12, 4, 4, 8, 4, 8]
    # The surface is worth two points, the foot too, the rim half of that; the covered half of
    # three, the free ones 0.6 times three. None is worth more than one.
    np.testing.assert_allclose(batch.weights[0], [0.5, 2 / 3, 1, 1, 0.9])
    assert batch.weights[1, 0] == 1
    assert batch.tangent_bounds.tolist() == [0, 0, 0]
    first = rows(batch)[0]
    # It is 5 m away, at (3, 4).
    assert (first.sight_x, first.sight_y) == pytest.approx((0.6, 0.8))
    assert (first.across, first.stretch) == pytest.approx((0.04, 0.05))
    assert (first.on_side, first.recess) == (0.6, 0.05)


def test_thinned_points_are_worth_what_all_were() -> None:
    known = replace(observed(points(9, 3.0)), rim=points(4, 5.0), free=points(5, 7.0))
    batch = FitBatch.of([replace(known, effective_depths=6.0, effective_points=5.0)])
    np.testing.assert_allclose(batch.weights[0, [0, 2, 4]], [6 / 9, 3 / 4, 3 / 5])
    # Of nine every third, of four and five every second: three, two and three.
    thin = batch.thinned(3)
    assert thin.point_bounds.tolist() == [[0, 3, 3, 5, 5, 8]]
    assert [p.y for p in rows(thin)] == [4, 16, 28, 4, 12, 4, 12, 20]
    np.testing.assert_allclose(thin.weights[0, [0, 2, 4]], [1, 1, 1])
    # Of all nine and four every second one, as if they were one group, and of the free ones.
    half = batch.thinned(9, every=2)
    assert [p.x for p in rows(half)] == [3, 3, 3, 3, 3, 5, 5, 7, 7, 7]
    assert [p.y for p in rows(half)] == [4, 12, 20, 28, 36, 8, 16, 4, 12, 20]
    np.testing.assert_allclose(half.weights[0, [0, 2, 4]], [1, 1, 1])


def test_priors_and_tangents() -> None:
    prior = CentrePrior(np.array([2.0, 3.0]), (0.5, 0.25))
    known = [observed(points(2, 0.0), 2), observed(points(3, 1.0), 1, prior)]
    batch = FitBatch.of(known)
    assert batch.tangent_bounds.tolist() == [0, 2, 3]
    assert batch.tangents.tolist() == [[1.0, 0.0, 0.01]] * 3
    np.testing.assert_allclose(
        batch.priors, [[1.4, 0.9, 5.0, 0, 0, 0, 0], [1.4, 0.9, 5.0, 2, 3, 2, 4]]
    )
    # A prior by row takes the place of the observations' own.
    other = batch.with_centre_priors({1: CentrePrior(np.array([9.0, 9.0]), (1.0, 1.0))})
    assert other.priors[1, 3:].tolist() == [9, 9, 1, 1]
    assert batch.priors[1, 3:].tolist() == [2, 3, 2, 4]  # as it was


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
    assert square.shape == (8, 5) and square[0, :2].tolist() == [3.0, 4.0]
    np.testing.assert_allclose(np.diff(square[:, 2]), np.pi / 16)


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


def test_a_size_that_is_none_of_its_class_is_an_error_where_little_shows() -> None:
    """Of a class of 1.4 m by 0.9 m, 0.2 m: more than 0.6 m off is more than three deviations."""
    nowhere = np.zeros((0, 2))
    seen = observed(points(2, 0.0))
    problem = FitProblem(seen, np.zeros((3, 5)), VerticalExtent(), CentreErrors(), nowhere, nowhere)
    hidden = replace(problem, hidden=True)
    assert problem.unlikely_side(1.4, 0.2) == 0.0
    assert hidden.unlikely_side(1.4, 0.2) == pytest.approx(0.7)
    assert hidden.unlikely_side(1.9, 0.4) == 0.0
