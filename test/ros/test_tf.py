# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""TF: look-ups at a stamp, the error of a missing transform, and a camera's pose on /tf."""

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from builtin_interfaces.msg import Time

from smolrgpt_ros.ros.camera_pose import CameraPoseBroadcaster
from smolrgpt_ros.ros.tf import Transforms
from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.scene.rotations import rotation_matrix
from smolrgpt_ros.scene.status import QueryError, Status

HALF = np.sqrt(0.5)


def test_the_cameras_own_frame_needs_no_tf(monkeypatch):
    monkeypatch.setitem(sys.modules, "tf2_ros", None)
    pose = Transforms(node=None).look_up("optical", "optical", 0, 0.1)
    np.testing.assert_array_equal(pose.rotation, np.eye(3))


def test_without_tf_the_error_names_both_frames_and_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "tf2_ros", None)
    with pytest.raises(QueryError, match=r"'optical' to 'map'.*tf2_ros") as error:
        Transforms(node=None).look_up("map", "optical", 0, 0.1)
    assert error.value.status is Status.TF_FAILED


@pytest.fixture
def tf(monkeypatch):
    """A tf2_ros whose buffer answers with ``tf.answer`` and remembers what it was asked."""
    module: Any = ModuleType("tf2_ros")
    module.TransformException = type("TransformException", (Exception,), {})
    module.asked = []

    class Buffer:
        def lookup_transform(self, target, source, time, timeout):
            module.asked.append((target, source, time.nanoseconds, timeout.nanoseconds))
            if isinstance(module.answer, Exception):
                raise module.answer
            return SimpleNamespace(transform=module.answer)

    module.Buffer = Buffer
    module.TransformListener = lambda buffer, node, spin_thread: SimpleNamespace(
        unregister=lambda: None
    )
    monkeypatch.setitem(sys.modules, "tf2_ros", module)
    return module


def test_the_transform_is_looked_up_at_the_images_stamp(tf):
    tf.answer = SimpleNamespace(
        rotation=SimpleNamespace(x=0.0, y=0.0, z=HALF, w=HALF),
        translation=SimpleNamespace(x=1.0, y=2.0, z=3.0),
    )
    transforms = Transforms(node=None)
    pose = transforms.look_up("map", "optical", 5_000_000_001, 0.25)
    transforms.close()
    assert tf.asked == [("map", "optical", 5_000_000_001, 250_000_000)]
    np.testing.assert_allclose(pose.apply(np.zeros((1, 3))), [[1, 2, 3]])


def test_a_failed_lookup_names_both_frames_and_the_parameter(tf):
    tf.answer = tf.TransformException("extrapolation into the future")
    with pytest.raises(QueryError, match=r"'optical' to 'map'.*extrapolation.*target_frame"):
        Transforms(node=None).look_up("map", "optical", 1, 0.25)


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
