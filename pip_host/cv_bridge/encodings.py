"""What the strings of ``sensor_msgs/Image.encoding`` mean, and how colours turn into each other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

_DEPTHS = {
    "8U": "uint8",
    "8S": "int8",
    "16U": "uint16",
    "16S": "int16",
    "32S": "int32",
    "32F": "float32",
    "64F": "float64",
}


@dataclass(frozen=True)
class Encoding:
    """Type and meaning of a pixel.

    Args:
        name: as in the message.
        dtype: NumPy type of a channel.
        channels: values of a pixel.
        model: what the channels are, in OpenCV's words ("RGB", "BGRA", "GRAY", "BayerRGGB", ...);
            empty for plain numbers, which convert to no colour.
    """

    name: str
    dtype: str
    channels: int
    model: str


_NAMED = {
    encoding.name: encoding
    for encoding in (
        *(
            Encoding(f"{model.lower()}{bits}", f"uint{bits}", len(model), model)
            for model in ("RGB", "BGR", "RGBA", "BGRA")
            for bits in (8, 16)
        ),
        Encoding("mono8", "uint8", 1, "GRAY"),
        Encoding("mono16", "uint16", 1, "GRAY"),
        *(
            Encoding(f"bayer_{order}{bits}", f"uint{bits}", 1, f"Bayer{order.upper()}")
            for order in ("rggb", "bggr", "gbrg", "grbg")
            for bits in (8, 16)
        ),
        Encoding("yuv422", "uint8", 2, "UYVY"),
        Encoding("uyvy", "uint8", 2, "UYVY"),
        Encoding("yuv422_yuy2", "uint8", 2, "YUY2"),
        Encoding("yuyv", "uint8", 2, "YUY2"),
    )
}


def encoding_of(name: str) -> Encoding:
    """The encoding called ``name``.

    Raises:
        ValueError: if it is none of sensor_msgs' names and not like 8UC3 or 32FC1.
    """
    if name in _NAMED:
        return _NAMED[name]
    numbers = re.fullmatch(r"(8U|8S|16U|16S|32S|32F|64F)(?:C([1-4]))?", name)
    if numbers is None:
        raise ValueError(
            f"Unrecognized image encoding [{name}]; known: {', '.join(_NAMED)}, 8UC1 ... 64FC4"
        )
    return Encoding(name, _DEPTHS[numbers[1]], int(numbers[2] or 1), "")


def numbers_name(dtype: np.dtype[Any], channels: int) -> str:
    """OpenCV's name of an array's type, e.g. ``16UC1``.

    Raises:
        KeyError: if OpenCV has no such type.
    """
    names = {stored: name for name, stored in _DEPTHS.items()}
    return f"{names[np.dtype(dtype).name]}C{channels}"


def convert(image: NDArray[Any], source: Encoding, target: Encoding) -> NDArray[Any]:
    """``image`` in another encoding: colours by OpenCV, 8 and 16 bits scaled to each other.

    Raises:
        ValueError: if there is no way from one to the other.
    """
    if source.name == target.name:
        return image
    if not source.model or not target.model:
        if (source.dtype, source.channels) == (target.dtype, target.channels):
            return image
        raise ValueError(
            f"[{source.name}] is not a color format convertible to [{target.name}]: plain numbers "
            "convert only to an encoding of the same type and channels"
        )
    if source.model != target.model:
        image = _recolor(image, source, target)
    if source.dtype == target.dtype:
        return image
    if target.dtype == "uint16":
        return image.astype(np.uint16) * 257  # 255 becomes 65535
    return np.round(image / 257.0).astype(np.uint8)


def _recolor(image: NDArray[Any], source: Encoding, target: Encoding) -> NDArray[Any]:
    if target.model.startswith("Bayer") or target.model in ("UYVY", "YUY2"):
        raise ValueError(f"Conversion from [{source.name}] to [{target.name}] is not supported")
    if source.model in ("UYVY", "YUY2"):
        code = f"COLOR_YUV2{target.model}_{source.model}"
    else:
        code = f"COLOR_{source.model}2{target.model}"
    return cv2.cvtColor(np.ascontiguousarray(image), getattr(cv2, code))
