# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Rotations: unit quaternions and matrices.

A quaternion is ``(w, x, y, z)`` everywhere in this package; messages name their fields. It turns
vectors from the axes of the turned thing to those of its holder (Hamilton's convention, as in ROS
and MuJoCo).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Quaternion = tuple[float, float, float, float]

IDENTITY: Quaternion = (1.0, 0.0, 0.0, 0.0)


def rotation_matrix(quaternion: ArrayLike) -> NDArray[np.float64]:
    """Rotation matrices, shape ``(..., 3, 3)``, of quaternions of shape ``(..., 4)``.

    They are normalized first.

    Raises:
        ValueError: if all four numbers of one are zero, or one is not finite.
    """
    q = np.asarray(quaternion, np.float64)
    norm = np.linalg.norm(q, axis=-1, keepdims=True)
    if not np.all(np.isfinite(norm)) or np.any(norm < 1e-9):
        raise ValueError(
            f"no rotation: a quaternion must be finite and not zero, found {q.tolist()}"
        )
    w, x, y, z = np.moveaxis(q / norm, -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return np.moveaxis(np.array(rows), (0, 1), (-2, -1))


def quaternion_of(rotation: NDArray[np.float64]) -> Quaternion:
    """The unit quaternion, w not negative, nearest to a rotation matrix of shape ``(3, 3)``.

    Bar-Itzhack's method (2000): the eigenvector of the largest eigenvalue of a symmetric matrix. It
    has no special cases and forgives rounding.
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
    x, y, z, w = (float(v) for v in vectors[:, -1] * (1.0 if vectors[3, -1] >= 0.0 else -1.0))
    return w, x, y, z


def yaw_quaternion(yaw: float) -> Quaternion:
    """A turn by ``yaw`` radians about z."""
    return math.cos(yaw / 2), 0.0, 0.0, math.sin(yaw / 2)


def pitch_quaternion(pitch: float) -> Quaternion:
    """A turn by ``pitch`` radians about y."""
    return math.cos(pitch / 2), 0.0, math.sin(pitch / 2), 0.0


def quaternion_product(a: Quaternion, b: Quaternion) -> Quaternion:
    """The rotation that turns by ``b`` first, then by ``a``."""
    aw, ax, ay, az = a
    bw, bx, by, bz = b
    return (
        aw * bw - ax * bx - ay * by - az * bz,
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
    )


def quaternion_from_z(direction: NDArray[np.float64]) -> Quaternion:
    """The shortest turn from the z axis to a unit vector of shape ``(3,)``."""
    x, y, z = (float(v) for v in direction)
    if z < -0.999999:  # antiparallel: any axis in the xy plane
        return 0.0, 1.0, 0.0, 0.0
    raw = np.array([1 + z, -y, x, 0.0])
    raw /= np.linalg.norm(raw)
    return float(raw[0]), float(raw[1]), float(raw[2]), float(raw[3])
