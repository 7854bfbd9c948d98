"""Python's ``logging`` of the ROS-free rooms, heard in the node's log."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

#: Least time between two records of one line of code, seconds: a detector that fails, fails at
#: every frame.
PERIOD_S = 5.0


class NodeLogHandler(logging.Handler):
    """Forwards records to a node's logger, of each line of code one in a while.

    The next one that is let through tells how many were left out.

    Args:
        logger: an rclpy logger.
        period_s: least time between two records of one line of code.
        clock: steady, seconds.
    """

    def __init__(
        self,
        logger: Any,
        period_s: float = PERIOD_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(logging.INFO)
        self._logger = logger
        self._period_s, self._clock = period_s, clock
        # By file and line; there are as many as there are log calls in the package.
        self._last: dict[tuple[str, int], float] = {}
        self._left_out: dict[tuple[str, int], int] = {}

    def emit(self, record: logging.LogRecord) -> None:
        try:
            place, now = (record.pathname, record.lineno), self._clock()
            if now - self._last.get(place, -float("inf")) < self._period_s:
                self._left_out[place] = self._left_out.get(place, 0) + 1
                return
            self._last[place] = now
            left_out = self._left_out.pop(place, 0)
            text = self.format(record)
            if left_out:
                text += f"\n({left_out} more of these since the last one)"
            # rclpy tells call sites apart by line and refuses a changing severity at one of them.
            if record.levelno >= logging.ERROR:
                self._logger.error(text)
            elif record.levelno >= logging.WARNING:
                self._logger.warning(text)
            else:
                self._logger.info(text)
        except Exception:
            self.handleError(record)


def forward_logs(logger: Any, package: str = "smolrgpt_ros") -> NodeLogHandler:
    """Send a package's records to a node's logger; undo with :func:`stop_forwarding`."""
    handler = NodeLogHandler(logger)
    logging.getLogger(package).addHandler(handler)
    return handler


def stop_forwarding(handler: NodeLogHandler, package: str = "smolrgpt_ros") -> None:
    """Take a handler of :func:`forward_logs` away."""
    logging.getLogger(package).removeHandler(handler)
