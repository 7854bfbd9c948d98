# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Detection and tracking on a thread of their own, always on the newest input. Free of ROS."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from smolrgpt_ros.detection.detector import Detections, RegionDetector
from smolrgpt_ros.detection.tracker import TrackerSettings
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.status import QueryError, Status

from .candidates import MaskRules, SeenBefore, tracked
from .rolling_window import RollingWindow
from .seen_frame import SeenFrame, seen_with

Input = TypeVar("Input")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PerceptionCounters:
    """Inputs so far by what became of them, and the time of the last one.

    Args:
        skipped, seen, failed: numbers of inputs; skipped ones were replaced by newer ones.
        duplicates: regions that were left out since a better one is of the same object.
        reasons: failed inputs by the name of their status.
    """

    skipped: int = 0
    seen: int = 0
    failed: int = 0
    duplicates: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)


class PerceptionWorker(Generic[Input]):
    """Turns the newest input into a seen frame, on a thread of its own.

    :meth:`offer` never blocks and never raises: an input that was not taken yet is replaced.

    Args:
        build: makes a frame of an input; raises QueryError where it cannot.
        detector: finds the regions; ``None`` for a node whose clients send their own.
        on_seen: called with each seen frame, on the worker's thread.
        tracker: called for the tracker's settings at each frame, so that they may change.
        masks: called at each frame for what is made of the detector's masks.
        min_period_s: called for the least time between two frames, seconds; kept on average where
            the thread wakes late.
        pose_of: called with each frame whose regions are detected here, for the camera's pose in
            a fixed frame; ``None`` where it is not known.
        remember: called with what is seen in it, and that pose, for what is seen over time.
        external_regions: called first, for regions that arrived with the input; ``None`` where
            they are to be found.
        external_detections: called next, for detections that arrived with the input; ``None`` where
            the detector is to find them.
    """

    def __init__(
        self,
        build: Callable[[Input], RgbdFrame],
        detector: RegionDetector | None,
        on_seen: Callable[[SeenFrame], None],
        *,
        tracker: Callable[[], TrackerSettings] = TrackerSettings,
        masks: Callable[[], MaskRules] = MaskRules,
        min_period_s: Callable[[], float] = lambda: 0.0,
        pose_of: Callable[[RgbdFrame], Pose | None] = lambda frame: None,
        remember: Callable[[SeenFrame, Pose | None], SeenFrame] = lambda seen, pose: seen,
        external_regions: Callable[[Input, RgbdFrame], tuple[Region, ...] | None] = (
            lambda item, frame: None
        ),
        external_detections: Callable[[Input, RgbdFrame], Detections | None] = (
            lambda item, frame: None
        ),
    ) -> None:
        self._build = build
        self._detector = detector
        self._on_seen = on_seen
        self._tracker = tracker
        self._masks = masks
        self._min_period_s = min_period_s
        self._pose_of = pose_of
        self._remember = remember
        self._external_regions = external_regions
        self._external_detections = external_detections
        #: Seconds of the last frames in the detector, of those that came to it.
        self.detect_s = RollingWindow()
        #: How unlike the detector's training pictures the last ones were, where that is known.
        self.novelty = RollingWindow(25)
        #: CPU seconds in everything around it: decoding, tracking, the callback.
        self.overhead_cpu_s = RollingWindow()
        self._before = SeenBefore()
        self._counters = PerceptionCounters()
        self._failure: QueryError | None = None
        self._waiting: Input | None = None
        self._busy_since: float | None = None
        self._wake = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="perception", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """End the thread; False if it did not end in time (a detector that hangs)."""
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def offer(self, item: Input) -> None:
        """Make this the next input."""
        with self._wake:
            skipped = self._counters.skipped + (self._waiting is not None)
            self._counters = replace(self._counters, skipped=skipped)
            self._waiting = item
            self._wake.notify_all()

    @property
    def counters(self) -> PerceptionCounters:
        with self._wake:
            return self._counters

    @property
    def failure(self) -> QueryError | None:
        """Why the last input gave no frame; ``None`` if it did."""
        with self._wake:
            return self._failure

    @property
    def busy_s(self) -> float:
        """Seconds that the input at hand has taken so far; 0 while there is none."""
        with self._wake:
            since = self._busy_since
        return 0.0 if since is None else time.monotonic() - since

    def _run(self) -> None:
        last = -float("inf")
        while True:
            with self._wake:
                while not self._stopping:
                    pause = last + self._min_period_s() - time.monotonic()
                    if self._waiting is not None and pause <= 0:
                        break
                    self._wake.wait(pause if self._waiting is not None else 1.0)
                if self._stopping:
                    return
                item, self._waiting = self._waiting, None
                self._busy_since = time.monotonic()
            # Counted from the due time and not from the start: otherwise a camera of exactly this
            # rate loses a frame whenever the delays add up to one period.
            now, period = time.monotonic(), self._min_period_s()
            last = last + period if now < last + 2 * period else now
            if item is not None:
                self._process(item)

    def _process(self, item: Input) -> None:
        start_cpu = time.thread_time()
        detect_cpu_s = 0.0
        duplicates = 0
        failure: QueryError | None = None
        try:
            frame = self._build(item)
            seen, detect_cpu_s = self._find(item, frame)
            duplicates = seen.duplicates
            if seen.novelty is not None:
                self.novelty.add(seen.novelty)
            if not self._stopping:  # of a detector that returned after it was given up
                self._on_seen(seen)
        except QueryError as error:
            failure = error
        except Exception as error:  # an exception of a detector must not end the thread
            _log.exception("a frame could not be processed")
            failure = QueryError(
                Status.NO_FRAME,
                f"the last frame could not be processed: {type(error).__name__}: {error}",
            )
        self.overhead_cpu_s.add(time.thread_time() - start_cpu - detect_cpu_s)
        with self._wake:
            self._failure, self._busy_since = failure, None
            reasons = dict(self._counters.reasons)
            if failure is not None:
                reasons[failure.status.name] = reasons.get(failure.status.name, 0) + 1
            self._counters = replace(
                self._counters,
                seen=self._counters.seen + (failure is None),
                failed=self._counters.failed + (failure is not None),
                duplicates=self._counters.duplicates + duplicates,
                reasons=reasons,
            )

    def _find(self, item: Input, frame: RgbdFrame) -> tuple[SeenFrame, float]:
        """What is seen in a frame, and the CPU seconds that it took in the detector."""
        external = self._external_regions(item, frame)
        if external is not None:
            return seen_with(frame, external), 0.0
        detections = self._external_detections(item, frame)
        detect_cpu_s = 0.0
        if detections is None:
            if self._detector is None:
                return SeenFrame(frame, ()), 0.0
            start, start_cpu = time.perf_counter(), time.thread_time()
            detections = self._detector.detect(frame)
            self.detect_s.add(time.perf_counter() - start)
            detect_cpu_s = time.thread_time() - start_cpu
        pose = self._pose_of(frame)
        self._before, seen = tracked(
            self._before, detections, frame, self._tracker(), self._masks(), pose
        )
        return self._remember(seen, pose), detect_cpu_s
