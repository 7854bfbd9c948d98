# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""One watched question: its condition, its rate and how it ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from smolrgpt_ros.scene.status import QueryError, Status

from ..request import QueryResult
from .condition import Trigger, WatchState
from .known_value import KnownValue, NotKnownError, known_value
from .request import WatchLimits, WatchRequest, WatchResult, WatchStep

_POLL_S = 0.1
"""A waiting watch looks this often whether it has been stopped, seconds."""


class Watched:
    """A question that is watched, shared by the waiting and the evaluating thread.

    Args:
        request: what is watched.
        limits: of the node.
        on_step: called after each evaluation.
    """

    def __init__(
        self, request: WatchRequest, limits: WatchLimits, on_step: Callable[[WatchStep], None]
    ) -> None:
        self.request = request
        self._on_step = on_step
        rate_hz = min(request.max_rate_hz or limits.max_rate_hz, limits.max_rate_hz)
        self._period_ns = round(1e9 / rate_hz)
        self._next_ns: int | None = None
        self._stamp_ns: int | None = None
        self._trigger = Trigger(request.condition)
        self._understood = False
        self._evaluations = 0
        self._last: WatchStep | None = None
        self._done = threading.Event()
        self._ending = threading.Lock()
        self._result: WatchResult | None = None

    def is_due(self, stamp_ns: int) -> bool:
        """Whether an image is to be evaluated: the rate allows it, and it was not yet."""
        if self._stamp_ns is None or self._next_ns is None or stamp_ns < self._stamp_ns:
            return True
        # A camera's stamps jitter about its period.
        return stamp_ns != self._stamp_ns and stamp_ns >= self._next_ns - self._period_ns // 4

    def step(self, result: QueryResult, stamp_ns: int | None) -> bool:
        """Take the question's result about a frame; whether it was a new one.

        Args:
            result: of the question about the newest frame.
            stamp_ns: of the frame that was new, where the result has none; ``None``: none was new.
        """
        if result.seen is not None:
            stamp_ns = result.seen.frame.stamp_ns
        if self._done.is_set() or (stamp_ns is not None and stamp_ns == self._stamp_ns):
            return False
        if stamp_ns is not None:
            self._take(stamp_ns)
        try:
            value, unknown = self._known(result), ""
        except NotKnownError as error:
            value, unknown = None, str(error)
        try:
            if result.status is Status.BAD_QUESTION and not self._understood:
                raise QueryError(result.status, result.message)
            state = self._trigger.step(value, self._stamp_ns or 0)
        except QueryError as error:
            self.end(WatchResult(error.status, error.message))
            return True
        self._last = step = WatchStep(result, state, unknown)
        self._on_step(step)
        if state.fired and not self.request.continuous:
            self.end(WatchResult(Status.OK, "", result))
        return True

    def _take(self, stamp_ns: int) -> None:
        """Count an evaluated image, and plan the next one."""
        planned = self._next_ns if self._next_ns is not None else stamp_ns
        if self._stamp_ns is not None and stamp_ns < self._stamp_ns:
            planned = stamp_ns  # a recording that begins again
        # An image that is late by more than a period does not let two come early.
        self._next_ns = max(planned, stamp_ns - self._period_ns) + self._period_ns
        self._stamp_ns = stamp_ns
        self._evaluations += 1

    def _known(self, result: QueryResult) -> KnownValue:
        if result.status is not Status.OK or result.answer is None:
            raise NotKnownError(f"{result.status.name}: {result.message}")
        self._understood = True
        value = known_value(
            result.answer,
            by_policy=self.request.ask_model,
            accept_incomplete=self.request.accept_incomplete,
        )
        if reason := self.request.condition.undecided(value):
            raise NotKnownError(reason)
        return value

    def end(self, result: WatchResult) -> None:
        """End it; only the first end counts."""
        with self._ending:
            if not self._done.is_set():
                state = self._last.state if self._last is not None else WatchState()
                self._result = replace(result, state=state, evaluations=self._evaluations)
                self._done.set()

    def wait(
        self,
        end: float,
        timeout_s: float,
        stop: Callable[[], WatchResult | None],
        closed: Callable[[], str],
    ) -> WatchResult:
        """The result, once it has ended.

        Args:
            end: latest time of the steady clock.
            timeout_s: that was asked for, for the message.
            stop: polled; ends it with what it returns.
            closed: polled; ends it with NOT_READY where it returns a reason.
        """
        while not self._done.wait(min(max(end - time.monotonic(), 0.0), _POLL_S)):
            if (stopped := stop()) is not None:
                self.end(stopped)
            elif reason := closed():
                self.end(WatchResult(Status.NOT_READY, reason))
            elif time.monotonic() >= end:
                self.end(WatchResult(Status.TIMEOUT, self._why_not(timeout_s)))
        assert self._result is not None
        return self._result

    def _why_not(self, timeout_s: float) -> str:
        start = f"the condition did not hold within {timeout_s:g} s"
        if self.request.continuous:
            start = f"the time to watch, {timeout_s:g} s, is over"
        if self._last is None:
            return f"{start}: no frame was evaluated"
        answer = self._last.result.answer
        last = self._last.unknown or (answer.measured_text if answer is not None else "")
        return f"{start}; frames evaluated: {self._evaluations}; the last answer: {last}"
