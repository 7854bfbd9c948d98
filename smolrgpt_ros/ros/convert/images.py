# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``sensor_msgs/Image`` to arrays and back, with every field of the message checked first."""

from __future__ import annotations

import array
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from smolrgpt_ros.scene.depth import metres

from .colours import COLOR_ENCODINGS

#: Depth encodings (REP-118) and their stored type.
_DEPTH: dict[str, str] = {"16UC1": "u2", "mono16": "u2", "32FC1": "f4"}

#: Images above this are refused: a damaged header must not allocate the whole memory.
MAX_PIXELS = 64_000_000


class ImageError(ValueError):
    """An image message that cannot be read; the text names the value found and those expected."""


def decode_color(message: Image) -> NDArray[np.uint8]:
    """The picture of a colour or grey image message, shape ``(H, W, 3)``, uint8, RGB order.

    Raises:
        ImageError: on an unknown encoding, or sizes, step and data that do not fit together.
    """
    encoding = COLOR_ENCODINGS.get(message.encoding)
    if encoding is None:
        raise ImageError(
            f"colour encoding {message.encoding!r:.40} is not supported, "
            f"expected one of {', '.join(COLOR_ENCODINGS)}"
        )
    if encoding.even and (message.width % 2 or message.height % 2):
        raise ImageError(
            f"an image of {message.encoding} must have even sides, "
            f"found {message.width}x{message.height}"
        )
    value = np.dtype((">u" if message.is_bigendian else "<u") + str(encoding.bits // 8))
    rows = _rows(message, encoding.row_values * value.itemsize, encoding.rows).view(value)
    return encoding.to_rgb(rows.astype(value.newbyteorder("="), copy=False))


def decode_depth(message: Image, unit: float = 0.0) -> NDArray[np.float32]:
    """Depth of an image message, shape ``(H, W)``, float32, metres along the optical axis.

    Missing, infinite (REP-117), saturated (65535) and non-positive values become NaN.

    Args:
        message: ``16UC1``, ``mono16`` or ``32FC1``.
        unit: metres of a step; 0: as REP-118 says, millimetres for whole numbers, metres for
            floats.

    Raises:
        ImageError: on an unknown encoding, or sizes, step and data that do not fit together.
    """
    if message.encoding not in _DEPTH:
        raise ImageError(
            f"depth encoding {message.encoding!r:.40} is not supported, "
            f"expected one of {', '.join(_DEPTH)}"
        )
    kind = np.dtype((">" if message.is_bigendian else "<") + _DEPTH[message.encoding])
    return metres(_rows(message, kind.itemsize).view(kind), unit)


def encode_image(pixels: NDArray[Any], encoding: str, header: Header) -> Image:
    """An image message of an array.

    Args:
        pixels: ``(H, W, 3)`` uint8 for ``rgb8``, ``(H, W)`` uint16 for ``16UC1``, ``(H, W)``
            float32 for ``32FC1``.
        encoding: one of those three.
        header: the message's ``std_msgs/Header``.

    Raises:
        ValueError: if array and encoding do not fit.
    """
    expected = {"rgb8": ("u1", 3), "16UC1": ("<u2", 2), "32FC1": ("<f4", 2)}
    if encoding not in expected:
        raise ValueError(f"encoding must be one of {', '.join(expected)}, found {encoding!r}")
    kind, ndim = expected[encoding]
    if (
        pixels.ndim != ndim
        or pixels.dtype != np.dtype(kind)
        or (ndim == 3 and pixels.shape[2] != 3)
    ):
        raise ValueError(f"{encoding} does not fit an array {pixels.shape} {pixels.dtype}")
    message = Image(header=header, encoding=encoding, is_bigendian=0)
    message.height, message.width = pixels.shape[:2]
    message.step = message.width * pixels.dtype.itemsize * (3 if ndim == 3 else 1)
    # An array.array is taken as it is; from bytes rclpy would check each element.
    message.data = array.array("B", np.ascontiguousarray(pixels, dtype=kind).tobytes())
    return message


def _rows(
    message: Image, pixel_bytes: int, rows_of_row: Fraction = Fraction(1)
) -> NDArray[np.uint8]:
    """The bytes of the pixels without row padding, shape ``(rows_of_row * H, W * pixel_bytes)``.

    Args:
        message: height, width, step and data are checked.
        pixel_bytes: of a row for each pixel of its width.
        rows_of_row: rows of data for each row of the image; whole for every height.
    """
    height, width, step = message.height, message.width, message.step
    if height <= 0 or width <= 0:
        raise ImageError(f"image size must be positive, found {width}x{height}")
    if height * width > MAX_PIXELS:
        raise ImageError(f"image of {width}x{height} is larger than {MAX_PIXELS} pixels")
    needed, rows = width * pixel_bytes, int(height * rows_of_row)
    if rows_of_row != 1 and step == width * pixel_bytes * rows_of_row:
        step = needed  # drivers of semi-planar images count the bytes of a pixel
    if step < needed:
        raise ImageError(
            f"step of {step} bytes is too small for {width} pixels of {message.encoding}, "
            f"expected at least {needed}"
        )
    data = np.frombuffer(message.data, np.uint8)
    if data.size != rows * step:
        raise ImageError(
            f"{data.size} bytes of data, expected rows x step = {rows} x {step} "
            f"= {rows * step}; is the image truncated?"
        )
    padded = data.reshape(rows, step)
    return padded if step == needed else np.ascontiguousarray(padded[:, :needed])
