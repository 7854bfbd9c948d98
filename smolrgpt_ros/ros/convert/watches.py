# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Watched questions as messages: goals to requests, steps to feedback, results to results."""

from __future__ import annotations

import math

from std_msgs.msg import Header

from smolrgpt_ros.action import WatchQuestion
from smolrgpt_ros.query.request import QueryResult
from smolrgpt_ros.query.watch.condition import Condition, Relation
from smolrgpt_ros.query.watch.request import WatchRequest, WatchResult, WatchStep
from smolrgpt_ros.scene.status import QueryError, Status

from .messages import header_of, number_or_nan
from .replies import Reply, reply_of
from .time import duration_of, seconds


def watch_request_of(goal: WatchQuestion.Goal, target_frame: str = "") -> WatchRequest:
    """The values of a goal.

    Args:
        goal: the message.
        target_frame: default, where the goal names none.

    Raises:
        QueryError: BAD_QUESTION for values that no watch can have.
    """
    relations = {relation.value: relation for relation in Relation}
    if goal.condition not in relations:
        named = ", ".join(f"{r.value} ({r.name})" for r in Relation)
        raise QueryError(
            Status.BAD_QUESTION, f"condition must be one of {named}, found {goal.condition}"
        )
    rate_hz, timeout_s = float(goal.max_rate), seconds(goal.timeout)
    for name, value, unit in (("max_rate", rate_hz, "Hz"), ("timeout", timeout_s, "seconds")):
        if not (math.isfinite(value) and value >= 0.0):
            raise QueryError(
                Status.BAD_QUESTION,
                f"{name} must be finite and not negative, found {value} {unit}; 0: the node's "
                f"watch.{name}",
            )
    return WatchRequest(
        question=goal.question,
        condition=Condition(
            relations[goal.condition],
            threshold=float(goal.threshold),
            hysteresis=float(goal.hysteresis),
            hold_s=seconds(goal.hold),
            edge=bool(goal.edge),
        ),
        camera=goal.camera,
        target_frame=goal.target_frame or target_frame,
        continuous=bool(goal.continuous),
        ask_model=bool(goal.ask_model),
        accept_incomplete=bool(goal.accept_incomplete),
        max_rate_hz=rate_hz or None,
        timeout_s=timeout_s or None,
    )


def watch_feedback(step: WatchStep) -> WatchQuestion.Feedback:
    """The feedback of one evaluation."""
    seen, answer = step.result.seen, step.result.answer
    return WatchQuestion.Feedback(
        header=header_of(seen.frame) if seen is not None else Header(),
        status=int(step.result.status),
        known=not step.unknown,
        reason=step.unknown,
        text=answer.measured_text if answer is not None else "",
        value=number_or_nan(answer.measured.value if answer is not None else None),
        unit=answer.measured.unit if answer is not None else "",
        holds=step.state.holds,
        held=duration_of(step.state.held_s),
        events=step.state.events,
    )


def watch_result(ended: WatchResult) -> tuple[WatchQuestion.Result, Reply]:
    """The action's result, and the reply that it holds."""
    reply = reply_of(ended.result or QueryResult(ended.status, ended.message))
    message = WatchQuestion.Result(
        status=int(ended.status),
        message=ended.message,
        answer=reply.answer,
        regions=reply.regions,
        held=duration_of(ended.state.held_s),
        events=ended.state.events,
        evaluations=ended.evaluations,
    )
    if ended.canceled:
        message.status = WatchQuestion.Result.STATUS_CANCELED
    if ended.client_lost:
        message.status = WatchQuestion.Result.STATUS_CLIENT_LOST
    return message, reply
