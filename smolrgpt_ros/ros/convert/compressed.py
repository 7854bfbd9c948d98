# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``sensor_msgs/CompressedImage`` to arrays, as image_transport's compressed transports send it.

cv_bridge cannot read compressedDepth; all are read here. The size that the file's header claims is
checked before anything is decoded, so that a few damaged bytes cannot take the whole memory.
"""

from __future__ import annotations

import io
import struct
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as PictureFile
from PIL import UnidentifiedImageError
from sensor_msgs.msg import CompressedImage, Image

from smolrgpt_ros.scene.depth import metres

from .colours import COLOR_ENCODINGS, YUV_ENCODINGS
from .images import MAX_PIXELS, ImageError, decode_color, decode_depth
from .rvl import decode_rvl

#: compressed_depth_image_transport puts this before the file: format, two quantization parameters.
_DEPTH_HEADER = struct.Struct("<iff")
_FILES = ("JPEG", "PNG")

#: An image of any of image_transport's transports.
ImageMessage: TypeAlias = Image | CompressedImage


def decode_any_color(message: ImageMessage) -> NDArray[np.uint8]:
    """See :func:`decode_compressed_color` and :func:`.images.decode_color`."""
    if isinstance(message, CompressedImage):
        return decode_compressed_color(message)
    return decode_color(message)


def decode_any_depth(message: ImageMessage, unit: float) -> NDArray[np.float32]:
    """See :func:`decode_compressed_depth` and :func:`.images.decode_depth`."""
    if isinstance(message, CompressedImage):
        return decode_compressed_depth(message, unit)
    return decode_depth(message, unit)


def decode_compressed_color(message: CompressedImage) -> NDArray[np.uint8]:
    """The picture of a JPEG or PNG message, shape ``(H, W, 3)``, uint8, RGB order.

    A file of one channel is what the camera's encoding, the first word of the format, says: a
    mosaic or brightness.

    Raises:
        ImageError: on data that is neither, is cut off, is larger than :data:`MAX_PIXELS`, or holds
            only the brightness of a camera whose images have colours.
    """
    data, how = _bytes(message), message.format
    _check_file(data, how)
    flags = cv2.IMREAD_ANYCOLOR | cv2.IMREAD_ANYDEPTH | cv2.IMREAD_IGNORE_ORIENTATION
    pixels = _decoded(data, flags, how)
    camera = how.split(";")[0].strip()
    if pixels.ndim == 2:
        if camera in YUV_ENCODINGS:
            raise ImageError(
                f"the file of format {how!r:.60} holds only the brightness of {camera} images: "
                "their compressed transport loses the colours; let the camera publish rgb8 or "
                "bgr8, or set transport.rgb to raw"
            )
        # A mosaic of 16 bits is a file of 8 bits where it was compressed as JPEG.
        pattern, bits = camera.rstrip("0123456789"), 8 * pixels.dtype.itemsize
        encoding = COLOR_ENCODINGS[f"mono{bits}"]
        if pattern.startswith("bayer_"):
            encoding = COLOR_ENCODINGS.get(f"{pattern}{bits}", encoding)
        return encoding.to_rgb(pixels)
    if pixels.dtype == np.uint16:
        pixels = (pixels >> 8).astype(np.uint8)
    # image_transport names the stored order last: "rgb8; jpeg compressed bgr8" is usual.
    if "compressed rgb8" in how:
        return np.ascontiguousarray(pixels, dtype=np.uint8)
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8)


def decode_compressed_depth(message: CompressedImage, unit: float = 0.0) -> NDArray[np.float32]:
    """Depth of a PNG or RVL message, shape ``(H, W)``, float32, metres, NaN for nothing measured.

    Reads ``compressedDepth`` of 16UC1 and of 32FC1 (inverse depth, quantized), as PNG or RVL, and a
    plain 16-bit PNG.

    Args:
        message: the file, behind a header where it is compressedDepth.
        unit: metres of a step; 0: as REP-118 says, millimetres for whole numbers, metres for
            floats.

    Raises:
        ImageError: on JPEG and everything else that holds no 16-bit picture.
    """
    data, how = _bytes(message), message.format
    encoding = how.split(";")[0].strip()
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
    stored = decode_rvl(data) if "rvl" in how.lower() else _depth_file(data, how)
    if quantization is None:
        return metres(stored, unit)
    a, b = quantization
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        depth = np.float32(a) / (stored.astype(np.float32) - np.float32(b))
    return metres(np.where(stored > 0, depth, np.float32("nan")), unit)


def _depth_file(data: bytes, how: str) -> NDArray[np.uint16]:
    """The values of a PNG of 16 bits."""
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
    return stored


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
