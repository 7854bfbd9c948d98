# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Which frames are kept, and which one a stamp finds."""

import threading

import numpy as np
import pytest

from smolrgpt_ros.perception.seen_frame import SeenFrame
from smolrgpt_ros.query.frame_history import FrameHistory
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.status import QueryError, Status


def seen(stamp_ns):
    frame = RgbdFrame(np.zeros((2, 3, 3), np.uint8), None, None, stamp_ns=stamp_ns)
    return SeenFrame(frame, ())


def test_newest_and_bound():
    history = FrameHistory(2)
    assert history.newest() is None
    for stamp in (10, 20, 30):
        history.add(seen(stamp))
    newest = history.newest()
    assert newest is not None and newest.frame.stamp_ns == 30
    assert history.at(20).frame.stamp_ns == 20
    with pytest.raises(QueryError, match=r"the 2 kept ones.*history.size") as error:
        history.at(10)
    assert error.value.status is Status.NO_FRAME


def test_only_the_exact_stamp_counts():
    history = FrameHistory(4)
    history.add(seen(1_000_000_000))
    with pytest.raises(QueryError, match=r"1\.000000001"):
        history.at(1_000_000_001)


def test_time_that_starts_again_forgets_the_old_frames():
    history = FrameHistory(4)
    history.add(seen(100))
    history.add(seen(50))
    newest = history.newest()
    assert newest is not None and newest.frame.stamp_ns == 50
    with pytest.raises(QueryError):
        history.at(100)


def test_a_frame_still_to_come_is_waited_for():
    history = FrameHistory(4)
    history.add(seen(10))
    timer = threading.Timer(0.05, lambda: history.add(seen(20)))
    timer.start()
    assert history.at(20, timeout_s=5.0).frame.stamp_ns == 20
    timer.join()


def test_a_frame_that_was_passed_over_is_not_waited_for():
    history = FrameHistory(4)
    history.add(seen(10))
    timer = threading.Timer(0.05, lambda: history.add(seen(30)))
    timer.start()
    with pytest.raises(QueryError):
        history.at(20, timeout_s=60.0)
    timer.join()


def test_bad_size():
    with pytest.raises(ValueError, match="at least 1"):
        FrameHistory(0)
