# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Poses to messages and back, by a quarter turn about z: x becomes y."""

import math

import numpy as np
import pytest
from geometry_msgs.msg import Quaternion, Vector3
from std_msgs.msg import Header

from smolrgpt_ros.ros.convert.poses import (
    array_of,
    point_message,
    pose_message,
    pose_of,
    quaternion_message,
    rotation_of,
    vector_message,
)
from smolrgpt_ros.scene.pose import Pose

pytestmark = [pytest.mark.ros]

QUARTER = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
HALF = math.sqrt(0.5)


def test_coordinates_keep_their_order():
    point, vector = point_message(np.array([1.0, -2.0, 3.5])), vector_message((4, 5, 6))
    assert (point.x, point.y, point.z) == (1.0, -2.0, 3.5)
    assert (vector.x, vector.y, vector.z) == (4.0, 5.0, 6.0)
    assert array_of(Vector3(x=7.0, y=8.0, z=9.0)).tolist() == [7.0, 8.0, 9.0]


def test_a_quarter_turn_about_z_is_half_a_right_angle_in_the_quaternion():
    q = quaternion_message(QUARTER)
    np.testing.assert_allclose((q.x, q.y, q.z, q.w), (0, 0, HALF, HALF), atol=1e-12)
    np.testing.assert_allclose(rotation_of(Quaternion(z=HALF, w=HALF)), QUARTER, atol=1e-12)
    with pytest.raises(ValueError, match="no rotation"):
        rotation_of(Quaternion(w=0.0))


def test_a_pose_keeps_its_frame_and_takes_the_stamp_of_the_image():
    header = Header(frame_id="optical")
    header.stamp.sec = 12
    message = pose_message(Pose("map", QUARTER, np.array([1.0, 2.0, 3.0])), header)
    assert (message.header.frame_id, message.header.stamp.sec) == ("map", 12)
    found = pose_of(message)
    assert found.frame_id == "map"
    np.testing.assert_allclose(found.apply(np.array([[1.0, 0.0, 0.0]])), [[1, 3, 3]], atol=1e-12)
