# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Distances beyond sides, for points around one rectangle whose numbers can be read off."""

from __future__ import annotations

import math

import numpy as np
import pytest

from smolrgpt_ros.geometry.fit_batch import PointBatch, PointGroup
from smolrgpt_ros.geometry.observations import FloorPoints
from smolrgpt_ros.geometry.rectangle_batch import RectangleBatch
from smolrgpt_ros.geometry.side_distances import containing_sides, nearest_sides

# 2 m to the right and 5 m ahead, 1.6 m across the view and 1 m along it. From the origin its left
# side (the nearer end of the long axis) and its front show.
VALUES = np.array([[[2.0, 5.0, 0.0, 1.6, 1.0]]])


def batch(
    xy: list[tuple[float, float]], faces_camera: bool = False, along: float = 0.1
) -> PointBatch:
    """Points whose deviations are given along the line of sight, and 0.02 m across it."""
    count = len(xy)
    points = FloorPoints.of(np.array(xy), np.full(count, along), np.full(count, 0.02), 0.5)
    return PointBatch.of([[PointGroup(points, 100.0, faces_camera)]], 100)


def test_axes_and_visible_sides() -> None:
    rectangle = RectangleBatch(VALUES)
    assert rectangle.toward.ravel().tolist() == [-1, -1]
    assert rectangle.seen_u.item() and rectangle.seen_v.item()
    # From straight before it only the front shows.
    before = RectangleBatch(np.array([[[0.3, 5.0, 0.0, 1.6, 1.0]]]))
    assert not before.seen_u.item() and before.seen_v.item()
    quarter = RectangleBatch(np.array([[[2.0, 5.0, math.pi / 2, 1.6, 1.0]]]))
    np.testing.assert_allclose(quarter.a[0, 0], [0, 1], atol=1e-12)
    np.testing.assert_allclose(quarter.b[0, 0], [-1, 0], atol=1e-12)


def test_coordinates_grow_towards_the_camera() -> None:
    local = RectangleBatch(VALUES).local(batch([(1.5, 4.8), (2.4, 5.9)]), 0.0)
    np.testing.assert_allclose(local.u[0, 0], [0.5, -0.4], atol=1e-6)
    np.testing.assert_allclose(local.v[0, 0], [0.2, -0.9], atol=1e-6)


def test_precision_by_the_line_of_sight() -> None:
    """Towards (3, 4): 0.1 m along the sight, 0.02 m across it; the blur adds to both."""
    points = batch([(3.0, 4.0)])
    exact = RectangleBatch(VALUES).local(points, 0.0)
    u = math.hypot(0.6 * 0.1, 0.8 * 0.02)
    v = math.hypot(0.8 * 0.1, 0.6 * 0.02)
    assert 1 / exact.precision_u.item() == pytest.approx(u, rel=1e-5)
    assert 1 / exact.precision_v.item() == pytest.approx(v, rel=1e-5)
    blurred = RectangleBatch(VALUES).local(points, 0.3)
    assert 1 / blurred.precision_u.item() == pytest.approx(math.hypot(u, 0.3), rel=1e-5)


def test_rim_points_lie_on_the_nearest_side() -> None:
    rectangle = RectangleBatch(VALUES)
    # Inside near the left side, inside near the back, beyond the right side.
    points = batch([(1.3, 5.1), (2.1, 5.4), (2.9, 5.0)])
    sides, may = containing_sides(rectangle.local(points, 0.0), rectangle, points)
    assert sides.on_u[0, 0].tolist() == [1, 0, 1]
    assert sides.g_u[0, 0, [0, 2]].tolist() == [1, -1] and sides.g_v[0, 0, 1] == -1
    np.testing.assert_allclose(sides.d[0, 0], [-0.1, -0.1, 0.1], atol=1e-5)
    assert may[0, 0].tolist() == [True, True, True]


def test_surface_points_lie_on_sides_that_face_the_camera() -> None:
    rectangle = RectangleBatch(VALUES)
    # 0.1 m before the back side, which does not face the camera: so 0.9 m behind the front, and
    # 0.7 m behind the left side, which is nearer.
    points = batch([(1.9, 5.4), (2.0, 5.6)], faces_camera=True, along=0.02)
    sides, may = containing_sides(rectangle.local(points, 0.0), rectangle, points)
    assert sides.on_u[0, 0].tolist() == [1, 0] and sides.g_v[0, 0].tolist() == [1, -1]
    # The second is 0.1 m beyond the back side: outside, and on no side that was seen.
    np.testing.assert_allclose(sides.d[0, 0], [-0.7, 0.1], atol=1e-5)
    assert may[0, 0].tolist() == [True, False]
    # Counted in deviations the front is nearer, if the point is unsure along the line of sight.
    unsure = batch([(1.9, 5.4)], faces_camera=True, along=0.1)
    sides, _ = containing_sides(rectangle.local(unsure, 0.0), rectangle, unsure)
    assert sides.on_u.item() == 0 and sides.d.item() == pytest.approx(-0.9, abs=1e-5)


def test_nearest_sides_of_free_points() -> None:
    rectangle = RectangleBatch(VALUES)
    points = batch([(2.7, 5.1), (2.0, 4.4), (2.0, 4.6)])
    sides = nearest_sides(rectangle.local(points, 0.0), rectangle)
    np.testing.assert_allclose(sides.d[0, 0], [-0.1, 0.1, -0.1], atol=1e-5)
    assert sides.on_u[0, 0].tolist() == [1, 0, 0]


def test_changes_in_the_rectangles_axes() -> None:
    """Of a rectangle turned by 90 degrees: along its long side is ahead, along the short left."""
    quarter = RectangleBatch(np.array([[[2.0, 5.0, math.pi / 2, 1.6, 1.0]]]))
    moved = quarter.changed(np.array([[[0.3, 0.1, 0.02, 0.4, 0.5]]]))
    np.testing.assert_allclose(moved[0, 0], [-0.1, 0.3, 0.02, 0.4, 0.5], atol=1e-12)
    covariance = quarter.in_values(np.diag([4.0, 1.0, 0.1, 0.2, 0.3])[None, None])
    np.testing.assert_allclose(covariance[0, 0], np.diag([1.0, 4.0, 0.1, 0.2, 0.3]), atol=1e-12)
