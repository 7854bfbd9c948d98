# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Points, vectors, rotations and poses as ``geometry_msgs`` and back."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from geometry_msgs.msg import Point, PoseStamped, Quaternion, Vector3
from geometry_msgs.msg import Pose as PoseMessage
from numpy.typing import NDArray
from std_msgs.msg import Header

from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.scene.rotations import quaternion_of, rotation_matrix


def point_message(xyz: Iterable[float]) -> Point:
    """The point of three coordinates, metres."""
    x, y, z = map(float, xyz)
    return Point(x=x, y=y, z=z)


def vector_message(xyz: Iterable[float]) -> Vector3:
    """The vector of three components."""
    x, y, z = map(float, xyz)
    return Vector3(x=x, y=y, z=z)


def quaternion_message(rotation: NDArray[np.float64]) -> Quaternion:
    """The quaternion of a rotation matrix, shape (3, 3)."""
    w, x, y, z = quaternion_of(rotation)
    return Quaternion(x=x, y=y, z=z, w=w)


def array_of(message: Point | Vector3) -> NDArray[np.float64]:
    """A point or a vector as an array, shape (3,)."""
    return np.array([message.x, message.y, message.z])


def rotation_of(message: Quaternion) -> NDArray[np.float64]:
    """The rotation matrix of a quaternion, shape (3, 3).

    Raises:
        ValueError: if it is zero or not finite.
    """
    return rotation_matrix((message.w, message.x, message.y, message.z))


def pose_message(pose: Pose, header: Header) -> PoseStamped:
    """A pose at the stamp of an image's header, in the pose's own frame."""
    return PoseStamped(
        header=Header(stamp=header.stamp, frame_id=pose.frame_id),
        pose=PoseMessage(
            position=point_message(pose.translation), orientation=quaternion_message(pose.rotation)
        ),
    )


def pose_of(message: PoseStamped) -> Pose:
    """The pose of a message, in the frame of its header."""
    pose = message.pose
    return Pose(message.header.frame_id, rotation_of(pose.orientation), array_of(pose.position))
