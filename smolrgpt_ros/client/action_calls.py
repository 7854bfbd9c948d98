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

from .waiting import done_by, wait_for

#: Time beyond a timeout of the node after which a missing response is a TIMEOUT, seconds.
GRACE_S = 2.0
#: Longest wait until the node knows that a goal is taken back, where the caller's program may end
#: right after it, seconds.
_LEAVING_S = 1.0


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
        ended: whether the client is closed, or its context shut down; polled, it ends all waits.
    """

    def __init__(self, node: Node, action_type: Any, name: str, ended: Callable[[], bool]) -> None:
        self._client = ActionClient(node, action_type, name)
        self._context, self._ended = node.context, ended
        self._running: list[Any] = []

    def cancel_all(self) -> None:
        """Take back what is waited for; to be called once the client is closed."""
        for handle in tuple(self._running) if self._context.ok() else ():
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
        """Send a goal and wait for its result. However the wait ends without one, the goal is
        cancelled, also where it is accepted only then.

        Args:
            goal: the message; its ``timeout`` is set to what is left.
            end: latest time of the steady clock for the result, but for ``GRACE_S``.
            on_feedback: called with feedback, on another thread.
            cancelled: polled; the goal is cancelled soon after it returns True.

        Returns:
            the action's result.

        Raises:
            NoResultError: where there is none.
            Exception: the first that ``on_feedback`` raised; it ends the wait.
        """
        if not wait_for(self._client.server_is_ready, end, self._ended, cancelled):
            raise NoResultError(Status.NOT_READY, cancelled())
        failures: list[Exception] = []

        def take(message: Any) -> None:
            try:
                if not failures:
                    on_feedback(message.feedback)
            except Exception as error:  # rclpy would end the thread of all of the client's calls
                failures.append(error)

        def stop() -> bool:
            return bool(failures) or cancelled()

        goal.timeout = duration_of(max(end - time.monotonic(), 0.001))
        accepting = self._client.send_goal_async(goal, feedback_callback=take)
        try:
            response = self._response(accepting, end + GRACE_S, stop)
            if failures:
                raise failures[0]
            if response is None:
                raise NoResultError(Status.TIMEOUT, cancelled())
        except NoResultError:
            self._take_back(accepting)
            raise
        except BaseException:  # Ctrl-C among them
            self._take_back(accepting).wait(_LEAVING_S)
            raise
        return response.result

    def _response(self, accepting: RosFuture, end: float, stop: Callable[[], bool]) -> Any:
        """The response with a goal's result; ``None`` where it did not come.

        Raises:
            NoResultError: BUSY where the goal was refused.
        """
        if not done_by(accepting, end, self._ended, stop):
            return None
        handle = accepting.result()
        if not handle.accepted:
            raise NoResultError(Status.BUSY)
        self._running.append(handle)
        try:
            finishing = handle.get_result_async()
            return finishing.result() if done_by(finishing, end, self._ended, stop) else None
        finally:
            self._running.remove(handle)

    def _take_back(self, accepting: RosFuture) -> threading.Event:
        """Cancel a goal, now or once it is accepted: an abandoned one must not occupy the node.

        Returns:
            set once the node knows it, or cannot be told.
        """
        known = threading.Event()

        def cancel(accepted: RosFuture) -> None:
            handle = accepted.result()
            if handle.accepted:
                handle.cancel_goal_async().add_done_callback(lambda _: known.set())
            else:
                known.set()

        if self._ended():
            known.set()
        else:
            accepting.add_done_callback(cancel)
        return known
