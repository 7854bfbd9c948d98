"""Binary masks: COCO run-length encoding, boxes, centroids."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco


def encode_rle(
    mask: NDArray[np.bool_], box: tuple[int, int, int, int] | None = None
) -> dict[str, object]:
    """COCO compressed RLE of a mask, ``{"size": [H, W], "counts": str}``.

    Args:
        mask: shape ``(H, W)``, bool.
        box: its :func:`box_of`, where the caller has it already.
    """
    height, width = mask.shape
    bounds = np.zeros(0, np.int64)
    box = box or box_of(mask)
    if box is not None:
        # Runs go down one column after the other; what is outside the box is one long run.
        x0, y0, x1, y1 = box
        rows = y1 - y0
        step = rows + (rows < height)  # an empty pixel parts the columns, unless they touch
        patch = np.zeros(step * (x1 - x0) + 2, np.uint8)
        patch[1:-1].reshape(x1 - x0, step)[:, :rows] = mask[y0:y1, x0:x1].T
        ends = np.flatnonzero(patch[1:] != patch[:-1])
        bounds = ends + (ends // step) * (height - step) + (x0 * height + y0)
    total = height * width
    last = [] if bounds.size and bounds[-1] == total else [total]
    runs = np.diff(np.concatenate(([0], bounds, last))).tolist()
    rle = coco.frPyObjects({"size": [height, width], "counts": runs}, height, width)
    return {"size": [height, width], "counts": rle["counts"].decode("ascii")}


def decode_rle(rle: dict[str, object]) -> NDArray[np.bool_]:
    """The mask, shape ``(H, W)`` bool, of a COCO compressed RLE.

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
    data = counts.encode("ascii") if isinstance(counts, str) else counts
    if not isinstance(data, bytes) or _run_total(data) != height * width:
        raise ValueError(f"RLE counts do not add up to {height}x{width} pixels")
    return coco.decode({"size": [height, width], "counts": data}).astype(bool)


def _run_total(data: bytes) -> int:
    """Pixels covered by compressed counts; -1 where they are malformed.

    The library reads past its buffer on damaged input, so the sum is checked before decoding.
    Format: 5 bits a character plus a continuation bit, sign-extended, offset 48; from the third
    run on each value is a difference to the run two before (COCO API, maskApi.c).
    """
    runs: list[int] = []
    position = 0
    while position < len(data):
        value, shift, more = 0, 0, True
        while more:
            if position >= len(data) or not 48 <= data[position] < 112:
                return -1
            char = data[position] - 48
            value |= (char & 0x1F) << shift
            more = bool(char & 0x20)
            position += 1
            shift += 5
            if not more and char & 0x10:
                value |= -1 << shift
        if len(runs) > 2:
            value += runs[-2]
        if value < 0:
            return -1
        runs.append(value)
    return sum(runs)


def box_of(mask: NDArray[np.bool_]) -> tuple[int, int, int, int] | None:
    """``(x0, y0, x1, y1)`` around the true pixels, x1 and y1 exclusive; ``None`` without any."""
    # A search for bytes is many times faster than a reduction over the whole mask.
    pixels, width = mask.tobytes(), mask.shape[1]
    first = pixels.find(1)
    if first < 0:
        return None
    top, bottom = first // width, pixels.rfind(1) // width + 1
    columns = np.flatnonzero(mask[top:bottom].any(axis=0))
    return int(columns[0]), top, int(columns[-1]) + 1, bottom


def centroid_of(mask: NDArray[np.bool_]) -> tuple[float, float] | None:
    """Mean ``(x, y)`` of the true pixels' centres, pixels; ``None`` if there are none."""
    rows, columns = np.nonzero(mask)
    if rows.size == 0:
        return None
    return float(columns.mean()), float(rows.mean())


def overlap(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Intersection over union of two masks of one size; 0 where both are empty."""
    union = int(np.count_nonzero(one | other))
    return int(np.count_nonzero(one & other)) / union if union else 0.0
