"""The ``web_view`` node: pictures, markers and a question box in a browser, through Foxglove."""

from __future__ import annotations

import queue
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.serialization import deserialize_message, serialize_message
from rclpy.subscription import Subscription

from smolrgpt_ros.client.spatial_client import SpatialClient
from smolrgpt_ros.ros.convert.messages import empty_answer
from smolrgpt_ros.ros.convert.time import nanoseconds, seconds
from smolrgpt_ros.ros.params.parameters import ParameterError, ParameterSpec, declare
from smolrgpt_ros.ros.qos import profile
from smolrgpt_ros.ros.view.web_gate import Admission
from smolrgpt_ros.ros.view.web_schemas import definition_of
from smolrgpt_ros.ros.view.web_server import (
    FOXGLOVE_APP,
    WebServer,
    WebServerError,
    WebService,
    WebTopic,
)
from smolrgpt_ros.srv import SpatialQuery

from .program import end_process
from .running import run

PACKAGE = "smolrgpt_ros"
#: Topics for browsers: name, package and message, quality of service.
TOPICS: tuple[tuple[str, str, str, str], ...] = (
    ("spatial_query/markers", "visualization_msgs", "MarkerArray", "reliable"),
    ("spatial_query/annotated", "sensor_msgs", "Image", "sensor_data"),
    ("spatial_query/answers", PACKAGE, "SpatialAnswer", "reliable"),
    ("spatial_query/regions", PACKAGE, "RegionArray", "reliable"),
    ("rgb/image_raw", "sensor_msgs", "Image", "sensor_data"),
    ("rgb/camera_info", "sensor_msgs", "CameraInfo", "sensor_data"),
    ("depth/image_raw", "sensor_msgs", "Image", "sensor_data"),
    ("/diagnostics", "diagnostic_msgs", "DiagnosticArray", "reliable"),
    ("/tf", "tf2_msgs", "TFMessage", "reliable"),
    ("/tf_static", "tf2_msgs", "TFMessage", "latched"),
)
SERVICE = "spatial_query"

SPECS: tuple[ParameterSpec, ...] = (
    ParameterSpec(
        "host",
        "127.0.0.1",
        "Address to listen on; 127.0.0.1: this machine only, 0.0.0.0: every network interface.",
        read_only=True,
    ),
    ParameterSpec(
        "port",
        8765,
        "TCP port of the WebSocket; 0: a free one, see the log.",
        minimum=0,
        maximum=65535,
        read_only=True,
    ),
    ParameterSpec(
        "origins",
        (FOXGLOVE_APP,),
        "Pages that may connect, beside those of this machine; '*': all pages, which may then see "
        "the camera and ask.",
        read_only=True,
    ),
    ParameterSpec(
        "max_clients",
        8,
        "Browsers connected at the same time; further ones are refused.",
        minimum=1,
        maximum=1000,
        read_only=True,
    ),
)


class WebViewNode(Node):
    """Forwards the graph's messages to browsers, and their questions to the service.

    A topic is subscribed to only while a browser displays it, so that the query node draws no
    pictures without need.

    Args:
        options: of ``rclpy.node.Node``.
    """

    def __init__(self, **options: Any) -> None:
        # Before anything can fail: a half-made node is destroyed too.
        self._server: WebServer | None = None
        self._client: SpatialClient | None = None
        super().__init__("web_view", **options)
        values = declare(self, SPECS)
        self._types: dict[str, tuple[type, str]] = {}
        self._subscribed: dict[str, Subscription] = {}
        self._audiences: queue.SimpleQueue[tuple[str, int]] = queue.SimpleQueue()
        topics = self._topics()
        self._client = SpatialClient(SERVICE, node=self)
        ask = WebService(
            self._client.service,
            f"{PACKAGE}/srv/SpatialQuery",
            definition_of(SpatialQuery.Request),
            definition_of(SpatialQuery.Response),
            self._ask,
        )
        self._server = WebServer(
            topics,
            [ask],
            host=values["host"],
            port=values["port"],
            admission=Admission(tuple(values["origins"]), values["max_clients"]),
            on_audience=lambda topic, count: self._audiences.put((topic, count)),
        )
        # Subscriptions come and go on the executor's thread, not on the server's.
        self.create_timer(0.1, self._follow_audiences)
        self.get_logger().info(
            f"ws://{values['host']}:{self._server.port}; open {self._server.link} and load "
            "config/foxglove_layout.json"
        )

    @property
    def port(self) -> int:
        """The port that is served."""
        assert self._server is not None
        return self._server.port

    def destroy_node(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._client is not None:
            self._client.close()
            self._client = None
        super().destroy_node()

    def _topics(self) -> dict[str, WebTopic]:
        """The topics whose message types are installed."""
        found = {}
        for name, package, message, qos in TOPICS:
            try:
                kind = getattr(import_module(f"{package}.msg"), message)
            except ImportError:
                self.get_logger().info(f"{name} is not shown: {package} is not installed")
                continue
            full = self.resolve_topic_name(name)
            found[full] = WebTopic(full, f"{package}/msg/{message}", definition_of(kind))
            self._types[full] = (kind, qos)
        return found

    def _follow_audiences(self) -> None:
        while True:
            try:
                topic, count = self._audiences.get_nowait()
            except queue.Empty:
                return
            kind, qos = self._types[topic]
            subscription = self._subscribed.get(topic)
            # A latched message is received again by a new subscription.
            if subscription is not None and (count == 0 or qos == "latched"):
                self.destroy_subscription(self._subscribed.pop(topic))
                subscription = None
            if subscription is None and count > 0:
                self._subscribed[topic] = self.create_subscription(
                    kind, topic, lambda data, t=topic: self._send(t, data), profile(qos), raw=True
                )

    def _send(self, topic: str, data: bytes) -> None:
        if self._server is not None:
            self._server.send(topic, data, self.get_clock().now().nanoseconds)

    def _ask(self, payload: bytes) -> bytes:
        """A browser's question, on the server's thread."""
        request = deserialize_message(payload, SpatialQuery.Request)
        assert self._client is not None
        reply = self._client.ask(
            request.question,
            region_ids=request.region_ids,
            regions=request.regions,
            stamp_ns=nanoseconds(request.stamp),
            max_age_s=seconds(request.max_age),
            timeout_s=seconds(request.timeout) or 30.0,
            target_frame=request.target_frame,
            camera=request.camera,
        )
        response = SpatialQuery.Response(
            status=int(reply.status),
            message=reply.message,
            answer=reply.answer if reply.ok else empty_answer(),
            regions=list(reply.regions),
        )
        return bytes(serialize_message(response))


def main(args: Sequence[str] | None = None) -> int:
    """Run the node until the process is asked to end; the process's exit code."""
    return run(
        "web_view",
        WebViewNode,
        lambda node: SingleThreadedExecutor(),
        args,
        refusals=(ParameterError, WebServerError),
    )


if __name__ == "__main__":
    end_process(main())
