"""Questions on their way to the model: a bounded line, batches by frame, deadlines, cancelling."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.status import QueryError, Status

from .frame_cache import frame_key
from .generator import GeneratedAnswer, PreparedQuestion

_POLL_S = 0.02


class QueryCancelled(QueryError):
    """The caller took its question back."""

    def __init__(self) -> None:
        super().__init__(
            Status.TIMEOUT, "the question was cancelled before its answer was complete"
        )


@dataclass(eq=False)
class Job:
    """A question on its way: ``events`` carries partial texts, then an answer or an error.

    Args:
        frame: what it is about.
        question: ``None`` only prepares the frame.
        max_new_tokens: the answer is cut there.
        streams: whether its caller wants partial texts.
    """

    frame: RgbdFrame
    question: PreparedQuestion | None
    max_new_tokens: int
    streams: bool
    events: queue.SimpleQueue[str | GeneratedAnswer | QueryError] = field(
        default_factory=queue.SimpleQueue
    )
    abandoned: threading.Event = field(default_factory=threading.Event)

    def wait(
        self,
        deadline: float,
        on_text: Callable[[str], None] | None,
        cancelled: Callable[[], bool] | None,
        worker_lives: Callable[[], bool],
    ) -> GeneratedAnswer:
        """Wait in the caller's thread; the job is abandoned when this returns or raises.

        Args:
            deadline: in ``time.monotonic()`` seconds.
            on_text: called with the text so far whenever it grew.
            cancelled: polled; true takes the question back.
            worker_lives: polled, so that a dead worker does not leave its callers waiting.

        Raises:
            QueryError: what the worker sent, ``TIMEOUT`` at the deadline or when cancelled
                (:class:`QueryCancelled`), ``MODEL_ERROR`` if the worker has died.
        """
        try:
            while True:
                left = deadline - time.monotonic()
                try:
                    event = self.events.get(timeout=max(0.0, min(left, _POLL_S)))
                except queue.Empty:
                    event = None
                if isinstance(event, GeneratedAnswer):
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
                if event is None and not worker_lives():
                    raise QueryError(Status.MODEL_ERROR, "the engine's worker thread has ended")
        finally:
            self.abandoned.set()


class WaitingLine:
    """Jobs in the order in which they came; thread-safe.

    Args:
        longest: questions that may wait before callers get ``BUSY``.
        batch: questions that are taken together at most.
    """

    def __init__(self, longest: int, batch: int) -> None:
        self._longest, self._batch = longest, batch
        self._jobs: list[Job] = []
        self._condition = threading.Condition()
        self._closed = False

    def __len__(self) -> int:
        return len(self._jobs)

    def submit(self, job: Job) -> None:
        """Add a question.

        Raises:
            QueryError: ``BUSY`` with a full line, ``MODEL_ERROR`` when it is closed.
        """
        with self._condition:
            if self._closed:
                raise QueryError(Status.MODEL_ERROR, "the engine is closed")
            self._drop_abandoned()
            if len(self._jobs) >= self._longest:
                raise QueryError(
                    Status.BUSY,
                    f"{len(self._jobs)} questions are waiting; ask later or raise max_waiting",
                )
            self._jobs.append(job)
            self._condition.notify()

    def prepare(self, frame: RgbdFrame) -> bool:
        """Have a frame prepared unless a question waits; replaces an older frame that waits."""
        with self._condition:
            if self._closed or any(job.question is not None for job in self._jobs):
                return False
            self._jobs = [Job(frame, None, 0, False)]
            self._condition.notify()
        return True

    def take(self) -> list[Job] | None:
        """The oldest job and the waiting ones about the same frame; waits for one.

        Returns:
            Possibly none at all (all were abandoned); ``None`` when the line is closed.
        """
        with self._condition:
            while not self._jobs and not self._closed:
                self._condition.wait(1.0)
            if self._closed:
                return None
            self._drop_abandoned()
            if not self._jobs:
                return []
            first = self._jobs[0]
            batch = [first]
            if first.question is not None:
                key = frame_key(first.frame)
                same = [j for j in self._jobs[1:] if j.question and frame_key(j.frame) == key]
                batch += same[: self._batch - 1]
            self._jobs = [job for job in self._jobs if job not in batch]
            return batch

    def close(self) -> None:
        """Fail what waits with ``MODEL_ERROR`` and let :meth:`take` end."""
        with self._condition:
            self._closed = True
            waiting, self._jobs = self._jobs, []
            self._condition.notify_all()
        for job in waiting:
            job.events.put(QueryError(Status.MODEL_ERROR, "the engine was closed"))

    def _drop_abandoned(self) -> None:
        self._jobs = [job for job in self._jobs if not job.abandoned.is_set()]
