# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Watches questions: each new frame evaluates them once, equal ones together. Free of ROS."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping

from smolrgpt_ros.perception.rolling_window import RollingWindow
from smolrgpt_ros.scene.status import QueryError, Status

from ..frame_choice import ALL_CAMERAS
from ..request import QueryRequest, QueryResult
from .request import WatchLimits, WatchRequest, WatchResult, WatchStep
from .watched import Watched

_log = logging.getLogger(__name__)

#: Longest wait of the evaluating thread for a frame before it looks whether to end, seconds.
_IDLE_S = 1.0

#: Whether the model is asked too, and the question.
_Group = tuple[bool, QueryRequest]


class WatchService:
    """Evaluates watched questions on a thread of its own, one after the other.

    A frame that comes while the one before is evaluated waits; a still newer one replaces it. So
    all watches together cost one thread at most.

    Args:
        check: raises QueryError for a question that can never be answered.
        ask: the result of a question, and whether the model is asked too. Never raises.
        limits: called for the bounds, which may change.
    """

    def __init__(
        self,
        check: Callable[[QueryRequest], None],
        ask: Callable[[QueryRequest, bool], QueryResult],
        limits: Callable[[], WatchLimits] = WatchLimits,
    ) -> None:
        self._check = check
        self._ask = ask
        self._limits = limits
        self._watches: list[Watched] = []
        self._frames: dict[str, int] = {}
        self._new: list[Watched] = []
        self._closed = ""
        self._changed = threading.Condition()
        self._ends: Counter[str] = Counter()
        #: Frames replaced by newer ones before they were evaluated.
        self.skipped = 0
        #: Evaluations of questions, and steps of watches, which share them; frames looked at.
        self.evaluations = self.steps = self.rounds = 0
        #: Of the last evaluations.
        self.seconds = RollingWindow()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        """Evaluate from now on."""
        self._thread.start()

    def close(self, reason: str) -> None:
        """End all watches, and all later ones, with NOT_READY and a reason."""
        with self._changed:
            self._closed = reason
            self._changed.notify_all()

    @property
    def watched(self) -> int:
        """Questions that are watched now."""
        with self._changed:
            return len(self._watches)

    @property
    def ends(self) -> dict[str, int]:
        """Number of watches by how they ended."""
        with self._changed:
            return dict(self._ends)

    def offer(self, camera: str, stamp_ns: int) -> None:
        """Say that a frame of a camera can be asked about; returns at once."""
        with self._changed:
            if not self._watches:
                return
            self.skipped += camera in self._frames
            self._frames[camera] = stamp_ns
            self._changed.notify_all()

    def watch(
        self,
        request: WatchRequest,
        on_step: Callable[[WatchStep], None] = lambda step: None,
        stop: Callable[[], WatchResult | None] = lambda: None,
    ) -> WatchResult:
        """Watch a question until it ends; never raises.

        Args:
            request: what to watch.
            on_step: called after each evaluation, on another thread.
            stop: polled; the watch ends with a result that it returns.
        """
        limits = self._limits()
        asked_s = limits.timeout_s if request.timeout_s is None else request.timeout_s
        end = time.monotonic() + min(asked_s, limits.timeout_s)
        watched = Watched(request, limits, on_step)
        try:
            self._check(request.query)
        except QueryError as error:
            return self._ended(WatchResult(error.status, error.message))
        with self._changed:
            if self._closed:
                return WatchResult(Status.NOT_READY, self._closed)
            if len(self._watches) >= limits.max_watches:
                busy = WatchResult(
                    Status.BUSY,
                    f"{limits.max_watches} questions are watched (watch.max_watches); cancel one, "
                    "or allow more",
                )
                self._ends[_name(busy)] += 1
                return busy
            self._watches.append(watched)
            self._new.append(watched)
            self._changed.notify_all()
        try:
            return self._ended(watched.wait(end, asked_s, stop, lambda: self._closed))
        finally:
            with self._changed:
                self._watches.remove(watched)

    def _ended(self, result: WatchResult) -> WatchResult:
        with self._changed:
            self._ends[_name(result)] += 1
        return result

    # -- on the evaluating thread -----------------------------------------------------------

    def _run(self) -> None:
        while True:
            with self._changed:
                while not (self._frames or self._new or self._closed):
                    self._changed.wait(_IDLE_S)
                if self._closed:
                    return
                frames, self._frames = self._frames, {}
                new, self._new = self._new, []
                stamps = {w: _newest_ns(w, frames) for w in self._watches}
            due = {
                watched: stamp_ns
                for watched, stamp_ns in stamps.items()
                if watched in new or (stamp_ns is not None and watched.is_due(stamp_ns))
            }
            try:
                self._evaluate(due)
            except Exception:
                _log.exception("watched questions could not be evaluated")
            self.rounds += 1

    def _evaluate(self, due: Mapping[Watched, int | None]) -> None:
        groups: dict[_Group, list[Watched]] = {}
        # What only measures comes first: it does not wait for the model.
        for watched in sorted(due, key=lambda w: w.request.ask_model):
            request = watched.request
            groups.setdefault((request.ask_model, request.query), []).append(watched)
        for (ask_model, query), watches in groups.items():
            start = time.monotonic()
            result = self._ask(query, ask_model)
            self.seconds.add(time.monotonic() - start)
            self.evaluations += 1
            if self._closed:
                return
            for watched in watches:
                try:
                    self.steps += watched.step(result, due[watched])
                except Exception as error:
                    _log.exception("a watched question failed")
                    what = f"the watch failed: {type(error).__name__}: {error}"
                    watched.end(WatchResult(Status.MODEL_ERROR, what))


def _newest_ns(watched: Watched, frames: Mapping[str, int]) -> int | None:
    """Stamp of the newest of the new frames that a watch is about; ``None`` of none."""
    camera = watched.request.camera
    stamps = [ns for name, ns in frames.items() if camera in (name, "", ALL_CAMERAS)]
    return max(stamps, default=None)


def _name(result: WatchResult) -> str:
    """How a watch ended, as diagnostics count it."""
    if result.canceled:
        return "CANCELED"
    return "CLIENT_LOST" if result.client_lost else result.status.name
