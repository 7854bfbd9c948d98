# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Python's ``logging`` of the ROS-free rooms, forwarded to the node's log."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from rclpy.impl.rcutils_logger import RcutilsLogger

#: Least time between two records of one line of code, seconds: a detector that fails, fails at
#: every frame.
PERIOD_S = 5.0
_PACKAGE = "smolrgpt_ros"


class NodeLogHandler(logging.Handler):
    """Forwards records to a node's logger, at most one of each line of code in a period.

    The next forwarded one says how many were dropped.

    Args:
        logger: an rclpy logger.
        period_s: least time between two records of one line of code.
        clock: steady, seconds.
    """

    def __init__(
        self,
        logger: RcutilsLogger,
        period_s: float = PERIOD_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(logging.INFO)
        self._logger = logger
        self._period_s, self._clock = period_s, clock
        # By file and line, so that there are as many as log calls in the package.
        self._last: dict[tuple[str, int], float] = {}
        self._dropped: dict[tuple[str, int], int] = {}

    def emit(self, record: logging.LogRecord) -> None:
        try:
            place, now = (record.pathname, record.lineno), self._clock()
            if now - self._last.get(place, -float("inf")) < self._period_s:
                self._dropped[place] = self._dropped.get(place, 0) + 1
                return
            self._last[place] = now
            dropped = self._dropped.pop(place, 0)
            text = self.format(record)
            if dropped:
                text += f"\n({dropped} more of these since the last one)"
            # rclpy identifies call sites by line and refuses a changing severity at one of them.
            if record.levelno >= logging.ERROR:
                self._logger.error(text)
            elif record.levelno >= logging.WARNING:
                self._logger.warning(text)
            else:
                self._logger.info(text)
        except Exception:
            self.handleError(record)


def forward_logs(logger: RcutilsLogger) -> NodeLogHandler:
    """Send the package's records to a node's logger; undo with :func:`stop_forwarding`."""
    handler = NodeLogHandler(logger)
    logging.getLogger(_PACKAGE).addHandler(handler)
    return handler


def stop_forwarding(handler: NodeLogHandler) -> None:
    """Take a handler of :func:`forward_logs` away."""
    logging.getLogger(_PACKAGE).removeHandler(handler)
