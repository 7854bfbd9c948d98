# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The time a message is filed under."""

from __future__ import annotations

from typing import Any

from rclpy.clock import ROSClock
from rclpy.logging import get_logger
from rclpy.time import Time


def stamp_of(msg: Any, allow_headerless: bool, logger: str) -> Time | None:
    """The header's stamp; without a header the time now, or ``None`` where that is not allowed."""
    stamp = getattr(getattr(msg, "header", None), "stamp", None)
    if stamp is not None:
        return stamp if isinstance(stamp, Time) else Time.from_msg(stamp)
    if allow_headerless:
        return ROSClock().now()
    get_logger(logger).warning(
        f"{type(msg).__name__} has no header.stamp and is dropped; "
        "allow_headerless=True files such messages under the time they arrive"
    )
    return None
