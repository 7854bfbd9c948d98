"""The stand-in for cv_bridge, on 2 x 3 images small enough to check by hand."""

from __future__ import annotations

import array

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="needs ROS messages: run scripts/setup, or source ROS")

from cv_bridge import CvBridge, CvBridgeError
from sensor_msgs.msg import CompressedImage, Image

STAND_IN = "pip_host" in (__import__("cv_bridge").__file__ or "")
only_ours = pytest.mark.skipif(not STAND_IN, reason="the real cv_bridge does this differently")

#: Two rows of three pixels; no two values are equal, so that a swap shows.
RGB = np.arange(18, dtype=np.uint8).reshape(2, 3, 3) * 13


def message(pixels: np.ndarray, encoding: str, padding: int = 0, big: bool = False) -> Image:
    """An image message made by hand, ``padding`` bytes of 255 after each row."""
    stored = pixels.astype(pixels.dtype.newbyteorder(">" if big else "<"))
    rows = np.frombuffer(stored.tobytes(), np.uint8).reshape(pixels.shape[0], -1)
    rows = np.pad(rows, ((0, 0), (0, padding)), constant_values=255)
    image = Image(encoding=encoding, height=pixels.shape[0], width=pixels.shape[1])
    image.step, image.is_bigendian = rows.shape[1], int(big)
    image.data = array.array("B", rows.tobytes())
    return image


@pytest.mark.parametrize(
    ("encoding", "pixels"),
    [
        ("rgb8", RGB),
        ("bgr8", RGB),
        ("8UC3", RGB),
        ("rgba8", np.arange(24, dtype=np.uint8).reshape(2, 3, 4)),
        ("bgra8", np.arange(24, dtype=np.uint8).reshape(2, 3, 4)),
        ("mono8", np.arange(6, dtype=np.uint8).reshape(2, 3)),
        ("8UC1", np.arange(6, dtype=np.uint8).reshape(2, 3)),
        ("mono16", np.array([[1, 256, 65535], [2, 3, 4]], np.uint16)),
        ("16UC1", np.array([[1, 256, 65535], [2, 3, 4]], np.uint16)),
        ("32FC1", np.array([[1.5, np.nan, np.inf], [-2, 0, 4]], np.float32)),
    ],
)
def test_passthrough_keeps_every_value_both_ways(encoding, pixels):
    bridge = CvBridge()
    read = bridge.imgmsg_to_cv2(message(pixels, encoding))
    assert read.dtype == pixels.dtype and read.shape == pixels.shape
    np.testing.assert_array_equal(read, pixels)
    written = bridge.cv2_to_imgmsg(pixels, encoding)
    assert (written.height, written.width, written.encoding) == (2, 3, encoding)
    assert written.step == 3 * pixels.dtype.itemsize * (pixels.size // 6)
    assert bytes(written.data) == pixels.tobytes()


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("rgb8", "bgr8", [30, 20, 10]),
        ("bgr8", "rgb8", [30, 20, 10]),
        ("rgb8", "rgba8", [10, 20, 30, 255]),
        ("rgb8", "bgra8", [30, 20, 10, 255]),
        # ITU-R BT.601: 0.299 R + 0.587 G + 0.114 B = 2.99 + 11.74 + 3.42 = 18.15
        ("rgb8", "mono8", 18),
        ("bgr8", "mono8", 22),  # 0.299 * 30 + 0.587 * 20 + 0.114 * 10 = 21.85
        ("rgb8", "rgb8", [10, 20, 30]),
        ("rgb8", "8UC3", [10, 20, 30]),
    ],
)
def test_colour_conversion_of_one_pixel(source, target, expected):
    pixel = np.array([[[10, 20, 30]]], np.uint8)
    read = CvBridge().imgmsg_to_cv2(message(pixel, source), target)
    assert read[0, 0].tolist() == expected


@only_ours
def test_grey_of_16_bits_becomes_8_bits_over_the_whole_range():
    grey = np.array([[0, 257, 65535]], np.uint16)
    assert CvBridge().imgmsg_to_cv2(message(grey, "mono16"), "mono8").tolist() == [[0, 1, 255]]


def test_bayer_red_stays_red():
    mosaic = np.zeros((4, 6), np.uint8)
    mosaic[0::2, 0::2] = 200  # the R of an RGGB pattern
    read = CvBridge().imgmsg_to_cv2(message(mosaic, "bayer_rggb8"), "rgb8")
    assert read[2, 2].tolist() == [200, 0, 0]


@only_ours
@pytest.mark.parametrize("padding", [1, 2, 7])
def test_padded_rows_are_read_without_the_padding(padding):
    read = CvBridge().imgmsg_to_cv2(message(RGB, "rgb8", padding=padding))
    np.testing.assert_array_equal(read, RGB)


@only_ours
def test_big_endian_depth_has_its_values():
    depth = np.array([[1, 258, 1000], [65535, 0, 7]], np.uint16)
    read = CvBridge().imgmsg_to_cv2(message(depth, "16UC1", big=True))
    assert read.tolist() == depth.tolist() and read.dtype.isnative


@only_ours
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"encoding": "rgb9"}, r"Unrecognized image encoding \[rgb9\]"),
        ({"step": 8}, "step is 8 bytes, but a row of 3 rgb8 pixels has 9"),
        ({"height": 3}, "18 bytes, expected height x step = 3 x 9 = 27"),
    ],
)
def test_messages_that_do_not_fit_say_what_is_wrong(change, says):
    image = message(RGB, "rgb8")
    for name, value in change.items():
        setattr(image, name, value)
    with pytest.raises(CvBridgeError, match=says):
        CvBridge().imgmsg_to_cv2(image)


@pytest.mark.parametrize(
    ("pixels", "source", "target"),
    [
        (np.ones((2, 3), np.float32), "32FC1", "rgb8"),
        (np.ones((2, 3), np.float32), "32FC1", "16UC1"),
        (RGB, "rgb8", "bayer_rggb8"),
    ],
)
def test_impossible_conversions_are_refused(pixels, source, target):
    with pytest.raises(CvBridgeError):
        CvBridge().imgmsg_to_cv2(message(pixels, source), target)


def test_an_array_of_another_type_than_the_encoding_is_refused():
    with pytest.raises(CvBridgeError, match="mono8"):
        CvBridge().cv2_to_imgmsg(RGB, "mono8")
    with pytest.raises(TypeError, match="numpy"):
        CvBridge().cv2_to_imgmsg([[1, 2]], "mono8")  # type: ignore[arg-type]


def test_png_there_and_back_is_the_same_and_jpg_is_near():
    bgr = np.full((16, 24, 3), (200, 100, 20), np.uint8)
    bgr[:, 12:] = (20, 60, 240)
    bridge = CvBridge()
    png = bridge.cv2_to_compressed_imgmsg(bgr, "png")
    assert png.format == "png"
    np.testing.assert_array_equal(bridge.compressed_imgmsg_to_cv2(png), bgr)
    np.testing.assert_array_equal(bridge.compressed_imgmsg_to_cv2(png, "rgb8"), bgr[..., ::-1])
    jpg = bridge.compressed_imgmsg_to_cv2(bridge.cv2_to_compressed_imgmsg(bgr))
    assert np.abs(jpg[8, 4].astype(int) - bgr[8, 4]).max() < 8


@only_ours
def test_compressed_data_that_is_no_image_is_refused():
    broken = CompressedImage(format="jpeg", data=array.array("B", b"not a picture"))
    with pytest.raises(CvBridgeError, match=r"13 bytes of format 'jpeg'"):
        CvBridge().compressed_imgmsg_to_cv2(broken)
