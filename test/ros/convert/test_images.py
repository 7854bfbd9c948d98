# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Image messages to arrays: hand-made bytes, padded rows, both byte orders, and what is refused."""

import array

import numpy as np
import pytest
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from smolrgpt_ros.ros.convert.images import ImageError, decode_color, decode_depth, encode_image


def message(encoding, width, height, data, step=None, big=0):
    image = Image(encoding=encoding, width=width, height=height, is_bigendian=big)
    image.data = array.array("B", data)
    image.step = len(data) // height if step is None else step
    return image


# Two pixels wide, one high: red 10 20 30 left, 40 50 60 right.
@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("rgb8", [10, 20, 30, 40, 50, 60]),
        ("bgr8", [30, 20, 10, 60, 50, 40]),
        ("rgba8", [10, 20, 30, 9, 40, 50, 60, 9]),
        ("bgra8", [30, 20, 10, 9, 60, 50, 40, 9]),
    ],
)
def test_colour_encodings_give_rgb(encoding, data):
    rgb = decode_color(message(encoding, 2, 1, data))
    assert rgb.dtype == np.uint8
    assert rgb.tolist() == [[[10, 20, 30], [40, 50, 60]]]


def test_grey_becomes_three_equal_channels():
    assert decode_color(message("mono8", 2, 1, [7, 9])).tolist() == [[[7, 7, 7], [9, 9, 9]]]


def test_row_padding_is_cut_even_where_it_is_no_whole_pixel():
    # 2 x 2 pixels of 3 bytes, rows of 7 bytes.
    data = [1, 2, 3, 4, 5, 6, 99, 7, 8, 9, 10, 11, 12, 99]
    rgb = decode_color(message("rgb8", 2, 2, data))
    assert rgb.tolist() == [[[1, 2, 3], [4, 5, 6]], [[7, 8, 9], [10, 11, 12]]]


@pytest.mark.parametrize("encoding", ["16UC1", "mono16"])
@pytest.mark.parametrize(("big", "data"), [(0, [0xE8, 0x03, 0, 0]), (1, [0x03, 0xE8, 0, 0])])
def test_millimetres_become_metres_and_zero_is_missing(encoding, big, data):
    depth = decode_depth(message(encoding, 2, 1, data, big=big))
    assert depth.dtype == np.float32
    np.testing.assert_array_equal(depth, np.array([[1.0, np.nan]], np.float32))


@pytest.mark.parametrize("order", ["<", ">"])
def test_metres_stay_and_the_impossible_is_missing(order):
    values = np.array([[2.5, np.nan, np.inf], [-np.inf, 0.0, -1.0]], order + "f4")
    depth = decode_depth(message("32FC1", 3, 2, values.tobytes(), big=int(order == ">")))
    expected = np.full((2, 3), np.nan, np.float32)
    expected[0, 0] = 2.5
    np.testing.assert_array_equal(depth, expected)


def test_padded_depth_rows():
    # 1 x 2 pixels of 2 bytes, rows of 5 bytes.
    depth = decode_depth(message("16UC1", 1, 2, [0xD0, 0x07, 9, 9, 9, 0xB8, 0x0B, 9, 9, 9]))
    np.testing.assert_allclose(depth, [[2.0], [3.0]])


@pytest.mark.parametrize(
    ("image", "match"),
    [
        (message("rgb64", 1, 1, [0] * 6), "'rgb64' is not supported, expected one of rgb8"),
        (message("rgb8", 2, 1, [0] * 5), "step of 5 bytes is too small.*at least 6"),
        (message("rgb8", 2, 2, [0] * 11, step=6), "11 bytes of data.*2 x 6 = 12"),
        (message("rgb8", 2, 1, [0] * 12, step=6), "12 bytes of data"),
        (Image(encoding="rgb8"), "must be positive, found 0x0"),
        (Image(encoding="rgb8", width=100_000, height=100_000), "larger than"),
    ],
)
def test_colour_that_does_not_fit_is_refused_by_name(image, match):
    with pytest.raises(ImageError, match=match):
        decode_color(image)


@pytest.mark.parametrize(
    ("image", "match"),
    [
        (message("64FC1", 1, 1, [0] * 8), "'64FC1' is not supported, expected one of 16UC1"),
        (message("32FC1", 2, 1, [0] * 7), "step of 7"),
        (message("16UC1", 2, 2, [0] * 6, step=4), "6 bytes of data"),
    ],
)
def test_depth_that_does_not_fit_is_refused_by_name(image, match):
    with pytest.raises(ImageError, match=match):
        decode_depth(image)


def test_result_does_not_share_the_padded_message():
    image = message("rgb8", 1, 1, [1, 2, 3])
    rgb = decode_color(image)
    assert rgb.flags.c_contiguous and rgb.shape == (1, 1, 3)


@pytest.mark.parametrize(
    ("pixels", "encoding", "decode"),
    [
        (np.arange(18, dtype=np.uint8).reshape(2, 3, 3), "rgb8", decode_color),
        (np.array([[1000, 2500, 65534]], np.uint16), "16UC1", decode_depth),
        (np.array([[1.25, 3.5], [0.25, 8.0]], np.float32), "32FC1", decode_depth),
    ],
)
def test_encoded_images_decode_to_the_same(pixels, encoding, decode):
    header = Header(frame_id="camera")
    image = encode_image(pixels, encoding, header)
    assert (image.height, image.width) == pixels.shape[:2]
    assert image.header.frame_id == "camera"
    scale = 0.001 if encoding == "16UC1" else 1
    np.testing.assert_allclose(decode(image), pixels * scale, rtol=1e-6)


@pytest.mark.parametrize(
    ("pixels", "encoding"),
    [
        (np.zeros((2, 3), np.uint8), "rgb8"),
        (np.zeros((2, 3, 4), np.uint8), "rgb8"),
        (np.zeros((2, 3), np.float64), "32FC1"),
        (np.zeros((2, 3, 3), np.uint8), "bgr8"),
    ],
)
def test_arrays_that_do_not_fit_the_encoding_are_refused(pixels, encoding):
    with pytest.raises(ValueError, match=r"fit|one of"):
        encode_image(pixels, encoding, Header())


# A picture of two colours, blue-green left and orange right, 6 x 4 pixels for each half.
HALVES = np.zeros((4, 12, 3), np.uint8)
HALVES[:, :6], HALVES[:, 6:] = (20, 90, 220), (200, 60, 30)
CHANNEL = {"r": 0, "g": 1, "b": 2}


def planes(rgb):
    """Brightness, and both colours at half the size (ITU-R BT.601, video range)."""
    red, green, blue = rgb.astype(float).transpose(2, 0, 1)
    y = 16 + 0.257 * red + 0.504 * green + 0.098 * blue
    u = 128 - 0.148 * red - 0.291 * green + 0.439 * blue
    v = 128 + 0.439 * red - 0.368 * green - 0.071 * blue
    return tuple(np.round(p).astype(np.uint8) for p in (y, u[::2, ::2], v[::2, ::2]))


def mosaic(pattern):
    pixels = np.zeros(HALVES.shape[:2], np.uint8)
    for place, colour in enumerate(pattern):
        y, x = divmod(place, 2)
        pixels[y::2, x::2] = HALVES[y::2, x::2, CHANNEL[colour]]
    return pixels


def packed(order):
    """Two bytes a pixel: brightness, and in turn one of the two colours."""
    y, u, v = planes(HALVES)
    both = np.stack([u, v], -1).repeat(2, 0).reshape(y.shape)
    pair = {"y": y, "c": both}
    return np.stack([pair[order[0]], pair[order[1]]], -1).reshape(y.shape[0], -1)


def semi_planar(first, full=False):
    y, u, v = planes(HALVES)
    both = np.stack([u, v] if first == "u" else [v, u], -1)
    if full:
        both = both.repeat(2, 0).repeat(2, 1)
    return np.concatenate([y.ravel(), both.ravel()]).reshape(-1, y.shape[1])


def wide(pixels, bits=16):
    return pixels.astype("<u2") << (bits - 8)


ALPHA = np.dstack([HALVES, HALVES[..., :1]])
STORED = {
    "rgb16": wide(HALVES),
    "bgr16": wide(HALVES[..., ::-1]),
    "rgba16": wide(ALPHA),
    "bgra16": wide(ALPHA[..., [2, 1, 0, 3]]),
    "8UC4": ALPHA[..., [2, 1, 0, 3]],
    "16UC3": wide(HALVES[..., ::-1]),
    **{f"bayer_{p}8": mosaic(p) for p in ("rggb", "bggr", "gbrg", "grbg")},
    **{f"bayer_{p}16": wide(mosaic(p), 12) for p in ("rggb", "bggr", "gbrg", "grbg")},
    "yuv422_yuy2": packed("yc"),
    "yuv422": packed("cy"),
    "yuyv": packed("yc"),
    "uyvy": packed("cy"),
    "nv12": semi_planar("u"),
    "nv21": semi_planar("v"),
    "nv24": semi_planar("u", full=True),
}


def is_the_picture(rgb):
    """Whether both halves have their colours; at the border between them they mix."""
    assert rgb.shape == HALVES.shape
    inner = np.r_[1:5, 8:11]
    return int(np.abs(rgb[1:3, inner].astype(int) - HALVES[1:3, inner]).max()) <= 3


@pytest.mark.parametrize("encoding", STORED)
def test_all_encodings_of_one_picture_give_its_colours(encoding):
    stored = STORED[encoding]
    step = stored[0].nbytes
    assert is_the_picture(decode_color(message(encoding, 12, 4, stored.tobytes(), step)))


@pytest.mark.parametrize("encoding", ["yuyv", "uyvy"])
def test_yuyv_uyvy_names(encoding):
    """Their names since Iron."""
    grey = [120, 128] if encoding == "yuyv" else [128, 120]
    rgb = decode_color(message(encoding, 4, 2, grey * 8))
    assert rgb.shape == (2, 4, 3) and len(np.unique(rgb)) == 1


def test_nv12_and_16bit_colour():
    stored = STORED["nv12"]
    padded = np.pad(stored, ((0, 0), (0, 5)), constant_values=9)
    assert is_the_picture(decode_color(message("nv12", 12, 4, padded.tobytes(), step=17)))
    counted = message("nv12", 12, 4, stored.tobytes(), step=18)  # bytes of a pixel in the step
    assert is_the_picture(decode_color(counted))
    big = message("rgb16", 12, 4, STORED["rgb16"].astype(">u2").tobytes(), big=1)
    assert is_the_picture(decode_color(big))
    twelve_bits = np.array([[0, 1600, 4095]], "<u2")
    rgb = decode_color(message("mono16", 3, 1, twelve_bits.tobytes()))
    assert rgb[0, :, 0].tolist() == [0, 100, 255]
    with pytest.raises(ImageError, match="even sides, found 3x2"):
        decode_color(message("nv12", 3, 2, [0] * 9, step=3))
