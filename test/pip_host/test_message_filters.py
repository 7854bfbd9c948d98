# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The stand-in for message_filters: what belongs together, what waits, what is dropped."""

from __future__ import annotations

import pytest

rclpy = pytest.importorskip("rclpy", reason="needs ROS: run scripts/setup, or source ROS")

from message_filters import ApproximateTimeSynchronizer, SimpleFilter  # noqa: E402
from rclpy.time import Time  # noqa: E402
from sensor_msgs.msg import Image  # noqa: E402
from std_msgs.msg import Header  # noqa: E402

STAND_IN = "pip_host" in (__import__("message_filters").__file__ or "")
MS = 1_000_000


def at(milliseconds: float, name: str = "") -> Image:
    """An empty image with that stamp."""
    stamp = Time(nanoseconds=int(milliseconds * MS)).to_msg()
    return Image(header=Header(stamp=stamp, frame_id=name))


def play(synchronizer, inputs: dict[str, SimpleFilter], messages: list[tuple[str, float]]):
    """What comes out, as tuples of milliseconds, when ``messages`` come in in this order."""
    out: list[tuple[float, ...]] = []
    synchronizer.registerCallback(
        lambda *found: out.append(
            tuple(Time.from_msg(m.header.stamp).nanoseconds / MS for m in found)
        )
    )
    for name, milliseconds in messages:
        inputs[name].signalMessage(at(milliseconds, name))
    return out


def two() -> dict[str, SimpleFilter]:
    return {"a": SimpleFilter(), "b": SimpleFilter()}


@pytest.mark.parametrize(
    ("messages", "queue_size", "expected"),
    [
        ([("a", 10), ("b", 14)], 5, [(10, 14)]),
        ([("b", 14), ("a", 10)], 5, [(10, 14)]),  # the output has the inputs' order
        ([("a", 10), ("b", 21)], 5, []),  # 11 ms apart
        ([("a", 10), ("b", 20)], 5, []),  # exactly the slop apart: not within it
        ([("a", 10), ("a", 17), ("b", 15)], 5, [(17, 15)]),  # the nearest, not the first
        ([("a", 10), ("a", 17), ("b", 15), ("b", 9)], 5, [(17, 15), (10, 9)]),
        ([("a", 10), ("b", 11), ("b", 12)], 5, [(10, 11)]),  # used once
        ([("a", 10), ("a", 50), ("b", 11)], 1, []),  # 10 was pushed out by 50
        ([("a", 50), ("a", 10), ("b", 11)], 1, []),  # an older one does not push out a newer
        ([("a", 0), ("b", 1), ("a", 33), ("b", 34), ("a", 66), ("b", 67)], 2,
         [(0, 1), (33, 34), (66, 67)]),
    ],
)  # fmt: skip
def test_stamps_within_the_slop(messages, queue_size, expected):
    inputs = two()
    synchronizer = ApproximateTimeSynchronizer([*inputs.values()], queue_size, slop=0.010)
    assert play(synchronizer, inputs, messages) == expected


def test_three_inputs_must_all_lie_within_the_slop_of_each_other():
    inputs = {**two(), "c": SimpleFilter()}
    synchronizer = ApproximateTimeSynchronizer([*inputs.values()], 5, 0.010)
    # To b = 16 the nearest are a = 10 and c = 22, but those are 12 ms apart; c = 24 is no better.
    messages: list[tuple[str, float]] = [("a", 10), ("c", 24), ("c", 22), ("b", 16), ("c", 18)]
    assert play(synchronizer, inputs, messages) == [(10, 16, 18)]


def test_callbacks_get_their_own_arguments_in_order_of_registration():
    source, out = SimpleFilter(), []
    source.registerCallback(lambda m, tag: out.append((tag, m)), "first")
    source.registerCallback(lambda m: out.append(("second", m)))
    source.signalMessage(7)
    assert out == [("first", 7), ("second", 7)]


@pytest.mark.skipif(not STAND_IN, reason="the real one stays locked, message_filters#65")
def test_a_callback_that_raises_does_not_lock_the_synchronizer():
    inputs, seen = two(), []
    synchronizer = ApproximateTimeSynchronizer([*inputs.values()], 5, 0.010)

    def first_time_raises(a, b):
        seen.append(a)
        if len(seen) == 1:
            raise RuntimeError("broken listener")

    synchronizer.registerCallback(first_time_raises)
    inputs["a"].signalMessage(at(10))
    with pytest.raises(RuntimeError, match="broken listener"):
        inputs["b"].signalMessage(at(11))
    assert not synchronizer.lock.locked()
    inputs["a"].signalMessage(at(40))
    inputs["b"].signalMessage(at(41))
    assert len(seen) == 2
