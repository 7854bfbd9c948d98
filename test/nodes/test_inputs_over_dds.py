# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Inputs of every kind over DDS: compressed, unregistered, of another QoS, of several cameras."""

import array
import os
import struct
import subprocess
import sys
from typing import Any

import cv2
import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.lifecycle import TransitionCallbackReturn
from sensor_msgs.msg import CameraInfo, CompressedImage, Image, Imu
from std_msgs.msg import Header

from smolrgpt_ros.msg import RegionArray
from smolrgpt_ros.ros.convert.camera_info import camera_info_of
from smolrgpt_ros.ros.convert.images import encode_image
from smolrgpt_ros.ros.convert.time import nanoseconds, time_of
from smolrgpt_ros.ros.qos import profile
from smolrgpt_ros.scene.camera import CameraIntrinsics
from smolrgpt_ros.scene.lens import Lens
from smolrgpt_ros.srv import SpatialQuery

pytestmark = [pytest.mark.ros]

Response = SpatialQuery.Response
SUCCESS = TransitionCallbackReturn.SUCCESS
LEFT = "Is the leftmost pallet to the left or to the right of the rightmost pallet?"
WIDTH, HEIGHT, FRAME_ID = 160, 120, "test_optical_frame"
CAMERA = CameraIntrinsics(WIDTH, HEIGHT, fx=120.0, fy=120.0, cx=80.0, cy=60.0)


def picture():
    """The test's detector finds pallets in columns 20-40 and 100-120."""
    rgb = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    for x0 in (20, 100):
        rgb[50:70, x0 : x0 + 20] = (200, 40, 40)
    return rgb


def png(pixels):
    return cv2.imencode(".png", pixels)[1].tobytes()


class Camera:
    """Publishers of one camera of the graph's peer.

    Args:
        graph: whose peer publishes.
        prefix: before the topics' names.
        rgb, depth: topic suffix and type of each transport.
    """

    def __init__(self, graph, prefix="", rgb=("", Image), depth=("", Image), qos="sensor_data"):
        self.graph = graph
        peer, with_qos = graph.peer, profile(qos)
        self.info = peer.create_publisher(CameraInfo, f"{prefix}rgb/camera_info", with_qos)
        self.depth_info = peer.create_publisher(CameraInfo, f"{prefix}depth/camera_info", with_qos)
        self.rgb = peer.create_publisher(rgb[1], f"{prefix}rgb/image_raw{rgb[0]}", with_qos)
        self.depth = peer.create_publisher(depth[1], f"{prefix}depth/image_raw{depth[0]}", with_qos)
        self.all = (self.info, self.depth_info, self.rgb, self.depth)

    def wait_discovered(self):
        for publisher in self.all:
            self.graph.wait_until(lambda p=publisher: p.get_subscription_count() > 0, "discovery")

    def show_until(self, answered, messages, timeout_s=15.0):
        """Publish ``messages(stamp_ns, header)`` with new stamps until ``answered(stamp)``."""
        stamps = []

        def done():
            stamp = self.graph.peer.get_clock().now().nanoseconds
            stamps.append(stamp)
            header = Header(stamp=time_of(stamp), frame_id=FRAME_ID)
            for publisher, message in zip(self.all, messages(header), strict=True):
                if message is not None:
                    publisher.publish(message)
            return answered()

        self.graph.wait_until(done, "the frame", timeout_s)
        return stamps

    def close(self):
        for publisher in self.all:
            self.graph.peer.destroy_publisher(publisher)


def plain(header):
    depth = np.full((HEIGHT, WIDTH), 3.0, np.float32)
    info = camera_info_of(CAMERA, header)
    return info, None, encode_image(picture(), "rgb8", header), encode_image(depth, "32FC1", header)


def test_unit_lens_and_gravity_reach_the_frame(start_graph):
    """Depth in quarters of a millimetre, a lens, and an accelerometer of a camera upside down."""
    with start_graph({"depth.unit": 0.00025, "gravity_imu_topic": "imu"}) as graph:
        graph.wait_ready()
        imu = graph.peer.create_publisher(Imu, "imu", profile("sensor_data"))
        camera = Camera(graph)
        graph.wait_until(lambda: imu.get_subscription_count() > 0, "discovery")

        def messages(header):
            gravity = Imu(header=header)
            gravity.linear_acceleration.y = 9.8
            imu.publish(gravity)
            info = camera_info_of(CAMERA, header)
            info.distortion_model, info.d = "equidistant", [0.01, 0.0, 0.0, 0.0]
            depth = encode_image(np.full((HEIGHT, WIDTH), 8000, np.uint16), "16UC1", header)
            return info, None, encode_image(picture(), "rgb8", header), depth

        def answered():
            newest = graph.camera.history.newest()
            return newest is not None and None not in (newest.frame.up, newest.frame.intrinsics)

        camera.show_until(answered, messages)
        frame = graph.camera.history.newest().frame
        assert frame.up == pytest.approx((0.0, 1.0, 0.0))
        assert float(frame.depth[5, 5]) == 2.0
        assert frame.intrinsics.lens == Lens(True, (0.01, 0.0, 0.0, 0.0))
        camera.close()


def test_compressed_colour_and_depth(start_graph):
    parameters = {"transport.rgb": "compressed", "transport.depth": "compressedDepth"}
    millimetres = np.full((HEIGHT, WIDTH), 3000, np.uint16)

    def messages(header):
        colour = CompressedImage(header=header, format="rgb8; png compressed bgr8")
        colour.data = array.array("B", png(picture()[..., ::-1]))
        depth = CompressedImage(header=header, format="16UC1; compressedDepth png")
        depth.data = array.array("B", struct.pack("<iff", 0, 0.0, 0.0) + png(millimetres))
        return camera_info_of(CAMERA, header), None, colour, depth

    with start_graph({**parameters, "query.max_age": 60.0}) as graph:
        graph.wait_until(lambda: graph.service is not None, "the node to be active")
        camera = Camera(
            graph,
            rgb=("/compressed", CompressedImage),
            depth=("/compressedDepth", CompressedImage),
        )
        camera.wait_discovered()
        camera.show_until(lambda: graph.camera.history.newest() is not None, messages)
        response = graph.ask(LEFT)
        assert response.status == Response.STATUS_OK, response.message
        assert response.answer.measured.normalized == "left"
        assert response.regions[0].position.z == pytest.approx(3.0, abs=0.5)


def test_depth_of_another_resolution_is_reprojected(start_graph):
    coarse = CAMERA.scaled(WIDTH // 2, HEIGHT // 2)

    def messages(header):
        depth = np.full((HEIGHT // 2, WIDTH // 2), 3.0, np.float32)
        depth[:, WIDTH // 4 :] = 5.0
        info, _, colour, _ = plain(header)
        return info, camera_info_of(coarse, header), colour, encode_image(depth, "32FC1", header)

    with start_graph({"query.max_age": 60.0}) as graph:
        graph.wait_until(lambda: graph.service is not None, "the node to be active")
        camera = Camera(graph)
        camera.wait_discovered()
        camera.show_until(lambda: graph.camera.history.newest() is not None, messages)
        depth = graph.camera.history.newest().frame.depth
        assert depth.shape == (HEIGHT, WIDTH)
        assert np.nanmin(depth[:, :78]) == 3.0 == np.nanmax(depth[:, :78])
        assert np.nanmin(depth[:, 82:]) == 5.0 == np.nanmax(depth[:, 82:])
        assert np.isfinite(depth).mean() > 0.95
        assert graph.ask(LEFT).status == Response.STATUS_OK


def test_a_qos_mismatch_is_reported_to_the_client_and_in_diagnostics(start_graph):
    output: list[Any] = []
    with start_graph({"qos.rgb": "reliable"}) as graph:  # the graph's camera is best effort
        graph.peer.create_subscription(DiagnosticArray, "/diagnostics", output.append, 10)
        graph.wait_until(lambda: graph.service is not None, "the node to be active")
        graph.wait_until(lambda: graph.camera.state().mismatches, "the mismatch")
        response = graph.assert_refused(
            Response.STATUS_NO_FRAME, "RELIABILITY", "qos.rgb", "/rgb/image_raw"
        )
        assert np.isnan(response.answer.value)

        def reported():
            return any("RELIABILITY" in s.message for m in output for s in m.status)

        graph.wait_until(reported, "diagnostics")


def test_two_cameras_one_model(start_graph):
    with start_graph({"cameras": ["front", "rear"], "query.max_age": 60.0}) as graph:
        graph.wait_until(lambda: graph.service is not None, "the node to be active")
        front, rear = Camera(graph, "front/"), Camera(graph, "rear/")
        got: list[Any] = []
        graph.peer.create_subscription(RegionArray, "spatial_query/rear/regions", got.append, 10)
        for camera in (front, rear):
            camera.wait_discovered()
        cameras = graph.node._cameras
        front.show_until(lambda: cameras["front"].history.newest() is not None, plain)
        graph.assert_refused(Response.STATUS_NO_FRAME, "name one", "front, rear")
        graph.assert_refused(Response.STATUS_NO_FRAME, "'side'", "front, rear", camera="side")
        graph.assert_refused(Response.STATUS_NO_FRAME, "/rear/rgb/image_raw", camera="rear")

        def swapped(header):
            info, nothing, _, depth = plain(header)
            return info, nothing, encode_image(picture()[:, ::-1].copy(), "rgb8", header), depth

        response = graph.ask(LEFT, camera="front")
        assert response.status == Response.STATUS_OK, response.message
        stamps = rear.show_until(lambda: cameras["rear"].history.newest() is not None, swapped)
        response = graph.ask("How many pallets are in view?", camera="rear")
        # Mirrored, only columns 40 to 60 and 120 to 140 are red: none where the detector searches.
        assert response.status == Response.STATUS_UNKNOWN_REGION, response.message
        graph.wait_until(lambda: got, "regions of the rear camera")
        assert nanoseconds(got[0].header.stamp) in stamps
        assert graph.node._models.engine.name == "fixed"


def test_the_gpu_is_freed_when_the_node_is_deactivated(start_graph):
    loaded = []

    class OnGpu:
        name, device, dtype, closed = "big", "cuda:0", "bfloat16", False
        calibration, trained_on, busy_s = None, None, 0.0

        def close(self):
            self.closed = True

    def load(settings):
        loaded.append(OnGpu())
        return loaded[-1]

    with start_graph({}, engine_loader=load) as graph:
        graph.wait_until(lambda: graph.service is not None, "the node to be active")
        # The transition that activated it may just be ending.
        graph.wait_until(lambda: graph.node.trigger_deactivate() == SUCCESS, "deactivation")
        assert [engine.closed for engine in loaded] == [True]
        assert graph.node.trigger_activate() == SUCCESS
        assert [engine.closed for engine in loaded] == [True, False]
        graph.assert_refused(Response.STATUS_NO_FRAME, "no image")


def test_detector_and_queries_on_two_machines(start_graph):
    """This process finds regions, another answers from regions and compressed colour."""
    with start_graph({"model.backend": "none", "query.max_age": 60.0}) as graph:
        graph.wait_ready()
        environment = {**os.environ, "ROS_DOMAIN_ID": str(graph.context.get_domain_id())}
        parameters = {
            "detector.backend": "topic",
            "model.backend": "none",
            "transport.rgb": "compressed",
            "query.max_age": "60.0",
        }
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "smolrgpt_ros.nodes.spatial_query_node", "--ros-args"),
                *("-r", "__ns:=/server", "-r", "regions:=/spatial_query/regions"),
                *("-r", "rgb/image_raw:=/rgb/image_raw", "-r", "rgb/camera_info:=/rgb/camera_info"),
                *("-r", "depth/image_raw:=/depth/image_raw"),
                *(word for p in parameters.items() for word in ("-p", "{}:={}".format(*p))),
            ],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        client = graph.peer.create_client(SpatialQuery, "/server/spatial_query")
        packed = graph.peer.create_publisher(
            CompressedImage, "rgb/image_raw/compressed", profile("sensor_data")
        )
        try:
            assert client.wait_for_service(30.0)
            graph.wait_until(
                lambda: (
                    packed.get_subscription_count() > 0
                    and graph.node._outputs[""]._regions.get_subscription_count() > 0
                ),
                "the other process",
                30.0,
            )

            def ask():
                stamp = graph.publish()
                colour = CompressedImage(format="png")
                colour.header = Header(stamp=time_of(stamp), frame_id=FRAME_ID)
                colour.data = array.array("B", png(picture()[..., ::-1]))
                packed.publish(colour)
                future = client.call_async(SpatialQuery.Request(question=LEFT))
                graph.wait_until(future.done, "a response")
                return future.result()

            responses = []

            def answered():
                responses.append(ask())
                return responses[-1].status == Response.STATUS_OK

            graph.wait_until(answered, "an answer of the other process", 30.0)
            response = responses[-1]
            assert response.answer.measured.normalized == "left"
            assert [r.label for r in response.regions] == ["pallet", "pallet"]
            assert response.answer.text == "" and response.answer.model == ""
            assert {r.status for r in responses} <= {
                Response.STATUS_OK,
                Response.STATUS_NO_FRAME,
                Response.STATUS_NO_DEPTH,
                Response.STATUS_NOT_READY,
            }
        finally:
            server.terminate()
            output, _ = server.communicate(timeout=15)
        assert server.returncode == 0, output
