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
from numpy.typing import NDArray

#: Share of a mask's largest part from which another part is of the same object, which something
#: that stands before it divides.
_OWN_SHARE = 0.3


def own_parts(mask: NDArray[np.bool_], whole: bool) -> NDArray[np.bool_]:
    """What of a mask is the object's own, shape ``(H, W)``.

    Args:
        mask: shape ``(H, W)``.
        whole: nothing divides such an object, nor has it holes.
    """
    count, parts, facts, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8)
    if count > 2:
        areas = facts[:, cv2.CC_STAT_AREA]
        areas[0] = 0  # what is not in the mask
        kept = areas >= (1.0 if whole else _OWN_SHARE) * areas.max()
        mask = kept[parts]
    return _without_holes(mask) if whole else mask


def _without_holes(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    outlines, _ = cv2.findContours(mask.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    canvas = np.zeros(mask.shape, np.uint8)
    cv2.drawContours(canvas, outlines, -1, 1, cv2.FILLED)
    return canvas.astype(bool)
