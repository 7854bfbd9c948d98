# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Projection by hand: a camera at the origin that looks along x of the world."""

from __future__ import annotations

import numpy as np
import pytest

from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.simulation.sensing.projection import PinholeView, filled_polygon, polygon_area
from smolrgpt_ros.simulation.world.parts import box

# 2 m up; right is -y, down is -z, forward is +x.
VIEW = PinholeView(
    np.array([[0.0, -1.0, 0.0], [0.0, 0.0, -1.0], [1.0, 0.0, 0.0]]),
    np.array([0.0, 0.0, 2.0]),
    CameraIntrinsics(200, 100, 100.0, 50.0, 99.5, 49.5),
)


def test_a_point_of_the_world_in_the_optical_frame_and_in_pixels() -> None:
    points = VIEW.to_optical(np.array([[4.0, -1.0, 1.0]]))
    assert points[0].tolist() == [1.0, 1.0, 4.0]
    # 100 * 1 / 4 + 99.5 and 50 * 1 / 4 + 49.5.
    assert VIEW.project(points)[0].tolist() == [124.5, 62.0]


def test_a_polygon_is_clipped_at_the_near_plane() -> None:
    floor = np.array([[1.0, 1.0, 0.0], [1.0, -1.0, 0.0], [-3.0, -1.0, 0.0], [-3.0, 1.0, 0.0]])
    polygon = VIEW.polygon(floor)
    assert len(polygon) == 4
    # 5 cm before the camera: 100 * 1 / 0.05 to the right, 50 * 2 / 0.05 down.
    assert polygon.max(axis=0).tolist() == pytest.approx([2099.5, 2049.5])
    assert polygon.min(axis=0).tolist() == pytest.approx([-1900.5, 149.5])
    behind = floor - [10.0, 0.0, 0.0]
    assert VIEW.polygon(behind).shape == (0, 2)


def test_area_of_a_polygon_and_its_pixels() -> None:
    polygon = np.array([[2.0, 1.0], [8.0, 1.0], [8.0, 5.0], [2.0, 3.0]])
    # A rectangle of 6 x 2 and a triangle of 6 x 2 / 2.
    assert polygon_area(polygon) == 18.0
    filled = filled_polygon(polygon, 12, 9)
    assert filled.shape == (9, 12)
    # OpenCV fills the border, too.
    rows, columns = np.nonzero(filled)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (1, 5, 2, 8)
    assert not filled_polygon(polygon[:2], 12, 9).any()


def test_area_without_occlusion_counts_beyond_the_border() -> None:
    # The front face, 1.5 m wide and 2 m high at 1 m, is 150 x 100 pixels and hides the back.
    # Borders count as a whole pixel of the coarse canvas.
    front = box((1.5, 0.0, 2.0), (1.0, 1.5, 2.0))
    assert VIEW.unoccluded_area([front]) == pytest.approx(150 * 100, rel=0.06)
    # Moved out of the picture, a side is seen as well: more than the front.
    beside = box((1.5, 9.0, 2.0), (1.0, 1.5, 2.0))
    assert VIEW.unoccluded_area([beside]) > 2 * 150 * 100
    behind = box((-1.5, 0.0, 2.0), (1.0, 1.5, 2.0))
    assert VIEW.unoccluded_area([behind]) == 0.0
    # The union counts once.
    assert VIEW.unoccluded_area([front, front]) == VIEW.unoccluded_area([front])
