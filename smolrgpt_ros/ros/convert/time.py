"""Times and durations of messages as whole nanoseconds, and back."""

from __future__ import annotations

from typing import Any

from builtin_interfaces.msg import Duration, Time

NS = 1_000_000_000
_LONGEST_NS = (2**31 - 1) * NS


def nanoseconds(message: Any) -> int:
    """Nanoseconds of a ``builtin_interfaces`` Time or Duration."""
    return int(message.sec) * NS + int(message.nanosec)


def time_of(stamp_ns: int) -> Time:
    """The Time of a number of nanoseconds."""
    return Time(sec=stamp_ns // NS, nanosec=stamp_ns % NS)


def duration_of(seconds: float) -> Duration:
    """The Duration of a number of seconds; ``nanosec`` is never negative.

    What the message cannot hold (68 years: a stamp of another clock) becomes its longest Duration.
    """
    whole = min(max(round(seconds * NS), -_LONGEST_NS), _LONGEST_NS)
    return Duration(sec=whole // NS, nanosec=whole % NS)
