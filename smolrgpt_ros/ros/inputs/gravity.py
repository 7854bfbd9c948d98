# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Which way is up for a camera: by TF, by an accelerometer, by a parameter, in this order."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
from rclpy.callback_groups import CallbackGroup
from rclpy.node import Node
from rclpy.subscription import Subscription
from sensor_msgs.msg import Imu

from smolrgpt_ros.perception.gravity import AccelerometerUp
from smolrgpt_ros.scene.frame import Direction, RgbdFrame
from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.scene.status import QueryError

from ..convert.time import nanoseconds
from ..qos import profile

#: Seconds between two warnings of the same kind.
_WARN_EVERY_S = 30.0


class Gravity:
    """The direction of up of one camera's frames.

    Args:
        node: subscribes and logs.
        frame: called for the name of a frame whose z axis points up; empty: none.
        imu_topic: of the accelerometer; empty: none.
        given: called for up in the camera's optical frame; ``None``: not known.
        newest_pose_of: ``(target frame, source frame, what to do without) -> Pose`` of source in
            target, the newest: a camera turns slowly, and the image's own comes late. Raises
            QueryError.
        group: callback group of the subscription.
    """

    def __init__(
        self,
        node: Node,
        frame: Callable[[], str],
        imu_topic: str,
        given: Callable[[], Direction | None],
        newest_pose_of: Callable[[str, str, str], Pose],
        group: CallbackGroup,
    ) -> None:
        self._node = node
        self._frame = frame
        self._given = given
        self._newest_pose_of = newest_pose_of
        self._lock = threading.Lock()
        self._accelerometer = AccelerometerUp()
        self._imu_frame = ""
        self.subscriptions: tuple[Subscription, ...] = ()
        if imu_topic:
            quality = profile("sensor_data")
            self.subscriptions = (
                node.create_subscription(Imu, imu_topic, self._take, quality, callback_group=group),
            )

    def close(self) -> None:
        """Unsubscribe."""
        for subscription in self.subscriptions:
            self._node.destroy_subscription(subscription)
        self.subscriptions = ()

    def up(self, frame: RgbdFrame) -> Direction | None:
        """Unit vector against gravity in a frame's optical axes; ``None`` where nothing knows it,
        so that the floor itself has to say."""
        return self._by_tf(frame) or self._by_imu(frame) or self._given()

    def _by_tf(self, frame: RgbdFrame) -> Direction | None:
        name = self._frame()
        if not name:
            return None
        try:
            otherwise = "leave gravity_frame empty"
            rotation = self._newest_pose_of(name, frame.frame_id, otherwise).rotation
        except QueryError as error:
            # A call of its own for each source: rclpy throttles by the place of the call.
            self._node.get_logger().warning(
                f"gravity_frame is not used: {error.message}", throttle_duration_sec=_WARN_EVERY_S
            )
            return None
        return _direction(rotation[2])

    def _by_imu(self, frame: RgbdFrame) -> Direction | None:
        with self._lock:
            up, source = self._accelerometer.up(frame.stamp_ns), self._imu_frame
            age_s = self._accelerometer.age_s(frame.stamp_ns)
        if up is None:
            if self.subscriptions:
                topic = self.subscriptions[0].topic_name
                why = f"no acceleration of gravity on {topic}"
                if age_s is not None:
                    side = "before" if age_s > 0.0 else "after"
                    why = (
                        f"the newest acceleration of gravity on {topic} is stamped "
                        f"{abs(age_s):.1f} s {side} the image: it has stopped, or has another clock"
                    )
                self._warn_of_imu(why)
            return None
        try:
            otherwise = "leave gravity_imu_topic empty"
            pose = self._newest_pose_of(frame.frame_id, source, otherwise)
            return _direction(pose.rotation @ up)
        except QueryError as error:
            self._warn_of_imu(error.message)
            return None

    def _take(self, message: Imu) -> None:
        if message.linear_acceleration_covariance[0] == -1.0:
            return  # the message's way to say that there is none
        a = message.linear_acceleration
        with self._lock:
            self._imu_frame = message.header.frame_id
            self._accelerometer.add(np.array([a.x, a.y, a.z]), nanoseconds(message.header.stamp))

    def _warn_of_imu(self, why: str) -> None:
        text = f"gravity_imu_topic is not used: {why}"
        self._node.get_logger().warning(text, throttle_duration_sec=_WARN_EVERY_S)


def _direction(vector: np.ndarray) -> Direction:
    x, y, z = vector.tolist()
    return x, y, z
