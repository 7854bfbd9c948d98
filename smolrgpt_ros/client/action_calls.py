# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Goals of one action, sent and waited for on the caller's thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from rclpy.action import ActionClient
from rclpy.node import Node
from rclpy.task import Future as RosFuture

from smolrgpt_ros.ros.convert.time import duration_of
from smolrgpt_ros.scene.status import Status

#: Time beyond a timeout of the node after which a missing response is a TIMEOUT, seconds.
GRACE_S = 2.0
_POLL_S = 0.02


class NoResultError(Exception):
    """A goal without a result.

    Args:
        status: NOT_READY without a server, BUSY where it was refused, TIMEOUT without a result.
        canceled: the caller took the goal back.
    """

    def __init__(self, status: Status, canceled: bool = False) -> None:
        super().__init__(status.name)
        self.status, self.canceled = status, canceled


class ActionCalls:
    """A client of one action.

    Args:
        node: of the client; its executor must not spin yet: rclpy's ActionClient registers itself
            half-made, and an executor that meets it then ends with an AttributeError.
        action_type: generated class.
        name: of the action.
        closed: set when the client is closed; ends all waits.
    """

    def __init__(self, node: Node, action_type: Any, name: str, closed: threading.Event) -> None:
        self._client = ActionClient(node, action_type, name)
        self._closed = closed
        self._running: list[Any] = []

    def cancel_all(self) -> None:
        """Take back what is waited for; to be called once ``closed`` is set."""
        for handle in tuple(self._running):
            handle.cancel_goal_async()

    def destroy(self) -> None:
        """Leave the graph."""
        self._client.destroy()

    def run(
        self,
        goal: Any,
        end: float,
        on_feedback: Callable[[Any], None],
        cancelled: Callable[[], bool],
    ) -> Any:
        """Send a goal and wait for its result.

        Args:
            goal: the message; its ``timeout`` is set to what is left.
            end: latest time of the steady clock for the result, but for ``GRACE_S``.
            on_feedback: called with feedback, on another thread.
            cancelled: polled; the goal is cancelled soon after it returns True.

        Returns:
            the action's result.

        Raises:
            NoResultError: where there is none.
        """
        if not wait_for(self._client.server_is_ready, end, self._closed, cancelled):
            raise NoResultError(Status.NOT_READY, cancelled())
        goal.timeout = duration_of(max(end - time.monotonic(), 0.001))
        accepting = self._client.send_goal_async(
            goal, feedback_callback=lambda message: on_feedback(message.feedback)
        )
        if not done_by(accepting, end + GRACE_S, self._closed):
            raise NoResultError(Status.TIMEOUT)
        handle = accepting.result()
        if not handle.accepted:
            raise NoResultError(Status.BUSY)
        self._running.append(handle)
        try:
            finishing = handle.get_result_async()
            if done_by(finishing, end + GRACE_S, self._closed, cancelled):
                return finishing.result().result
            if not self._closed.is_set():
                # An abandoned goal must not occupy the node.
                handle.cancel_goal_async()
            raise NoResultError(Status.TIMEOUT, cancelled())
        finally:
            self._running.remove(handle)


def done_by(
    future: RosFuture,
    end: float,
    closed: threading.Event,
    cancelled: Callable[[], bool] = lambda: False,
) -> bool:
    """Whether an rclpy future was done before a time of the steady clock."""
    done = threading.Event()
    future.add_done_callback(lambda _: done.set())
    while not done.wait(min(max(end - time.monotonic(), 0.0), 0.1)):
        if time.monotonic() >= end or closed.is_set() or cancelled():
            return bool(future.done())
    return True


def wait_for(
    ready: Callable[[], bool],
    end: float,
    closed: threading.Event,
    cancelled: Callable[[], bool] = lambda: False,
) -> bool:
    """Whether something was ready before a time of the steady clock."""
    while closed.is_set() or not ready():
        if time.monotonic() >= end or closed.wait(_POLL_S) or cancelled():
            return False
    return True
