# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The pixels of several regions at once: whose a pixel is, and where the regions end."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.masks import Box, BoxedMask
from smolrgpt_ros.scene.plane import Plane

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

BELOW = 4  # pixels from a mask's rim down to what its object would stand on
_MOST_RIM = 100  # outline pixels of each region
_BORDER = 3  # pixels from the image's border within which a mask may be cut
_STEPS = np.array([(1, -1, 0, 0), (0, 0, 1, -1)])  # columns and rows to the pixels beside one


class RegionMasks:
    """The pixels of several regions of an image; a pixel may belong to more than one.

    Args:
        masks: of one size; at least one, none is empty.

    Attributes:
        masks: as given.
        shape: height and width of the image, pixels.

    Raises:
        ValueError: for a mask without pixels.
    """

    def __init__(self, masks: Sequence[BoxedMask]) -> None:
        boxes = [mask.box for mask in masks if mask.box is not None]
        if len(boxes) < len(masks):
            raise ValueError("a region without pixels cannot be measured")
        self.masks, self.shape, self._boxes = tuple(masks), masks[0].shape, boxes

    def __len__(self) -> int:
        return len(self.masks)

    @property
    def pairs(self) -> list[tuple[Flags, Box]]:
        """What is in the box of each region, and that box."""
        return [(mask.patch, box) for mask, box in zip(self.masks, self._boxes, strict=True)]

    @cached_property
    def table(self) -> tuple[NDArray[np.uint8], Whole]:
        """All patches row by row, one region after the other, and of each region x0, y0, x1, y1 of
        its box and where its patch begins, shape ``(R, 5)``."""
        sizes = [mask.patch.size for mask in self.masks]
        first = np.cumsum([0, *sizes[:-1]])
        pixels = np.concatenate([mask.patch.ravel() for mask in self.masks]).view(np.uint8)
        return pixels, np.column_stack([np.array(self._boxes), first])

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
    from .depth_loops import ends_beside

    outlines = []
    for patch, (x0, y0, _, _) in masks.pairs:
        pieces, _ = cv2.findContours(
            patch.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE, offset=(x0, y0)
        )
        pixels = pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
        outlines.append(pixels[:: max(1, -(-len(pixels) // _MOST_RIM)), 0])
    owner = np.repeat(np.arange(len(masks)), [len(part) for part in outlines])
    columns, rows = np.ascontiguousarray(np.concatenate(outlines).T, np.int64)
    ends = np.empty((len(owner), _STEPS.shape[1]), bool)
    ends_beside(masks.table, (rows, columns, owner), _STEPS, ends)
    pixel, direction = np.nonzero(ends)
    dx, dy = _STEPS[:, direction]
    return RimPixels(columns[pixel], rows[pixel], dx, dy, owner[pixel])


def within_image(shape: tuple[int, int], columns: Whole, rows: Whole) -> tuple[Whole, Whole]:
    """The pixels of an image of a height and width that are nearest to pixels inside or outside
    it."""
    height, width = shape
    return (
        np.minimum(np.maximum(columns, 0), width - 1),
        np.minimum(np.maximum(rows, 0), height - 1),
    )


def at_border(masks: RegionMasks, columns: Whole, rows: Whole, off: int = 0) -> Flags:
    """Whether pixels lie so near to the image's border that masks may be cut there.

    Args:
        off: pixels by which masks may be off.
    """
    height, width = masks.shape
    least = _BORDER + off
    right, lower = width - 1 - least, height - 1 - least
    return (columns < least) | (rows < least) | (columns > right) | (rows > lower)


def pixels_below(
    masks: RegionMasks, columns: Whole, rows: Whole, plane: Plane, by: int
) -> tuple[Whole, Whole]:
    """Columns and rows so many pixels further along gravity, within the image."""
    dx, dy = step_below(plane, by)
    return within_image(masks.shape, columns + dx, rows + dy)


def step_below(plane: Plane, by: int = BELOW) -> tuple[int, int]:
    """Columns and rows from a pixel to what shows a few pixels further along gravity."""
    dx, dy = np.rint(by * plane.down_in_image).astype(int).tolist()
    return dx, dy
