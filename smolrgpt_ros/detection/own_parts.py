# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Masks of a segmentation network without the parts of them that are their neighbours'.

Such a network makes a mask as a weighted sum of a few pictures that all objects share, cut at the
object's box (Bolya et al., "YOLACT: Real-time Instance Segmentation", 2019). What shows of another
object of the class within that box is in the sum, too: of a slanted place on the floor, the corners
of the places beside it.
"""

from __future__ import annotations

import cv2
import numpy as np

from smolrgpt_ros.scene.masks import Mask, box_of

#: Share of a mask's largest part from which another part is of the same object, which something
#: that stands before it divides.
_OWN_SHARE = 0.3


def own_parts(mask: Mask, whole: bool) -> Mask:
    """What of a mask is the object's own, shape ``(H, W)``.

    Args:
        mask: shape ``(H, W)``.
        whole: nothing divides such an object, nor has it holes.
    """
    box = box_of(mask)
    if box is None:
        return mask
    x0, y0, x1, y1 = box
    patch = np.ascontiguousarray(mask[y0:y1, x0:x1])
    count, parts, facts, _ = cv2.connectedComponentsWithStats(patch.view(np.uint8), connectivity=8)
    if count <= 2 and not whole:
        return mask
    if count > 2:
        areas = facts[:, cv2.CC_STAT_AREA]
        areas[0] = 0  # what is not in the mask
        patch = (areas >= (1.0 if whole else _OWN_SHARE) * areas.max())[parts]
    own = np.zeros_like(mask)
    own[y0:y1, x0:x1] = _without_holes(patch) if whole else patch
    return own


def _without_holes(mask: Mask) -> Mask:
    outlines, _ = cv2.findContours(mask.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    canvas = np.zeros(mask.shape, np.uint8)
    cv2.drawContours(canvas, outlines, -1, 1, cv2.FILLED)
    return canvas.astype(bool)
