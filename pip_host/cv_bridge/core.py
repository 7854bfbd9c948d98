"""Images of OpenCV from and to messages."""

from __future__ import annotations

import array
import sys
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CompressedImage, Image

from .encodings import Encoding, convert, encoding_of, numbers_name


class CvBridgeError(TypeError):
    """An image that cannot be converted; the text says why."""


def _known(name: str) -> Encoding:
    try:
        return encoding_of(name)
    except ValueError as error:
        raise CvBridgeError(str(error)) from error


def _converted(image: NDArray[Any], source: Encoding, target: str) -> NDArray[Any]:
    if target == "passthrough":
        return image
    try:
        return convert(image, source, _known(target))
    except (ValueError, cv2.error) as error:
        raise CvBridgeError(str(error)) from error


def _colors(image: NDArray[Any]) -> Encoding:
    """The encoding OpenCV's file readers use for an array of this shape."""
    channels = 1 if image.ndim == 2 else image.shape[2]
    model = {1: "mono", 3: "bgr", 4: "bgra"}.get(channels)
    if model is None or image.dtype.name not in ("uint8", "uint16"):
        return _known(numbers_name(image.dtype, channels))
    return _known(f"{model}{image.dtype.itemsize * 8}")


class CvBridge:
    """Converts between OpenCV's arrays and ``sensor_msgs`` images."""

    def encoding_to_dtype_with_channels(self, encoding: str) -> tuple[str, int]:
        """NumPy type name and channels of an encoding, e.g. ``("uint16", 1)`` of ``16UC1``."""
        known = _known(encoding)
        return known.dtype, known.channels

    def dtype_with_channels_to_cvtype2(self, dtype: Any, n_channels: int) -> str:
        """OpenCV's name of a NumPy type with channels, e.g. ``8UC3``."""
        return numbers_name(dtype, n_channels)

    def encoding_to_cvtype2(self, encoding: str) -> int:
        """OpenCV's number of the type, e.g. ``cv2.CV_8UC3`` of ``rgb8``."""
        known = _known(encoding)
        return int(getattr(cv2, f"CV_{numbers_name(np.dtype(known.dtype), known.channels)}"))

    def imgmsg_to_cv2(self, img_msg: Image, desired_encoding: str = "passthrough") -> NDArray[Any]:
        """The message's image, shape ``(H, W)`` or ``(H, W, channels)``.

        With ``passthrough`` in the message's own encoding and sharing its memory where rows are
        not padded and bytes need no swapping; otherwise in ``desired_encoding``.

        Raises:
            CvBridgeError: on unknown encodings, sizes that do not fit, impossible conversions.
        """
        source = _known(img_msg.encoding)
        dtype = np.dtype(source.dtype).newbyteorder(">" if img_msg.is_bigendian else "<")
        height, width, step = img_msg.height, img_msg.width, img_msg.step
        row = width * source.channels * dtype.itemsize
        if step < row:
            raise CvBridgeError(
                f"step is {step} bytes, but a row of {width} {source.name} pixels has {row}"
            )
        data = np.frombuffer(img_msg.data, np.uint8)
        if data.size != height * step:
            raise CvBridgeError(
                f"data has {data.size} bytes, expected height x step = {height} x {step} "
                f"= {height * step}"
            )
        rows = data.reshape(height, step)[:, :row]
        if row != step:
            rows = np.ascontiguousarray(rows)
        image = rows.view(dtype)
        if source.channels > 1:
            image = image.reshape(height, width, source.channels)
        if not dtype.isnative:
            image = image.astype(dtype.newbyteorder("="))
        return _converted(image, source, desired_encoding)

    def cv2_to_imgmsg(
        self, cvim: NDArray[Any], encoding: str = "passthrough", header: Any = None
    ) -> Image:
        """A message of ``cvim``, shape ``(H, W)`` or ``(H, W, channels)``, rows not padded.

        Args:
            encoding: what the pixels are; ``passthrough`` calls them by OpenCV's type (8UC3).

        Raises:
            TypeError: if ``cvim`` is not an array.
            CvBridgeError: if its type is not the encoding's.
        """
        if not isinstance(cvim, (np.ndarray, np.generic)):
            raise TypeError("Your input type is not a numpy array")
        channels = 1 if cvim.ndim < 3 else cvim.shape[2]
        try:
            found = numbers_name(cvim.dtype, channels)
        except KeyError as error:
            raise CvBridgeError(f"OpenCV has no images of type {cvim.dtype}") from error
        if encoding != "passthrough":
            known = _known(encoding)
            wanted = numbers_name(np.dtype(known.dtype), known.channels)
            if wanted != found:
                raise CvBridgeError(
                    f"encoding specified as {encoding} ({wanted}), but image has incompatible "
                    f"type {found}"
                )
        message = Image(encoding=found if encoding == "passthrough" else encoding)
        if header is not None:
            message.header = header
        message.height, message.width = cvim.shape[:2]
        message.is_bigendian = int(
            cvim.dtype.byteorder == ">" or (cvim.dtype.byteorder == "=" and sys.byteorder == "big")
        )
        message.step = message.width * channels * cvim.dtype.itemsize
        message.data = array.array("B", np.ascontiguousarray(cvim).tobytes())
        return message

    def compressed_imgmsg_to_cv2(
        self, cmprs_img_msg: CompressedImage, desired_encoding: str = "passthrough"
    ) -> NDArray[Any]:
        """The image of a compressed message, as OpenCV reads it: BGR, BGRA or grey.

        Raises:
            CvBridgeError: if the data is no image OpenCV reads (compressedDepth is not).
        """
        data = np.frombuffer(cmprs_img_msg.data, np.uint8)
        image = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if data.size else None
        if image is None:
            raise CvBridgeError(
                f"{data.size} bytes of format {cmprs_img_msg.format!r} are not an image that "
                "OpenCV can read"
            )
        return _converted(image, _colors(image), desired_encoding)

    def cv2_to_compressed_imgmsg(
        self, cvim: NDArray[Any], dst_format: str = "jpg"
    ) -> CompressedImage:
        """A compressed message of ``cvim``: BGR, BGRA or grey.

        Raises:
            TypeError: if ``cvim`` is not an array.
            CvBridgeError: if OpenCV cannot write such an array in that format.
        """
        if not isinstance(cvim, (np.ndarray, np.generic)):
            raise TypeError("Your input type is not a numpy array")
        try:
            written, data = cv2.imencode(f".{dst_format}", cvim)
        except cv2.error as error:
            raise CvBridgeError(f"OpenCV cannot write .{dst_format}: {error}") from error
        if not written:
            raise CvBridgeError(f"OpenCV cannot write {cvim.dtype} {cvim.shape} as .{dst_format}")
        message = CompressedImage(format=dst_format)
        message.data = array.array("B", data.tobytes())
        return message
