# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The ``warehouse_camera`` node: a simulated or recorded warehouse as an RGB-D camera's topics."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from numpy.typing import NDArray
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Header, String
from std_srvs.srv import Trigger

from smolrgpt_ros.ros.camera_pose import CameraPoseBroadcaster
from smolrgpt_ros.ros.convert.camera_info import camera_info_of
from smolrgpt_ros.ros.convert.images import encode_image
from smolrgpt_ros.ros.convert.time import nanoseconds
from smolrgpt_ros.ros.logs import forward_logs, stop_forwarding
from smolrgpt_ros.ros.params.parameters import ParameterError, declare
from smolrgpt_ros.ros.params.warehouse_camera_parameters import WAREHOUSE_CAMERA_SPECS
from smolrgpt_ros.ros.qos import profile
from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.simulation.datasets.storage import millimetres
from smolrgpt_ros.simulation.sensing.sensor import SensorModel
from smolrgpt_ros.simulation.warehouse import SimulatedFrame

from .program import end_process
from .running import run
from .scene_source import SceneError, SceneMaker, SceneThread, recorded_scenes, rendered_scenes


class WarehouseCameraNode(Node):
    """Publishes one scene after the other, each for ``hold_time``, with fresh stamps.

    ``~/truth`` is JSON about the scene that starts: ``index``, ``first_stamp_ns`` (the stamp of its
    first image) and ``truth``.

    Args:
        options: of ``rclpy.node.Node``.
    """

    def __init__(self, **options: Any) -> None:
        # Before anything can fail: a half-made node is destroyed too.
        self._scenes: SceneThread | None = None
        super().__init__("warehouse_camera", **options)
        values = declare(self, WAREHOUSE_CAMERA_SPECS)
        self._values = values
        self._scenes = SceneThread(_maker(values))
        self._log_handler = forward_logs(self.get_logger())
        self._index = -1
        self._displayed: _SceneMessages | None = None
        self._next_wanted = True
        camera = profile("sensor_data")
        self._rgb = self.create_publisher(Image, "rgb/image_raw", camera)
        self._info = self.create_publisher(CameraInfo, "rgb/camera_info", camera)
        self._depth = self.create_publisher(Image, "depth/image_raw", camera)
        # RViz's DepthCloud reads the calibration beside the depth images.
        self._depth_info = self.create_publisher(CameraInfo, "depth/camera_info", camera)
        self._pose = CameraPoseBroadcaster(self) if values["map_frame"] else None
        self._truth = self.create_publisher(String, "~/truth", profile("latched"))
        self.create_service(Trigger, "~/next", self._next)
        self.create_timer(1.0 / values["rate"], self._publish)
        if values["hold_time"] > 0:
            self.create_timer(values["hold_time"], self._request_next)
        self._scenes.start()

    def destroy_node(self) -> None:
        if self._scenes is not None:
            self._scenes.stop()
            stop_forwarding(self._log_handler)
            self._scenes = None
        super().destroy_node()

    def _next(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        self._request_next()
        response.success = True
        response.message = f"scene {self._index + 1} comes next"
        return response

    def _request_next(self) -> None:
        self._next_wanted = True

    def _publish(self) -> None:
        stamp = self.get_clock().now().to_msg()
        if self._next_wanted and self._scenes is not None:
            scene = self._scenes.next()
            if scene is not None:
                self._next_wanted = False
                self._index += 1
                self._displayed = _SceneMessages(
                    scene,
                    self._values["depth_encoding"],
                    self._namespaced(scene.frame.frame_id),
                    self._values["map_frame"],
                )
                self._truth.publish(String(data=_truth_text(scene, self._index, stamp)))
                self.get_logger().info(
                    f"scene {self._index}: seed {scene.truth.seed}, "
                    f"{len(scene.regions)} regions in view"
                )
        if self._displayed is not None:
            # Pose and calibration first, so that they have arrived when the images are paired.
            if self._pose is not None:
                self._pose.send(self._displayed.pose, self._displayed.frame_id, stamp)
            for publisher, message in zip(
                (self._info, self._depth_info, self._rgb, self._depth),
                self._displayed.at(stamp),
                strict=True,
            ):
                publisher.publish(message)

    def _namespaced(self, frame_id: str) -> str:
        """A frame behind the node's namespace, so that two cameras have two frames."""
        return f"{self.get_namespace()}/{frame_id}".lstrip("/")


class _SceneMessages:
    """The messages of a scene, published again and again with new stamps.

    Args:
        scene: shown.
        depth_encoding: of its depth images.
        frame_id: of all messages.
        map_frame: of the camera's pose.
    """

    def __init__(
        self, scene: SimulatedFrame, depth_encoding: str, frame_id: str, map_frame: str
    ) -> None:
        frame, truth = scene.frame, scene.truth
        self.frame_id = frame_id
        # The inverse of the rotation from world to camera.
        rotation = np.array(truth.world_to_optical).reshape(3, 3).T
        self.pose = Pose(map_frame, rotation, np.array(truth.camera_position))
        header = Header(frame_id=frame_id)
        assert frame.intrinsics is not None and frame.depth is not None
        info = camera_info_of(frame.intrinsics, header)
        self._messages = (
            info,
            info,
            encode_image(frame.rgb, "rgb8", header),
            encode_image(depth_pixels(frame.depth, depth_encoding), depth_encoding, header),
        )

    def at(self, stamp: Time) -> tuple[CameraInfo, CameraInfo, Image, Image]:
        for message in self._messages:
            message.header.stamp = stamp
        return self._messages


def depth_pixels(
    depth: NDArray[np.float32], encoding: str
) -> NDArray[np.float32] | NDArray[np.uint16]:
    """Metres with NaN as the pixels of a depth encoding (REP-118)."""
    if encoding == "32FC1":
        return np.asarray(depth, np.float32)
    return millimetres(depth)


def _maker(values: dict[str, Any]) -> SceneMaker:
    if values["recording"]:
        return recorded_scenes(values["recording"])
    sensor = SensorModel() if values["sensor_noise"] else None
    return rendered_scenes(
        values["seed"], values["family"], values["width"], values["height"], sensor
    )


def _truth_text(scene: SimulatedFrame, index: int, stamp: Time) -> str:
    return json.dumps(
        {
            "index": index,
            "first_stamp_ns": nanoseconds(stamp),
            "truth": scene.truth.to_json(),
        }
    )


def main(args: Sequence[str] | None = None) -> int:
    """Run the node until the process is asked to end; the process's exit code."""
    return run(
        "warehouse_camera",
        WarehouseCameraNode,
        lambda node: SingleThreadedExecutor(),
        args,
        refusals=(ParameterError, SceneError),
        fatal=(SceneError,),
    )


if __name__ == "__main__":
    end_process(main())
