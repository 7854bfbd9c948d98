# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""RVL depth: a word by hand, and images of an encoder written after the paper."""

import struct

import numpy as np
import pytest

from smolrgpt_ros.ros.convert.images import ImageError
from smolrgpt_ros.ros.convert.rvl import decode_rvl


def encode_rvl(image):
    """The paper's encoder, one number after the other."""
    nibbles = []

    def put(value):
        while True:
            group, value = value & 7, value >> 3
            nibbles.append(group | (8 if value else 0))
            if not value:
                return

    values, at, previous = image.ravel().tolist(), 0, 0
    while at < len(values):
        end = at
        while end < len(values) and values[end] == 0:
            end += 1
        put(end - at)
        at = end
        while end < len(values) and values[end] != 0:
            end += 1
        put(end - at)
        for value in values[at:end]:
            delta = value - previous
            put(delta << 1 if delta >= 0 else (-delta << 1) - 1)
            previous = value
        at = end
    nibbles += [0] * (-len(nibbles) % 8)
    words = [
        int("".join(f"{n:x}" for n in nibbles[i : i + 8]), 16) for i in range(0, len(nibbles), 8)
    ]
    height, width = image.shape
    return struct.pack("<ii", width, height) + struct.pack(f"<{len(words)}I", *words)


def test_a_word_by_hand():
    # 1 zero, 2 values, +5 (zigzag 10 = groups 2 and 1: nibbles a 1), -2 (zigzag 3): 0 5 3.
    data = struct.pack("<ii", 3, 1) + struct.pack("<I", 0x12A1_3000)
    assert decode_rvl(data).tolist() == [[0, 5, 3]]


def test_images_with_holes_and_steps_come_back():
    rng = np.random.default_rng(3)
    image = rng.integers(0, 65536, (37, 53), np.uint16)
    image[rng.random(image.shape) < 0.4] = 0
    image[:, 5:9] = 65535
    np.testing.assert_array_equal(decode_rvl(encode_rvl(image)), image)
    empty = np.zeros((4, 6), np.uint16)
    np.testing.assert_array_equal(decode_rvl(encode_rvl(empty)), empty)


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"1234", "4 bytes are no RVL"),
        (struct.pack("<ii", -1, 5), "RVL image of -1x5"),
        (struct.pack("<ii", 60000, 60000), "60000x60000"),
        (struct.pack("<ii", 3, 2), "after 0 of 6 pixels"),
        (struct.pack("<iiI", 3, 2, 0xFFFFFFFF), "after 0 of 6"),
        (struct.pack("<ii3I", 3, 2, 0xFFFFFFFF, 0xFFFFFFFF, 0), "more than 32 bits"),
        (struct.pack("<iiI", 3, 2, 0x07000000), "do not fit 6 pixels"),
        (encode_rvl(np.full((20, 20), 700, np.uint16))[:-40], r"do not fit|after"),
    ],
)
def test_damaged_codes_are_refused(data, match):
    with pytest.raises(ImageError, match=match):
        decode_rvl(data)
