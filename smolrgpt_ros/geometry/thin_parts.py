# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Thin parts of objects that masks which end inside them have lost: posts, legs, slivers in gaps.

A mask that ends g pixels inside its object holds nothing that is up to 2 g pixels wide, and no
dilation brings it back. Depth shows it: it stands above the floor, goes on from the mask without a
jump, and is as thin. And the mask with it, made as tight again, loses it again: of a strip along a
side, as that of a vehicle below a pallet, something would have been left.
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.camera import ray_grid
from smolrgpt_ros.scene.depth_noise import DepthNoise
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.plane import Plane

from .pixel_heights import floor_limit, step_limit
from .region_masks import Flags

_AROUND = np.ones((3, 3), np.uint8)
_LEFT = 0.5  # share of a part that a mask as tight would have left, from which it is none


def with_thin_parts(
    frame: RgbdFrame, masks: Mapping[int, Flags], plane: Plane, noise: DepthNoise, lost: int
) -> dict[int, Flags]:
    """Masks with what of their objects is too thin for them.

    A part that touches several masks belongs to the one that it touches most.

    Args:
        frame: with depth and intrinsics.
        masks: of objects that stand on the floor, by id.
        plane: the floor.
        noise: of the depth.
        lost: pixels by which masks ended inside their objects.
    """
    taken: Flags = np.logical_or.reduce(list(masks.values()))
    free = _surfaces(frame, plane, noise) & ~taken
    # Wider than what was lost is another object: goods that no mask explains, a wall.
    square = np.ones((2 * lost + 3,) * 2, np.uint8)
    wide = cv2.morphologyEx((free | taken).view(np.uint8), cv2.MORPH_OPEN, square)
    count, parts = cv2.connectedComponents((free & (wide == 0)).view(np.uint8), connectivity=8)
    ids = list(masks)
    touching = np.zeros((len(ids), count), np.int64)
    for row, i in enumerate(ids):
        touching[row] = np.bincount(parts[_dilated(masks[i])], minlength=count)
    owner = np.where(touching.any(axis=0), touching.argmax(axis=0), -1)
    owner[0] = -1  # what is no part
    found, pixels = dict(masks), np.bincount(parts.ravel(), minlength=count)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * lost + 1,) * 2)
    for row, i in enumerate(ids):
        own = owner == row
        if not own.any():
            continue
        # The pixel at a jump of depth is the part's too.
        whole = masks[i] | (_dilated(own[parts]) & ~taken)
        left = cv2.morphologyEx(whole.view(np.uint8), cv2.MORPH_OPEN, disc) > 0
        own &= np.bincount(parts[left], minlength=count) < _LEFT * pixels
        found[i] = masks[i] | (_dilated(own[parts]) & ~taken)
    return found


def _surfaces(frame: RgbdFrame, plane: Plane, noise: DepthNoise) -> Flags:
    """Pixels above the floor whose depth goes on to all their neighbours, shape ``(H, W)``."""
    depth, camera = frame.depth, frame.intrinsics
    assert depth is not None and camera is not None
    z = np.where(depth > 0, depth, np.float32(0.0))
    right, down = ray_grid(camera)
    x, y, ahead = plane.up.astype(np.float32)
    height = z * (x * right + (y * down + ahead)) + np.float32(plane.offset)
    steps = cv2.morphologyEx(z, cv2.MORPH_GRADIENT, _AROUND)
    rises: Flags = (z > 0) & (height > floor_limit(z, noise, plane))
    return rises & (steps < step_limit(z, noise))


def _dilated(mask: NDArray[np.bool_]) -> Flags:
    dilated: Flags = cv2.dilate(np.ascontiguousarray(mask).view(np.uint8), _AROUND) > 0
    return dilated
