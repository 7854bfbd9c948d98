# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Stored depth to metres: units, what is missing, and depth that is in another unit."""

import numpy as np
import pytest

from smolrgpt_ros.scene.depth import metres, unit_problem

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
