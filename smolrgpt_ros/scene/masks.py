# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Binary masks: what is kept of them, COCO run-length encoding, boxes, overlaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco

_MOST_CORNERS = 200_000  # numbers of a polygon

Mask = NDArray[np.bool_]
Pixels = NDArray[np.integer]
Box = tuple[int, int, int, int]
"""``(x0, y0, x1, y1)`` in pixels, x1 and y1 exclusive."""


@dataclass(frozen=True, eq=False)
class BoxedMask:
    """A mask kept as what is inside its box: most objects fill little of a picture.

    Args:
        shape: of the whole mask, height and width.
        box: around the true pixels; ``None`` without any.
        patch: the pixels in the box, bool, of its own memory; shape ``(0, 0)`` without a box.
    """

    shape: tuple[int, int]
    box: Box | None
    patch: Mask

    @classmethod
    def of(cls, mask: Mask, box: Box | None = None) -> BoxedMask:
        """What is kept of a mask.

        Args:
            mask: shape ``(H, W)``.
            box: its :func:`box_of`, where the caller has it already.
        """
        height, width = mask.shape
        box = box or box_of(mask)
        x0, y0, x1, y1 = box or (0, 0, 0, 0)
        patch = mask[y0:y1, x0:x1].copy()
        patch.setflags(write=False)
        return cls((height, width), box, patch)

    @property
    def window(self) -> tuple[slice, slice]:
        """Rows and columns of the box, empty without one: ``image[mask.window]``."""
        x0, y0, x1, y1 = self.box or (0, 0, 0, 0)
        return slice(y0, y1), slice(x0, x1)

    def whole(self) -> Mask:
        """The mask of the picture, shape ``(H, W)``; made anew, not to be written to."""
        whole = np.zeros(self.shape, bool)
        whole[self.window] = self.patch
        whole.setflags(write=False)
        return whole

    @cached_property
    def area(self) -> int:
        """True pixels."""
        return int(np.count_nonzero(self.patch))

    @property
    def centroid(self) -> tuple[float, float] | None:
        """Mean ``(x, y)`` of the true pixels' centres, pixels; ``None`` without any."""
        if self.box is None:
            return None
        x0, y0, x1, y1 = self.box
        per_column = np.count_nonzero(self.patch, axis=0)
        per_row = np.count_nonzero(self.patch, axis=1)
        area = per_row.sum()
        x, y = per_column @ np.arange(x0, x1) / area, per_row @ np.arange(y0, y1) / area
        return float(x), float(y)

    def holds(self, rows: Pixels | int, columns: Pixels | int) -> Mask:
        """Which of some pixels, inside the picture or not, are true."""
        rows, columns = np.asarray(rows), np.asarray(columns)
        if self.box is None:
            return np.zeros(rows.shape, bool)
        x0, y0, x1, y1 = self.box
        inside = (columns >= x0) & (columns < x1) & (rows >= y0) & (rows < y1)
        found: Mask = inside & self.patch[(rows - y0) * inside, (columns - x0) * inside]
        return found

    def shared(self, other: BoxedMask) -> int:
        """Pixels that are true here and in another mask of the same size."""
        if self.box is None or other.box is None:
            return 0
        (ax, ay, _, _), (bx, by, _, _) = self.box, other.box
        x0, y0, x1, y1 = _common(self.box, other.box)
        if x0 >= x1 or y0 >= y1:
            return 0
        mine = self.patch[y0 - ay : y1 - ay, x0 - ax : x1 - ax]
        others = other.patch[y0 - by : y1 - by, x0 - bx : x1 - bx]
        return int(np.count_nonzero(mine & others))

    def iou(self, other: BoxedMask) -> float:
        """Intersection over union with another mask of the same size; 0 where both are empty."""
        shared = self.shared(other)
        return shared / (self.area + other.area - shared) if shared else 0.0


def _common(one: Box, other: Box) -> Box:
    return (
        *(max(one[0], other[0]), max(one[1], other[1])),
        *(min(one[2], other[2]), min(one[3], other[3])),
    )


def encode_rle(mask: Mask | BoxedMask) -> dict[str, object]:
    """COCO compressed RLE of a mask, ``{"size": [H, W], "counts": str}``."""
    boxed = mask if isinstance(mask, BoxedMask) else BoxedMask.of(mask)
    height, width = boxed.shape
    bounds = np.zeros(0, np.int64)
    if boxed.box is not None:
        # Runs go down one column after the other; what is outside the box is one long run.
        x0, y0, x1, y1 = boxed.box
        rows = y1 - y0
        step = rows + (rows < height)  # an empty pixel parts the columns, unless they touch
        patch = np.zeros(step * (x1 - x0) + 2, np.uint8)
        patch[1:-1].reshape(x1 - x0, step)[:, :rows] = boxed.patch.T
        ends = np.flatnonzero(patch[1:] != patch[:-1])
        bounds = ends + (ends // step) * (height - step) + (x0 * height + y0)
    total = height * width
    last = [] if bounds.size and bounds[-1] == total else [total]
    runs = np.diff(np.concatenate(([0], bounds, last))).tolist()
    rle = coco.frPyObjects({"size": [height, width], "counts": runs}, height, width)
    return {"size": [height, width], "counts": rle["counts"].decode("ascii")}


def decode_rle(rle: dict[str, object]) -> Mask:
    """The mask, shape ``(H, W)`` bool, of a COCO RLE, compressed or a list of runs.

    Raises:
        ValueError: if size or counts are missing or do not describe a mask of that size.
    """
    try:
        height, width = (int(n) for n in rle["size"])  # type: ignore[attr-defined]
        counts = rle["counts"]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"RLE needs size [H, W] and counts, found {rle!r:.80}") from error
    if height <= 0 or width <= 0:
        raise ValueError(f"RLE size must be positive, found {height}x{width}")
    if isinstance(counts, list):
        return _decode_runs(counts, height, width)
    data = counts.encode("ascii", "replace") if isinstance(counts, str) else counts
    if not isinstance(data, bytes) or not _covers(data, height * width):
        raise ValueError(f"RLE counts do not add up to {height}x{width} pixels")
    mask: Mask = coco.decode({"size": [height, width], "counts": bytes(data)}).astype(bool)
    return mask


def decode_polygons(polygons: Sequence[object], shape: tuple[int, int]) -> Mask:
    """The mask, shape ``(H, W)`` bool, of COCO polygons.

    Args:
        polygons: each ``[x0, y0, x1, y1, ...]``, pixels; a pixel's corner is a whole number.
        shape: of the image.

    Raises:
        ValueError: for anything but three or more corners of numbers no further than a picture's
            size outside it.
    """
    height, width = shape
    if not polygons or not isinstance(polygons[0], list | tuple):
        polygons = [polygons]  # one polygon without the outer list
    corners = []
    for polygon in polygons:
        try:
            points = np.array(polygon, np.float64)
        except (TypeError, ValueError) as error:
            raise ValueError(f"polygon {polygon!r:.60} holds no numbers") from error
        limit = 2.0 * max(height, width)
        if points.ndim != 1 or points.size < 6 or points.size % 2 or points.size > _MOST_CORNERS:
            raise ValueError(f"polygon {polygon!r:.60} has no three corners x, y")
        if not (np.abs(points) <= limit).all():
            raise ValueError(f"polygon {polygon!r:.60} has corners outside the image")
        corners.append(points.tolist())
    merged = coco.merge(coco.frPyObjects(corners, height, width))
    mask: Mask = coco.decode(merged).astype(bool)
    return mask


def _decode_runs(counts: list[object], height: int, width: int) -> Mask:
    """The mask of runs, in turn empty and full, down one column after the other."""
    runs = [n for n in counts if isinstance(n, int) and not isinstance(n, bool) and n >= 0]
    if len(runs) != len(counts) or sum(runs) != height * width:
        raise ValueError(f"RLE counts do not add up to {height}x{width} pixels")
    full = np.arange(len(runs)) % 2 == 1
    return np.ascontiguousarray(np.repeat(full, runs).reshape(width, height).T)


def _covers(data: bytes, pixels: int) -> bool:
    """Whether compressed counts are well-formed and their runs add up to a number of pixels.

    The library reads past its buffer on damaged input, so the sum is checked before decoding, in
    time linear in the input: no number has more characters than a run of all pixels needs, and
    reading ends at the first run beyond the last pixel.
    Format: 5 bits a character plus a continuation bit, sign-extended, offset 48; from the third
    run on each value is a difference to the run two before (COCO API, maskApi.c).
    """
    digits = (pixels.bit_length() + 1 + 4) // 5  # one bit for the sign
    if len(data) > (pixels + 1) * digits:  # one run a pixel, after an empty first one
        return False
    runs: list[int] = []
    position = total = 0
    while position < len(data):
        value, shift, more = 0, 0, True
        while more:
            if position >= len(data) or not 48 <= data[position] < 112 or shift >= 5 * digits:
                return False
            char = data[position] - 48
            value |= (char & 0x1F) << shift
            more = bool(char & 0x20)
            position += 1
            shift += 5
            if not more and char & 0x10:
                value |= -1 << shift
        if len(runs) > 2:
            value += runs[-2]
        total += value
        if value < 0 or total > pixels:
            return False
        runs.append(value)
    return total == pixels


def box_of(mask: Mask) -> Box | None:
    """The box around the true pixels; ``None`` without any."""
    # A search for bytes is many times faster than a reduction over the whole mask.
    pixels, width = mask.tobytes(), mask.shape[1]
    first = pixels.find(1)
    if first < 0:
        return None
    top, bottom = first // width, pixels.rfind(1) // width + 1
    columns = np.flatnonzero(mask[top:bottom].any(axis=0))
    return int(columns[0]), top, int(columns[-1]) + 1, bottom


def overlap(one: Mask, other: Mask) -> float:
    """Intersection over union of two masks of one size; 0 where both are empty."""
    return BoxedMask.of(one).iou(BoxedMask.of(other))
