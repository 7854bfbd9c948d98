# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Fitting rectangles to made-up observations whose answer is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from smolrgpt_ros.geometry.observations import CentrePrior, FloorPoints, Observations
from smolrgpt_ros.geometry.rectangle_fit import RectangleFit, fit_rectangles

CENTRE, YAW, LONG, SHORT = np.array([1.5, 6.0]), 0.5, 1.4, 0.9
A = np.array([math.cos(YAW), math.sin(YAW)])
B = np.array([-math.sin(YAW), math.cos(YAW)])


def on_rectangle(u: np.ndarray | float, v: np.ndarray | float) -> np.ndarray:
    """Floor points from shares of the half sides, -1 to 1."""
    u, v = np.broadcast_arrays(np.asarray(u, float), np.asarray(v, float))
    return CENTRE + u[:, None] * A * LONG / 2 + v[:, None] * B * SHORT / 2


def points(xy: np.ndarray, along: float = 0.01, **more: float) -> FloorPoints:
    return FloorPoints.of(xy, np.full(len(xy), along), np.full(len(xy), 0.01), **more)


def observed(surface: FloorPoints, **more: object) -> Observations:
    given = {
        "rim": FloorPoints.none(),
        "covered": FloorPoints.none(),
        "free": FloorPoints.none(),
        "tangents": np.zeros((0, 2)),
        "tangent_sigma": np.zeros(0),
        "sides": (1.3, 1.0),
        "side_sigma": 0.2,
    }
    return Observations(surface=surface, **(given | more))  # type: ignore[arg-type]


def starts(count: int = 8) -> np.ndarray:
    yaws = np.arange(count) * math.pi / count
    rows = np.column_stack([np.tile(CENTRE + np.array([0.2, 0.1]), (count, 1)), yaws])
    return np.column_stack([rows, np.tile([1.3, 1.0], (count, 1))])


def fit_rectangle(from_here: np.ndarray, known: Observations) -> RectangleFit:
    return fit_rectangles([from_here], [known])[0]


EVEN = np.linspace(-1, 1, 40)
FRONT = on_rectangle(EVEN, -1.0)  # the long side towards the camera
# Of the short sides the camera, at (0, 0), sees the left one: a . centre > 0.
LEFT = on_rectangle(-1.0, EVEN)
BACK, RIGHT = on_rectangle(EVEN, 1.0), on_rectangle(1.0, EVEN)


def off_axis(yaw: float) -> float:
    """Angle to the true long side, radians, of a line."""
    return abs((yaw - YAW + math.pi / 2) % math.pi - math.pi / 2)


def test_all_four_sides_are_found() -> None:
    rim = points(np.concatenate([FRONT, LEFT, BACK, RIGHT]), on_side=0.9, recess=0.005)
    fit = fit_rectangle(starts(), observed(FloorPoints.none(), rim=rim))
    assert fit.values[:2] == pytest.approx(CENTRE, abs=0.01)
    assert fit.values[3:] == pytest.approx([LONG, SHORT], abs=0.02)
    assert off_axis(fit.values[2]) < 0.01
    assert np.sqrt(np.diag(fit.centre_covariance)).max() < 0.02


def test_what_is_hidden_is_as_unsure_as_the_class() -> None:
    seen = points(np.concatenate([FRONT, LEFT]), on_side=0.9, recess=0.005)
    fit = fit_rectangle(starts(), observed(seen, sides=(LONG, SHORT)))
    assert off_axis(fit.values[2]) < 0.02
    # Both ends of the front show. Of the depth only that of the left side does.
    assert fit.values[:2] == pytest.approx(CENTRE, abs=0.08)
    front_only = fit_rectangle(
        starts(), observed(points(FRONT, on_side=0.9, recess=0.005), sides=(LONG, SHORT))
    )
    across = np.sqrt(B @ front_only.centre_covariance @ B)
    # The far side is nowhere to be seen: half the spread of the short side, 0.1 m.
    assert across == pytest.approx(0.1, rel=0.35)
    assert abs((front_only.values[:2] - CENTRE) @ B) < 2 * across


def test_free_lines_of_sight_bound_a_side() -> None:
    seen = points(FRONT, on_side=0.9, recess=0.005)
    behind = points(CENTRE + EVEN[:, None] * A * 0.6 + B * (SHORT / 2 - 0.3))
    bounded = fit_rectangle(starts(), observed(seen, free=behind, sides=(1.4, 1.2)))
    # Free points 0.3 m before the far side: the short side is 0.6 m, not 1.2.
    assert bounded.values[4] == pytest.approx(0.6, abs=0.15)
    assert bounded.values[4] < fit_rectangle(starts(), observed(seen, sides=(1.4, 1.2))).values[4]


def test_noise_along_the_line_of_sight_averages_out() -> None:
    rng = np.random.default_rng(3)
    xy = np.concatenate([on_rectangle(rng.uniform(-1, 1, 120), -1.0), LEFT])
    sight = xy / np.linalg.norm(xy, axis=1)[:, None]
    noisy = points(
        xy + rng.normal(0, 0.08, len(xy))[:, None] * sight, 0.08, on_side=0.8, recess=0.01
    )
    fit = fit_rectangle(starts(), observed(noisy, sides=(LONG, SHORT), side_sigma=0.05))
    error = np.linalg.norm(fit.values[:2] - CENTRE)
    assert error < 0.06  # a fit to the outermost points would be off by the noise's extremes
    assert error < 3 * np.sqrt(np.trace(fit.centre_covariance))


def test_a_centre_prior_places_what_shows_little() -> None:
    corner = points(on_rectangle(np.linspace(-1, -0.8, 12), -1.0), on_side=0.9, recess=0.005)
    placed = fit_rectangle(
        starts(),
        observed(corner, sides=(LONG, SHORT), centre_prior=CentrePrior(CENTRE, (0.1, 0.05))),
    )
    assert placed.values[:2] == pytest.approx(CENTRE, abs=0.15)


def test_several_are_fitted_as_each_alone() -> None:
    all_round = points(np.concatenate([FRONT, LEFT, BACK, RIGHT]), on_side=0.9, recess=0.005)
    known = [
        observed(FloorPoints.none(), rim=all_round),
        observed(points(FRONT, on_side=0.9, recess=0.005)),
        observed(points(np.concatenate([FRONT, LEFT]), on_side=0.9, recess=0.005)),
    ]
    many = [starts(5), starts(24), starts(3)]
    together = fit_rectangles(many, known)
    for one, from_here, alone in zip(together, many, known, strict=True):
        expected = fit_rectangle(from_here, alone)
        assert one.values[:2] == pytest.approx(expected.values[:2], abs=0.01)
        assert one.values[3:] == pytest.approx(expected.values[3:], abs=0.02)
    assert fit_rectangles([], []) == []


def test_a_load_places_its_vehicle() -> None:
    load = points(np.concatenate([FRONT, LEFT, BACK, RIGHT]), on_side=0.9, recess=0.005)
    corner = points(on_rectangle(np.linspace(-1, -0.8, 12), -1.0), on_side=0.9, recess=0.005)
    known = [observed(corner, sides=(LONG, SHORT)), observed(FloorPoints.none(), rim=load)]
    vehicle, _ = fit_rectangles([starts(), starts()], known, carried={0: 1})
    assert vehicle.values[:2] == pytest.approx(CENTRE, abs=0.15)


def test_two_ends_that_are_as_likely_make_it_unsure() -> None:
    """A short side that shows alone: the long one may run behind either of its ends."""
    seen = points(
        on_rectangle(1.0, EVEN) - CENTRE + np.array([0.0, 6.0]), on_side=0.9, recess=0.005
    )
    middle = seen.table[:2].mean(axis=1)
    both = [np.array([*(middle + side * A * LONG / 2), YAW, LONG, SHORT]) for side in (-1.0, 1.0)]
    rim = FloorPoints(seen.table)
    # An end that two starts find counts once.
    three = np.stack([both[0], *both])
    fit = fit_rectangle(three, observed(FloorPoints.none(), rim=rim, sides=(LONG, SHORT)))
    along = math.sqrt(A @ fit.centre_covariance @ A)
    # Half a length to either side of what is seen.
    assert along == pytest.approx(LONG / 2, rel=0.2)
    # The class's sides are 0.2 m unsure: the long one stays so, of the short one all shows.
    long_sigma, short_sigma = np.sqrt(fit.side_variances)
    assert long_sigma == pytest.approx(0.2, abs=0.02) and short_sigma < 0.7 * long_sigma
    assert fit.values[:2] == pytest.approx(middle, abs=0.1)


def test_a_hidden_end_is_no_surer_than_the_steps_it_was_tried_at() -> None:
    """Of a class whose sides differ by a metre, neither end of the long side shows: the centre is
    tried at steps of a seventh of a metre and more, and only one of these places is likely."""
    along = np.linspace(-0.8, 0.8, 10)
    inside, beyond = on_rectangle(along, 0.95), on_rectangle(along, 1.05)
    known = observed(
        points(FRONT, on_side=0.9), covered=points(inside), free=points(beyond), side_sigma=1.0
    )
    found = fit_rectangle(starts(), known)
    assert math.sqrt(A @ found.centre_covariance @ A) > 0.04
