# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Actions, and the one of queries: feedback while one is answered, state and result at the end."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from rclpy.action import ActionServer, CancelResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.callback_groups import CallbackGroup
from rclpy.lifecycle import LifecycleNode

from smolrgpt_ros.action import SpatialQuery
from smolrgpt_ros.query.request import Stage
from smolrgpt_ros.ros.convert.replies import Reply
from smolrgpt_ros.ros.convert.time import duration_of
from smolrgpt_ros.ros.qos import service_profile

#: Least time between two messages of partial text, seconds: a model may generate faster than people
#: read.
TEXT_PERIOD_S = 0.05


def serve_action(
    node: LifecycleNode,
    group: CallbackGroup,
    kind: type,
    name: str,
    execute: Callable[[ServerGoalHandle], Any],
) -> ActionServer:
    """A server of an action whose goals are all accepted, and may all be cancelled.

    Args:
        node: of the action.
        group: of its callbacks; reentrant, as a goal keeps one until it ends.
        kind: generated class.
        name: of the action.
        execute: called with each goal; returns its result.
    """
    return ActionServer(
        node,
        kind,
        name,
        execute,
        callback_group=group,
        goal_service_qos_profile=service_profile(),
        result_service_qos_profile=service_profile(),
        cancel_callback=lambda goal: CancelResponse.ACCEPT,
    )


def conclude(goal: ServerGoalHandle, *, canceled: bool, ok: bool) -> None:
    """Set the state in which a goal ends."""
    if canceled:
        goal.canceled()
    elif ok:
        goal.succeed()
    else:
        goal.abort()


class QueryGoals:
    """Serves ``action/SpatialQuery``.

    Args:
        node, group: see :func:`serve_action`.
        ask: answers a goal's request; with the callbacks of ``QueryService.ask``.
    """

    def __init__(
        self, node: LifecycleNode, group: CallbackGroup, ask: Callable[..., Reply]
    ) -> None:
        self._ask = ask
        self._server = serve_action(node, group, SpatialQuery, "spatial_query", self._execute)

    def destroy(self) -> None:
        """End the action."""
        self._server.destroy()

    def _execute(self, goal: ServerGoalHandle) -> SpatialQuery.Result:
        feedback = GoalFeedback(goal)
        reply = self._ask(
            goal.request,
            on_text=feedback.text,
            on_stage=feedback.stage,
            cancelled=lambda: goal.is_cancel_requested,
        )
        return end_goal(goal, reply)


class GoalFeedback:
    """Publishes a goal's feedback, on the query's thread.

    Args:
        goal: the server's goal handle.
    """

    def __init__(self, goal: ServerGoalHandle) -> None:
        self._goal = goal
        self._start = time.monotonic()
        self._stage = Stage.WAITING
        self._last_text = -float("inf")

    def stage(self, stage: Stage) -> None:
        """Publish that the query entered a stage."""
        self._stage = stage
        self._publish("")

    def text(self, text: str) -> None:
        """Publish the model's text so far, at most every ``TEXT_PERIOD_S``."""
        now = time.monotonic()
        if now - self._last_text >= TEXT_PERIOD_S:
            self._last_text = now
            self._publish(text)

    def _publish(self, text: str) -> None:
        # A query that was cancelled or timed out may still be generating.
        if self._goal.is_active:
            self._goal.publish_feedback(
                SpatialQuery.Feedback(
                    stage=self._stage.value,
                    partial_text=text,
                    elapsed=duration_of(time.monotonic() - self._start),
                )
            )


def end_goal(goal: ServerGoalHandle, reply: Reply) -> SpatialQuery.Result:
    """Set the state that a reply means for its goal; returns the goal's result."""
    result = reply.write_to(SpatialQuery.Result())
    if reply.result.canceled:
        result.status = SpatialQuery.Result.STATUS_CANCELED
    conclude(goal, canceled=reply.result.canceled, ok=reply.ok)
    return result
