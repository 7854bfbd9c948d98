# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Masks of what points in space span in a picture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .camera import CameraIntrinsics, project
from .masks import Mask

#: Metres along the camera's axis from which on a point is in front of it.
_NEAREST = 0.05
#: Pixels beyond which OpenCV's fixed-point coordinates overflow.
_FARTHEST = 1e4


def hull_mask(camera: CameraIntrinsics, points: NDArray[np.float64]) -> Mask:
    """The convex hull of points as the camera sees them, filled, shape ``(H, W)``.

    Args:
        camera: of the picture.
        points: shape ``(N, 3)``, metres, optical frame; those behind the camera are left out, and
            without any the mask is empty.
    """
    mask = np.zeros((camera.height, camera.width), np.uint8)
    before = points[points[:, 2] > _NEAREST]
    if len(before):
        pixels = np.stack(project(camera, before), axis=1).clip(-_FARTHEST, _FARTHEST)
        cv2.fillConvexPoly(mask, cv2.convexHull(np.rint(pixels).astype(np.int32)), 1)
    return mask.astype(bool)
