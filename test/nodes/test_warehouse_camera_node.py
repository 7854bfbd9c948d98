# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The camera node over DDS: consistent messages, truth for late joiners, scenes on demand."""

import json
import os
import threading
import time
from copy import deepcopy
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import String
from std_srvs.srv import Trigger

from smolrgpt_ros.nodes import warehouse_camera_node
from smolrgpt_ros.nodes.warehouse_camera_node import WarehouseCameraNode, depth_pixels
from smolrgpt_ros.ros.camera_pose import CameraPoseBroadcaster
from smolrgpt_ros.ros.convert.camera_info import calibration_of
from smolrgpt_ros.ros.convert.images import decode_color, decode_depth
from smolrgpt_ros.ros.convert.time import nanoseconds
from smolrgpt_ros.ros.qos import profile
from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.simulation.sensing.truth import FrameTruth
from smolrgpt_ros.simulation.warehouse import SimulatedFrame

pytestmark = [pytest.mark.ros]

CAMERA = CameraIntrinsics(8, 6, fx=7.0, fy=7.5, cx=3.5, cy=2.5)
DOMAIN = int(os.environ.get("ROS_DOMAIN_ID", 10 + os.getpid() % 90))


def scene(index):
    """A tiny scene whose red and depth encode its number."""
    rgb = np.zeros((6, 8, 3), np.uint8)
    rgb[..., 0] = 10 * (index + 1)
    depth = np.full((6, 8), 2.0 + index, np.float32)
    depth[0, 0] = np.nan
    truth = FrameTruth(100 + index, "ceiling", CAMERA, (0.0, 0.0, 5.0), (1.0,) * 9, ())
    return SimulatedFrame(RgbdFrame(rgb, depth, CAMERA, 0, "optical"), (), truth)


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("16UC1", [[1235, 0, 65535, 0]]), ("32FC1", [[1.2346, np.nan, 90.0, np.inf]])],
)
def test_depth_in_both_encodings(encoding, expected):
    depth = np.array([[1.2346, np.nan, 90.0, np.inf]], np.float32)
    pixels = depth_pixels(depth, encoding)
    assert pixels.dtype == {"16UC1": np.uint16, "32FC1": np.float32}[encoding]
    np.testing.assert_allclose(pixels, expected, rtol=1e-6)


def test_scenes_are_published_with_truth_and_change_on_demand(monkeypatch):
    monkeypatch.setattr(warehouse_camera_node, "_maker", lambda values: scene)
    context = Context()
    rclpy.init(context=context, domain_id=DOMAIN)
    overrides = [Parameter("hold_time", value=0.0), Parameter("rate", value=50.0)]
    camera = WarehouseCameraNode(context=context, parameter_overrides=overrides)
    peer = Node("peer", context=context)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(camera)
    executor.add_node(peer)
    thread = threading.Thread(target=executor.spin, daemon=True)
    thread.start()
    received: dict[str, dict[int, Any]] = {"rgb": {}, "depth": {}, "info": {}}
    truths = []

    def keep(name):
        return lambda m: received[name].__setitem__(nanoseconds(m.header.stamp), m)

    def wait_until(condition, what):
        end = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < end, f"waited for {what}"
            time.sleep(0.01)

    def complete(red):
        """Stamps for which all three messages of the scene with this red came."""
        both = set(received["rgb"]) & set(received["depth"]) & set(received["info"])
        return [s for s in both if decode_color(received["rgb"][s])[0, 0, 0] == red]

    try:
        qos = profile("sensor_data")
        peer.create_subscription(Image, "rgb/image_raw", keep("rgb"), qos)
        peer.create_subscription(Image, "depth/image_raw", keep("depth"), qos)
        peer.create_subscription(CameraInfo, "rgb/camera_info", keep("info"), qos)
        wait_until(lambda: complete(10), "the first scene")
        # Truth was published once, before this subscription.
        peer.create_subscription(
            String,
            "warehouse_camera/truth",
            lambda m: truths.append(json.loads(m.data)),
            profile("latched"),
        )
        wait_until(lambda: truths, "the truth")
        stamp = complete(10)[0]
        assert truths[0]["index"] == 0 and truths[0]["first_stamp_ns"] <= stamp
        assert FrameTruth.from_json(truths[0]["truth"]).seed == 100
        depth = decode_depth(received["depth"][stamp])
        assert np.isnan(depth[0, 0]) and depth[3, 3] == 2.0
        info = received["info"][stamp]
        assert calibration_of(info).intrinsics(8, 6) == CAMERA
        assert info.header.frame_id == received["rgb"][stamp].header.frame_id == "optical"

        client = peer.create_client(Trigger, "warehouse_camera/next")
        assert client.wait_for_service(10)
        future = client.call_async(Trigger.Request())
        wait_until(future.done, "the service")
        assert future.result().success
        wait_until(lambda: complete(20), "the second scene")
        wait_until(lambda: len(truths) == 2, "its truth")
        assert truths[1]["index"] == 1
        assert min(complete(20)) >= truths[1]["first_stamp_ns"] > max(complete(10))
    finally:
        executor.shutdown(timeout_sec=2.0)
        thread.join(5.0)
        camera.destroy_node()
        peer.destroy_node()
        rclpy.shutdown(context=context)


class Poses(CameraPoseBroadcaster):
    """In place of the broadcaster of poses: keeps what it is given."""

    def __init__(self, node):
        self.sent: list[Any] = []

    def send(self, pose, camera_frame, stamp):
        self.sent.append((nanoseconds(stamp), camera_frame, pose))


@pytest.mark.parametrize(
    ("namespace", "frame"), [("", "optical"), ("left", "left/optical"), ("/a/b", "a/b/optical")]
)
def test_every_frame_has_its_pose_at_its_stamp_and_its_namespace(monkeypatch, namespace, frame):
    """A scene that follows does not move the camera of the frames before."""
    monkeypatch.setattr(warehouse_camera_node, "_maker", lambda values: scene)
    monkeypatch.setattr(warehouse_camera_node, "CameraPoseBroadcaster", Poses)
    context = Context()
    rclpy.init(context=context, domain_id=DOMAIN)
    camera = WarehouseCameraNode(context=context, namespace=namespace)
    images: list[Any] = []
    monkeypatch.setattr(
        camera, "_rgb", SimpleNamespace(publish=lambda m: images.append(deepcopy(m)))
    )
    try:
        assert camera._scenes is not None
        for _ in range(2):
            end = time.monotonic() + 10.0
            camera._next_wanted = True
            while camera._next_wanted and time.monotonic() < end:
                camera._publish()
            camera._publish()
        assert isinstance(camera._pose, Poses)
        poses = camera._pose.sent
        assert [stamp for stamp, *_ in poses] == [nanoseconds(m.header.stamp) for m in images]
        assert {m.header.frame_id for m in images} == {name for _, name, _ in poses} == {frame}
        assert {pose.frame_id for *_, pose in poses} == {"map"}
    finally:
        camera.destroy_node()
        rclpy.shutdown(context=context)
