# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Sides of a rectangle that points belong to, for a rectangle whose numbers can be read off."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from smolrgpt_ros.geometry.likelihood_loops import (
    local,
    rectangle_of,
    side_of,
)
from smolrgpt_ros.geometry.likelihood_values import Point
from smolrgpt_ros.scene.compiled import compiled

# 2 m to the right and 5 m ahead, 1.6 m across the view and 1 m along it. From the origin its left
# side (the nearer end of the long axis) and its front show.
RECTANGLE = rectangle_of(np.array([2.0, 5.0, 0.0, 1.6, 1.0]))


def point(x: float, y: float, along: float = 0.1) -> Point:
    """With a deviation along the line of sight, and 0.02 m across it."""
    distance = math.hypot(x, y)
    return Point(x, y, x / distance, y / distance, 0.02**2, along**2 - 0.02**2, 0.5, 0.001)


def test_axes_and_visible_sides() -> None:
    assert (RECTANGLE.t_u, RECTANGLE.t_v) == (-1, -1)
    assert RECTANGLE.seen_u and RECTANGLE.seen_v
    # From straight before it only the front shows.
    before = rectangle_of(np.array([0.3, 5.0, 0.0, 1.6, 1.0]))
    assert not before.seen_u and before.seen_v
    quarter = rectangle_of(np.array([2.0, 5.0, math.pi / 2, 1.6, 1.0]))
    assert (quarter.a_x, quarter.a_y) == pytest.approx((0, 1), abs=1e-12)


@pytest.mark.parametrize(("x", "y", "u", "v"), [(1.5, 4.8, 0.5, 0.2), (2.4, 5.9, -0.4, -0.9)])
def test_coordinates_grow_towards_the_camera(x: float, y: float, u: float, v: float) -> None:
    assert local(RECTANGLE, point(x, y), 0.0)[:2] == pytest.approx((u, v))


def test_precision_by_the_line_of_sight() -> None:
    """Towards (3, 4): 0.1 m along the sight, 0.02 m across it; the blur adds to both."""
    u, v = math.hypot(0.6 * 0.1, 0.8 * 0.02), math.hypot(0.8 * 0.1, 0.6 * 0.02)
    _, _, precision_u, precision_v = local(RECTANGLE, point(3.0, 4.0), 0.0)
    assert (1 / precision_u, 1 / precision_v) == pytest.approx((u, v))
    _, _, blurred, _ = local(RECTANGLE, point(3.0, 4.0), 0.3)
    assert 1 / blurred == pytest.approx(math.hypot(u, 0.3))


@pytest.mark.parametrize(
    ("x", "y", "axis", "moving", "d"),
    [
        (1.3, 5.1, 0, 1, -0.1),  # inside near the left side
        (2.1, 5.4, 1, -1, -0.1),  # inside near the back
        (2.9, 5.0, 0, -1, 0.1),  # beyond the right side
    ],
)
def test_rim_points_lie_on_the_nearest_side(
    x: float, y: float, axis: int, moving: float, d: float
) -> None:
    """A rectangle that moves to the right by its long axis leaves its left side's points behind."""
    side = side_of(RECTANGLE, point(x, y), False, 0.0)
    assert (side.axis, side.moving, side.possible) == (axis, moving, True)
    assert side.d == pytest.approx(d)


def test_turning_moves_a_side_by_the_lever() -> None:
    """Turned to the left, the left side's point 0.1 m behind the middle goes farther inside."""
    side = side_of(RECTANGLE, point(1.3, 5.1), False, 0.0)
    turned = rectangle_of(np.array([2.0, 5.0, 1e-6, 1.6, 1.0]))
    change = side_of(turned, point(1.3, 5.1), False, 0.0).d - side.d
    assert side.turning == pytest.approx(-0.1) and change / 1e-6 == pytest.approx(-0.1, rel=1e-3)


def test_surface_points_lie_on_sides_that_face_the_camera() -> None:
    # 0.1 m before the back side, which does not face the camera: so 0.9 m behind the front, and
    # 0.7 m behind the left side, which is nearer.
    left = side_of(RECTANGLE, point(1.9, 5.4, 0.02), True, 0.0)
    assert left.axis == 0 and left.d == pytest.approx(-0.7) and left.possible
    # 0.1 m beyond the back side: outside, and on no side that was seen.
    beyond = side_of(RECTANGLE, point(2.0, 5.6, 0.02), True, 0.0)
    assert beyond.axis == 1 and beyond.d == pytest.approx(0.1) and not beyond.possible
    # Counted in deviations the front is nearer, if the point is unsure along the line of sight.
    unsure = side_of(RECTANGLE, point(1.9, 5.4, 0.1), True, 0.0)
    assert unsure.axis == 1 and unsure.d == pytest.approx(-0.9)


@pytest.mark.parametrize(
    ("x", "y", "axis", "d"), [(2.7, 5.1, 0, -0.1), (2.0, 4.4, 1, 0.1), (2.0, 4.6, 1, -0.1)]
)
def test_nearest_sides_of_free_points(x: float, y: float, axis: int, d: float) -> None:
    side = side_of(RECTANGLE, point(x, y), None, 0.0)
    assert side.axis == axis and side.d == pytest.approx(d)


def test_a_function_that_cannot_be_stored_is_compiled_all_the_same() -> None:
    """As where neither the package nor the user's cache folder may be written."""
    names: dict[str, Callable[[int], int]] = {}
    exec(compile("def twice(x): return 2 * x", "<no file>", "exec"), names)
    assert compiled(names["twice"])(21) == 42
