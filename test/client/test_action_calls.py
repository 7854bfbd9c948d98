# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""How calls end beside an answer: a callback that raises, Ctrl-C, a late acceptance, a context that
is shut down. Against servers of nothing but the interfaces."""

import threading
import time
from typing import Any

import pytest
import rclpy
from query_node_graph import DOMAIN
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.context import Context
from rclpy.executors import MultiThreadedExecutor, SingleThreadedExecutor
from rclpy.node import Node
from std_msgs.msg import String

from smolrgpt_ros.action import SpatialQuery, WatchQuestion
from smolrgpt_ros.client.agent_view import objects_of, picture_of
from smolrgpt_ros.client.spatial_client import SpatialClient
from smolrgpt_ros.client.waiting import spin
from smolrgpt_ros.scene.status import Status
from smolrgpt_ros.srv import SpatialQuery as SpatialQueryService

pytestmark = [pytest.mark.ros]

QUESTION = "How far is the leftmost pallet?"


class Server:
    """Actions that send feedback until they are cancelled; and a service that never responds."""

    def __init__(self):
        self.context = Context()
        rclpy.init(context=self.context, domain_id=DOMAIN)
        self.status = 0
        self.accept, self.asked, self.taken_back = (threading.Event() for _ in range(3))
        self.accept.set()
        self.node = Node("server", namespace="calls", context=self.context)
        group = ReentrantCallbackGroup()
        self.actions = [
            ActionServer(
                self.node,
                kind,
                name,
                self._execute,
                callback_group=group,
                goal_callback=self._accept,
                cancel_callback=lambda goal: CancelResponse.ACCEPT,
            )
            for kind, name in (
                (SpatialQuery, "spatial_query"),
                (WatchQuestion, "spatial_query/watch"),
            )
        ]
        self.release = threading.Event()
        self.node.create_service(
            SpatialQueryService,
            "spatial_query",
            lambda request, response: self.release.wait(60.0) and response,
            callback_group=group,
        )
        self.executor = MultiThreadedExecutor(num_threads=8, context=self.context)
        self.executor.add_node(self.node)
        self.thread = threading.Thread(target=spin, args=(self.executor,), daemon=True)
        self.thread.start()

    def _accept(self, request):
        self.asked.set()
        self.accept.wait(30.0)
        return GoalResponse.ACCEPT

    def _execute(self, goal):
        watched = isinstance(goal.request, WatchQuestion.Goal)
        while not (goal.is_cancel_requested or self.release.is_set()):
            if watched:
                goal.publish_feedback(WatchQuestion.Feedback(status=self.status))
            else:
                goal.publish_feedback(SpatialQuery.Feedback(partial_text="so far"))
            time.sleep(0.01)
        if goal.is_cancel_requested:
            self.taken_back.set()
            goal.canceled()
        else:
            goal.abort()
        return WatchQuestion.Result() if watched else SpatialQuery.Result()

    def client(self, context=None):
        node = self.node
        if context is not None:
            node = Node("asker", namespace="calls", context=context)
        return SpatialClient(node=node)

    def close(self):
        self.release.set()
        self.executor.shutdown(timeout_sec=2.0)
        self.thread.join(5.0)
        for action in self.actions:
            action.destroy()
        self.node.destroy_node()
        rclpy.shutdown(context=self.context)


@pytest.fixture(scope="module")
def running():
    server = Server()
    yield server
    server.close()


@pytest.fixture
def server(running):
    running.status = 0
    running.accept.set()
    running.asked.clear()
    running.taken_back.clear()
    return running


@pytest.fixture
def client(server):
    with server.client() as client:
        yield client


def fail(*arguments):
    raise ZeroDivisionError("a fault of the caller's callback")


def test_what_a_callback_raises_is_raised_where_it_was_asked(server, client):
    with pytest.raises(ZeroDivisionError, match="of the caller's callback"):
        client.ask(QUESTION, timeout_s=30.0, on_text=fail)
    assert server.taken_back.wait(10.0)
    server.taken_back.clear()
    with pytest.raises(ZeroDivisionError):
        client.watch(QUESTION, "below 2 m", timeout_s=30.0, on_evaluation=fail)
    assert server.taken_back.wait(10.0)
    received: list[str] = []
    reply = client.ask(
        QUESTION, timeout_s=30.0, on_text=received.append, cancelled=lambda: bool(received)
    )
    assert reply.canceled and received[0] == "so far", "the client works on"


def test_feedback_of_an_unknown_status_is_an_error_of_that_watch(server, client):
    server.status = 250
    with pytest.raises(ValueError, match="250"):
        client.watch(QUESTION, "below 2 m", timeout_s=30.0)
    assert server.taken_back.wait(10.0)


def test_ctrl_c_takes_the_goal_back_before_the_client_leaves(server):
    seen: list[Any] = []

    def interrupt():
        if seen:
            raise KeyboardInterrupt
        return False

    with pytest.raises(KeyboardInterrupt), server.client() as client:
        client.watch(
            QUESTION, "below 2 m", timeout_s=30.0, on_evaluation=seen.append, cancelled=interrupt
        )
    assert server.taken_back.wait(10.0)


def test_a_goal_that_is_accepted_late_is_taken_back(server, client):
    server.accept.clear()
    start = time.monotonic()
    reply = client.ask(QUESTION, timeout_s=20.0, cancelled=server.asked.is_set)
    assert reply.canceled and time.monotonic() - start < 15.0
    server.accept.set()
    assert server.taken_back.wait(10.0)


@pytest.mark.parametrize("kind", ["service", "action", "watch", "message"])
def test_calls_end_where_the_context_is_shut_down(server, kind):
    context = Context()
    rclpy.init(context=context, domain_id=DOMAIN)
    client = server.client(context)
    shutting_down = threading.Timer(1.0, lambda: rclpy.shutdown(context=context))
    calls: dict[str, Any] = {
        "service": lambda: client.ask(QUESTION, timeout_s=25.0),
        "action": lambda: client.ask(QUESTION, timeout_s=25.0, on_text=lambda text: None),
        "watch": lambda: client.watch(QUESTION, "below 2 m", timeout_s=25.0),
        "message": lambda: client.next_message(String, "nothing", 25.0),
    }
    shutting_down.start()
    start = time.monotonic()
    for reply in (calls[kind](), calls[kind]()):  # the second one after it was shut down
        if kind == "message":
            assert reply is None
        else:
            assert reply.status is Status.NOT_READY and "shut down" in reply.message
    assert client.wait_ready(25.0).status is Status.NOT_READY
    client.close()
    assert time.monotonic() - start < 20.0


def test_a_callback_that_raises_does_not_end_the_thread(server):
    node = Node("careless", context=server.context)
    executor = SingleThreadedExecutor(context=server.context)
    executor.add_node(node)
    ticks: list[int] = []

    def tick():
        ticks.append(1)
        fail()

    node.create_timer(0.01, tick)
    thread = threading.Thread(target=spin, args=(executor,), daemon=True)
    thread.start()
    end = time.monotonic() + 20.0
    while len(ticks) < 3 and time.monotonic() < end:
        time.sleep(0.01)
    executor.shutdown(timeout_sec=2.0)
    thread.join(5.0)
    node.destroy_node()
    assert len(ticks) >= 3 and not thread.is_alive()


def test_what_is_no_name_of_a_topic_is_refused_by_name(client):
    with pytest.raises(ValueError, match=r"'/a/\*/b' is no name of a topic"):
        client.next_message(String, "/a/*/b", 0.1)
    found = objects_of(client, "/spatial_query/*/regions", 0.1)
    assert found["status"] == "NO_FRAME" and "'/spatial_query/*/regions'" in found["message"]
    assert "name one of its cameras" in found["message"]
    with pytest.raises(ValueError, match="no name of a topic"):
        picture_of(client, "/spatial_query/*/annotated", 640, 0.1)
