# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""RVL, the lossless compression of depth that compressedDepth may use.

Wilson, "Fast Lossless Depth Image Compression", ISS 2017, as compressed_depth_image_transport sends
it: columns and rows as int32, then runs of zeros and of differences in groups of three bits, eight
groups in each little-endian word, the first in its highest bits.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from .images import MAX_PIXELS, ImageError

Indices = NDArray[np.int64]

_SIZE = struct.Struct("<ii")
_MOST_GROUPS = 11  # of three bits in a number of 32 bits


def decode_rvl(data: bytes) -> NDArray[np.uint16]:
    """The stored values of an image, shape ``(H, W)``; linear in the size of data and image.

    Args:
        data: size and code, without the header of compressedDepth.

    Raises:
        ImageError: on a size that is none, or runs that do not fill the image.
    """
    if len(data) < _SIZE.size:
        raise ImageError(f"{len(data)} bytes are no RVL image; is it truncated?")
    width, height = _SIZE.unpack_from(data)
    if width <= 0 or height <= 0 or width * height > MAX_PIXELS:
        raise ImageError(
            f"RVL image of {width}x{height}, expected 1 to {MAX_PIXELS} pixels; is it truncated?"
        )
    numbers = _numbers(data[_SIZE.size :])
    first, pixel, count = _runs(numbers.tolist(), width * height)
    # Place of an element in its run: its place in all runs less that of the run's first.
    element = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    coded = numbers[np.repeat(first, count) + element]
    stored = np.zeros(width * height, np.uint16)
    # Differences to the last value that is not 0, as zigzag: even ones are positive.
    values = np.cumsum((coded >> 1) ^ -(coded & 1))
    stored[np.repeat(pixel, count) + element] = values & 0xFFFF
    return stored.reshape(height, width)


def _runs(numbers: list[int], pixels: int) -> tuple[Indices, Indices, Indices]:
    """Of each run of values: index of its first number, of its first pixel, and how many it has.

    Numbers are, in turn, a count of zeros, a count of values, and so many differences.
    """
    runs: list[tuple[int, int, int]] = []
    at = filled = 0
    while filled < pixels:
        if at + 2 > len(numbers):
            raise ImageError(
                f"RVL data end after {filled} of {pixels} pixels; is the image truncated?"
            )
        filled, count, at = filled + numbers[at], numbers[at + 1], at + 2
        if at + count > len(numbers) or filled + count > pixels:
            raise ImageError(f"RVL runs do not fit {pixels} pixels; is the image truncated?")
        runs.append((at, filled, count))
        at, filled = at + count, filled + count
    first, pixel, count_of = np.array(runs, np.int64).reshape(-1, 3).T
    return first, pixel, count_of


def _numbers(code: bytes) -> NDArray[np.int64]:
    """All numbers of a code; the highest of a group's four bits says that another group follows."""
    words = np.frombuffer(code, "<u4", len(code) // 4)
    shifts = np.arange(28, -1, -4, dtype=np.uint32)
    groups = ((words[:, None] >> shifts) & np.uint32(0xF)).astype(np.uint8).ravel()
    ends = np.flatnonzero(groups < 8)
    if not len(ends):
        return np.zeros(0, np.int64)
    starts = np.concatenate(([0], ends[:-1] + 1))
    lengths = ends - starts + 1
    if lengths.max() > _MOST_GROUPS:
        raise ImageError("RVL data hold a number of more than 32 bits; is the image truncated?")
    place = np.arange(ends[-1] + 1) - np.repeat(starts, lengths)
    bits = (groups[: ends[-1] + 1] & 7).astype(np.int64) << (3 * place)
    return np.add.reduceat(bits, starts)
