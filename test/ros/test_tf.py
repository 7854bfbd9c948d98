# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""TF: look-ups at a stamp, the error of a missing transform, and a camera's pose on /tf."""

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from rclpy.clock import ROSClock
from rclpy.time import Time as ClockTime

from smolrgpt_ros.ros.camera_pose import CameraPoseBroadcaster
from smolrgpt_ros.ros.tf import Transforms
from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.scene.rotations import rotation_matrix
from smolrgpt_ros.scene.status import QueryError, Status

HALF = np.sqrt(0.5)
AT_5_METRES = SimpleNamespace(
    rotation=SimpleNamespace(x=0.0, y=0.0, z=0.0, w=1.0),
    translation=SimpleNamespace(x=5.0, y=0.0, z=0.0),
)


def test_the_cameras_own_frame_needs_no_tf(monkeypatch):
    monkeypatch.setitem(sys.modules, "tf2_ros", None)
    pose = Transforms(node=None).look_up("optical", "optical", 0, 0.1, "")
    np.testing.assert_array_equal(pose.rotation, np.eye(3))


def test_without_tf_the_error_names_both_frames_and_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "tf2_ros", None)
    with pytest.raises(QueryError, match=r"'optical' to 'map'.*tf2_ros, or go without") as error:
        Transforms(node=None).look_up("map", "optical", 0, 0.1, "go without")
    assert error.value.status is Status.TF_FAILED


@pytest.fixture
def tf(monkeypatch):
    """A tf2_ros whose buffer answers with ``tf.answer`` and remembers what it was asked; only the
    newest, in ``tf.heard``, is told transforms."""
    module: Any = ModuleType("tf2_ros")
    module.TransformException = type("TransformException", (Exception,), {})
    module.asked, module.heard = [], []

    class Buffer:
        def lookup_transform(self, target, source, time, timeout):
            module.asked.append((target, source, time.nanoseconds, timeout.nanoseconds))
            if isinstance(module.answer, Exception):
                raise module.answer
            return SimpleNamespace(transform=module.answer)

    def listener(buffer, node, spin_thread):
        module.heard.append(buffer)
        return SimpleNamespace(unregister=lambda: module.heard.remove(buffer))

    module.Buffer, module.TransformListener = Buffer, listener
    monkeypatch.setitem(sys.modules, "tf2_ros", module)
    return module


@pytest.fixture
def node():
    """A node whose clock is set by ``node.set``, seconds; it starts at 500."""
    clock = ROSClock()
    clock._set_ros_time_is_active(True)

    def set_to(seconds):
        clock.set_ros_time_override(ClockTime(seconds=seconds, clock_type=clock.clock_type))

    set_to(500.0)
    return SimpleNamespace(get_clock=lambda: clock, set=set_to)


def test_the_transform_is_looked_up_at_the_images_stamp(tf, node):
    tf.answer = SimpleNamespace(
        rotation=SimpleNamespace(x=0.0, y=0.0, z=HALF, w=HALF),
        translation=SimpleNamespace(x=1.0, y=2.0, z=3.0),
    )
    transforms = Transforms(node)
    pose = transforms.look_up("map", "optical", 5_000_000_001, 0.25, "")
    transforms.close()
    assert tf.asked == [("map", "optical", 5_000_000_001, 250_000_000)]
    np.testing.assert_allclose(pose.apply(np.zeros((1, 3))), [[1, 2, 3]])


def test_a_failed_lookup_names_both_frames_and_what_to_do(tf, node):
    tf.answer = tf.TransformException("extrapolation into the future")
    words = r"'optical' to 'map'.*extrapolation.*; publish it, or go without$"
    with pytest.raises(QueryError, match=words):
        Transforms(node).look_up("map", "optical", 1, 0.25, "go without")


def test_after_a_reset_of_time_tf_begins_anew(tf, node):
    """tf2's own buffer would refuse all that is more than ten seconds older than what it has."""
    tf.answer = AT_5_METRES
    transforms = Transforms(node)
    (first,) = tf.heard
    for still in (600.0, 599.5):  # time goes on, and what came a little late
        node.set(still)
    assert tf.heard == [first]
    node.set(5.0)
    (second,) = tf.heard
    assert second is not first
    assert transforms.look_up("map", "optical", 1, 0.25, "").translation[0] == 5.0
    node.get_clock()._set_ros_time_is_active(False)
    assert tf.heard != [second], "it is another clock"
    node.get_clock()._set_ros_time_is_active(True)
    transforms.close()
    node.set(1.0)
    assert tf.heard == []


def test_a_cameras_pose_is_published_to_tf(monkeypatch):
    sent: list[Any] = []
    module: Any = ModuleType("tf2_ros")
    module.TransformBroadcaster = lambda node: SimpleNamespace(sendTransform=sent.append)
    monkeypatch.setitem(sys.modules, "tf2_ros", module)
    down = Pose("map", rotation_matrix((0, 1, 0, 0)), np.array([2.0, -3.0, 6.5]))
    broadcaster = CameraPoseBroadcaster(node=None)
    assert broadcaster.available
    broadcaster.send(down, "optical", Time(sec=4))
    (message,) = sent
    assert (message.header.frame_id, message.child_frame_id) == ("map", "optical")
    assert (message.header.stamp.sec, message.transform.translation.y) == (4, -3.0)
    q = message.transform.rotation
    # What is 1 m before a camera that looks down from 6.5 m is at 5.5 m.
    seen = rotation_matrix((q.w, q.x, q.y, q.z)) @ [0, 0, 1.0] + [2.0, -3.0, 6.5]
    np.testing.assert_allclose(seen, [2.0, -3.0, 5.5], atol=1e-12)


def test_without_tf_the_pose_is_kept_silent(monkeypatch):
    monkeypatch.setitem(sys.modules, "tf2_ros", None)
    broadcaster = CameraPoseBroadcaster(node=None)
    assert not broadcaster.available
    broadcaster.send(Pose.identity("map"), "optical", Time())
