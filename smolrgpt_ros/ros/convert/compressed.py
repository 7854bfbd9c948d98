"""``sensor_msgs/CompressedImage`` to arrays, as image_transport's compressed transports send it.

cv_bridge cannot read compressedDepth; both are read here. The size that the file's header claims is
checked before anything is decoded, so that a few damaged bytes cannot take the whole memory.
"""

from __future__ import annotations

import io
import struct
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as PictureFile
from PIL import UnidentifiedImageError
from sensor_msgs.msg import CompressedImage

from .images import MAX_PIXELS, ImageError, metres

#: compressed_depth_image_transport puts this before the file: format, two quantization parameters.
_DEPTH_HEADER = struct.Struct("<iff")
_FILES = ("JPEG", "PNG")


def decode_compressed_color(message: CompressedImage) -> NDArray[np.uint8]:
    """The picture of a JPEG or PNG message, shape ``(H, W, 3)``, uint8, RGB order.

    Raises:
        ImageError: on data that is neither, is cut off or is larger than :data:`MAX_PIXELS`.
    """
    data = _bytes(message)
    _check_file(data, message.format)
    pixels = _decoded(data, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION, message.format)
    # image_transport names the stored order last: "rgb8; jpeg compressed bgr8" is usual.
    if "compressed rgb8" in message.format:
        return np.ascontiguousarray(pixels, dtype=np.uint8)
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8)


def decode_compressed_depth(message: CompressedImage) -> NDArray[np.float32]:
    """Depth of a PNG message, shape ``(H, W)``, float32, metres, NaN where nothing was measured.

    Reads ``compressedDepth`` of 16UC1 (millimetres) and 32FC1 (inverse depth, quantized), and a
    plain 16-bit PNG of millimetres.

    Raises:
        ImageError: on RVL, JPEG and everything else that holds no 16-bit picture.
    """
    data, how = _bytes(message), message.format
    encoding = how.split(";")[0].strip()
    if "rvl" in how.lower():
        raise ImageError(
            f"depth format {how!r:.60} (RVL) is not supported, expected PNG; set the camera's "
            "compressedDepth format to png, or transport.depth to raw"
        )
    quantization: tuple[float, float] | None = None
    if "compressedDepth" in how:
        if len(data) <= _DEPTH_HEADER.size:
            raise ImageError(f"{len(data)} bytes are no compressedDepth image; is it truncated?")
        _, a, b = _DEPTH_HEADER.unpack_from(data)
        data = data[_DEPTH_HEADER.size :]
        if encoding == "32FC1":
            quantization = (a, b)
        elif encoding not in ("16UC1", "mono16"):
            raise ImageError(
                f"compressedDepth of {encoding!r:.40} is not supported, expected 16UC1 or 32FC1"
            )
    kind = _check_file(data, how)
    if kind != "PNG":
        raise ImageError(
            f"depth in a {kind} file holds no exact values, expected PNG; use compressedDepth, or "
            "set transport.depth to raw"
        )
    stored = _decoded(data, cv2.IMREAD_UNCHANGED, how)
    if stored.ndim != 2 or stored.dtype != np.uint16:
        raise ImageError(
            f"depth file holds {stored.shape} {stored.dtype}, expected one channel of uint16"
        )
    if quantization is None:
        return metres(stored, 1000.0)
    a, b = quantization
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        depth = np.float32(a) / (stored.astype(np.float32) - np.float32(b))
    return metres(np.where(stored > 0, depth, np.float32("nan")), 1.0)


def _bytes(message: CompressedImage) -> bytes:
    return bytes(memoryview(message.data))


def _check_file(data: bytes, how: str) -> str:
    """The format of a file with a plausible header: JPEG or PNG."""
    try:
        with PictureFile.open(io.BytesIO(data), formats=_FILES) as header:
            (width, height), kind = header.size, str(header.format)
    # ultralytics replaces Pillow's open by one that imports a HEIF reader before it fails.
    except (UnidentifiedImageError, ModuleNotFoundError) as error:
        raise ImageError(
            f"{len(data)} bytes of format {how!r:.60} are no {' or '.join(_FILES)} file; "
            "is it truncated?"
        ) from error
    except (
        PictureFile.DecompressionBombError,
        OSError,
        SyntaxError,
        ValueError,
        struct.error,
    ) as error:
        raise ImageError(
            f"{len(data)} bytes of format {how!r:.60} are no {' or '.join(_FILES)} file: {error}"
        ) from error
    if width * height > MAX_PIXELS:
        raise ImageError(f"image of {width}x{height} is larger than {MAX_PIXELS} pixels")
    return kind


def _decoded(data: bytes, flags: int, how: str) -> NDArray[Any]:
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as error:
        raise ImageError(f"an image of format {how!r:.60} cannot be read: {error}") from error
    if pixels is None:
        raise ImageError(
            f"an image of format {how!r:.60} cannot be read from its {len(data)} bytes; "
            "is it truncated?"
        )
    return pixels
