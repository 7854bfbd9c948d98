# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Requests of the engine's callers: a bounded queue, batches by frame, deadlines, cancelling."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.status import QueryError, Status

from .frame_cache import frame_key
from .generator import DecodedSequence
from .question_inputs import QuestionInputs

_POLL_S = 0.02


class QueryCancelled(QueryError):
    """The caller cancelled its question."""

    def __init__(self) -> None:
        super().__init__(
            Status.TIMEOUT, "the question was cancelled before its answer was complete"
        )


@dataclass(eq=False)
class EngineRequest:
    """A question in the engine; ``events`` carries partial texts, then an answer or an error.

    Args:
        frame: of the question.
        question: its inputs.
        max_new_tokens: the answer is cut there.
        streams: whether its caller wants partial texts.
        abandoned: set once the caller waits no longer.
    """

    frame: RgbdFrame
    question: QuestionInputs
    max_new_tokens: int
    streams: bool
    events: queue.SimpleQueue[str | DecodedSequence | QueryError] = field(
        default_factory=queue.SimpleQueue
    )
    abandoned: threading.Event = field(default_factory=threading.Event)

    def wait(
        self,
        deadline: float,
        on_text: Callable[[str], None] | None,
        cancelled: Callable[[], bool] | None,
        worker_is_alive: Callable[[], bool],
    ) -> DecodedSequence:
        """Wait in the caller's thread; the request is abandoned when this returns or raises.

        Args:
            deadline: in ``time.monotonic()`` seconds.
            on_text: called with the text so far whenever it grew.
            cancelled: polled; true cancels the question.
            worker_is_alive: polled, so that a dead worker does not leave its callers waiting.

        Raises:
            QueryError: from the worker, ``TIMEOUT`` at the deadline or when cancelled
                (:class:`QueryCancelled`), ``MODEL_ERROR`` if the worker has died.
        """
        try:
            while True:
                left = deadline - time.monotonic()
                try:
                    event = self.events.get(timeout=max(0.0, min(left, _POLL_S)))
                except queue.Empty:
                    event = None
                if isinstance(event, DecodedSequence):
                    return event
                if isinstance(event, QueryError):
                    raise event
                if event is not None and on_text is not None:
                    on_text(event)
                if cancelled is not None and cancelled():
                    raise QueryCancelled
                if left <= 0:
                    raise QueryError(
                        Status.TIMEOUT,
                        "the model did not finish before the deadline; raise the timeout, ask for "
                        "fewer regions, or use a faster device",
                    )
                if event is None and not worker_is_alive():
                    raise QueryError(Status.MODEL_ERROR, "the engine's worker thread has ended")
        finally:
            self.abandoned.set()


class Scheduler:
    """Waiting requests in order of arrival; thread-safe.

    Args:
        max_waiting: requests that may wait before callers get ``BUSY``.
        max_batch: most requests of a batch.
    """

    def __init__(self, max_waiting: int, max_batch: int) -> None:
        self._max_waiting, self._max_batch = max_waiting, max_batch
        self._waiting: list[EngineRequest] = []
        self._condition = threading.Condition()
        self._closed = False

    def __len__(self) -> int:
        return len(self._waiting)

    def submit(self, request: EngineRequest) -> None:
        """Add a request.

        Raises:
            QueryError: ``BUSY`` with a full queue, ``MODEL_ERROR`` once it is closed.
        """
        with self._condition:
            if self._closed:
                raise QueryError(Status.MODEL_ERROR, "the engine is closed")
            self._drop_abandoned()
            if len(self._waiting) >= self._max_waiting:
                raise QueryError(
                    Status.BUSY,
                    f"{len(self._waiting)} questions are waiting; ask later or raise max_waiting",
                )
            self._waiting.append(request)
            self._condition.notify()

    def next_batch(self) -> list[EngineRequest] | None:
        """The oldest request and waiting ones about the same frame; waits until there is one.

        Returns:
            Possibly an empty list (all were abandoned); ``None`` once the scheduler is closed.
        """
        with self._condition:
            while not self._waiting and not self._closed:
                self._condition.wait(1.0)
            if self._closed:
                return None
            self._drop_abandoned()
            if not self._waiting:
                return []
            frame = frame_key(self._waiting[0].frame)
            same = [request for request in self._waiting if frame_key(request.frame) == frame]
            batch = same[: self._max_batch]
            self._waiting = [request for request in self._waiting if request not in batch]
            return batch

    def close(self) -> None:
        """Fail waiting requests with ``MODEL_ERROR`` and let :meth:`next_batch` end."""
        with self._condition:
            self._closed = True
            waiting, self._waiting = self._waiting, []
            self._condition.notify_all()
        for request in waiting:
            request.events.put(QueryError(Status.MODEL_ERROR, "the engine was closed"))

    def _drop_abandoned(self) -> None:
        self._waiting = [r for r in self._waiting if not r.abandoned.is_set()]
