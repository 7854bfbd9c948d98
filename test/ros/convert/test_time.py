# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Times of messages: whole nanoseconds, and what a message cannot hold."""

import pytest

from smolrgpt_ros.ros.convert.time import duration_of, nanoseconds, time_of


@pytest.mark.parametrize(
    ("seconds", "sec", "nanosec"),
    [
        (1.25, 1, 250_000_000),
        (-0.25, -1, 750_000_000),
        (0.0, 0, 0),
        (1e12, 2**31 - 1, 0),
        (-1e12, -(2**31) + 1, 0),
    ],
)
def test_durations_have_no_negative_nanoseconds_and_an_end(seconds, sec, nanosec):
    duration = duration_of(seconds)
    assert (duration.sec, duration.nanosec) == (sec, nanosec)


def test_a_stamp_survives_the_round_trip():
    assert nanoseconds(time_of(1_234_567_890_123_456_789)) == 1_234_567_890_123_456_789
