# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A real query node on real topics, with a detector and an engine that are simple to predict."""

import os
import threading
import time
from contextlib import contextmanager

import numpy as np
import pytest
from generated_text import GeneratedText

os.environ.setdefault("ROS_AUTOMATIC_DISCOVERY_RANGE", "LOCALHOST")
rclpy = pytest.importorskip("rclpy", reason="rclpy is missing: run scripts/setup")

from rclpy.action import ActionClient  # noqa: E402
from rclpy.context import Context  # noqa: E402
from rclpy.executors import MultiThreadedExecutor, SingleThreadedExecutor  # noqa: E402
from rclpy.node import Node  # noqa: E402
from rclpy.parameter import Parameter  # noqa: E402
from sensor_msgs.msg import CameraInfo, Image  # noqa: E402
from std_msgs.msg import Header  # noqa: E402

from smolrgpt_ros.action import SpatialQuery as SpatialQueryAction  # noqa: E402
from smolrgpt_ros.detection.detector import Detection, Detections  # noqa: E402
from smolrgpt_ros.query.service import QueryService  # noqa: E402
from smolrgpt_ros.ros.convert.camera_info import camera_info_of  # noqa: E402
from smolrgpt_ros.ros.convert.images import encode_image  # noqa: E402
from smolrgpt_ros.ros.convert.time import time_of  # noqa: E402
from smolrgpt_ros.ros.qos import profile, service_profile  # noqa: E402
from smolrgpt_ros.scene.camera import CameraIntrinsics  # noqa: E402
from smolrgpt_ros.srv import SpatialQuery  # noqa: E402

WIDTH, HEIGHT = 160, 120
CAMERA = CameraIntrinsics(WIDTH, HEIGHT, fx=120.0, fy=120.0, cx=80.0, cy=60.0)
#: Columns of the two pallets and the transporter in the test picture, all in rows 50 to 70.
PLACES = {"pallet": [(20, 40), (100, 120)], "transporter": [(60, 80)]}
COLORS = {"pallet": (200, 40, 40), "transporter": (40, 200, 40)}
FRAME_ID = "test_optical_frame"
#: Answered "left" about the test picture.
LEFT = "Is the leftmost pallet to the left or to the right of the rightmost pallet?"
#: scripts/test reserves one; by itself a run takes one of its own.
DOMAIN = int(os.environ.get("ROS_DOMAIN_ID", 10 + os.getpid() % 90))


def picture():
    rgb = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    for label, places in PLACES.items():
        for x0, x1 in places:
            rgb[50:70, x0:x1] = COLORS[label]
    return rgb


class ColorDetector:
    """Finds the objects of :func:`picture` by their exact colour."""

    name, device, labels, sha256 = "colours", "cpu", ("pallet", "transporter"), ""

    def __init__(self):
        self.error = None
        self.novelty = None

    def detect(self, frame):
        if self.error is not None:
            raise self.error
        found = []
        for label, places in PLACES.items():
            hit = (frame.rgb == COLORS[label]).all(axis=2)
            for x0, x1 in places:
                mask = np.zeros_like(hit)
                mask[:, x0:x1] = hit[:, x0:x1]
                if mask.any():
                    found.append(Detection(label, 0.9, mask))
        return Detections(tuple(found), self.novelty)


class FixedEngine:
    """Says what it is told to say, token by token."""

    name, device, dtype = "fixed", "cpu", "float32"
    calibration, trained_on = None, None
    busy_s = 0.0

    def __init__(self):
        self.text = "The pallet [Region 0] is to the left of the pallet [Region 1]."
        self.error = None
        self.wait_s = 0.0
        self.prompts = []

    def close(self):
        """Nothing is loaded."""

    def answer(self, frame, masks, prompt, *, on_text=None, cancelled=None, **options):
        self.prompts.append(prompt)
        if self.error is not None:
            raise self.error
        end = time.monotonic() + self.wait_s
        while time.monotonic() < end and not (cancelled and cancelled()):
            time.sleep(0.005)
        words = self.text.split(" ")
        for n in range(1, len(words) + 1):
            if on_text is not None:
                on_text(" ".join(words[:n]))
        return GeneratedText(self.text)


class Graph:
    """The query node, a camera and a client in one DDS domain, each with its own executor."""

    def __init__(self, parameters, namespace="", **loaders):
        from smolrgpt_ros.nodes.spatial_query_node import SpatialQueryNode

        self.context = Context()
        rclpy.init(context=self.context, domain_id=DOMAIN)
        self.detector, self.engine = ColorDetector(), FixedEngine()
        self.node = SpatialQueryNode(
            context=self.context,
            namespace=namespace,
            detector_loader=loaders.get("detector_loader", lambda settings: self.detector),
            engine_loader=loaders.get("engine_loader", lambda settings: self.engine),
            parameter_overrides=[Parameter(k, value=v) for k, v in parameters.items()],
        )
        self.peer = Node("peer", context=self.context, namespace=namespace)
        qos = profile("sensor_data")
        self.rgb = self.peer.create_publisher(Image, "rgb/image_raw", qos)
        self.depth = self.peer.create_publisher(Image, "depth/image_raw", qos)
        self.info = self.peer.create_publisher(CameraInfo, "rgb/camera_info", qos)
        self.client = self.peer.create_client(
            SpatialQuery, "spatial_query", qos_profile=service_profile()
        )
        # Before anything spins: rclpy's ActionClient registers itself half-made, and an executor
        # that meets it then ends with an AttributeError.
        self.action = ActionClient(self.peer, SpatialQueryAction, "spatial_query")
        self.executors = [
            MultiThreadedExecutor(num_threads=14, context=self.context),
            SingleThreadedExecutor(context=self.context),
        ]
        self.threads = []
        for executor, node in zip(self.executors, (self.node, self.peer), strict=True):
            executor.add_node(node)
            self.threads.append(threading.Thread(target=executor.spin, daemon=True))
            self.threads[-1].start()

    @property
    def camera(self):
        """The node's only camera, while it is active."""
        return self.node._cameras[""]

    def close(self):
        for executor in self.executors:
            executor.shutdown(timeout_sec=2.0)
        for thread in self.threads:
            thread.join(5.0)
        self.action.destroy()
        self.node.destroy_node()
        self.peer.destroy_node()
        rclpy.shutdown(context=self.context)

    def publish(self, stamp_ns=None, *, depth=True, info=True, depth_m=3.0, depth_size=None):
        """One frame of the camera: the test picture at a constant depth; returns its stamp."""
        stamp_ns = stamp_ns or self.peer.get_clock().now().nanoseconds
        header = Header(stamp=time_of(stamp_ns), frame_id=FRAME_ID)
        if info:
            self.info.publish(camera_info_of(CAMERA, header))
        self.rgb.publish(encode_image(picture(), "rgb8", header))
        if depth:
            size = depth_size or (HEIGHT, WIDTH)
            values = np.full(size, depth_m, np.float32)
            self.depth.publish(encode_image(values, "32FC1", header))
        return stamp_ns

    def wait_until(self, condition, what, timeout_s=30.0):
        end = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < end, f"waited {timeout_s} s for {what}"
            time.sleep(0.01)

    def ask(self, question, timeout_s=10.0, **fields):
        assert self.client.wait_for_service(timeout_s), "the service is not there"
        future = self.client.call_async(SpatialQuery.Request(question=question, **fields))
        self.wait_until(future.done, "the response", timeout_s)
        return future.result()

    @property
    def service(self) -> QueryService | None:
        """What answers queries while the node is active."""
        services = self.node._questions
        return None if services is None else services.queries

    def wait_ready(self):
        # The first start on a machine compiles loops: seconds where it is idle.
        self.wait_until(lambda: self.service is not None, "the node to be active", 120.0)
        heard = [self.rgb, self.info]
        if self.node._settings.pairing.use_depth:
            heard.append(self.depth)
        for publisher in heard:
            self.wait_until(lambda p=publisher: p.get_subscription_count() > 0, "discovery")

    def see(self, **fields):
        """Publish until the node has seen a frame; returns that frame's stamp."""
        history = self.camera.history
        end, sent = time.monotonic() + 30, set()
        while True:
            sent.add(self.publish(**fields))
            wait = time.monotonic() + 0.5
            while time.monotonic() < wait:
                newest = history.newest()
                if newest is not None and newest.frame.stamp_ns in sent:
                    return newest.frame.stamp_ns
                time.sleep(0.005)
            assert time.monotonic() < end, "the node saw no frame"

    def assert_refused(self, status, *words, **fields):
        """A question of the kind that is always answered ends with this status and these words."""
        response = self.ask(LEFT, **fields)
        assert response.status == status, (response.status, response.message)
        for word in words:
            assert word in response.message, response.message
        assert np.isnan(response.answer.value) and np.isnan(response.answer.measured.value)
        return response

    def assert_healed(self):
        """A good frame is answered."""
        response = self.ask(LEFT, stamp=time_of(self.see()))
        assert response.status == SpatialQuery.Response.STATUS_OK, response.message
        assert response.answer.measured.normalized == "left"


@pytest.fixture(scope="session")
def start_graph():
    """A context manager that starts a :class:`Graph` of parameters and loaders.

    Beside the shared one, it needs a namespace of its own: clients would ask either.
    """

    @contextmanager
    def start(parameters=None, **loaders):
        graph = Graph(parameters or {}, **loaders)
        try:
            yield graph
        finally:
            graph.close()

    return start


@pytest.fixture(scope="module")
def shared_graph(start_graph):
    """One running node for the tests of a module."""
    with start_graph({"query.max_age": 60.0, "detector.max_rate": 100.0}) as graph:
        graph.wait_ready()
        yield graph


@pytest.fixture
def graph(shared_graph):
    """The shared node with its detector and engine as new."""
    shared_graph.detector.error = None
    engine = shared_graph.engine
    engine.__init__()
    yield shared_graph
