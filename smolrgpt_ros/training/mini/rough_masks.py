# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Masks as a detector gives them: too small, too large, cut, shifted, or none at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.masks import box_of
from smolrgpt_ros.scene.region import Region

_KINDS = ("eroded", "dilated", "cut", "shifted", "true")
_SHARES = (0.25, 0.25, 0.12, 0.13, 0.25)
_MISSED, _SMALL_MISSED, _SMALL_PIXELS = 0.05, 0.3, 150
"""Shares of regions that are missed, of small ones, and below how many pixels one is small."""
_MOST_MOVED, _MOST_CUT = 0.06, 0.35
"""Of an edge, as a share of the root of the mask's area; of a mask's width or height."""
_LEAST_PIXELS = 20


def rough_regions(regions: Sequence[Region], rng: np.random.Generator) -> tuple[Region, ...]:
    """The regions as a detector might find them; at least two, where there are so many."""
    found = []
    for region in regions:
        mask = rough_mask(region.mask, rng)
        if mask is not None:
            found.append(replace(region, mask=mask))
    return tuple(found) if len(found) >= min(2, len(regions)) else tuple(regions)


def rough_mask(mask: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.bool_] | None:
    """One mask as a detector might give it; ``None`` where it might miss the object."""
    area = int(mask.sum())
    if rng.random() < (_SMALL_MISSED if area < _SMALL_PIXELS else _MISSED):
        return None
    pixels = 1 + int(rng.uniform(0, _MOST_MOVED) * area**0.5)
    kind = str(rng.choice(_KINDS, p=_SHARES))
    found = mask
    if kind in ("eroded", "dilated"):
        change = cv2.erode if kind == "eroded" else cv2.dilate
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * pixels + 1, 2 * pixels + 1))
        found = change(mask.astype(np.uint8), disc).astype(bool)
    elif kind == "cut":
        found = _cut(mask, rng)
    elif kind == "shifted":
        step = rng.integers(-pixels, pixels + 1, 2)
        moved = np.array([[1, 0, step[0]], [0, 1, step[1]]], np.float32)
        size = (mask.shape[1], mask.shape[0])
        found = cv2.warpAffine(mask.astype(np.uint8), moved, size, flags=cv2.INTER_NEAREST).astype(
            bool
        )
    return found if int(found.sum()) >= _LEAST_PIXELS else mask


def _cut(mask: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.bool_]:
    """The mask without a strip along one side of its box."""
    box = box_of(mask)
    assert box is not None
    x0, y0, x1, y1 = box
    share, found = float(rng.uniform(0.05, _MOST_CUT)), mask.copy()
    wide, high = round(share * (x1 - x0)), round(share * (y1 - y0))
    side = int(rng.integers(4))
    if side == 0:
        found[:, : x0 + wide] = False
    elif side == 1:
        found[:, x1 - wide :] = False
    elif side == 2:
        found[: y0 + high] = False
    else:
        found[y1 - high :] = False
    return found
