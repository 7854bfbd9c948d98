# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The pose of a camera on ``/tf``, where TF is installed."""

from __future__ import annotations

from typing import Any

from builtin_interfaces.msg import Time
from geometry_msgs.msg import TransformStamped
from rclpy.node import Node
from std_msgs.msg import Header

from smolrgpt_ros.scene.pose import Pose

from .convert.poses import quaternion_message, vector_message


class CameraPoseBroadcaster:
    """Publishes a camera's pose on ``/tf`` at each frame's stamp; silent without ``tf2_ros``.

    Not on ``/tf_static``: a pose there holds for older frames too, which had another one.

    Args:
        node: publishes.
    """

    def __init__(self, node: Node) -> None:
        self._broadcaster: Any = None
        try:
            import tf2_ros
        except ImportError:
            return
        self._broadcaster = tf2_ros.TransformBroadcaster(node)

    @property
    def available(self) -> bool:
        """Whether anything is published."""
        return self._broadcaster is not None

    def send(self, pose: Pose, camera_frame: str, stamp: Time) -> None:
        """Publish the pose of ``camera_frame`` in ``pose.frame_id`` at a stamp."""
        if self._broadcaster is None:
            return
        message = TransformStamped(
            header=Header(stamp=stamp, frame_id=pose.frame_id), child_frame_id=camera_frame
        )
        message.transform.translation = vector_message(pose.translation)
        message.transform.rotation = quaternion_message(pose.rotation)
        self._broadcaster.sendTransform(message)
