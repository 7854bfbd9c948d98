# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Masks of objects of which a detector gave the box alone, from depth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.detection.detector import Detection
from smolrgpt_ros.geometry.size_priors import SIZES, is_flat
from smolrgpt_ros.scene.camera import rays
from smolrgpt_ros.scene.floor_fit import fit_ground_plane
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.masks import BoxedMask, box_of
from smolrgpt_ros.scene.plane import Plane

#: Metres above the floor from which a pixel is no floor.
_ABOVE_FLOOR = 0.05
#: Share of a box, about its middle, in which the object's depth is looked for.
_MIDDLE = 0.5
#: Reach of an object around the place of its middle, in its longest side.
_REACH = 0.8
#: Share of its box that an object fills at least; with less, depth has not found it.
_LEAST_SHARE = 0.1
#: Fewest pixels with depth in the middle of a box.
_FEWEST = 12


def refined(detections: Sequence[Detection], frame: RgbdFrame) -> tuple[Detection, ...]:
    """The detections, those of boxes with masks of what stands in them.

    A box keeps its filled mask where the frame has no depth, and where depth does not show what
    stands in it.

    Args:
        detections: of the frame.
        frame: registered depth and intrinsics.
    """
    boxes = [d for d in detections if d.box_only and not is_flat(d.label)]
    if not boxes or frame.depth is None or frame.intrinsics is None:
        return tuple(detections)
    objects = [BoxedMask.of(d.mask) for d in boxes]
    plane = fit_ground_plane(frame.depth, frame.intrinsics, objects, up=frame.up)
    return tuple(
        replace(d, mask=_object_in(d, frame, plane)) if d in boxes else d for d in detections
    )


def _object_in(detection: Detection, frame: RgbdFrame, plane: Plane | None) -> NDArray[np.bool_]:
    """Mask of the object in a box: connected pixels above the floor, near the box's middle."""
    box = box_of(detection.mask)
    if box is None:
        return detection.mask
    points, standing = _points_in(box, frame, plane)
    height, width = standing.shape
    margin_y, margin_x = (int(n * (1 - _MIDDLE) / 2) for n in (height, width))
    middle = np.zeros_like(standing)
    middle[margin_y : height - margin_y, margin_x : width - margin_x] = True
    if np.count_nonzero(standing & middle) < _FEWEST:
        return detection.mask
    centre = np.median(points[standing & middle], axis=0)
    reach = _REACH * _longest_side(detection.label, centre, width, frame)
    with np.errstate(invalid="ignore"):
        near = standing & (np.linalg.norm(points - centre, axis=-1) < reach)
    # Single pixels without depth neither part an object nor make holes in it.
    closed = cv2.morphologyEx(near.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    _, parts = cv2.connectedComponents(closed, connectivity=8)
    sizes = np.bincount(parts[middle & (closed > 0)].ravel(), minlength=1)
    if sizes.sum() == 0:
        return detection.mask
    found = parts == int(sizes.argmax())
    if np.count_nonzero(found) < _LEAST_SHARE * found.size:
        return detection.mask
    mask = np.zeros_like(detection.mask)
    x0, y0, x1, y1 = box
    mask[y0:y1, x0:x1] = found
    return mask


def _points_in(
    box: tuple[int, int, int, int], frame: RgbdFrame, plane: Plane | None
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Points of a box's pixels, ``(h, w, 3)``, optical frame, and which of them are no floor."""
    depth, camera = frame.depth, frame.intrinsics
    assert depth is not None and camera is not None  # asked for by refined()
    x0, y0, x1, y1 = box
    rows, columns = (part.ravel() for part in np.mgrid[y0:y1, x0:x1])
    z = depth[rows, columns].astype(np.float64)
    flat = rays(camera, columns, rows) * z[:, None]
    standing = np.isfinite(z) & (z > 0)
    if plane is not None:
        with np.errstate(invalid="ignore"):
            standing &= plane.to_floor(flat)[:, 2] > _ABOVE_FLOOR + 2 * plane.residual
    return flat.reshape(y1 - y0, x1 - x0, 3), standing.reshape(y1 - y0, x1 - x0)


def _longest_side(label: str, centre: NDArray[np.float64], width: int, frame: RgbdFrame) -> float:
    """Longest side of an object, metres: its class's, otherwise the width of its box."""
    prior = SIZES.get(label)
    if prior is not None:
        return max(prior.long, prior.height)
    assert frame.intrinsics is not None
    return width * float(centre[2]) / frame.intrinsics.fx
