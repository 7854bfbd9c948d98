# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The page's node on a running query node, asked over HTTP as a browser does."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
import urllib.request

import pytest
from query_node_graph import LEFT
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter

from smolrgpt_ros.nodes.page_node import MOST_ASKING, PageError, PageNode
from smolrgpt_ros.nodes.page_pictures import PageFrame
from smolrgpt_ros.page.pictures import Display
from smolrgpt_ros.ros.convert.images import ImageError

pytestmark = [pytest.mark.ros]


@pytest.fixture(scope="module")
def page(shared_graph):
    """A page of the graph's node, and its node; one in a process, as NiceGUI has one state."""
    nicegui = pytest.importorskip(
        "nicegui", reason="nicegui is not installed: pip install 'nicegui>=3.18,<4'"
    )
    # Tests of test/page may have started NiceGUI's one application before, in this process.
    nicegui.app.middleware_stack = None
    # No /clock comes: the node's own time stands still, and nothing may depend on it.
    parameters = {"port": 0, "picture.max_rate": 30.0, "use_sim_time": True}
    node = PageNode(
        context=shared_graph.context,
        parameter_overrides=[Parameter(name, value=value) for name, value in parameters.items()],
    )
    executor = SingleThreadedExecutor(context=shared_graph.context)
    executor.add_node(node)
    thread = threading.Thread(target=executor.spin, daemon=True)
    thread.start()
    yield node
    executor.shutdown(timeout_sec=2.0)
    thread.join(5.0)
    node.destroy_node()


def fetch(node: PageNode, path: str) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{node.port}{path}", timeout=30.0) as answer:
        return bytes(answer.read())


def watch(graph, node: PageNode) -> None:
    """Look at the page until it shows a new picture of what the node sees."""
    assert b"smolrgpt" in fetch(node, "/")
    before = node.board.state.picture

    def is_shown() -> bool:
        node.board.look(Display.WIDE)
        graph.publish()
        time.sleep(0.2)
        return node.board.state.picture > before

    graph.wait_until(is_shown, "a live picture")


def ask(graph, node: PageNode, question: str):
    """The page's answer to a question."""
    before = node.board.state.answered
    assert asyncio.run(node._ask(question)) == ""
    graph.wait_until(lambda: node.board.state.answered > before, "the answer")
    return node.board.state.answers[0]


def test_topics_are_subscribed_to_while_somebody_looks_only(graph, page, monkeypatch):
    def watchers() -> int:
        return int(graph.peer.count_subscribers("/spatial_query/markers"))

    graph.wait_until(lambda: not page.board.displays and watchers() == 0, "nobody to look")
    watch(graph, page)
    assert watchers() == 1
    monkeypatch.setattr("smolrgpt_ros.page.board.WATCHED_S", 0.0)
    graph.wait_until(lambda: watchers() == 0, "the end of the subscription")


def test_objects_their_picture_and_lamps_are_shown(graph, page):
    watch(graph, page)
    state = page.board.state
    assert sorted(region.label for region in state.regions) == ["pallet", "pallet", "transporter"]
    assert all(item.position is not None for item in state.objects)
    assert state.frame_id == "test_optical_frame" and state.width == 160
    assert fetch(page, f"/live.jpg?n={state.picture}").startswith(b"\xff\xd8")

    def lit() -> bool:
        page.board.look(Display.WIDE)
        return {lamp.name for lamp in page.board.state.lamps} >= {"query", "input", "process"}

    graph.wait_until(lit, "the lamps")


def test_an_answer_has_its_picture_and_both_values(graph, page):
    watch(graph, page)
    answer = ask(graph, page, LEFT)
    record = answer.record
    assert record.ok and record.value == "left" and record.agreement is True
    assert answer.has_picture and len(answer.strong) == 2
    assert fetch(page, f"/answers/{answer.number}.jpg").startswith(b"\xff\xd8")


def test_an_answer_whose_picture_cannot_be_read_is_shown_without_it(graph, page, monkeypatch):
    watch(graph, page)

    def unreadable(frame):
        raise ImageError("no such encoding")

    monkeypatch.setattr(PageFrame, "rgb", unreadable)
    answer = ask(graph, page, LEFT)
    assert answer.record.value == "left" and not answer.has_picture
    assert page.board.state.asking == ()


def test_a_refusal_is_shown_with_its_code(graph, page):
    watch(graph, page)
    answer = ask(graph, page, "Where is the dog?")
    assert answer.record.status.name == "UNKNOWN_REGION" and "dog" in answer.record.message
    assert not answer.has_picture and not answer.strong
    assert page.board.state.asking == ()


def test_questions_that_wait_are_bounded(graph, page):
    watch(graph, page)
    graph.engine.wait_s = 1.0
    before = page.board.state.answered
    said = [asyncio.run(page._ask(LEFT)) for _ in range(MOST_ASKING + 1)]
    assert said[:-1] == [""] * MOST_ASKING and "ask again" in said[-1]
    graph.wait_until(lambda: page.board.state.answered == before + MOST_ASKING, "all answers")


def test_a_taken_port_is_named(graph, page):
    taken = [Parameter("port", value=page.port)]
    with pytest.raises(PageError, match=f"{page.port}.*parameters host and port"):
        PageNode(context=graph.context, namespace="other", parameter_overrides=taken)


def test_without_nicegui_the_error_names_the_command(graph, monkeypatch):
    monkeypatch.setitem(sys.modules, "smolrgpt_ros.page.server", None)
    with pytest.raises(PageError, match="pip install"):
        PageNode(context=graph.context, namespace="other")
