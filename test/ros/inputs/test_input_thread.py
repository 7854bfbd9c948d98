# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Subscriptions on a thread of their own: each message once, also after a callback that raises."""

import logging
import os
import threading
import time
from typing import Any

import pytest
import rclpy
from rclpy.context import Context
from rclpy.event_handler import SubscriptionEventCallbacks
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from std_msgs.msg import Int32, String

from smolrgpt_ros.ros.inputs.input_thread import InputThread
from smolrgpt_ros.ros.qos import profile

pytestmark = pytest.mark.ros

DOMAIN = int(os.environ.get("ROS_DOMAIN_ID", 10 + os.getpid() % 90))


@pytest.fixture
def node():
    """A node that an executor spins beside the thread."""
    context = Context()
    rclpy.init(context=context, domain_id=DOMAIN)
    node = Node("inputs", context=context, use_global_arguments=False)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    spinning = threading.Thread(target=executor.spin, daemon=True)
    spinning.start()
    yield node
    executor.shutdown(timeout_sec=2.0)
    spinning.join(5.0)
    node.destroy_node()
    rclpy.try_shutdown(context=context)


def wait_until(condition, timeout_s=10.0):
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, f"waited {timeout_s} s"
        time.sleep(0.005)


def publish(publisher, *messages):
    wait_until(lambda: publisher.get_subscription_count() > 0)
    for message in messages:
        publisher.publish(message)


def test_messages_of_all_its_topics_come_in_order_on_its_own_thread(node):
    inputs, received, threads = InputThread(node.context, "camera front"), [], set()

    def on_message(message):
        threads.add(threading.current_thread().name)
        received.append(message.data)

    qos = profile("reliable")
    subscriptions = [
        node.create_subscription(kind, topic, on_message, qos, callback_group=inputs.group)
        for kind, topic in ((Int32, "input_numbers"), (String, "input_words"))
    ]
    inputs.start(subscriptions)
    numbers = node.create_publisher(Int32, "input_numbers", qos)
    words = node.create_publisher(String, "input_words", qos)
    publish(numbers, *(Int32(data=n) for n in (7, 5, 3)))
    publish(words, String(data="left"))
    wait_until(lambda: len(received) == 4)
    assert [x for x in received if x != "left"] == [7, 5, 3]
    assert threads == {"camera front"}
    assert inputs.stop()


def test_a_callback_that_raises_is_logged_and_the_next_message_is_taken(node, caplog):
    inputs = InputThread(node.context)
    received: list[Any] = []

    def on_message(message):
        received.append(message.data)
        if message.data == 1:
            raise RuntimeError("what a callback does")

    qos = profile("reliable")
    topic = "input_that_raises"
    inputs.start(
        [node.create_subscription(Int32, topic, on_message, qos, callback_group=inputs.group)]
    )
    publisher = node.create_publisher(Int32, topic, qos)
    with caplog.at_level(logging.ERROR):
        publish(publisher, Int32(data=1), Int32(data=2))
        wait_until(lambda: received == [1, 2])
    assert "what a callback does" in caplog.text and "input_that_raises" in caplog.text
    assert inputs.stop()


def test_after_stop_nothing_is_taken(node):
    inputs = InputThread(node.context)
    received: list[Any] = []
    qos = profile("reliable")
    subscription = node.create_subscription(
        Int32, "input_stopped", received.append, qos, callback_group=inputs.group
    )
    inputs.start([subscription])
    publisher = node.create_publisher(Int32, "input_stopped", qos)
    publish(publisher, Int32(data=1))
    wait_until(lambda: len(received) == 1)
    assert inputs.stop()
    # Neither the thread nor the node's executor takes it now.
    publish(publisher, Int32(data=2))
    time.sleep(0.3)
    assert [message.data for message in received] == [1]


def test_a_publisher_of_other_quality_of_service_is_reported(node):
    inputs = InputThread(node.context)
    events: list[Any] = []
    inputs.start(
        [
            node.create_subscription(
                Int32,
                "input_reliable",
                lambda message: None,
                profile("reliable"),
                callback_group=inputs.group,
                event_callbacks=SubscriptionEventCallbacks(incompatible_qos=events.append),
            )
        ]
    )
    node.create_publisher(Int32, "input_reliable", profile("sensor_data"))
    wait_until(lambda: events)
    assert events[0].total_count == 1
    assert inputs.stop()


@pytest.mark.parametrize("shut_down", ["half before it starts", "while it waits"])
def test_it_ends_with_the_process(shut_down, monkeypatch):
    raised: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", raised.append)
    context = Context()
    rclpy.init(context=context, domain_id=DOMAIN)
    node = Node("inputs_at_the_end", context=context, use_global_arguments=False)
    inputs = InputThread(context)
    subscription = node.create_subscription(
        Int32, "input_end", print, profile("reliable"), callback_group=inputs.group
    )
    if shut_down == "half before it starts":
        context.handle.shutdown()  # what rclpy's shutdown does before it destroys the handles
    inputs.start([subscription])
    rclpy.try_shutdown(context=context)
    wait_until(lambda: not inputs._thread.is_alive())
    node.destroy_node()
    assert not raised
