# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The action of watched questions: a goal is a watch, until it holds or no client waits for it."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable

from rclpy.action.server import ServerGoalHandle
from rclpy.callback_groups import CallbackGroup
from rclpy.lifecycle import LifecycleNode

from smolrgpt_ros.action import WatchQuestion
from smolrgpt_ros.query.watch.request import WatchResult, WatchStep
from smolrgpt_ros.query.watch.service import WatchService
from smolrgpt_ros.ros.convert.replies import Reply
from smolrgpt_ros.ros.convert.watches import watch_feedback, watch_request_of, watch_result
from smolrgpt_ros.scene.status import QueryError, Status

from .goals import conclude, serve_action

#: The action's name, relative to the namespace.
ACTION = "spatial_query/watch"
#: Without a client in the graph for so long, its goals end, seconds.
_LOST_S = 5.0
_CANCELED = WatchResult(Status.TIMEOUT, "the client cancelled the goal", canceled=True)
_LOST = WatchResult(
    Status.TIMEOUT, f"no client of {ACTION} is in the graph any more", client_lost=True
)


class WatchGoals:
    """Serves ``action/WatchQuestion``.

    Args:
        node, group: see :func:`.goals.serve_action`.
        service: called for what watches; ``None`` while the node is not active.
        not_ready: called for why it is not.
        target_frame: called for the default of goals that name none.
        publish: called with the reply of a condition that held.
    """

    def __init__(
        self,
        node: LifecycleNode,
        group: CallbackGroup,
        service: Callable[[], WatchService | None],
        not_ready: Callable[[], str],
        target_frame: Callable[[], str],
        publish: Callable[[Reply], None],
    ) -> None:
        self._node, self._service, self._not_ready = node, service, not_ready
        self._target_frame, self._publish = target_frame, publish
        self._feedback = f"{node.resolve_service_name(ACTION)}/_action/feedback"
        self._server = serve_action(node, group, WatchQuestion, ACTION, self._execute)

    def destroy(self) -> None:
        """End the action."""
        self._server.destroy()

    def _execute(self, goal: ServerGoalHandle) -> WatchQuestion.Result:
        ended = self._watch(goal)
        try:
            message, reply = watch_result(ended)
        except Exception as error:
            self._node.get_logger().error(f"a watch's result failed:\n{traceback.format_exc()}")
            what = f"the result could not be written: {type(error).__name__}: {error}"
            ended = WatchResult(Status.MODEL_ERROR, what)
            message, reply = watch_result(ended)
        ok = ended.status is Status.OK
        if ok and not ended.canceled:
            self._publish(reply)
        conclude(goal, canceled=ended.canceled, ok=ok)
        return message

    def _watch(self, goal: ServerGoalHandle) -> WatchResult:
        service = self._service()
        if service is None:
            return WatchResult(Status.NOT_READY, self._not_ready())
        try:
            request = watch_request_of(goal.request, self._target_frame())
        except QueryError as error:
            return WatchResult(error.status, error.message)
        presence = _Presence(lambda: self._node.count_subscribers(self._feedback) > 0)

        def stop() -> WatchResult | None:
            if goal.is_cancel_requested:
                return _CANCELED
            return _LOST if presence.lost() else None

        def on_step(step: WatchStep) -> None:
            if goal.is_active:
                goal.publish_feedback(watch_feedback(step))

        return service.watch(request, on_step, stop)


class _Presence:
    """Whether any client is left; the graph is looked at once a second.

    ROS does not tell whose goal one is: a client that is lost while others are there keeps its
    goal, which ends by its timeout.

    Args:
        seen: whether a client is in the graph now.
    """

    def __init__(self, seen: Callable[[], bool]) -> None:
        self._seen = seen
        self._last_seen = self._last_look = time.monotonic()

    def lost(self) -> bool:
        """Whether there was no client for a while."""
        now = time.monotonic()
        if now - self._last_look >= 1.0:
            self._last_look = now
            if self._seen():
                self._last_seen = now
        return now - self._last_seen >= _LOST_S
