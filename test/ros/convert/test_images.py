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
        (message("rgb16", 1, 1, [0] * 6), "'rgb16' is not supported, expected one of rgb8"),
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
        (np.array([[1000, 2500, 65535]], np.uint16), "16UC1", decode_depth),
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


def test_bayer_needs_cv_bridge_and_names_or_uses_it():
    image = message("bayer_rggb8", 4, 4, [200, 10, 200, 10, 10, 5, 10, 5] * 2)
    try:
        import cv_bridge  # noqa: F401
    except ImportError:
        with pytest.raises(ImageError, match=r"bayer_rggb8.*cv_bridge"):
            decode_color(image)
    else:
        rgb = decode_color(image)
        assert rgb.shape == (4, 4, 3)
        assert rgb[1, 1, 0] > rgb[1, 1, 2], "the red sites are bright"
