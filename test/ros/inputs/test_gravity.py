# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The order of the sources of up, with a node that only logs."""

from types import SimpleNamespace

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Vector3
from sensor_msgs.msg import Imu
from std_msgs.msg import Header

from smolrgpt_ros.ros.inputs.gravity import Gravity
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.scene.status import QueryError, Status

FRAME = RgbdFrame(np.zeros((2, 2, 3), np.uint8), None, None, 5_000_000_000, "optical")
#: Optical axes in a world whose z is up, of a camera on its right side: x down, y left, z ahead.
ON_ITS_SIDE = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]])
#: An accelerometer whose x is the camera's y.
TURNED = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
POSES = {("map", "optical"): ON_ITS_SIDE, ("optical", "imu"): TURNED}


class Node:
    """Remembers its subscription and what it logs."""

    def __init__(self):
        self.warnings, self.callbacks = [], {}

    def create_subscription(self, kind, topic, callback, qos, callback_group):
        self.callbacks[topic] = callback
        return SimpleNamespace(topic_name=f"/{topic}")

    def get_logger(self):
        return SimpleNamespace(warning=lambda text, **_: self.warnings.append(text))


def pose_of(target, source, otherwise):
    if (target, source) not in POSES:
        what = f"no transform from {source} to {target}; {otherwise}"
        raise QueryError(Status.TF_FAILED, what)
    return Pose(target, POSES[target, source], np.zeros(3))


def gravity(node, frame="", imu="", given=None):
    return Gravity(node, lambda: frame, imu, lambda: given, pose_of, group=None)


def imu(acceleration, frame_id="imu", missing=False):
    message = Imu(header=Header(stamp=Time(sec=5), frame_id=frame_id))
    message.linear_acceleration = Vector3(**dict(zip("xyz", acceleration, strict=True)))
    if missing:
        message.linear_acceleration_covariance[0] = -1.0
    return message


def test_tf_comes_first_then_the_accelerometer_then_the_parameter():
    node, given = Node(), (0.0, 1.0, 0.0)
    source = gravity(node, "map", "camera/imu", given)
    node.callbacks["camera/imu"](imu((9.8, 0.0, 0.0)))
    # World z in the rows of the optical axes: their x points down.
    assert source.up(FRAME) == pytest.approx((-1.0, 0.0, 0.0))
    source = gravity(node, "", "camera/imu", given)
    node.callbacks["camera/imu"](imu((9.8, 0.0, 0.0)))
    assert source.up(FRAME) == pytest.approx((0.0, 1.0, 0.0))  # TURNED: x of the sensor is y
    assert gravity(node, given=(1.0, 0.0, 0.0)).up(FRAME) == (1.0, 0.0, 0.0)
    assert gravity(node).up(FRAME) is None
    assert node.warnings == []


def test_what_cannot_be_used_is_logged_and_the_next_one_asked():
    node = Node()
    source = gravity(node, "odom", "imu", (0.0, 1.0, 0.0))
    assert source.up(FRAME) == (0.0, 1.0, 0.0)
    assert node.warnings == [
        "gravity_frame is not used: no transform from optical to odom; leave gravity_frame empty",
        "gravity_imu_topic is not used: no acceleration of gravity on /imu",
    ]
    node.warnings.clear()
    node.callbacks["imu"](imu((9.8, 0.0, 0.0), missing=True))
    source.up(FRAME)
    assert node.warnings[-1].endswith("no acceleration of gravity on /imu")
    node.callbacks["imu"](imu((9.8, 0.0, 0.0), frame_id="body"))
    assert source.up(FRAME) == (0.0, 1.0, 0.0)
    assert node.warnings[-1] == (
        "gravity_imu_topic is not used: no transform from body to optical; "
        "leave gravity_imu_topic empty"
    )


@pytest.mark.parametrize(("sec", "words"), [(995, "990.0 s after"), (2, "3.0 s before")])
def test_an_accelerometer_of_another_time_is_told_from_one_that_is_silent(sec, words):
    node = Node()
    source = gravity(node, "", "imu")
    message = imu((9.8, 0.0, 0.0))
    message.header.stamp.sec = sec
    node.callbacks["imu"](message)
    assert source.up(FRAME) is None
    assert node.warnings == [
        "gravity_imu_topic is not used: the newest acceleration of gravity on /imu is stamped "
        f"{words} the image: it has stopped, or has another clock"
    ]
