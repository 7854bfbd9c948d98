# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A node that is not ready yet is asked again, and what is waited for is said once."""

import pytest

pytest.importorskip("rclpy")

from smolrgpt_ros.client import readiness
from smolrgpt_ros.client.reply import SpatialReply
from smolrgpt_ros.scene.status import Status

pytestmark = [pytest.mark.ros]

LOADING = SpatialReply(Status.NOT_READY, "the model is being loaded")
NO_IMAGE = SpatialReply(Status.NO_FRAME, "no image has come on rgb/image_raw yet")
ANSWER = SpatialReply(Status.OK)
STALE = SpatialReply(Status.STALE_FRAME, "the newest frame is 9.00 s old")


class Clock:
    """Time that passes while it is slept."""

    def __init__(self):
        self.now_s = 100.0

    def monotonic(self):
        return self.now_s

    def sleep(self, seconds):
        self.now_s += seconds


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(readiness, "time", clock)
    return clock


def test_each_reason_is_said_once(clock, capsys):
    replies = iter([LOADING, LOADING, NO_IMAGE, ANSWER])
    assert readiness.reply_when_ready(lambda: next(replies), 10.0) is ANSWER
    assert clock.now_s == 101.5
    assert capsys.readouterr().err.splitlines() == [
        "waiting up to 10 s (--wait): NOT_READY: the model is being loaded",
        "waiting up to 10 s (--wait): NO_FRAME: no image has come on rgb/image_raw yet",
    ]


@pytest.mark.parametrize(("wait_s", "calls"), [(0.0, 1), (1.2, 3)])
def test_the_last_reply_is_given_when_time_is_over(clock, wait_s, calls):
    asked = []

    def ask_in_vain():
        asked.append(clock.now_s)
        return NO_IMAGE

    assert readiness.reply_when_ready(ask_in_vain, wait_s) is NO_IMAGE
    assert len(asked) == calls


def test_other_failures_are_not_waited_for(clock, capsys):
    assert readiness.reply_when_ready(lambda: STALE, 10.0) is STALE
    assert (clock.now_s, capsys.readouterr().err) == (100.0, "")
