"""The browser view, tried as a browser does: by a client of Foxglove's WebSocket protocol."""

import json
import socket
import struct
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter
from rclpy.serialization import deserialize_message, serialize_message
from visualization_msgs.msg import Marker, MarkerArray

from smolrgpt_ros.msg import SpatialAnswer
from smolrgpt_ros.nodes.process_memory import resident_bytes
from smolrgpt_ros.nodes.web_view_node import TOPICS, WebViewNode
from smolrgpt_ros.ros.convert.time import duration_of, time_of
from smolrgpt_ros.ros.view.web_gate import Admission
from smolrgpt_ros.ros.view.web_server import WebServer, WebServerError
from smolrgpt_ros.srv import SpatialQuery

pytestmark = [pytest.mark.ros]

LEFT = "Is the leftmost pallet to the left or to the right of the rightmost pallet?"
LAYOUT = Path(__file__).parents[2] / "config" / "foxglove_layout.json"
SUBPROTOCOL = "foxglove.sdk.v1"
ANYONE = Admission(("*",), 8)


class Browser:
    """As much of the protocol as the Foxglove app uses for topics and services."""

    def __init__(self, port, **headers):
        connect = pytest.importorskip("websockets.sync.client").connect
        self._open = ExitStack()
        self._socket = self._open.enter_context(
            connect(f"ws://127.0.0.1:{port}", subprotocols=[SUBPROTOCOL], max_size=None, **headers)
        )
        self.channels: dict[str, Any] = {}
        self.services: dict[str, Any] = {}
        self.info: dict[str, Any] = {}
        while not (self.info and self.channels and self.services):
            self._note(json.loads(self._socket.recv(timeout=10)))

    def _note(self, received):
        if received["op"] == "serverInfo":
            self.info = received
        elif received["op"] == "advertise":
            self.channels |= {c["topic"]: c for c in received["channels"]}
        elif received["op"] == "advertiseServices":
            self.services |= {s["name"]: s for s in received["services"]}

    def subscribe(self, topic, identity):
        channel = self.channels[topic]["id"]
        wanted = [{"id": identity, "channelId": channel}]
        self._socket.send(json.dumps({"op": "subscribe", "subscriptions": wanted}))

    def unsubscribe(self, identity):
        self._socket.send(json.dumps({"op": "unsubscribe", "subscriptionIds": [identity]}))

    def message(self, identity, timeout_s=10.0):
        """The next message of a subscription, serialized."""
        end = time.monotonic() + timeout_s
        while True:
            received = self._socket.recv(timeout=max(end - time.monotonic(), 0.01))
            if isinstance(received, bytes) and received[0] == 1:
                if struct.unpack_from("<I", received, 1)[0] == identity:
                    return received[1 + 4 + 8 :]

    def call(self, service, payload, call_id=77, timeout_s=20.0):
        """The serialized response of a service, or the server's words about its failure."""
        identity = self.services[service]["id"]
        self._socket.send(struct.pack("<BIII", 2, identity, call_id, 3) + b"cdr" + payload)
        end = time.monotonic() + timeout_s
        while True:
            received = self._socket.recv(timeout=max(end - time.monotonic(), 0.01))
            if isinstance(received, bytes) and received[0] == 3:
                service_id, answered, size = struct.unpack_from("<III", received, 1)
                assert (service_id, answered) == (identity, call_id)
                return received[13 + size :]
            if isinstance(received, str) and "serviceCallFailure" in received:
                return json.loads(received)["message"]

    def close(self):
        self._open.close()


@pytest.fixture
def view(graph):
    """A browser on the running node's view, and the view."""
    pytest.importorskip("foxglove", reason="foxglove-sdk is not installed: pip install it")
    node = WebViewNode(context=graph.context, parameter_overrides=[Parameter("port", value=0)])
    executor = SingleThreadedExecutor(context=graph.context)
    executor.add_node(node)
    thread = threading.Thread(target=executor.spin, daemon=True)
    thread.start()
    browser = Browser(node.port)
    yield browser, node
    browser.close()
    executor.shutdown(timeout_sec=2.0)
    thread.join(5.0)
    node.destroy_node()


def watching(graph, topic):
    """How many subscribe to an output of the query node."""
    return graph.peer.count_subscribers(f"/spatial_query/{topic}")


def test_topics_and_the_question_box_are_offered_with_their_definitions(view):
    browser, _ = view
    assert "services" in browser.info["capabilities"]
    here = {f"/{t.lstrip('/')}" for t, package, *_ in TOPICS if package != "tf2_msgs"}
    assert here <= set(browser.channels)
    markers = browser.channels["/spatial_query/markers"]
    assert (markers["encoding"], markers["schemaEncoding"]) == ("cdr", "ros2msg")
    assert markers["schemaName"] == "visualization_msgs/msg/MarkerArray"
    assert "MSG: visualization_msgs/Marker\n" in markers["schema"]
    answers = browser.channels["/spatial_query/answers"]["schema"]
    assert "MSG: smolrgpt_ros/MeasuredValue\n" in answers
    assert answers.index("string question") < answers.index("MSG: ")
    service = browser.services["/spatial_query"]
    assert "string question" in service["request"]["schema"]
    assert "SpatialAnswer answer" in service["response"]["schema"]


def test_the_shipped_layout_names_what_is_offered(view):
    browser, _ = view

    def panels(content):
        if content.get("type") == "split":
            return [p for item in content["items"] for p in panels(item["content"])]
        return [content]

    shown = panels(json.loads(LAYOUT.read_text())["content"])
    text = json.dumps(shown)
    for topic in ("/spatial_query/markers", "/spatial_query/annotated", "/spatial_query/answers"):
        assert topic in text and topic in browser.channels
    (box,) = [p["config"] for p in shown if "serviceName" in p.get("config", {})]
    assert box["serviceName"] in browser.services
    fields = SpatialQuery.Request.get_fields_and_field_types()
    assert set(json.loads(box["requestPayload"])) <= set(fields)


def test_markers_are_sent_while_a_browser_displays_them_only(graph, view):
    browser, _ = view
    assert watching(graph, "markers") == 0
    browser.subscribe("/spatial_query/markers", 5)
    graph.wait_until(lambda: watching(graph, "markers") == 1, "the view's subscription")
    graph.see()
    array = deserialize_message(browser.message(5), MarkerArray)
    assert array.markers[0].action == Marker.DELETEALL
    assert {m.ns for m in array.markers[1:]} == {"regions", "names"}
    browser.unsubscribe(5)
    graph.wait_until(lambda: watching(graph, "markers") == 0, "its end")


def test_a_question_from_the_browser_is_answered(graph, view):
    browser, _ = view
    stamp = time_of(graph.see())
    browser.subscribe("/spatial_query/answers", 6)
    graph.wait_until(lambda: watching(graph, "answers") == 1, "the view's subscription")
    request = SpatialQuery.Request(question=LEFT, stamp=stamp, timeout=duration_of(10.0))
    payload = browser.call("/spatial_query", serialize_message(request))
    response = deserialize_message(payload, SpatialQuery.Response)
    assert response.status == SpatialQuery.Response.STATUS_OK, response.message
    assert response.answer.measured.normalized == "left"
    assert [region.label for region in response.regions] == ["pallet", "pallet"]


def test_a_refusal_reaches_the_browser_with_its_code(graph, view):
    browser, _ = view
    graph.see()
    payload = browser.call("/spatial_query", serialize_message(SpatialQuery.Request()))
    response = deserialize_message(payload, SpatialQuery.Response)
    assert response.status == SpatialQuery.Response.STATUS_BAD_QUESTION
    assert "empty" in response.message and response.answer.value != response.answer.value


def test_an_answer_to_another_client_is_displayed(graph, view):
    browser, _ = view
    browser.subscribe("/spatial_query/answers", 7)
    graph.wait_until(lambda: watching(graph, "answers") == 1, "the view's subscription")
    graph.ask(LEFT, stamp=time_of(graph.see()))
    assert deserialize_message(browser.message(7), SpatialAnswer).question == LEFT


def test_a_taken_port_is_named(view):
    _, node = view
    with pytest.raises(WebServerError, match=f"{node.port}.*parameters host and port"):
        WebServer({}, [], host="127.0.0.1", port=node.port, admission=ANYONE, on_audience=print)


def test_without_the_sdk_the_error_names_the_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "foxglove", None)
    with pytest.raises(WebServerError, match="pip install"):
        WebServer({}, [], host="127.0.0.1", port=0, admission=ANYONE, on_audience=print)


def test_a_page_from_elsewhere_can_neither_see_nor_ask(view):
    _, node = view
    refused = pytest.importorskip("websockets.exceptions").InvalidStatus
    for origin in ("https://evil.example", "null", "http://127.0.0.1.evil.example"):
        with pytest.raises(refused) as error:
            Browser(node.port, origin=origin)
        assert error.value.response.status_code == 403
        assert origin.encode() in error.value.response.body
        assert b"parameter origins" in error.value.response.body
    for origin in ("https://app.foxglove.dev", "http://localhost:8080", "file://"):
        Browser(node.port, origin=origin).close()


def test_a_name_that_was_pointed_here_is_refused(view):
    _, node = view
    request = f"GET / HTTP/1.1\r\nHost: evil.example:{node.port}\r\nUpgrade: websocket\r\n\r\n"
    with socket.create_connection(("127.0.0.1", node.port), timeout=5) as connection:
        connection.sendall(request.encode())
        answer = connection.recv(4096)
    assert answer.startswith(b"HTTP/1.1 403") and b"evil.example" in answer


def test_more_browsers_than_allowed_are_refused_and_the_others_stay(view):
    browser, node = view
    refused = pytest.importorskip("websockets.exceptions").InvalidStatus
    with ExitStack() as opened:
        for _ in range(7):
            opened.callback(Browser(node.port).close)
        with pytest.raises(refused, match="503"):
            Browser(node.port)
        assert browser.info
    end = time.monotonic() + 10
    while True:  # their places come back
        try:
            Browser(node.port).close()
            return
        except refused:
            assert time.monotonic() < end


def test_a_browser_that_reads_nothing_costs_a_bounded_amount(graph, view):
    browser, node = view
    browser.subscribe("/rgb/image_raw", 5)
    graph.wait_until(lambda: graph.peer.count_subscribers("/rgb/image_raw") == 2, "the view")
    data = bytes(2**20)
    before = resident_bytes()
    for number in range(300):
        node._server.send("/rgb/image_raw", data, number)
    # 300 MiB were sent; a backlog and what the sockets hold are kept.
    assert resident_bytes() - before < 100 * 2**20
    assert len(browser.message(5)) == len(data)
