# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What a frame shows at the place of a remembered object."""

from __future__ import annotations

from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.geometry.object_estimate import ObjectEstimate
from smolrgpt_ros.geometry.sight_lines import corners, crossings
from smolrgpt_ros.scene.camera import CameraIntrinsics, project, rays
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.plane import Plane

#: Pixels looked at, along each side of the object's outline in the image.
_GRID = 12
#: Fewest pixels that decide.
_FEWEST = 6
#: Share of them that have to see through the object.
_MOST_SEE_THROUGH = 0.6
#: Metres of a line of sight inside the box from which it tells anything: of flat objects none does.
_SHORTEST_PATH = 0.08
#: Metres, and share of the distance, by which depth and box may be off.
_TOLERANCE, _TOLERANCE_SHARE = 0.05, 0.02


class Sight(Enum):
    """What is seen where an object is remembered."""

    OUT_OF_VIEW = "out of view"
    HIDDEN = "hidden"
    OCCUPIED = "occupied"
    EMPTY = "empty"


def outline(found: ObjectEstimate, plane: Plane, camera: CameraIntrinsics) -> NDArray[np.bool_]:
    """Where an object would be seen, were nothing in front of it, shape ``(H, W)`` bool.

    Empty for an object that is out of view, or partly behind the camera.
    """
    mask = np.zeros((camera.height, camera.width), np.uint8)
    edges = plane.to_optical(corners(found))
    if (edges[:, 2] < 0.05).any():
        return mask.astype(bool)
    pixels = np.stack(project(camera, edges), axis=1)
    # Far beyond the picture OpenCV's fixed-point coordinates overflow.
    pixels = np.clip(pixels, -1e4, 1e4)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.rint(pixels).astype(np.int32)), 1)
    return mask.astype(bool)


def hidden_pixels(
    found: ObjectEstimate, plane: Plane, frame: RgbdFrame, mask: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Pixels of an outline where something nearer is seen, shape ``(H, W)`` bool."""
    hidden = np.zeros(mask.shape, bool)
    rows, columns = np.nonzero(mask)
    if frame.depth is None or frame.intrinsics is None or not len(rows):
        return hidden
    enter, _ = _depths(found, plane, rays(frame.intrinsics, columns, rows))
    z = frame.depth[rows, columns]
    with np.errstate(invalid="ignore"):
        hidden[rows, columns] = z < enter - _tolerance(enter)
    return hidden


def look_at(
    found: ObjectEstimate, plane: Plane, frame: RgbdFrame, mask: NDArray[np.bool_]
) -> Sight:
    """What a frame shows at an object's place.

    Lines of sight through the outline are followed to the depth of their pixel: it ends before the
    box (something hides it), at its near half (something is there), or beyond (it is empty).

    Args:
        found: the object in the camera's optical frame.
        plane: the floor.
        frame: with depth.
        mask: its outline, see :func:`outline`.
    """
    camera, depth = frame.intrinsics, frame.depth
    if camera is None or depth is None or not mask.any():
        return Sight.OUT_OF_VIEW
    rows, columns = _grid(mask)
    z = depth[rows, columns].astype(np.float64)
    enter, leave = _depths(found, plane, rays(camera, columns, rows))
    tells = np.isfinite(z) & (z > 0) & (leave - enter > _SHORTEST_PATH)
    z, enter, leave = z[tells], enter[tells], leave[tells]
    tolerance = _tolerance(enter)
    reaches = z >= enter - tolerance
    if np.count_nonzero(reaches) < _FEWEST:
        return Sight.HIDDEN
    through = z > enter + np.maximum(0.5 * (leave - enter), tolerance)
    share = np.count_nonzero(through & reaches) / np.count_nonzero(reaches)
    return Sight.EMPTY if share >= _MOST_SEE_THROUGH else Sight.OCCUPIED


def _tolerance(z: NDArray[np.float64]) -> NDArray[np.float64]:
    tolerance: NDArray[np.float64] = _TOLERANCE + _TOLERANCE_SHARE * z
    return tolerance


def _grid(mask: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of pixels evenly spread over a mask."""
    extents = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    inside = [np.linspace(on[0], on[-1], _GRID + 2).astype(int)[1:-1] for on in extents]
    r, c = (part.ravel() for part in np.meshgrid(*inside, indexing="ij"))
    on = mask[r, c]
    return r[on], c[on]


def _depths(
    found: ObjectEstimate, plane: Plane, directions: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Depths at which lines of sight enter and leave an object's box, shape ``(N,)`` each.

    Args:
        directions: scaled to depth 1, shape ``(N, 3)``, optical frame.
    """
    camera = np.array([0.0, 0.0, plane.offset])
    return crossings(found, camera, directions @ plane.axes.T)
