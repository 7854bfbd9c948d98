"""Python's ``logging`` of the ROS-free rooms, heard in the node's log."""

from __future__ import annotations

import logging
from typing import Any


class NodeLogHandler(logging.Handler):
    """Forwards records to a node's logger.

    Args:
        logger: an rclpy logger.
    """

    def __init__(self, logger: Any) -> None:
        super().__init__(logging.INFO)
        self._logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = self.format(record)
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
