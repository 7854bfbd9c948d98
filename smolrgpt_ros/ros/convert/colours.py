# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Pixels of ROS's colour encodings as RGB of 8 bits, by OpenCV alone.

cv_bridge is not used: it scrambles padded rows, cannot read the other byte order with numpy 2, does
not load where its binary was built for numpy 1, and lacks the semi-planar encodings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray

Stored = NDArray[np.uint8] | NDArray[np.uint16]
Rgb = NDArray[np.uint8]


@dataclass(frozen=True)
class ColorEncoding:
    """How an image's rows are stored, and how they become RGB.

    Args:
        row_values: stored values of a row for each pixel of its width.
        rows: rows of data for each row of the image.
        bits: of a value, 8 or 16.
        even: whether width and height must be even.
        to_rgb: from rows, shape ``(rows * H, row_values * W)``, to shape ``(H, W, 3)``.
    """

    row_values: int
    to_rgb: Callable[[Stored], Rgb]
    bits: int = 8
    rows: Fraction = Fraction(1)
    even: bool = False


def _interleaved(channels: int, conversion: int | None) -> Callable[[Stored], Rgb]:
    """Channels beside each other; ``None``: they are RGB already."""

    def to_rgb(rows: Stored) -> Rgb:
        pixels = rows.reshape(rows.shape[0], -1, channels)
        if pixels.dtype == np.uint16:
            pixels = bright(pixels) if channels == 1 else (pixels >> 8).astype(np.uint8)
        if conversion is None:
            return np.ascontiguousarray(pixels, np.uint8)
        return np.asarray(cv2.cvtColor(np.ascontiguousarray(pixels), conversion), np.uint8)

    return to_rgb


def bright(grey: Stored) -> Rgb:
    """Brightness of a sensor's 8, 10, 12, 14 or 16 bits, whichever hold the largest value, in 8."""
    bits = int(grey.max(initial=0)).bit_length()
    return np.asarray(grey >> (max(bits + bits % 2, 8) - 8), np.uint8)


def _mosaic(conversion: int) -> Callable[[Stored], Rgb]:
    def to_rgb(rows: Stored) -> Rgb:
        return np.asarray(cv2.cvtColor(np.ascontiguousarray(bright(rows)), conversion), np.uint8)

    return to_rgb


def _packed(conversion: int) -> Callable[[Stored], Rgb]:
    """Two bytes a pixel, colour at every other one."""

    def to_rgb(rows: Stored) -> Rgb:
        pixels = np.ascontiguousarray(rows, np.uint8).reshape(rows.shape[0], -1, 2)
        return np.asarray(cv2.cvtColor(pixels, conversion), np.uint8)

    return to_rgb


def _planar(conversion: int) -> Callable[[Stored], Rgb]:
    """Brightness, then rows of colour, at half the size."""

    def to_rgb(rows: Stored) -> Rgb:
        return np.asarray(cv2.cvtColor(np.ascontiguousarray(rows), conversion), np.uint8)

    return to_rgb


def _nv24(rows: Stored) -> Rgb:
    """Brightness, then colour at full size; it is halved, as in nv12."""
    height = rows.shape[0] // 3
    colour = rows[height:].reshape(height, -1, 2)
    halved = cv2.resize(colour, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    packed = np.concatenate([rows[:height], halved.reshape(height // 2, -1)])
    return np.asarray(cv2.cvtColor(packed, cv2.COLOR_YUV2RGB_NV12), np.uint8)


#: OpenCV's conversion of mosaics by their pattern: OpenCV names one by its second row and column.
_MOSAICS = {
    "rggb": cv2.COLOR_BayerBG2RGB,
    "bggr": cv2.COLOR_BayerRG2RGB,
    "gbrg": cv2.COLOR_BayerGR2RGB,
    "grbg": cv2.COLOR_BayerGB2RGB,
}
_CHANNELS: dict[str, tuple[int, int | None]] = {
    "rgb": (3, None),
    "bgr": (3, cv2.COLOR_BGR2RGB),
    "rgba": (4, cv2.COLOR_RGBA2RGB),
    "bgra": (4, cv2.COLOR_BGRA2RGB),
    "mono": (1, cv2.COLOR_GRAY2RGB),
}
_OPENCV = {"UC1": "mono", "UC3": "bgr", "UC4": "bgra"}
_UYVY, _YUYV = _packed(cv2.COLOR_YUV2RGB_UYVY), _packed(cv2.COLOR_YUV2RGB_YUY2)
_HALF = Fraction(3, 2)

#: Encodings of ``sensor_msgs/image_encodings`` by name.
COLOR_ENCODINGS: dict[str, ColorEncoding] = {
    **{
        f"{name}{bits}": ColorEncoding(channels, _interleaved(channels, conversion), bits)
        for bits in (8, 16)
        for name, (channels, conversion) in _CHANNELS.items()
    },
    **{
        f"{bits}{suffix}": ColorEncoding(_CHANNELS[name][0], _interleaved(*_CHANNELS[name]), bits)
        for bits in (8, 16)
        for suffix, name in _OPENCV.items()
        if f"{bits}{suffix}" != "16UC1"  # that is depth, on a topic of colour by mistake
    },
    **{
        f"bayer_{pattern}{bits}": ColorEncoding(1, _mosaic(conversion), bits)
        for bits in (8, 16)
        for pattern, conversion in _MOSAICS.items()
    },
    "uyvy": ColorEncoding(2, _UYVY, even=True),
    "yuyv": ColorEncoding(2, _YUYV, even=True),
    "yuv422": ColorEncoding(2, _UYVY, even=True),  # the older names of the two
    "yuv422_yuy2": ColorEncoding(2, _YUYV, even=True),
    "nv12": ColorEncoding(1, _planar(cv2.COLOR_YUV2RGB_NV12), rows=_HALF, even=True),
    "nv21": ColorEncoding(1, _planar(cv2.COLOR_YUV2RGB_NV21), rows=_HALF, even=True),
    "nv24": ColorEncoding(1, _nv24, rows=Fraction(3), even=True),
}
#: Encodings whose image as a grey picture has lost its colours.
YUV_ENCODINGS = ("uyvy", "yuyv", "yuv422", "yuv422_yuy2", "nv12", "nv21", "nv24")
