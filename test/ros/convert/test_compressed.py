# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Compressed images to arrays: real JPEG and PNG, quantized depth by hand, what is refused."""

import array
import struct
import zlib

import cv2
import numpy as np
import pytest
from sensor_msgs.msg import CompressedImage

from smolrgpt_ros.ros.convert.compressed import decode_compressed_color, decode_compressed_depth
from smolrgpt_ros.ros.convert.images import ImageError

RGB = np.array([[[200, 10, 20], [30, 210, 40]], [[50, 60, 220], [70, 80, 90]]], np.uint8)
DEPTH_MM = np.array([[1500, 0, 65534], [2, 300, 4000]], np.uint16)


def message(data, how):
    return CompressedImage(format=how, data=array.array("B", bytes(data)))


def png(pixels):
    return cv2.imencode(".png", pixels)[1].tobytes()


@pytest.mark.parametrize("how", ["png", "rgb8; png compressed bgr8", ""])
def test_png_is_exact_and_in_rgb_order(how):
    got = decode_compressed_color(message(png(RGB[..., ::-1]), how))
    assert got.dtype == np.uint8
    np.testing.assert_array_equal(got, RGB)


def test_transparency_of_a_png_is_left_out():
    alpha = np.array([[0, 255, 9]], np.uint8).repeat(RGB.shape[0], 0)[:, : RGB.shape[1]]
    got = decode_compressed_color(message(png(np.dstack([RGB[..., ::-1], alpha])), "rgba8; png"))
    np.testing.assert_array_equal(got, RGB)


def test_what_was_stored_as_rgb_is_not_swapped_again():
    got = decode_compressed_color(message(png(RGB), "rgb8; png compressed rgb8"))
    np.testing.assert_array_equal(got, RGB)


def test_jpeg_keeps_the_order_of_the_channels():
    red = np.zeros((16, 24, 3), np.uint8)
    red[..., 2] = 230  # BGR
    data = cv2.imencode(".jpg", red)[1].tobytes()
    got = decode_compressed_color(message(data, "bgr8; jpeg compressed bgr8"))
    assert got.shape == (16, 24, 3)
    assert got[..., 0].min() > 200 and got[..., 1:].max() < 30


def test_grey_becomes_three_channels():
    got = decode_compressed_color(message(png(np.array([[7, 9]], np.uint8)), "mono8; png"))
    assert got.tolist() == [[[7, 7, 7], [9, 9, 9]]]


@pytest.mark.parametrize(
    ("header", "how"),
    [
        (b"", "16UC1; png compressed "),
        (struct.pack("<iff", 0, 0.0, 0.0), "16UC1; compressedDepth png"),
        (struct.pack("<iff", 0, 0.0, 0.0), "16UC1; compressedDepth"),
    ],
)
def test_millimetres_in_a_png(header, how):
    depth = decode_compressed_depth(message(header + png(DEPTH_MM), how))
    expected = np.array([[1.5, np.nan, 65.534], [0.002, 0.3, 4.0]], np.float32)
    np.testing.assert_allclose(depth, expected, rtol=1e-6)


def test_saturated_65535_in_a_png():
    depth = decode_compressed_depth(message(png(np.array([[900, 65535]], np.uint16)), "16UC1; png"))
    np.testing.assert_allclose(depth, [[0.9, np.nan]])


def test_rvl_depth():
    # 1 zero, 2 values, +5 and -2: see test_rvl.py.
    code = struct.pack("<ii", 3, 1) + struct.pack("<I", 0x12A1_3000)
    data = struct.pack("<iff", 0, 0.0, 0.0) + code
    depth = decode_compressed_depth(message(data, "16UC1; compressedDepth rvl"))
    np.testing.assert_allclose(depth, [[np.nan, 0.005, 0.003]], rtol=1e-6)
    # Inverse depth as for PNG: a / (stored - b) with a = 10 and b = 1.
    data = struct.pack("<iff", 0, 10.0, 1.0) + code
    depth = decode_compressed_depth(message(data, "32FC1; compressedDepth rvl"))
    np.testing.assert_allclose(depth, [[np.nan, 2.5, 5.0]], rtol=1e-6)


def test_inverse_depth_is_undone():
    # depth = a / (stored - b) with a = 1000, b = -100; 0 is missing.
    stored = np.array([[0, 400], [150, 900]], np.uint16)
    data = struct.pack("<iff", 1, 1000.0, -100.0) + png(stored)
    depth = decode_compressed_depth(message(data, "32FC1; compressedDepth png"))
    np.testing.assert_allclose(depth, [[np.nan, 2.0], [4.0, 1.0]], rtol=1e-6)


def test_compressed_grey_of_colour():
    mosaic = np.zeros((48, 64), np.uint8)  # an orange wall through an RGGB filter
    mosaic[0::2, 0::2], mosaic[0::2, 1::2], mosaic[1::2, 0::2] = 190, 90, 90
    mosaic[1::2, 1::2] = 30
    data = cv2.imencode(".jpg", mosaic, [cv2.IMWRITE_JPEG_QUALITY, 99])[1].tobytes()
    rgb = decode_compressed_color(message(data, "bayer_rggb8; jpeg compressed "))
    assert np.abs(rgb[20:30, 20:30].reshape(-1, 3).mean(0) - (190, 90, 30)).max() < 8
    wide = png(mosaic.astype(np.uint16) << 4)
    rgb = decode_compressed_color(message(wide, "bayer_rggb16; png compressed "))
    assert rgb[20, 20].tolist() == [190, 90, 30]
    with pytest.raises(ImageError, match=r"only the brightness of yuv422_yuy2.*transport\.rgb"):
        decode_compressed_color(message(data, "yuv422_yuy2; jpeg compressed mono8"))


def test_colour_of_16_bits_keeps_its_upper_half():
    got = decode_compressed_color(message(png(RGB[..., ::-1].astype(np.uint16) << 8), "rgb16; png"))
    np.testing.assert_array_equal(got, RGB)


def bomb():
    """A PNG header that claims 60000 x 60000 pixels."""
    data = bytearray(png(np.zeros((2, 2), np.uint8)))
    data[16:24] = struct.pack(">II", 60000, 60000)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "how", "match"),
    [
        (b"", "jpeg", "0 bytes"),
        (b"no image at all", "jpeg", "JPEG or PNG"),
        (png(np.zeros((40, 40, 3), np.uint8))[:60], "png", r"png.*(truncated|no JPEG)"),
        (bomb(), "png", "60000x60000|bomb"),
    ],
    ids=["empty", "text", "truncated", "bomb"],
)
def test_bad_colour_is_refused_by_name(data, how, match):
    with pytest.raises(ImageError, match=match):
        decode_compressed_color(message(data, how))


@pytest.mark.parametrize(
    ("data", "how", "match"),
    [
        (bytes(40), "16UC1; compressedDepth rvl", "RVL image of 0x0"),
        (bytes(3), "16UC1; compressedDepth png", "3 bytes.*truncated"),
        (bytes(12) + png(DEPTH_MM), "8UC1; compressedDepth png", "8UC1"),
        (cv2.imencode(".jpg", np.zeros((8, 8), np.uint8))[1].tobytes(), "jpeg", "JPEG.*PNG"),
        (png(np.zeros((4, 4), np.uint8)), "16UC1; png compressed ", "uint8.*uint16"),
        (b"", "16UC1; png compressed ", "0 bytes"),
    ],
    ids=["rvl", "truncated", "8 bit header", "jpeg", "8 bit file", "empty"],
)
def test_bad_depth_is_refused_by_name(data, how, match):
    with pytest.raises(ImageError, match=match):
        decode_compressed_depth(message(data, how))
