# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A watched question as a client sees it: its goal, each evaluation, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass

from smolrgpt_ros.action import WatchQuestion
from smolrgpt_ros.language.answers import known
from smolrgpt_ros.query.watch.condition import Condition
from smolrgpt_ros.query.watch.wording import condition_of
from smolrgpt_ros.ros.convert.time import duration_of, nanoseconds, seconds
from smolrgpt_ros.scene.status import QueryError, Status

from .reply import SpatialReply
from .request_fields import checked_seconds, checked_text

_OWN_ENDS = {
    WatchQuestion.Result.STATUS_CANCELED: Status.TIMEOUT,
    WatchQuestion.Result.STATUS_CLIENT_LOST: Status.TIMEOUT,
}


@dataclass(frozen=True)
class WatchEvaluation:
    """What one frame said about a watched question.

    Args:
        stamp_ns: of the image, nanoseconds; 0 where there was none.
        status: of the question about it.
        reason: why there is no answer that counts; ``""`` where there is one.
        text: the answer as a sentence; ``""`` where there is none.
        value: its number; ``None`` without one.
        unit: of ``value``.
        holds: whether the condition holds now.
        held_s: for how long, by the stamps of the images.
        events: how often it began to hold, so far.
    """

    stamp_ns: int
    status: Status
    reason: str
    text: str
    value: float | None
    unit: str
    holds: bool
    held_s: float
    events: int

    @property
    def known(self) -> bool:
        """Whether there is an answer that counts."""
        return not self.reason

    @classmethod
    def of(cls, feedback: WatchQuestion.Feedback) -> WatchEvaluation:
        """The evaluation of an action's feedback."""
        return cls(
            nanoseconds(feedback.header.stamp),
            Status(feedback.status),
            str(feedback.reason),
            str(feedback.text),
            known(feedback.value),
            str(feedback.unit),
            bool(feedback.holds),
            seconds(feedback.held),
            int(feedback.events),
        )


@dataclass(frozen=True, eq=False)
class WatchReply:
    """How a watch ended. Read :attr:`ok` first, or call :meth:`raise_for_status`.

    Args:
        status: OK: the condition held; TIMEOUT: it did not in time; else why it could not.
        message: empty with OK, else one sentence.
        reply: the answer with which it held; ``None`` unless OK.
        held_s: how long it held, by the stamps of the images.
        events: how often it began to hold.
        evaluations: frames for which it was evaluated.
        canceled: the client took it back.
    """

    status: Status
    message: str = ""
    reply: SpatialReply | None = None
    held_s: float = 0.0
    events: int = 0
    evaluations: int = 0
    canceled: bool = False

    @classmethod
    def of(cls, result: WatchQuestion.Result) -> WatchReply:
        """The reply of an action's result."""
        status = _OWN_ENDS.get(result.status) or Status(result.status)
        ok = status is Status.OK
        return cls(
            status,
            str(result.message),
            SpatialReply(status, "", result.answer, tuple(result.regions)) if ok else None,
            seconds(result.held),
            int(result.events),
            int(result.evaluations),
            result.status == WatchQuestion.Result.STATUS_CANCELED,
        )

    @property
    def ok(self) -> bool:
        return self.status is Status.OK

    def raise_for_status(self) -> WatchReply:
        """This reply, if it is OK.

        Raises:
            QueryError: status and message of a failure.
        """
        if not self.ok:
            raise QueryError(self.status, self.message)
        return self


def watch_goal(
    question: str, until: Condition | str, camera: str, target_frame: str, max_rate_hz: float
) -> WatchQuestion.Goal:
    """The goal of a watch; arguments are those of :meth:`.SpatialClient.watch`.

    Raises:
        TypeError: naming the argument, what it takes and what was found.
        ValueError: for words that are no condition.
    """
    condition = condition_of(until) if isinstance(until, str) else until
    if not isinstance(condition, Condition):
        raise TypeError(f"until takes a Condition or its words, found {condition!r:.60}")
    return WatchQuestion.Goal(
        question=checked_text("question", question),
        camera=checked_text("camera", camera),
        target_frame=checked_text("target_frame", target_frame),
        condition=condition.relation.value,
        threshold=float(condition.threshold),
        hysteresis=float(condition.hysteresis),
        hold=duration_of(condition.hold_s),
        edge=condition.edge,
        max_rate=checked_seconds("max_rate_hz", max_rate_hz, "Hz"),
    )
