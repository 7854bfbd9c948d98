# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Stored depth to metres: units, what is missing, and depth that is in another unit."""

import numpy as np
import pytest

from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.depth import metres, unit_problem, within_range
from smolrgpt_ros.scene.frame import RgbdFrame

NAN = float("nan")


def test_saturated_65535():
    stored = np.array([[2000, 0, 65535]], np.uint16)
    np.testing.assert_array_equal(metres(stored), np.array([[2.0, NAN, NAN]], np.float32))
    np.testing.assert_array_equal(metres(stored, 0.0001), np.array([[0.2, NAN, NAN]], np.float32))
    converted = stored.astype(np.float32) / np.float32(1000)
    np.testing.assert_array_equal(metres(converted), np.array([[2.0, NAN, NAN]], np.float32))
    largest = np.array([[1.5, np.finfo(np.float32).max]], np.float32)
    np.testing.assert_array_equal(metres(largest), np.array([[1.5, NAN]], np.float32))


@pytest.mark.parametrize(
    ("kind", "unit", "expected"),
    [
        ("uint16", 0.0, 2.4),
        ("uint16", 0.00025, 0.6),
        ("uint16", 1 / 5000, 0.48),
        ("int32", 0.0, 2.4),
        ("float32", 0.0, 2400.0),
        ("float64", 0.001, 2.4),
    ],
)
def test_a_step_of_2400_in_metres(kind, unit, expected):
    stored = np.array([[2400, -1 if kind != "uint16" else 0]], kind)
    depth = metres(stored, unit)
    assert depth.dtype == np.float32
    np.testing.assert_allclose(depth, [[expected, NAN]], rtol=1e-6)


def test_half_of_an_image_beyond_a_hundred_metres_is_another_unit():
    depth = np.full((6, 8), 3000.0, np.float32)
    depth[:2] = NAN
    assert "3000" in unit_problem(depth) and "depth.unit" in unit_problem(depth)
    depth[:] = 60.0
    depth[0] = 5000.0
    assert unit_problem(depth) == ""
    assert unit_problem(np.full((2, 2), NAN, np.float32)) == ""


def clipped(share: float, nearly: int) -> np.ndarray:
    """A floor from 2 to 7 m in 80 of 100 rows, some rows from 7.7 m on, and a share at 8 m."""
    depth = np.full((100, 50), NAN, np.float32)
    depth[:80] = np.linspace(2.0, 7.0, 80, dtype=np.float32)[:, None]
    depth[80 : 80 + nearly] = 7.7
    depth[90:].flat[: round(share * 5000)] = 8.0
    return depth


def test_a_pile_up_at_the_farthest_value_is_the_end_of_the_range():
    depth = clipped(0.08, 2)
    found = within_range(depth, None)
    assert np.isnan(found[depth == 8.0]).all() and (depth == 8.0).sum() == 400
    np.testing.assert_array_equal(found[:90], depth[:90])
    camera = CameraIntrinsics(50, 100, 40.0, 45.0, 25.0, 50.0)
    frame = RgbdFrame(np.zeros((100, 50, 3), np.uint8), depth, camera)
    assert frame.depth is not None
    np.testing.assert_array_equal(frame.depth, found)


@pytest.mark.parametrize(
    ("share", "nearly", "up"),
    [
        (0.04, 2, None),  # a few pixels
        (0.08, 0, None),  # a wall right before the camera
        (0.08, 2, (0.0, 0.1, -0.995)),  # the floor right below it
    ],
)
def test_what_is_no_end_of_the_range(share, nearly, up):
    depth = clipped(share, nearly)
    assert within_range(depth, up) is depth
