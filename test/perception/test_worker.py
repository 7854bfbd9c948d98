# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The detector's thread: newest input first, errors kept, ids that last, a clean end."""

import math
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from taped_floor import detected, half_of, hidden_right_of, plane, scene

from smolrgpt_ros.detection.detector import Detection, Detections
from smolrgpt_ros.detection.suppression import suppressed
from smolrgpt_ros.perception.worker import PerceptionWorker
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.masks import overlap
from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.status import QueryError, Status


def build(stamp_ns):
    if stamp_ns < 0:
        raise QueryError(Status.UNREGISTERED_DEPTH, "sizes differ")
    return RgbdFrame(np.zeros((6, 9, 3), np.uint8), None, None, stamp_ns=stamp_ns)


class OnePallet:
    name, device, labels, sha256 = "one", "cpu", ("pallet",), ""

    def __init__(self):
        self.allowed = threading.Semaphore(0)
        self.error = None

    def detect(self, frame):
        self.allowed.acquire(timeout=5)
        if self.error is not None:
            raise self.error
        mask = np.zeros(frame.rgb.shape[:2], bool)
        mask[1:4, 2:6] = True
        return Detections((Detection("pallet", 0.9, mask),), novelty=0.5)


@pytest.fixture
def detector():
    return OnePallet()


@pytest.fixture
def seen():
    return []


@pytest.fixture
def worker(detector, seen):
    worker = PerceptionWorker(build, detector, seen.append)
    worker.start()
    yield worker
    detector.allowed.release()
    assert worker.stop()


def wait_for(condition):
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.002)


def test_only_the_newest_waiting_input_is_processed(worker, detector, seen):
    worker.offer(1)
    wait_for(lambda: worker._waiting is None)  # taken, and held up in the detector
    worker.offer(2)
    worker.offer(3)
    detector.allowed.release(2)
    wait_for(lambda: len(seen) == 2)
    assert [s.frame.stamp_ns for s in seen] == [1, 3]
    assert worker.counters.skipped == 1
    assert [s.regions[0].id for s in seen] == [1, 1], "the same object keeps its id"


def test_an_unusable_input_leaves_its_reason_until_a_good_one(worker, detector, seen):
    detector.allowed.release(5)
    worker.offer(-1)
    wait_for(lambda: worker.failure is not None)
    assert worker.failure.status is Status.UNREGISTERED_DEPTH
    worker.offer(4)
    wait_for(lambda: worker.failure is None)
    assert [s.frame.stamp_ns for s in seen] == [4]
    assert worker.counters.failed == 1


def test_an_image_that_a_detector_does_not_return_from_is_timed(worker, detector, seen):
    assert worker.busy_s == 0.0
    worker.offer(1)
    wait_for(lambda: worker.busy_s > 0.02)
    detector.allowed.release()
    wait_for(lambda: seen and worker.busy_s == 0.0)


def test_a_detector_that_raises_does_not_end_the_thread(worker, detector, seen):
    detector.allowed.release(5)
    detector.error = RuntimeError("out of memory")
    worker.offer(1)
    wait_for(lambda: worker.failure is not None)
    assert "RuntimeError: out of memory" in worker.failure.message
    detector.error = None
    worker.offer(2)
    wait_for(lambda: seen)
    assert worker.failure is None


def test_without_a_detector_frames_have_no_regions(seen):
    worker = PerceptionWorker(build, None, seen.append)
    worker.start()
    worker.offer(7)
    wait_for(lambda: seen)
    assert [s.regions for s in seen] == [()]
    assert worker.stop()


def test_the_least_period_is_kept():
    started = []

    def build_at(stamp_ns):
        started.append(time.monotonic())
        return build(stamp_ns)

    worker = PerceptionWorker(build_at, None, lambda seen: None, min_period_s=lambda: 0.2)
    worker.start()
    for stamp in range(50):
        worker.offer(stamp)
        time.sleep(0.01)
    assert worker.stop()
    assert len(started) >= 2
    # On average; a period of tolerance: the clock is read a little later here than in the worker.
    assert started[-1] - started[0] >= 0.2 * (len(started) - 2)


def test_frames_at_just_the_allowed_rate_are_seen_though_the_thread_wakes_late(seen, monkeypatch):
    worker = PerceptionWorker(build, None, seen.append, min_period_s=lambda: 0.05)
    wait = worker._wake.wait
    monkeypatch.setattr(worker._wake, "wait", lambda timeout: wait(timeout + 0.02))
    worker.start()
    start = time.monotonic()
    for stamp in range(24):
        time.sleep(max(start + 0.05 * stamp - time.monotonic(), 0.0))
        worker.offer(stamp)
    time.sleep(0.2)
    assert worker.stop()
    # A period counted from when the thread woke would be 0.07 s, and lose seven of them.
    assert len(seen) >= 21, [s.frame.stamp_ns for s in seen]


def test_regions_that_come_with_an_input_are_taken_instead_of_the_detectors(detector, seen):
    mask = np.zeros((6, 9), bool)
    mask[2, 3] = True
    external = {1: (Region(id=42, label="shelf", mask=mask),), 2: ()}
    worker = PerceptionWorker(
        build,
        detector,
        seen.append,
        external_regions=lambda item, frame: external.get(item),
    )
    detector.allowed.release(5)
    worker.start()
    for stamp in (1, 2, 3):
        worker.offer(stamp)
        wait_for(lambda s=stamp: seen and seen[-1].frame.stamp_ns == s)
    assert worker.stop()
    assert [[r.id for r in s.regions] for s in seen] == [[42], [], [1]]


def test_places_and_memory_take_the_same_pose_which_is_asked_for_once(seen):
    """Of a place that two frames show whole and the third one in part; see ``taped_floor``."""
    whole, true = scene(plane())
    frames = {1: whole, 2: whole, 3: hidden_right_of(120, whole)}
    masks = iter([true, true, half_of(true) & (np.arange(true.shape[1]) < 120)])

    class OnePlace:
        name, device, labels, sha256 = "one", "cpu", ("buffer",), ""

        def detect(self, frame):
            return Detections((detected(next(masks)),))

    asked, remembered = [], []

    def pose_of(frame):
        asked.append(frame.stamp_ns)
        return Pose("map", plane().axes, np.array([0.0, 0.0, 1.2]))

    def remember(found, pose):
        remembered.append(pose.frame_id)
        return found

    worker: PerceptionWorker[int] = PerceptionWorker(
        lambda stamp: replace(frames[stamp], stamp_ns=stamp),
        OnePlace(),
        seen.append,
        pose_of=pose_of,
        remember=remember,
    )
    worker.start()
    try:
        for stamp in (1, 2, 3):
            worker.offer(stamp)
            wait_for(lambda stamp=stamp: len(seen) == stamp)
    finally:
        assert worker.stop()
    assert asked == [1, 2, 3]
    assert remembered == ["map"] * 3
    assert overlap(seen[2].regions[0].mask, true) > 0.9


def test_failures_are_counted_by_status_and_times_are_kept(worker, detector, seen):
    detector.allowed.release(5)
    for stamp in (-1, -2, 7):
        worker.offer(stamp)
        wait_for(lambda: worker._waiting is None)
        wait_for(lambda n=stamp: seen or worker.counters.failed >= -n)
    assert dict(worker.counters.reasons) == {"UNREGISTERED_DEPTH": 2}
    assert worker.overhead_cpu_s.quantile(0.0) >= 0.0  # NaN where nothing is kept


def test_frames_that_fail_before_the_detector_add_no_time_of_it(worker, detector, seen):
    detector.allowed.release(5)
    worker.offer(-1)
    wait_for(lambda: worker.counters.failed == 1)
    assert math.isnan(worker.detect_s.quantile(0.5)), "it has looked at nothing"
    worker.offer(4)
    wait_for(lambda: seen)
    assert worker.detect_s.quantile(0.5) > 0.0


def test_doubles_of_one_object_are_counted_whoever_sent_them(seen):
    """Two masks of one pallet: first as regions of another node, then as its detections."""
    mask = np.zeros((6, 9), bool)
    mask[1:4, 2:6] = True
    twice = (Region(1, "pallet", mask), Region(2, "pallet", mask))
    doubled = suppressed([Detection("pallet", 0.9, mask), Detection("shelf", 0.8, mask)])
    worker = PerceptionWorker(
        build,
        None,
        seen.append,
        external_regions=lambda item, frame: twice if item == 1 else None,
        external_detections=lambda item, frame: doubled,
    )
    worker.start()
    for stamp in (1, 2):
        worker.offer(stamp)
        wait_for(lambda s=stamp: seen and seen[-1].frame.stamp_ns == s)
    assert worker.stop()
    assert worker.counters.duplicates == 2
    assert [len(s.regions) for s in seen] == [1, 1]
