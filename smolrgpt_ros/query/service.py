"""A query from its request to its result: choose a frame and regions, ask the reasoner.

Free of ROS: service, action and topic ask one :class:`QueryService`, which returns a result within
the query's timeout also where the model hangs.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.perception.worker import SeenFrame
from smolrgpt_ros.reasoning.answer import SpatialAnswer
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.status import QueryError, Status

from .frame_history import FrameHistory
from .input_state import InputState, why_no_frame, why_stale
from .request import QueryLimits, QueryRequest, QueryResult, Stage, check

_log = logging.getLogger(__name__)

#: ``(frame, target frame, seconds left) -> pose`` of the frame's camera in the target frame.
CameraPose = Callable[[RgbdFrame, str, float], Pose | None]


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
    ) -> SpatialAnswer: ...


@dataclass(frozen=True, eq=False)
class CameraView:
    """One camera, as queries see it.

    Args:
        history: frames to choose from.
        inputs: called for the state of the inputs when there is no usable frame.
    """

    history: FrameHistory
    inputs: Callable[[], InputState]


class QueryService:
    """Answers queries, at most ``max_pending`` at once; further ones end with BUSY.

    Args:
        reasoner: answers; called from several threads.
        cameras: by name; a single one may be called ``""``.
        clock_ns: called for the time that image stamps are compared with.
        limits: called for bounds and defaults, so that they may change.
        camera_pose: called with the frame, the query's target frame and the seconds left, before
            the model is asked; the camera's pose in the target frame, ``None`` where none is named.
            May raise QueryError.
    """

    def __init__(
        self,
        reasoner: Reasoner,
        cameras: Mapping[str, CameraView],
        *,
        clock_ns: Callable[[], int] = time.time_ns,
        limits: Callable[[], QueryLimits] = QueryLimits,
        camera_pose: CameraPose = lambda frame, target, left_s: None,
    ) -> None:
        self._reasoner = reasoner
        self._cameras = dict(cameras)
        self._clock_ns = clock_ns
        self._limits = limits
        self._camera_pose = camera_pose
        self._pending = 0
        self._lock = threading.Lock()

    @property
    def pending(self) -> int:
        """Queries being answered now."""
        with self._lock:
            return self._pending

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
        with self._lock:
            busy = self._pending >= limits.max_pending
            self._pending += not busy
        if busy:
            return QueryResult(
                Status.BUSY,
                f"{limits.max_pending} queries are being answered (query.max_pending); "
                "ask again later",
            )
        pending = _PendingQuery(query, limits, end, on_text, on_stage, cancelled)
        # A thread for each query: one that hangs in the model can be abandoned, and counts as
        # pending until it ends.
        threading.Thread(target=self._work, args=(pending,), name="query", daemon=True).start()
        result = pending.wait()
        return replace(result, latency_s=time.monotonic() - start)

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
            self._pending -= 1
        pending.finish(result)

    def _answer(self, pending: _PendingQuery) -> QueryResult:
        query = pending.query
        check(query, pending.limits)
        pending.on_stage(Stage.WAITING)
        name, camera = self._camera(query.camera)
        seen, age_s = self._frame(query, pending, camera)
        pending.on_stage(Stage.LOOKING)
        if query.regions:
            own = tuple(region.in_frame(seen.frame) for region in query.regions)
            seen = SeenFrame(seen.frame, own)
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
        )
        return QueryResult(Status.OK, "", seen, answer, pose, age_s, camera=name)

    def _camera(self, name: str) -> tuple[str, CameraView]:
        if name in self._cameras:
            return name, self._cameras[name]
        if not name and len(self._cameras) == 1:
            return next(iter(self._cameras.items()))
        names = ", ".join(n for n in self._cameras if n)
        if not name:
            raise QueryError(
                Status.NO_FRAME, f"this node has several cameras, name one in camera: {names}"
            )
        has = f"has {names}" if names else "has one, leave the field empty"
        raise QueryError(Status.NO_FRAME, f"there is no camera {name!r:.60}: this node {has}")

    def _frame(
        self, query: QueryRequest, pending: _PendingQuery, camera: CameraView
    ) -> tuple[SeenFrame, float]:
        now_ns = self._clock_ns()
        if query.stamp_ns:
            seen = camera.history.at(query.stamp_ns, max(pending.left_s() / 2, 0.0))
            return seen, (now_ns - seen.frame.stamp_ns) / 1e9
        newest = camera.history.newest()
        if newest is None:
            raise why_no_frame(camera.inputs())
        age_s = (now_ns - newest.frame.stamp_ns) / 1e9
        max_age_s = pending.limits.max_age_s if query.max_age_s is None else query.max_age_s
        if age_s > max_age_s:
            raise why_stale(camera.inputs(), age_s, max_age_s)
        if age_s < -max_age_s:
            # It would not become stale for hours after the camera stops.
            raise QueryError(
                Status.STALE_FRAME,
                f"the newest frame is stamped {-age_s:.2f} s in the future of this node's clock, "
                f"allowed are {max_age_s:.2f} s; synchronize the clocks, or check use_sim_time",
            )
        return newest, age_s


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
    ) -> None:
        self.query, self.limits = query, limits
        self.on_text, self.on_stage = on_text, on_stage
        self._end, self._cancelled = end, cancelled
        self._done = threading.Event()
        self._abandoned = threading.Event()
        self._result: QueryResult | None = None

    def left_s(self) -> float:
        return self._end - time.monotonic()

    def stopped(self) -> bool:
        return self._abandoned.is_set() or self._cancelled()

    def finish(self, result: QueryResult) -> None:
        self._result = result
        self._done.set()

    def wait(self) -> QueryResult:
        """The result; TIMEOUT or the cancelled result where the work is abandoned."""
        while not self._done.wait(min(max(self.left_s(), 0.0), 0.05)):
            if self._cancelled():
                self._abandoned.set()
                return _CANCELED
            if self.left_s() <= 0:
                self._abandoned.set()
                return QueryResult(
                    Status.TIMEOUT,
                    "no answer within the timeout of the request; give it more time, or ask a "
                    "smaller model (parameter model.path)",
                )
        assert self._result is not None
        # A model that was stopped may have returned half an answer.
        return _CANCELED if self._cancelled() else self._result


_CANCELED = QueryResult(Status.TIMEOUT, "the client cancelled the query", canceled=True)
