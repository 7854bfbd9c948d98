# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The pixels of several regions at once: whose a pixel is, and where the regions end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.masks import Box, BoxedMask
from smolrgpt_ros.scene.plane import Plane

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

MOST_REGIONS = 32  # bits of a pixel
BELOW = 4  # pixels from a mask's rim down to what its object would stand on
_MOST_RIM = 100  # outline pixels of each region
_BORDER = 3  # pixels from the image's border within which a mask may be cut
_STEPS = np.array([(1, 0), (-1, 0), (0, 1), (0, -1)])  # columns and rows to the pixels beside one


class RegionMasks:
    """Which of up to 32 regions each pixel belongs to, as bits of one image.

    Args:
        masks: of one size; none is empty.

    Attributes:
        bits: of each pixel, that of region ``r`` is ``1 << r``; shape ``(H, W)``.

    Raises:
        ValueError: for more regions, or a mask without pixels.
    """

    def __init__(self, masks: Sequence[BoxedMask]) -> None:
        if len(masks) > MOST_REGIONS:
            raise ValueError(f"at most {MOST_REGIONS} regions at once, found {len(masks)}")
        boxes = [mask.box for mask in masks if mask.box is not None]
        if len(boxes) < len(masks):
            raise ValueError("a region without pixels cannot be measured")
        self.patches, self.boxes = [mask.patch for mask in masks], boxes
        self.bits = np.zeros(masks[0].shape, np.uint32)
        for bit, mask in enumerate(masks):
            self.bits[mask.window] |= mask.patch.view(np.uint8) * np.uint32(1 << bit)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the image, pixels."""
        height, width = self.bits.shape
        return height, width

    def __len__(self) -> int:
        return len(self.boxes)

    @property
    def pairs(self) -> list[tuple[Flags, Box]]:
        """What is in the box of each region, and that box."""
        return list(zip(self.patches, self.boxes, strict=True))

    def contain(self, rows: Whole, columns: Whole, owner: Whole) -> Flags:
        """Whether pixels belong to their owners; all arrays broadcast."""
        inside: Flags = (self.bits[rows, columns] >> owner.astype(np.uint32)) & np.uint32(1) > 0
        return inside

    def bounds(self, owner: Whole) -> Whole:
        """Where the samples of each region begin, and the last end, shape ``(R + 1,)``."""
        return np.searchsorted(owner, np.arange(len(self) + 1))


class RimPixels(NamedTuple):
    """Pixels of masks beside which their masks end, shape ``(M,)`` each.

    Args:
        columns, rows: of the pixel inside.
        dx, dy: step to the pixel outside.
        owner: index of the region, ascending.
    """

    columns: Whole
    rows: Whole
    dx: Whole
    dy: Whole
    owner: Whole


def rim_pixels(masks: RegionMasks) -> RimPixels:
    """About ``_MOST_RIM`` places along the outline of each mask; inner holes are left out."""
    outlines = []
    for patch, (x0, y0, _, _) in masks.pairs:
        pieces, _ = cv2.findContours(
            patch.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE, offset=(x0, y0)
        )
        pixels = pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
        outlines.append(pixels[:: max(1, -(-len(pixels) // _MOST_RIM)), 0])
    owner = np.repeat(np.arange(len(masks)), [len(part) for part in outlines])
    columns, rows = np.concatenate(outlines).astype(np.int64).T
    height, width = masks.shape
    c, r = columns[:, None] + _STEPS[:, 0], rows[:, None] + _STEPS[:, 1]
    within = (c >= 0) & (r >= 0) & (c < width) & (r < height)
    inside = within & masks.contain(r % height, c % width, owner[:, None])
    pixel, direction = np.nonzero(~inside)
    step = _STEPS[direction]
    return RimPixels(columns[pixel], rows[pixel], step[:, 0], step[:, 1], owner[pixel])


def within_image(masks: RegionMasks, columns: Whole, rows: Whole) -> tuple[Whole, Whole]:
    """The pixels of the image that are nearest to pixels inside or outside it."""
    height, width = masks.shape
    return (
        np.minimum(np.maximum(columns, 0), width - 1),
        np.minimum(np.maximum(rows, 0), height - 1),
    )


def at_border(masks: RegionMasks, columns: Whole, rows: Whole) -> Flags:
    """Whether pixels lie so near to the image's border that masks may be cut there."""
    height, width = masks.shape
    right, lower = width - 1 - _BORDER, height - 1 - _BORDER
    return (columns < _BORDER) | (rows < _BORDER) | (columns > right) | (rows > lower)


def pixels_below(
    masks: RegionMasks, columns: Whole, rows: Whole, plane: Plane
) -> tuple[Whole, Whole]:
    """Columns and rows a few pixels further along gravity, within the image."""
    dx, dy = np.rint(BELOW * plane.down_in_image).astype(np.int64)
    return within_image(masks, columns + dx, rows + dy)
