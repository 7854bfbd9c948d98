# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Times and durations of messages as whole nanoseconds or as seconds, and back."""

from __future__ import annotations

from builtin_interfaces.msg import Duration, Time

NS = 1_000_000_000
_LONGEST_NS = (2**31 - 1) * NS


def nanoseconds(message: Time | Duration) -> int:
    """Nanoseconds of a time or duration."""
    return int(message.sec) * NS + int(message.nanosec)


def seconds(message: Time | Duration) -> float:
    """Seconds of a time or duration."""
    return nanoseconds(message) / NS


def time_of(stamp_ns: int) -> Time:
    """The Time of a number of nanoseconds."""
    return Time(sec=stamp_ns // NS, nanosec=stamp_ns % NS)


def duration_of(seconds: float) -> Duration:
    """The Duration of a number of seconds; ``nanosec`` is never negative.

    Above the longest Duration of the message (68 years: a stamp of another clock): that one.
    """
    whole = min(max(round(seconds * NS), -_LONGEST_NS), _LONGEST_NS)
    return Duration(sec=whole // NS, nanosec=whole % NS)
