# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Up of an accelerometer by hand."""

import numpy as np
import pytest

from smolrgpt_ros.perception.gravity import AccelerometerUp

SECOND = 1_000_000_000
REST = np.array([0.0, -9.8, 0.0])  # upright in optical axes: y points down


def test_at_rest_up_is_against_the_acceleration_of_gravity():
    up = AccelerometerUp()
    assert up.up(0) is None
    up.add(np.array([0.0, -5.88, -7.84]), SECOND)  # 9.8 (0.6, 0.8)
    assert up.up(SECOND) == pytest.approx([0.0, -0.6, -0.8])


def test_bumps_are_averaged_and_pushes_left_out():
    up = AccelerometerUp()
    for i in range(200):
        shake = np.array([3.0 if i % 2 else -3.0, 0.0, 0.0])
        up.add(REST + shake, i * SECOND // 100)
    assert up.up(2 * SECOND) == pytest.approx([0.0, -1.0, 0.0], abs=0.03)
    up.add(np.array([0.0, 0.0, 25.0]), 2 * SECOND)  # a collision
    up.add(np.array([np.nan, 0.0, 0.0]), 2 * SECOND)
    assert up.up(2 * SECOND) == pytest.approx([0.0, -1.0, 0.0], abs=0.03)


def test_a_turned_camera_is_followed_within_a_second_or_two():
    up = AccelerometerUp()
    for i in range(100):
        up.add(REST, i * SECOND // 100)
    for i in range(100, 300):
        up.add(np.array([9.8, 0.0, 0.0]), i * SECOND // 100)
    # exp(-2 s / 0.5 s) = 0.018 of the old direction is left.
    assert up.up(3 * SECOND) == pytest.approx([1.0, -0.018, 0.0], abs=0.004)


def test_old_measurements_say_nothing():
    up = AccelerometerUp()
    assert up.age_s(10 * SECOND) is None
    up.add(REST, 10 * SECOND)
    assert (up.age_s(13 * SECOND), up.age_s(9 * SECOND)) == (3.0, -1.0)
    assert up.up(11 * SECOND) is not None and up.up(13 * SECOND) is None
    up.add(np.array([9.8, 0.0, 0.0]), 20 * SECOND)  # anew, not a mean with what was before
    assert up.up(20 * SECOND) == pytest.approx([1.0, 0.0, 0.0])
