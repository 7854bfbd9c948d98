"""``sensor_msgs/Image`` to arrays and back, with every field of the message checked first.

The plain encodings are read here and not by cv_bridge, which scrambles padded rows, cannot read the
other byte order with numpy 2 and does not load where its binary was built for numpy 1. Encodings
that need more than a reshape (Bayer, YUV) are converted by it, after the same checks.
"""

from __future__ import annotations

import array
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import Image
from std_msgs.msg import Header

#: Colour encodings read directly: channels, and how OpenCV makes RGB of them (None: it is RGB).
_COLOR: dict[str, tuple[int, int | None]] = {
    "rgb8": (3, None),
    "bgr8": (3, cv2.COLOR_BGR2RGB),
    "8UC3": (3, cv2.COLOR_BGR2RGB),
    "rgba8": (4, cv2.COLOR_RGBA2RGB),
    "bgra8": (4, cv2.COLOR_BGRA2RGB),
    "mono8": (1, cv2.COLOR_GRAY2RGB),
    "8UC1": (1, cv2.COLOR_GRAY2RGB),
}

#: Colour encodings that cv_bridge converts: bytes per pixel.
_BRIDGED: dict[str, int] = {
    "bayer_rggb8": 1,
    "bayer_bggr8": 1,
    "bayer_gbrg8": 1,
    "bayer_grbg8": 1,
    "uyvy": 2,
    "yuyv": 2,
    "yuv422": 2,  # the older names of the two
    "yuv422_yuy2": 2,
}

#: Depth encodings (REP-118): stored type and units per metre.
_DEPTH: dict[str, tuple[str, float]] = {
    "16UC1": ("u2", 1000.0),
    "mono16": ("u2", 1000.0),
    "32FC1": ("f4", 1.0),
}

#: Images above this are refused: a damaged header must not allocate the whole memory.
MAX_PIXELS = 64_000_000


class ImageError(ValueError):
    """An image message that cannot be read; the text names the value found and those expected."""


def decode_color(message: Image) -> NDArray[np.uint8]:
    """The picture of a colour or grey image message, shape ``(H, W, 3)``, uint8, RGB order.

    Raises:
        ImageError: on an unknown encoding, or sizes, step and data that do not fit together.
    """
    encoding = message.encoding
    if encoding in _COLOR:
        channels, conversion = _COLOR[encoding]
        rows = _rows(message, channels)
        pixels = rows.reshape(message.height, message.width, channels)
        if conversion is None:
            return np.ascontiguousarray(pixels)
        return cv2.cvtColor(np.ascontiguousarray(pixels), conversion).astype(np.uint8, copy=False)
    if encoding in _BRIDGED:
        return _bridge(message, _rows(message, _BRIDGED[encoding]))
    raise ImageError(
        f"colour encoding {encoding!r:.40} is not supported, "
        f"expected one of {', '.join([*_COLOR, *_BRIDGED])}"
    )


def decode_depth(message: Image) -> NDArray[np.float32]:
    """Depth of an image message, shape ``(H, W)``, float32, metres along the optical axis.

    By encoding (REP-118): ``16UC1`` and ``mono16`` are millimetres with 0 for "nothing measured",
    ``32FC1`` is metres. Missing, infinite (REP-117) and non-positive values become NaN.

    Raises:
        ImageError: on an unknown encoding, or sizes, step and data that do not fit together.
    """
    if message.encoding not in _DEPTH:
        raise ImageError(
            f"depth encoding {message.encoding!r:.40} is not supported, "
            f"expected one of {', '.join(_DEPTH)}"
        )
    stored, units = _DEPTH[message.encoding]
    kind = np.dtype((">" if message.is_bigendian else "<") + stored)
    return metres(_rows(message, kind.itemsize).view(kind), units)


def metres(values: NDArray[Any], units: float) -> NDArray[np.float32]:
    """Stored depth values as float32 metres; what is not finite and positive becomes NaN.

    Args:
        values: shape ``(H, W)``, any number type.
        units: of a value per metre.
    """
    depth = values.astype(np.float32)
    if units != 1.0:
        depth /= np.float32(units)
    if values.dtype.kind == "u":
        nothing = values == 0
    else:
        nothing = ~((depth > 0) & (depth < np.inf))  # NaN as well: it is not above 0
    np.copyto(depth, np.float32("nan"), where=nothing)
    return depth


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


def _rows(message: Image, pixel_bytes: int) -> NDArray[np.uint8]:
    """The bytes of the pixels without row padding, shape ``(H, W * pixel_bytes)``."""
    height, width, step = message.height, message.width, message.step
    if height <= 0 or width <= 0:
        raise ImageError(f"image size must be positive, found {width}x{height}")
    if height * width > MAX_PIXELS:
        raise ImageError(f"image of {width}x{height} is larger than {MAX_PIXELS} pixels")
    needed = width * pixel_bytes
    if step < needed:
        raise ImageError(
            f"step of {step} bytes is too small for {width} pixels of {message.encoding}, "
            f"expected at least {needed}"
        )
    data = np.frombuffer(message.data, np.uint8)
    if data.size != height * step:
        raise ImageError(
            f"{data.size} bytes of data, expected height x step = {height} x {step} "
            f"= {height * step}; is the image truncated?"
        )
    rows = data.reshape(height, step)[:, :needed]
    return rows if step == needed else np.ascontiguousarray(rows)


def _bridge(message: Image, rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Conversion by cv_bridge of an image whose rows have no padding any more."""
    try:
        from cv_bridge import CvBridge
    except ImportError as error:
        raise ImageError(
            f"colour encoding {message.encoding!r} needs cv_bridge ({error}); "
            "install it, or let the camera publish rgb8"
        ) from error
    packed = Image(header=message.header, encoding=message.encoding, is_bigendian=0)
    packed.height, packed.width, packed.step = message.height, message.width, rows.shape[1]
    packed.data = array.array("B", rows.tobytes())
    try:
        converted = CvBridge().imgmsg_to_cv2(packed, "rgb8")
    except Exception as error:  # cv_bridge raises its own errors, OpenCV's and KeyError
        raise ImageError(f"cv_bridge cannot convert {message.encoding!r}: {error}") from error
    return np.ascontiguousarray(converted, dtype=np.uint8)
