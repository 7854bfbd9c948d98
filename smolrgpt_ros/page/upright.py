# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A space with its floor level, for objects that are known in the camera's optical frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .objects import PageObject, Vector

#: The image's upward direction, where no floor is known.
_IMAGE_UP = np.array([0.0, -1.0, 0.0])


@dataclass(frozen=True, eq=False)
class Upright:
    """``p_floor = rotation @ p_camera + (0, 0, height)``: x right, y ahead, z up, metres.

    Args:
        rotation: shape (3, 3).
        height: of the camera over the floor, metres; 0 where no floor is known.
    """

    rotation: NDArray[np.float64]
    height: float

    def apply(self, spot: Vector) -> Vector:
        """A point of the camera's optical frame over the floor."""
        x, y, z = (self.rotation @ np.array(spot)).tolist()
        return x, y, z + self.height

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Upright)
            and self.height == other.height
            and bool(np.array_equal(self.rotation, other.rotation))
        )


def upright_of(objects: Sequence[PageObject]) -> Upright:
    """The space over the floor that fitted shapes stand and lie on.

    Args:
        objects: in view. Without a fitted one among them, up is the image's, and the camera is the
            origin.
    """
    flat = [np.array(item.outline) for item in objects if item.is_flat]
    boxes = [np.array(item.outline) for item in objects if item.is_box]
    if not flat and not boxes:
        return Upright(_facing(_IMAGE_UP), 0.0)
    ups = [_normal(corners) for corners in flat] or [box[4] - box[0] for box in boxes]
    up = np.sum(ups, axis=0)
    up /= np.linalg.norm(up)
    if flat:
        height = np.median([-(corners @ up).mean() for corners in flat])
    else:  # of boxes, some stand on others
        height = max(-(box[0] @ up) for box in boxes)
    return Upright(_facing(up), float(height))


def _normal(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unit normal of a plane through points, towards the camera: the floor is seen from above."""
    middle = corners.mean(axis=0)
    normal = np.linalg.svd(corners - middle)[2][2]
    return np.asarray(normal if normal @ middle < 0.0 else -normal, np.float64)


def _facing(up: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rotation whose z is up and whose y is where the camera looks, shape (3, 3)."""
    ahead = np.array([0.0, 0.0, 1.0])
    if abs(float(up @ ahead)) > 0.99:  # straight down: the picture's upper edge is ahead
        ahead = _IMAGE_UP
    right = np.cross(ahead, up)
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(up, right), up])
