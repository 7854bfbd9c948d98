# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The likelihood of rectangles against a slow reference, on random problems without symmetry."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from reference_likelihood import expansion

from smolrgpt_ros.geometry.fit_batch import FitBatch
from smolrgpt_ros.geometry.observations import CentrePrior, FloorPoints, Observations
from smolrgpt_ros.geometry.rectangle_likelihood import linearised, minimised, stepped

MOST = 200  # more points than any problem has, so that none are left out
# Where the rectangles are: before the camera, so that it sees two sides or one; and around it, so
# that it sees one or none.
BEFORE, AROUND = (1.0, 5.0), (0.15, 0.45)


def floor_points(rng: np.random.Generator, middle: np.ndarray, count: int) -> FloorPoints:
    """Points about the rectangles of :func:`problem`, inside and outside."""
    return FloorPoints.of(
        middle + rng.normal(0.0, [0.6, 0.5], (count, 2)),
        rng.uniform(0.02, 0.1, count),
        rng.uniform(0.01, 0.03, count),
        rng.uniform(0.0, 0.9, count),
        rng.uniform(0.01, 0.2, count),
    )


def observed(
    rng: np.random.Generator, middle: np.ndarray, counts: tuple[int, int, int, int, int]
) -> Observations:
    """So many points of the surface, the rim, covered and free, and so many tangent planes."""
    surface, rim, covered, free, tangents = counts
    bearing = np.arctan2(*middle) + rng.normal(0.0, 0.1, tangents)
    sign = np.where(np.arange(tangents) % 2 == 0, -1.0, 1.0)[:, None]
    return Observations(
        surface=floor_points(rng, middle, surface),
        rim=floor_points(rng, middle, rim),
        covered=floor_points(rng, middle, covered),
        free=floor_points(rng, middle, free),
        tangents=sign * np.stack([np.cos(bearing), -np.sin(bearing)], axis=1),
        tangent_sigma=rng.uniform(0.001, 0.01, tangents),
        sides=(float(rng.uniform(1.2, 1.6)), float(rng.uniform(0.7, 1.1))),
        side_sigma=float(rng.uniform(0.05, 0.3)),
        effective_points=float(rng.uniform(8, 20)),
        effective_depths=float(rng.uniform(8, 20)),
    )


def problem(seed: int, middle: tuple[float, float]) -> tuple[list[Observations], np.ndarray]:
    """Three objects with different numbers of observations, four rectangles for each."""
    rng, centre = np.random.default_rng(seed), np.array(middle)
    counts = [(17, 9, 4, 8, 2), (0, 12, 3, 0, 0), (23, 0, 0, 11, 1)]
    first, second, third = (observed(rng, centre, each) for each in counts)
    prior = CentrePrior(centre + np.array([0.1, -0.1]), (0.3, 0.12))
    values = np.empty((3, 4, 5))
    values[..., :2] = centre + rng.normal(0.0, 0.2, (3, 4, 2))
    values[..., 2] = rng.uniform(-math.pi, math.pi, (3, 4))
    values[..., 3:] = rng.uniform([1.1, 0.6], [1.7, 1.0], (3, 4, 2))
    return [first, second, replace(third, centre_prior=prior)], values


@pytest.mark.parametrize("middle", [BEFORE, AROUND])
@pytest.mark.parametrize(("seed", "blur"), [(0, 0.0), (1, 0.0), (2, 0.0), (3, 0.08), (4, 0.24)])
def test_costs_gradients_and_normal_matrices_are_the_references(
    seed: int, blur: float, middle: tuple[float, float]
) -> None:
    observations, values = problem(seed, middle)
    found = linearised(values, FitBatch.of(observations), blur)
    for row, known in enumerate(observations):
        for column in range(values.shape[1]):
            matrix, gradient, cost = expansion(known, values[row, column], blur)
            assert found.cost[row, column] == pytest.approx(cost, rel=1e-9)
            # Against finite differences.
            largest = 1e-6 * np.abs(gradient).max()
            np.testing.assert_allclose(found.gradient[row, column], gradient, atol=largest)
            largest = 1e-6 * np.abs(matrix).max()
            np.testing.assert_allclose(found.matrix[row, column], matrix, atol=largest)


def test_a_point_on_the_near_side_by_hand() -> None:
    """A square of 2 m, 4 m before the camera, and a surface point on its near side, straight ahead.

    The point's deviation along the line of sight is 0.1 m: s = 0.0551, with q = 0.5, w = 0.02.
    """
    point = FloorPoints.of(np.array([[0.0, 3.0]]), np.array([0.1]), np.array([0.01]), 0.5, 0.02)
    none = FloorPoints.none()
    known = Observations(
        point, none, none, none, np.zeros((0, 2)), np.zeros(0), sides=(2.0, 2.0), side_sigma=1.0
    )
    square = np.array([[[0.0, 4.0, 0.0, 2.0, 2.0]]])
    falling = 1 / (1 + math.exp(0.02 / 0.0551))
    density = 0.5 / 0.02 * (0.5 - falling) + 0.5 / 0.8 * 0.5 + 1e-5
    found = linearised(square, FitBatch.of([known]))
    assert found.cost[0, 0] == pytest.approx(-math.log(density), rel=1e-5)
    slope = (0.25 * (0.5 / 0.02 + 0.5 / 0.8) - 0.5 / 0.02 * falling * (1 - falling)) / 0.0551
    # The near side of a square at yaw 0 ends b: moved away by b, the point is farther beyond it.
    assert found.gradient[0, 0] == pytest.approx(
        [0.0, slope / density, 0.0, 0.0, -slope / density / 2], rel=1e-4
    )


def test_some_objects_and_some_of_their_points() -> None:
    """Every second of the points inside, and of the others, worth twice as much."""
    observations, values = problem(5, BEFORE)
    found = linearised(
        values[[2, 0]], FitBatch.of(observations).thinned(MOST, every=2), objects=np.array([2, 0])
    )
    third = observations[2]
    # Of one sort only, so that every second of all of them is every second of it.
    half = replace(
        third,
        surface=FloorPoints(third.surface.table[:, ::2]),
        free=third.free.part(slice(0, None, 2)),
    )
    worth = 2 * third.effective_depths / 23 * 12
    half = replace(
        half, effective_depths=worth, effective_points=2 * third.effective_points / 11 * 6
    )
    _, _, cost = expansion(half, values[2, 1])
    assert found.cost[0, 1] == pytest.approx(cost, rel=1e-9)


def test_of_many_points_every_third_is_used() -> None:
    """Of 23 points of the surface, 8 at most: every third, and eight together are worth as much."""
    observations, values = problem(6, BEFORE)
    third = observations[2]
    found = linearised(values[2:], FitBatch.of([third]).thinned(8))
    fewer = replace(
        third,
        surface=third.surface.part(slice(0, None, 3)),
        free=third.free.part(slice(0, None, 2)),
    )
    _, _, cost = expansion(fewer, values[2, 1])
    assert found.cost[0, 1] == pytest.approx(cost, rel=1e-9)


def test_a_step_goes_where_the_gradient_vanishes() -> None:
    """Priors alone: their cost is a parabola in the sides and the centre."""
    none = FloorPoints.none()
    prior = CentrePrior(np.array([1.1, 5.0]), (0.2, 0.1))
    known = Observations(
        none, none, none, none, np.zeros((0, 2)), np.zeros(0), (1.5, 0.8), 0.1, prior
    )
    batch = FitBatch.of([known])
    # Turned by a quarter: along its long side is ahead.
    values = np.array([[[1.0, 4.9, math.pi / 2, 1.4, 1.0]]])
    after = stepped(values, linearised(values, batch))
    assert after[0, 0, :2] == pytest.approx([1.1, 5.0], abs=0.01)
    assert after[0, 0, 3:] == pytest.approx([1.5, 0.8], abs=0.001)
    # Far away, a step is 0.3 m at most, and no side falls below 0.1 m.
    far = np.array([[[1.1, 7.0, math.pi / 2, 1.5, 0.2]]])
    narrow = FitBatch.of([replace(known, sides=(1.5, 0.01))])
    moved = stepped(far, linearised(far, narrow))
    assert 7.0 - moved[0, 0, 1] == pytest.approx(0.3) and moved[0, 0, 4] >= 0.1
    ended, end = minimised(far, batch)
    assert ended[0, 0, :2] == pytest.approx([1.1, 5.0], abs=0.02)
    assert end.cost[0, 0] < 0.05
    assert far[0, 0, 1] == 7.0  # as it was
