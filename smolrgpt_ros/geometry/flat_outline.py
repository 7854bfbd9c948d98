# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The rectangle of an object that lies on the floor, from seen points of it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

#: Points farther than this from the plane belong to what stands on the object, metres.
_OFF_PLANE_M = 0.08
_ROUNDS = 4
_FEWEST_POINTS = 8


def flat_outline(points: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """The corners, shape (4, 3), in order, of the smallest rectangle around points of one plane.

    Args:
        points: shape (N, 3), metres, of the object and of what stands on it: in each round points
            off the plane are left out.

    Returns:
        ``None`` where too few points lie on one plane.
    """
    on = points
    for _ in range(_ROUNDS):
        if len(on) < _FEWEST_POINTS:
            return None
        middle = on.mean(axis=0)
        normal = np.linalg.svd(on - middle, full_matrices=False)[2][2]
        off = np.abs((on - middle) @ normal)
        if off.max() <= _OFF_PLANE_M:
            break
        on = on[off <= max(_OFF_PLANE_M, float(np.median(off)))]
    if len(on) < _FEWEST_POINTS:
        return None
    middle = on.mean(axis=0)
    axes = np.linalg.svd(on - middle, full_matrices=False)[2][:2]
    level = ((on - middle) @ axes.T).astype(np.float32)
    corners = cv2.boxPoints(cv2.minAreaRect(level)).astype(np.float64)
    return np.asarray(middle + corners @ axes)
