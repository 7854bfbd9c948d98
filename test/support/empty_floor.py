# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Depth of an empty floor, from a camera whose numbers are all different."""

from __future__ import annotations

import numpy as np

from smolrgpt_ros.scene.camera import CameraIntrinsics, rays

CAMERA = CameraIntrinsics(160, 120, 100.0, 110.0, 70.0, 50.0)


def floor_depth(
    height: float, pitch_deg: float, roll_deg: float = 0.0, camera: CameraIntrinsics = CAMERA
) -> np.ndarray:
    """Depth of an empty floor below a camera rolled clockwise, NaN above the horizon and where a
    lens has no ray."""
    pitch, roll = np.radians(pitch_deg), np.radians(roll_deg)
    across, down = -np.cos(pitch) * np.sin(roll), -np.cos(pitch) * np.cos(roll)
    up = np.array([across, down, -np.sin(pitch)])
    v, u = np.mgrid[0 : camera.height, 0 : camera.width]
    directions = rays(camera, u.ravel(), v.ravel())
    falling = directions @ up
    z = np.where(falling < -1e-3, -height / np.minimum(falling, -1e-3), np.nan)
    return z.reshape(u.shape).astype(np.float32)
