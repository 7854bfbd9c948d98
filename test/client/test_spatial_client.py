# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The client against a real node: from any thread, in callbacks, in coroutines; what fails has a
code, and every wait ends."""

import asyncio
import threading
import time
from typing import Any

import numpy as np
import pytest
import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from std_srvs.srv import Trigger

from smolrgpt_ros.client.action_calls import GRACE_S
from smolrgpt_ros.client.spatial_client import SpatialClient
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.status import QueryError, Status

pytestmark = [pytest.mark.ros]

LEFT = "Is the leftmost pallet to the left or to the right of the rightmost pallet?"


@pytest.fixture
def client(graph):
    with SpatialClient(node=graph.peer) as client:
        yield client


def test_a_typed_reply(graph, client):
    reply = client.ask(LEFT, stamp_ns=graph.see(), timeout_s=10.0)
    assert reply.ok and reply.raise_for_status() is reply
    assert (reply.kind, reply.generated, reply.measured, reply.agree) == (
        *("left_right", "left", "left"),
        True,
    )
    left, right = reply.regions
    ids = f"[{left.id}] is to the left of the pallet [{right.id}]."
    assert reply.text == f"The pallet {ids}"
    # Columns 20 to 40 with f = 120 and cx = 80: on the ray (29.5 - 80) / 120 = -0.42.
    spot = reply.position(left.id)
    assert spot.point.x / spot.point.z == pytest.approx(-0.42, abs=0.02)
    assert spot.point.z >= 3.0, "the front is at 3 m"
    assert spot.header.frame_id == "test_optical_frame"
    assert reply.position(right.id).point.x > 0.5
    with pytest.raises(KeyError, match="77"):
        reply.region(77)


def test_yes_or_no_is_typed(graph, client):
    stamp = graph.see()
    reply = client.ask("Is the leftmost pallet left of the rightmost pallet?", stamp_ns=stamp)
    assert (reply.kind, reply.yes_no, reply.measured) == ("yes_no", True, True)
    assert reply.probability is not None and reply.probability > 0.9
    assert reply.understood == "Is the leftmost pallet left of the rightmost pallet?"
    assert reply.measured_text.startswith("Yes, pallet ")
    assert reply.listed == ()
    turned = client.ask("Is the leftmost pallet right of the rightmost pallet?", stamp_ns=stamp)
    assert turned.yes_no is False and turned.probability is not None and turned.probability < 0.1


def test_lists_are_typed(graph, client):
    """Fronts at 3 m; the middles are at columns 29.5 and 109.5 of f = 120, cx = 80."""
    stamp = graph.see()
    table = client.ask("How far is each pallet from the camera?", stamp_ns=stamp)
    assert (table.kind, table.measured, table.yes_no) == ("each", None, None)
    by_id = {row.region_id: row for row in table.listed}
    left, right = (
        r.region_id
        for r in client.ask("List the pallets from left to right.", stamp_ns=stamp).listed
    )
    assert set(by_id) == {left, right}
    assert by_id[left].value > by_id[right].value > 3.0
    assert by_id[left].std is not None and by_id[left].std > 0.0
    plain = client.ask("Which pallets are left of the transporter?", stamp_ns=stamp)
    assert plain.kind == "list" and plain.listed == ((left, None, None, False),)
    count = client.ask("How many pallets are there?", stamp_ns=stamp)
    assert [row.region_id for row in count.listed] == sorted([left, right])
    assert any("not trained" in caveat for caveat in table.caveats)


def test_a_refusal_is_a_reply_and_raises_only_when_asked_to(graph, client):
    graph.see()
    reply = client.ask("How far is region 99 from region 1?", timeout_s=10.0)
    assert (reply.status, reply.answer, reply.regions) == (Status.UNKNOWN_REGION, None, ())
    assert (reply.measured, reply.generated, reply.text, reply.agree) == (None, None, "", None)
    assert (reply.yes_no, reply.probability, reply.trusted) == (None, None, None)
    assert (reply.understood, reply.measured_text, reply.listed, reply.caveats) == ("", "", (), ())
    with pytest.raises(QueryError, match="99"):
        reply.raise_for_status()


def test_in_a_callback_of_a_single_threaded_executor(graph, client):
    """Where a client that hangs on the same executor would never return."""
    graph.see()
    node = Node("asker", context=graph.context)
    inner = SpatialClient(node=node)

    def answer(request, response):
        reply = inner.ask(LEFT, max_age_s=60.0, timeout_s=10.0)
        response.success, response.message = reply.ok, str(reply.measured)
        return response

    node.create_service(Trigger, "ask_for_me", answer)
    executor = SingleThreadedExecutor(context=graph.context)
    executor.add_node(node)
    thread = threading.Thread(target=executor.spin, daemon=True)
    thread.start()
    outside = graph.peer.create_client(Trigger, "ask_for_me")
    try:
        assert outside.wait_for_service(10.0)
        future = outside.call_async(Trigger.Request())
        graph.wait_until(future.done, "the callback's answer")
        assert (future.result().success, future.result().message) == (True, "left")
    finally:
        executor.shutdown(timeout_sec=2.0)
        thread.join(5.0)
        graph.peer.destroy_client(outside)
        inner.close()
        node.destroy_node()


def test_in_a_coroutine_of_an_executor_that_works_on(graph, client):
    graph.see()
    graph.engine.wait_s = 0.3
    node = Node("coroutine", context=graph.context)
    executor = SingleThreadedExecutor(context=graph.context)
    executor.add_node(node)
    ticks = []
    node.create_timer(0.02, lambda: ticks.append(1))

    async def ask():
        return await client.future(executor, LEFT, max_age_s=60.0, timeout_s=10.0)

    try:
        task = executor.create_task(ask)
        executor.spin_until_future_complete(task, timeout_sec=10.0)
        assert task.done() and task.result().measured == "left"
        assert len(ticks) > 3, "the executor worked on while it waited"
    finally:
        executor.shutdown(timeout_sec=2.0)
        node.destroy_node()


def test_for_threads_and_for_asyncio(graph, client):
    graph.see()
    futures = [client.submit(LEFT, max_age_s=60.0, timeout_s=10.0) for _ in range(3)]
    assert [future.result(20.0).measured for future in futures] == ["left"] * 3

    async def both():
        asked = (client.ask_async(LEFT, max_age_s=60.0, timeout_s=10.0) for _ in range(2))
        return await asyncio.gather(*asked)

    assert [reply.measured for reply in asyncio.run(both())] == ["left"] * 2


def test_text_as_it_is_written_and_the_same_reply_at_the_end(graph, client):
    graph.see()
    received: list[Any] = []
    reply = client.ask(LEFT, max_age_s=60.0, timeout_s=10.0, on_text=received.append)
    assert reply.ok and reply.measured == "left"
    assert received and graph.engine.text.startswith(received[0])


def test_a_question_taken_back(graph, client, monkeypatch):
    graph.see()
    graph.engine.wait_s = 20.0
    answer, ended = graph.engine.answer, threading.Event()

    def notice(*frame_masks_prompt, **options):
        try:
            return answer(*frame_masks_prompt, **options)
        finally:
            ended.set()

    monkeypatch.setattr(graph.engine, "answer", notice, raising=False)
    start = time.monotonic()
    reply = client.ask(
        LEFT, max_age_s=60.0, timeout_s=15.0, cancelled=lambda: time.monotonic() > start + 0.3
    )
    assert reply.canceled and not reply.ok
    assert time.monotonic() - start < 15.0
    assert ended.wait(5.0), "the model noticed: it did not write for 20 s"


def test_there_is_no_server_of_the_service(graph):
    with SpatialClient("nowhere/spatial_query", node=graph.peer) as client:
        reply = client.ask(LEFT, timeout_s=0.3)
        assert reply.status is Status.NOT_READY
        assert "/nowhere/spatial_query" in reply.message and "0.3 s" in reply.message
        assert client.ask(LEFT, timeout_s=0.2, on_text=print).status is Status.NOT_READY
        assert client.wait_ready(0.3).status is Status.NOT_READY
        with pytest.raises(ValueError, match="timeout_s"):
            client.ask(LEFT, timeout_s=0.0)


def test_a_node_that_hangs_is_left_after_the_timeout(graph):
    """A server that never responds: the client waits its timeout and the grace, no longer."""
    node = Node("hanging", context=graph.context)
    from smolrgpt_ros.srv import SpatialQuery

    release = threading.Event()
    node.create_service(
        SpatialQuery, "hanging_query", lambda request, response: release.wait(30) and response
    )
    executor = SingleThreadedExecutor(context=graph.context)
    executor.add_node(node)
    thread = threading.Thread(target=executor.spin, daemon=True)
    thread.start()
    try:
        with SpatialClient("hanging_query", node=graph.peer) as client:
            assert client._client.wait_for_service(10.0)
            start = time.monotonic()
            reply = client.ask(LEFT, timeout_s=0.3)
            assert reply.status is Status.TIMEOUT and "hanging_query" in reply.message
            assert 0.3 + GRACE_S <= time.monotonic() - start + 0.05 < 20.0  # it hangs for 30
    finally:
        release.set()
        executor.shutdown(timeout_sec=2.0)
        thread.join(5.0)
        node.destroy_node()


def test_ready_and_closed(graph):
    graph.see()
    client = SpatialClient(node=graph.peer)
    assert client.wait_ready(10.0).ok
    client.close()
    client.close()
    assert client.ask(LEFT, timeout_s=5.0).status is Status.NOT_READY


def test_without_ros_the_error_names_the_call():
    context = Context()
    rclpy.init(context=context)
    node = Node("gone", context=context)
    node.destroy_node()
    rclpy.shutdown(context=context)
    with pytest.raises(RuntimeError, match=r"rclpy\.init"):
        SpatialClient(node=node)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"regions": [{"id": 1}]}, r"regions takes .*from_mask.*found dict"),
        ({"regions": {"id": 1}}, "regions must be a sequence, found dict"),
        (
            {"regions": Region.from_mask([[1]], "pallet")},
            "regions must be a sequence, found Region",
        ),
        ({"region_ids": ["3"]}, "region_ids takes whole numbers, found str"),
        ({"region_ids": "34"}, "region_ids must be a sequence, found str"),
        ({"region_ids": [1.5]}, "region_ids takes whole numbers, found float"),
        ({"region_ids": [True]}, "found bool"),
        ({"stamp_ns": 1.5}, "stamp_ns takes whole numbers"),
        ({"max_age_s": "2"}, "max_age_s must be seconds, found str"),
        ({"timeout_s": "2"}, "timeout_s must be seconds, found str"),
        ({"target_frame": None}, "target_frame must be a str, found NoneType"),
        ({"camera": 1}, "camera must be a str, found int"),
        ({"question": None}, "question must be a str, found NoneType"),
        ({"question": b"how"}, "question must be a str, found bytes"),
    ],
)
def test_what_cannot_be_sent_is_a_type_error_that_names_it(client, arguments, words):
    question = arguments.pop("question", LEFT)
    with pytest.raises(TypeError, match=words):
        client.ask(question, **arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        {"region_ids": [2**31]},
        {"stamp_ns": -1},
        {"stamp_ns": 2**70},
        {"max_age_s": float("nan")},
        {"timeout_s": 0.0},
        {"timeout_s": float("nan")},
    ],
)
def test_numbers_that_fit_no_field_are_value_errors(client, arguments):
    (name,) = arguments
    with pytest.raises(ValueError, match=name):
        client.ask(LEFT, **arguments)


def test_regions_of_masks_are_asked_about(graph, client):
    stamp = graph.see()
    left, right = np.zeros((2, 120, 160), np.uint8)
    left[40:80, 20:41], right[40:80, 100:121] = 255, 1
    own = [Region.from_mask(left, "crate", 7), Region.from_mask(right == 1, "crate", 9)]
    reply = client.ask(LEFT.replace("pallet", "crate"), regions=own, stamp_ns=stamp)
    assert reply.ok, reply.message
    assert [(region.id, region.label) for region in reply.regions] == [(7, "crate"), (9, "crate")]
    assert reply.measured == "left"
