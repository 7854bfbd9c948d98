# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Statistics of the last values: bounded, NaN when empty."""

import math

import pytest

from smolrgpt_ros.perception.rolling_window import Rate, RollingWindow, slowest


def test_only_the_last_values_count():
    recent = RollingWindow(4)
    for value in (100.0, 1.0, 2.0, 3.0, 4.0):
        recent.add(value)
    assert recent.quantile(0.5) == 2.5
    assert recent.quantile(1.0) == 4.0


def test_nothing_is_not_zero():
    assert math.isnan(RollingWindow().quantile(0.5))


def test_of_several_times_the_slowest_are_told_wherever_they_stand():
    idle, fast, slow = RollingWindow(), RollingWindow(), RollingWindow()
    for value in (0.02, 0.9, 0.03):
        fast.add(value)
    for value in (0.2, 0.3):
        slow.add(value)
    assert slowest([idle, slow, fast]) is slow and slowest([fast, slow]) is slow
    assert slowest([idle]) is idle


@pytest.mark.parametrize(("now", "hz"), [(10.0, 1.5), (13.0, 0.5), (20.0, 0.0)])
def test_a_rate_is_over_its_window(now, hz):
    rate = Rate(window_s=4.0)
    for time in (1.0, 6.5, 7.0, 7.5, 8.0, 9.0, 10.0):
        rate.count(time)
    assert rate.hz(now) == hz
