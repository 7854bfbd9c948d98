"""Where a camera is, told to TF once for all, where TF is installed."""

from __future__ import annotations

from typing import Any

import numpy as np
from geometry_msgs.msg import Quaternion, TransformStamped, Vector3
from numpy.typing import NDArray
from std_msgs.msg import Header

from .tf import Pose


class CameraPoseBroadcaster:
    """Publishes a camera's pose on ``/tf_static``; silent without ``tf2_ros``.

    Args:
        node: publishes.
    """

    def __init__(self, node: Any) -> None:
        self._broadcaster: Any = None
        try:
            import tf2_ros
        except ImportError:
            return
        self._broadcaster = tf2_ros.StaticTransformBroadcaster(node)

    @property
    def available(self) -> bool:
        """Whether anything is published."""
        return self._broadcaster is not None

    def send(self, pose: Pose, camera_frame: str, stamp: Any) -> None:
        """Tell where ``camera_frame`` is in ``pose.frame_id``, in place of what was told before."""
        if self._broadcaster is None:
            return
        message = TransformStamped(
            header=Header(stamp=stamp, frame_id=pose.frame_id), child_frame_id=camera_frame
        )
        message.transform.translation = Vector3(
            **dict(zip("xyz", map(float, pose.translation), strict=True))
        )
        message.transform.rotation = quaternion_of(pose.rotation)
        self._broadcaster.sendTransform(message)


def quaternion_of(rotation: NDArray[np.float64]) -> Quaternion:
    """The unit quaternion, w not negative, nearest to a rotation matrix of shape (3, 3).

    Bar-Itzhack's method: the eigenvector of the largest eigenvalue of a symmetric matrix, which has
    no special cases and forgives rounding.
    """
    r = np.asarray(rotation, float)
    k = np.array(
        [
            [r[0, 0] - r[1, 1] - r[2, 2], 0.0, 0.0, 0.0],
            [r[1, 0] + r[0, 1], r[1, 1] - r[0, 0] - r[2, 2], 0.0, 0.0],
            [r[2, 0] + r[0, 2], r[2, 1] + r[1, 2], r[2, 2] - r[0, 0] - r[1, 1], 0.0],
            [r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1], np.trace(r)],
        ]
    )
    _, vectors = np.linalg.eigh(k)  # reads the lower triangle
    x, y, z, w = vectors[:, -1] * (1.0 if vectors[3, -1] >= 0.0 else -1.0)
    return Quaternion(x=float(x), y=float(y), z=float(z), w=float(w))
