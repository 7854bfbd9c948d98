# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A query from its request to its result: choose a frame and regions, ask the reasoner.

Free of ROS: service, action and topic ask one :class:`QueryService`, which returns a result within
the query's timeout also where the model hangs.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.language.templates.said_labels import said_labels
from smolrgpt_ros.perception.seen_frame import seen_with
from smolrgpt_ros.reasoning.answer import SpatialAnswer
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.status import QueryError, Status

from .frame_choice import ALL_CAMERAS, CameraView, choose_camera, choose_frame
from .request import QueryLimits, QueryRequest, QueryResult, Stage, check

_log = logging.getLogger(__name__)

#: ``(frame, target frame, seconds left) -> pose`` of the frame's camera in the target frame.
CameraPose = Callable[[RgbdFrame, str, float], Pose | None]

#: An abandoned query that has not returned after this long counts as stuck, seconds: a model looks
#: between two tokens whether it has been stopped.
_STUCK_S = 1.0
#: A model whose step takes this long is not coming back, seconds; the longest, a picture and a
#: question on a slow CPU, takes a few.
_HANGING_S = 30.0


class Reasoner(Protocol):
    """Answers questions about a frame, as ``reasoning.SpatialReasoner`` does."""

    def answer(
        self,
        frame: RgbdFrame,
        regions: Sequence[Region],
        question: str,
        region_ids: Sequence[int] | None = None,
        *,
        deadline_s: float | None = None,
        on_text: Callable[[str], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
        geometry: FrameGeometry | None = None,
        novelty: float | None = None,
    ) -> SpatialAnswer: ...


class QueryService:
    """Answers queries, at most ``max_pending`` at once; further ones end with BUSY.

    A query that times out, is cancelled or outlives the service gives its place back at once; its
    thread is abandoned and ends when the model returns. While ``max_abandoned`` threads are stuck
    in the model, or it makes no step, queries end with NOT_READY.

    Args:
        reasoner: answers; called from several threads.
        cameras: by name; a single one may be called ``""``.
        clock_ns: called for the time that image stamps are compared with.
        limits: called for bounds and defaults, so that they may change.
        camera_pose: called with the frame, the query's target frame and the seconds left, before
            the model is asked; the camera's pose in the target frame, ``None`` where none is named.
            May raise QueryError.
        model_busy_s: called for the seconds since the model's last step; 0 where it has nothing to
            answer. An engine's callers return in time, also where its own thread hangs.
    """

    def __init__(
        self,
        reasoner: Reasoner,
        cameras: Mapping[str, CameraView],
        *,
        clock_ns: Callable[[], int] = time.time_ns,
        limits: Callable[[], QueryLimits] = QueryLimits,
        camera_pose: CameraPose = lambda frame, target, left_s: None,
        model_busy_s: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._reasoner = reasoner
        self._cameras = dict(cameras)
        self._clock_ns = clock_ns
        self._limits = limits
        self._camera_pose = camera_pose
        self._model_busy_s = model_busy_s
        self._pending = 0
        self._running = 0
        self._abandoned: dict[_PendingQuery, float] = {}
        self._closed = ""
        self._lock = threading.Lock()

    @property
    def pending(self) -> int:
        """Queries being answered now."""
        with self._lock:
            return self._pending

    @property
    def stuck(self) -> int:
        """Abandoned queries that have not returned from the model."""
        with self._lock:
            return self._stuck()

    @property
    def model_busy_s(self) -> float:
        """Seconds since the model's last step; 0 where it has nothing to answer."""
        return self._model_busy_s()

    @property
    def hangs(self) -> bool:
        """Whether a query is stuck in the model, or the model makes no step."""
        return bool(hanging_model(self.stuck, self.model_busy_s))

    def close(self, reason: str) -> None:
        """End the queries being answered, and all later ones, with NOT_READY and a reason."""
        with self._lock:
            self._closed = reason

    def check(self, query: QueryRequest) -> None:
        """Raise QueryError for a query that no frame can answer: beyond the limits, no camera."""
        check(query, self._limits())
        choose_camera(query, self._cameras)

    def ask(
        self,
        query: QueryRequest,
        *,
        on_text: Callable[[str], None] | None = None,
        on_stage: Callable[[Stage], None] = lambda stage: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> QueryResult:
        """Answer a query; returns within its timeout and never raises.

        Args:
            query: what to answer.
            on_text: called with the text so far while the model generates, on another thread.
            on_stage: called when the query enters a stage.
            cancelled: polled; the query ends soon after it returns True.
        """
        start = time.monotonic()
        limits = self._limits()
        timeout_s = limits.timeout_s if query.timeout_s is None else query.timeout_s
        end = start + min(max(timeout_s, 0.0), limits.max_timeout_s)
        pending = _PendingQuery(
            query, limits, end, on_text, on_stage, cancelled, lambda: self._closed
        )
        with self._lock:
            refusal = self._refusal(limits)
            if refusal is not None:
                return refusal
            self._pending += 1
            self._running += 1
        # A thread for each query: one that hangs in the model can be abandoned.
        work = threading.Thread(target=self._work, args=(pending,), name="query", daemon=True)
        try:
            work.start()
        except RuntimeError as error:  # the system has no more threads
            with self._lock:
                self._pending -= 1
                self._running -= 1
            return QueryResult(Status.MODEL_ERROR, f"the query cannot be begun: {error}")
        try:
            result = pending.wait()
        finally:
            with self._lock:
                self._pending -= 1
                if not pending.returned:
                    self._abandoned[pending] = time.monotonic()
        return replace(result, latency_s=time.monotonic() - start)

    def _refusal(self, limits: QueryLimits) -> QueryResult | None:
        """Why no further query is begun now; called with the lock held."""
        if self._closed:
            return QueryResult(Status.NOT_READY, self._closed)
        stuck = self._stuck()
        too_many = stuck if stuck >= limits.max_abandoned else 0
        if hanging := hanging_model(too_many, self.model_busy_s):
            return QueryResult(Status.NOT_READY, hanging)
        if self._pending >= limits.max_pending:
            return QueryResult(
                Status.BUSY,
                f"{limits.max_pending} queries are being answered (query.max_pending); "
                "ask again later",
            )
        if self._running >= limits.max_pending + limits.max_abandoned:
            # Clients that cancel faster than the model notices.
            return QueryResult(
                Status.BUSY,
                f"{self._running - self._pending} ended queries are still in the model; "
                "ask again later",
            )
        return None

    def _stuck(self) -> int:
        now = time.monotonic()
        return sum(now - since >= _STUCK_S for since in self._abandoned.values())

    def _work(self, pending: _PendingQuery) -> None:
        try:
            result = self._answer(pending)
        except QueryError as error:
            result = QueryResult(error.status, error.message)
        except Exception as error:
            _log.exception("a query failed")
            result = QueryResult(
                Status.MODEL_ERROR, f"the query failed: {type(error).__name__}: {error}"
            )
        with self._lock:
            self._running -= 1
            self._abandoned.pop(pending, None)
            pending.finish(result)

    def _answer(self, pending: _PendingQuery) -> QueryResult:
        query = pending.query
        check(query, pending.limits)
        pending.on_stage(Stage.WAITING)
        name, camera = choose_camera(query, self._cameras)
        wait_s = pending.left_s() / 2
        seen, age_s = choose_frame(
            query, camera, pending.limits, self._clock_ns(), wait_s, pending.stopped
        )
        if query.camera == ALL_CAMERAS and seen.placed is None:
            raise QueryError(
                Status.TF_FAILED,
                "a question about all cameras needs their poses in one fixed frame at the image's "
                "stamp, and memory.use objects: set memory.frame to a frame of the TF tree",
            )
        pending.on_stage(Stage.LOOKING)
        if query.regions:
            own = [region.in_frame(seen.frame) for region in query.regions]
            own = _labelled_as_said(own, query.question, query.region_ids)
            seen = seen_with(seen.frame, own, query.region_ids)
        pose = self._camera_pose(seen.frame, query.target_frame, pending.left_s())
        pending.on_stage(Stage.GENERATING)
        answer = self._reasoner.answer(
            seen.frame,
            seen.regions,
            query.question,
            query.region_ids or None,
            deadline_s=pending.left_s(),
            on_text=pending.on_text,
            cancelled=pending.stopped,
            geometry=seen.geometry,
            novelty=seen.novelty,
        )
        return QueryResult(Status.OK, "", seen, answer, pose, age_s, camera=name)


def _labelled_as_said(
    regions: Sequence[Region], question: str, region_ids: Sequence[int]
) -> list[Region]:
    """Regions that came without a label have the one that the question says of their ``<mask>``."""
    said = {i: label for i, label in zip(region_ids, said_labels(question), strict=False) if label}
    return [r if r.is_labelled else replace(r, label=said.get(r.id, r.label)) for r in regions]


def hanging_model(stuck: int, busy_s: float) -> str:
    """What clients and diagnostics read while the model does not return; empty otherwise.

    Args:
        stuck: abandoned queries that have not returned from it.
        busy_s: seconds since its last step.
    """
    if busy_s >= _HANGING_S:
        what = (
            f"the model has made no step for {busy_s:.0f} s; unless other programs keep the "
            "processor busy,"
        )
    elif stuck:
        what = f"{stuck} abandoned queries have not returned from the model (query.max_abandoned);"
    else:
        return ""
    return f"{what} deactivate and activate the node (lifecycle), or restart it"


class _PendingQuery:
    """A query in progress, shared by the calling thread and the thread that answers it."""

    def __init__(
        self,
        query: QueryRequest,
        limits: QueryLimits,
        end: float,
        on_text: Callable[[str], None] | None,
        on_stage: Callable[[Stage], None],
        cancelled: Callable[[], bool],
        closed: Callable[[], str],
    ) -> None:
        self.query, self.limits = query, limits
        self.on_text, self.on_stage = on_text, on_stage
        self._end, self._cancelled, self._closed = end, cancelled, closed
        self._done = threading.Event()
        self._abandoned = threading.Event()
        self._result: QueryResult | None = None

    def left_s(self) -> float:
        return self._end - time.monotonic()

    def stopped(self) -> bool:
        return self._abandoned.is_set() or self._cancelled() or bool(self._closed())

    @property
    def returned(self) -> bool:
        """Whether the thread that answers it has finished."""
        return self._done.is_set()

    def finish(self, result: QueryResult) -> None:
        self._result = result
        self._done.set()

    def wait(self) -> QueryResult:
        """The result; TIMEOUT or the cancelled result where the work is abandoned."""
        while not self._done.wait(min(max(self.left_s(), 0.0), 0.05)):
            if self._cancelled():
                self._abandoned.set()
                return _CANCELED
            if reason := self._closed():
                self._abandoned.set()
                return QueryResult(Status.NOT_READY, reason)
            if self.left_s() <= 0:
                self._abandoned.set()
                return QueryResult(
                    Status.TIMEOUT,
                    "no answer within the timeout of the request; give it more time, or ask a "
                    "smaller model (parameter model.path)",
                )
        assert self._result is not None
        # A model that was stopped may have returned half an answer.
        if self._cancelled():
            return _CANCELED
        if self._result.status is not Status.OK and (reason := self._closed()):
            return QueryResult(Status.NOT_READY, reason)
        return self._result


_CANCELED = QueryResult(Status.TIMEOUT, "the client cancelled the query", canceled=True)
