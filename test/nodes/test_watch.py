# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Watched questions over DDS: held, cancelled, deactivated, too many, and without a client."""

import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest
from diagnostic_msgs.msg import DiagnosticArray

from smolrgpt_ros.action import WatchQuestion
from smolrgpt_ros.client.action_calls import ActionCalls
from smolrgpt_ros.client.spatial_client import SpatialClient
from smolrgpt_ros.msg import SpatialAnswer
from smolrgpt_ros.nodes import watch_goals
from smolrgpt_ros.query.watch.condition import Condition, Relation
from smolrgpt_ros.query.watch.request import WatchResult
from smolrgpt_ros.ros.convert.time import nanoseconds
from smolrgpt_ros.ros.convert.watches import watch_result
from smolrgpt_ros.ros.qos import profile
from smolrgpt_ros.scene.status import Status

pytestmark = [pytest.mark.ros]

#: 80 columns apart at f = 120: two thirds of the depth.
QUESTION = "How far is the leftmost pallet from the rightmost pallet?"


@pytest.fixture(scope="module")
def client(shared_graph):
    with SpatialClient(node=shared_graph.peer) as client:
        assert client.wait_ready(20.0).ok
        yield client


class Watching:
    """A watch of a client in a thread of its own."""

    def __init__(self, client, until, question=QUESTION, **options):
        self.evaluations: list[Any] = []
        self.reply: Any = None
        self.stop = threading.Event()
        options = {"timeout_s": 30.0, "cancelled": self.stop.is_set} | options
        self._thread = threading.Thread(
            target=lambda: self._end(
                client.watch(question, until, on_evaluation=self.evaluations.append, **options)
            ),
            daemon=True,
        )
        self._thread.start()

    def _end(self, reply):
        self.reply = reply

    def ended(self):
        self._thread.join(20.0)
        assert self.reply is not None
        return self.reply


def watched(graph):
    return graph.node._questions.watches.watched


def test_it_ends_when_the_condition_holds(graph, client):
    answers: list[SpatialAnswer] = []
    subscription = graph.peer.create_subscription(
        SpatialAnswer, "spatial_query/answers", answers.append, profile("reliable")
    )
    graph.see(depth_m=9.0)
    watching = Watching(client, "below 5 m, hysteresis 0.5 m")
    graph.wait_until(lambda: watching.evaluations, "the first evaluation")
    time.sleep(0.15)  # more than the period of watch.max_rate, here and below
    graph.see(depth_m=8.4)
    graph.wait_until(lambda: len(watching.evaluations) == 2, "the second evaluation")
    time.sleep(0.15)
    stamp_ns = graph.see(depth_m=6.0)
    reply = watching.ended()
    assert reply.ok and reply.reply is not None, reply.message
    # Two thirds of 6 m.
    assert reply.reply.measured == pytest.approx(4.0, abs=0.3)
    assert nanoseconds(reply.reply.answer.header.stamp) == stamp_ns
    assert (reply.events, reply.held_s) == (1, 0.0)
    graph.wait_until(lambda: watching.evaluations[-1].holds, "the last feedback")
    first = watching.evaluations[0]
    assert first.known and not first.holds and first.unit == "m"
    assert first.value == pytest.approx(6.0, abs=0.4)
    # No model was asked, and what held is an answer like any other.
    assert graph.engine.prompts == []
    graph.wait_until(lambda: answers, "the answer on its topic")
    graph.peer.destroy_subscription(subscription)


def test_the_model_is_asked_only_where_wanted(graph, client):
    graph.engine.text = "I like pallets."
    graph.see(depth_m=3.0)
    watching = Watching(client, "below 3 m", ask_model=True)
    graph.wait_until(lambda: watching.evaluations, "the first evaluation")
    evaluation = watching.evaluations[0]
    assert not evaluation.known and "no answer to compare with" in evaluation.reason
    assert len(graph.engine.prompts) == 1
    watching.stop.set()
    assert watching.ended().canceled


def test_an_object_that_is_not_in_view_is_waited_for(graph, client):
    graph.see()
    watching = Watching(client, "yes", "Is there a shelf?")
    graph.wait_until(lambda: watching.evaluations, "the first evaluation")
    assert watching.reply is None and not watching.evaluations[0].holds
    watching.stop.set()
    assert watching.ended().canceled
    graph.wait_until(lambda: watched(graph) == 0, "the goal to end")


def test_a_condition_that_does_not_fit_and_a_question_that_is_none(graph, client):
    graph.see()
    reply = client.watch(QUESTION, "yes", timeout_s=10.0)
    assert reply.status is Status.BAD_QUESTION and "yes/no" in reply.message
    reply = client.watch("Blorp the glorp?", "yes", timeout_s=10.0)
    assert reply.status is Status.BAD_QUESTION and reply.reply is None
    reply = client.watch(QUESTION, "below 1 m", camera="rear", timeout_s=10.0)
    assert reply.status is Status.NO_FRAME and "rear" in reply.message
    reply = client.watch(QUESTION, "below 1 m", max_rate_hz=-1.0, timeout_s=10.0)
    assert reply.status is Status.BAD_QUESTION and "max_rate" in reply.message


def test_time_passes(graph, client):
    graph.see(depth_m=6.0)
    reply = client.watch(QUESTION, Condition(Relation.BELOW, 1.0), timeout_s=1.5)
    assert reply.status is Status.TIMEOUT and not reply.canceled
    assert "the last answer" in reply.message and reply.evaluations == 1


def test_more_than_the_parameter_allows_are_refused(graph, client):
    graph.see(depth_m=6.0)
    watches = [Watching(client, "below 1 m") for _ in range(8)]
    graph.wait_until(lambda: watched(graph) == 8, "eight watches")
    reply = client.watch(QUESTION, "below 1 m", timeout_s=10.0)
    assert reply.status is Status.BUSY and "watch.max_watches" in reply.message
    heard: list[DiagnosticArray] = []
    subscription = graph.peer.create_subscription(DiagnosticArray, "/diagnostics", heard.append, 10)
    graph.wait_until(lambda: heard, "diagnostics")
    graph.peer.destroy_subscription(subscription)
    (status,) = [s for s in heard[-1].status if s.name.endswith(": watch")]
    values = {v.key: v.value for v in status.values}
    assert values["watched"] == "8" and values["ended BUSY"] == "1"
    for watching in watches:
        watching.stop.set()
    assert all(watching.ended().canceled for watching in watches)
    graph.wait_until(lambda: watched(graph) == 0, "the goals to end")


def test_deactivation_ends_it_and_activation_takes_new_ones(start_graph):
    parameters = {"query.max_age": 60.0, "detector.max_rate": 100.0}
    with start_graph(parameters, namespace="/watched") as graph:
        graph.wait_ready()
        with SpatialClient(node=graph.peer) as client:
            graph.see(depth_m=6.0)
            watching = Watching(client, "below 1 m")
            graph.wait_until(lambda: watching.evaluations, "the first evaluation")
            graph.node.trigger_deactivate()
            reply = watching.ended()
            assert reply.status is Status.NOT_READY and "deactivated" in reply.message
            assert client.watch(QUESTION, "below 1 m", timeout_s=10.0).status is Status.NOT_READY
            graph.node.trigger_activate()
            graph.wait_ready()
            graph.see(depth_m=6.0)
            assert client.watch(QUESTION, "below 5 m", timeout_s=20.0).ok


def test_a_client_that_leaves_takes_its_goals_back(graph):
    graph.see(depth_m=6.0)
    client = SpatialClient(node=graph.peer)
    watching = Watching(client, "below 1 m")
    graph.wait_until(lambda: watching.evaluations, "the first evaluation")
    client.close()
    assert watching.ended().status is Status.NOT_READY
    graph.wait_until(lambda: watched(graph) == 0, "the goal to end", 4.0)


def test_without_any_client_the_goal_ends(start_graph, monkeypatch):
    monkeypatch.setattr(watch_goals, "_LOST_S", 1.0)
    # As a client whose process was killed.
    monkeypatch.setattr(ActionCalls, "cancel_all", lambda self: None)
    with start_graph({"query.max_age": 60.0}, namespace="/lost") as graph:
        graph.wait_ready()
        graph.see(depth_m=6.0)
        client = SpatialClient(node=graph.peer)
        watching = Watching(client, "below 1 m")
        graph.wait_until(lambda: watching.evaluations, "the first evaluation")
        client.close()
        watches = graph.node._questions.watches
        graph.wait_until(lambda: watches.watched == 0, "the goal to end")
        assert watches.ends == {"CLIENT_LOST": 1}


def test_a_result_that_cannot_be_written_is_no_success_and_no_answer(monkeypatch):
    """Without a graph: what a goal is told, and what is published."""
    write = watch_result

    def fail_once(ended):
        monkeypatch.setattr(watch_goals, "watch_result", write)
        raise RuntimeError("no such field")

    monkeypatch.setattr(watch_goals, "watch_result", fail_once)
    monkeypatch.setattr(watch_goals, "serve_action", lambda *arguments: None)
    logged: list[str] = []
    published: list[Any] = []
    ends: list[str] = []
    node: Any = SimpleNamespace(
        resolve_service_name=lambda name: name,
        get_logger=lambda: SimpleNamespace(error=logged.append),
    )
    service: Any = SimpleNamespace(watch=lambda *arguments: WatchResult(Status.OK, ""))
    goals = watch_goals.WatchGoals(
        node, None, lambda: service, lambda: "", lambda: "", published.append
    )
    goal: Any = SimpleNamespace(
        request=WatchQuestion.Goal(question=QUESTION),
        succeed=lambda: ends.append("succeeded"),
        abort=lambda: ends.append("aborted"),
    )
    result = goals._execute(goal)
    assert result.status == Status.MODEL_ERROR and "no such field" in result.message
    assert (ends, published, len(logged)) == (["aborted"], [], 1)
