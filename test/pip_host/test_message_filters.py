# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The stand-in for message_filters: what belongs together, what waits, what is dropped."""

from __future__ import annotations

import time
from typing import Any

import pytest

rclpy = pytest.importorskip("rclpy", reason="needs ROS: run scripts/setup, or source ROS")

from message_filters import (  # noqa: E402
    ApproximateTimeSynchronizer,
    Cache,
    SimpleFilter,
    Subscriber,
    TimeSynchronizer,
)
from rclpy.qos import qos_profile_sensor_data  # noqa: E402
from rclpy.time import Time  # noqa: E402
from sensor_msgs.msg import Image  # noqa: E402
from std_msgs.msg import Header, String  # noqa: E402

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
        ([("a", 10), ("b", 10)], 5, [(10, 10)]),
        ([("b", 10), ("a", 10)], 5, [(10, 10)]),  # the output has the inputs' order, not theirs
        ([("a", 10), ("b", 10.001)], 5, []),
        ([("a", 10), ("a", 20), ("b", 20), ("b", 10)], 5, [(20, 20), (10, 10)]),
        ([("a", 10), ("a", 20), ("b", 10), ("b", 20)], 1, [(20, 20)]),  # 10 was pushed out
        ([("a", 10), ("b", 10), ("b", 10)], 5, [(10, 10)]),  # used once
    ],
)
def test_messages_of_equal_stamps_are_paired_once(messages, queue_size, expected):
    inputs = two()
    assert play(TimeSynchronizer([*inputs.values()], queue_size), inputs, messages) == expected


@pytest.mark.parametrize(
    ("messages", "queue_size", "expected"),
    [
        ([("a", 10), ("b", 14)], 5, [(10, 14)]),
        ([("b", 14), ("a", 10)], 5, [(10, 14)]),
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


def test_messages_without_header_are_dropped_or_filed_under_now():
    for allowed, expected in ((False, 0), (True, 1)):
        inputs, out = two(), list[Any]()
        synchronizer = ApproximateTimeSynchronizer(
            [*inputs.values()], 5, 1.0, allow_headerless=allowed
        )
        synchronizer.registerCallback(lambda *found, out=out: out.append(found))
        inputs["a"].signalMessage(String(data="left"))
        inputs["b"].signalMessage(String(data="right"))
        assert len(out) == expected
        if allowed:
            assert [m.data for m in out[0]] == ["left", "right"]


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


def test_cache_answers_by_time_and_forgets_the_oldest():
    source = SimpleFilter()
    cache = Cache(source, cache_size=3)
    for milliseconds in (10, 20, 30, 40):
        source.signalMessage(at(milliseconds))

    def stamps(messages):
        return [Time.from_msg(m.header.stamp).nanoseconds // MS for m in messages]

    def ms(value: int) -> Time:
        from rclpy.clock import ClockType

        return Time(nanoseconds=value * MS, clock_type=ClockType.ROS_TIME)

    assert stamps(cache.getInterval(ms(0), ms(30))) == [20, 30]
    assert stamps([cache.getElemAfterTime(ms(21)), cache.getElemBeforeTime(ms(29))]) == [30, 20]
    assert cache.getElemAfterTime(ms(41)) is None and cache.getElemBeforeTime(ms(19)) is None
    assert stamps([cache.getLast()]) == [40]
    assert cache.getOldestTime() == ms(20) and cache.getLastestTime() == ms(40)


@pytest.mark.ros
def test_subscriber_hears_a_best_effort_topic_and_hands_the_rest_to_its_subscription():
    context = rclpy.Context()
    rclpy.init(context=context)
    node = rclpy.create_node("filters", context=context, namespace="/test_message_filters")
    executor = rclpy.executors.SingleThreadedExecutor(context=context)
    executor.add_node(node)
    try:
        subscriber = Subscriber(node, Image, "rgb", qos_profile=qos_profile_sensor_data)
        heard: list[Image] = []
        subscriber.registerCallback(heard.append)
        publisher = node.create_publisher(Image, "rgb", qos_profile_sensor_data)
        assert subscriber.getTopic() == "rgb"
        assert subscriber.topic_name == "/test_message_filters/rgb"
        end = time.monotonic() + 10.0
        while not heard and time.monotonic() < end:
            publisher.publish(at(5, "optical"))
            executor.spin_once(timeout_sec=0.05)
        assert heard and heard[0].header.frame_id == "optical"
    finally:
        executor.shutdown()
        node.destroy_node()
        rclpy.try_shutdown(context=context)
