# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Run-length masks: what goes in comes out, damage is refused before the library reads it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smolrgpt_ros.scene.masks import BoxedMask, box_of, decode_rle, encode_rle, overlap

MASK = np.array([[0, 1, 1], [0, 1, 0]], bool)  # columns: 00, 11, 10 -> runs 2 3 1


def test_a_small_mask_has_the_run_lengths_of_coco() -> None:
    assert encode_rle(MASK) == {"size": [2, 3], "counts": "231"}
    assert np.array_equal(decode_rle({"size": [2, 3], "counts": "231"}), MASK)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 9), st.integers(1, 70), st.randoms(use_true_random=False))
def test_a_mask_survives_its_encoding(height: int, width: int, random) -> None:
    mask = np.array([[random.random() < 0.3 for _ in range(width)] for _ in range(height)])
    assert np.array_equal(decode_rle(encode_rle(mask)), mask)


@pytest.mark.parametrize(
    "rle",
    [
        {},
        {"size": [2, 3]},
        {"size": [2], "counts": "231"},
        {"size": [0, 3], "counts": "231"},
        {"size": [2, 4], "counts": "231"},
        {"size": [2, 3], "counts": "23"},
        {"size": [2, 3], "counts": "2\x7f1"},
        {"size": [2, 3], "counts": "23Q"},
        {"size": [2, 3], "counts": "4O3"},  # 4, -1, 3
        {"size": [2, 3], "counts": [2, 3, 2]},
        {"size": [2, 3], "counts": [7, -1]},
        {"size": [2, 3], "counts": [2, 3.5, 0.5]},
        {"size": [2, 3], "counts": [True, 5]},
    ],
)
def test_damaged_encodings_are_refused(rle: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        decode_rle(rle)


class CountingBytes(bytes):
    """Bytes that count how often one of them is read, up to a number of times."""

    reads, most = 0, 2**20

    def __getitem__(self, index):
        self.reads += 1
        assert self.reads <= self.most, "read on and on"
        return super().__getitem__(index)


@pytest.mark.parametrize(
    "counts",
    [
        b"o" * 2**20,  # one number of 2^20 digits
        b"P" * 2**20,  # the same with bits of zero
        b"ooooooooo0" * 2**16,
        b"0" * 2**24,  # empty runs, more than there are pixels
        b"PPT:" * 2**18,  # runs of 10 * 2^15 pixels and more: the first is beyond the image
    ],
)
def test_a_huge_encoding_is_refused_after_a_few_characters(counts: bytes) -> None:
    data = CountingBytes(counts)
    data.most = 40
    with pytest.raises(ValueError, match="480x640"):
        decode_rle({"size": [480, 640], "counts": data})


def test_reading_costs_each_character_the_same() -> None:
    """Of the worst mask that there is, every run of one pixel."""
    mask = (np.add.outer(np.arange(201), np.arange(301)) % 2).astype(bool)
    counts = str(encode_rle(mask)["counts"]).encode()
    data = CountingBytes(counts)
    assert np.array_equal(decode_rle({"size": [201, 301], "counts": data}), mask)
    assert len(counts) <= data.reads <= 2 * len(counts)


def test_box_and_centroid() -> None:
    assert box_of(MASK) == (1, 0, 3, 2)
    assert BoxedMask.of(MASK).centroid == pytest.approx((4 / 3, 1 / 3))
    assert box_of(np.zeros((2, 3), bool)) is None
    assert BoxedMask.of(np.zeros((2, 3), bool)).centroid is None


def test_a_boxed_mask_keeps_its_pixels_and_no_others() -> None:
    mask = np.zeros((90, 200), bool)
    mask[10:13, 60:65] = True
    mask[11, 62] = False
    boxed = BoxedMask.of(mask)
    assert boxed.box == (60, 10, 65, 13) and boxed.area == 14
    assert boxed.patch.nbytes == 15 and boxed.patch.base is None
    assert np.array_equal(boxed.whole(), mask)
    empty = BoxedMask.of(np.zeros((90, 200), bool))
    assert (empty.box, empty.area, empty.patch.nbytes) == (None, 0, 0)
    assert empty.whole().shape == (90, 200) and not empty.whole().any()


def test_pixels_of_a_boxed_mask_are_those_of_the_whole_one() -> None:
    random = np.random.default_rng(6)
    for _ in range(100):
        masks = random.random((2, 7, 9)) < random.choice([0.0, 0.05, 0.5])
        one, other = map(BoxedMask.of, masks)
        assert one.shared(other) == np.count_nonzero(masks[0] & masks[1])
        rows, columns = np.mgrid[-3:10, -3:12]
        around = np.pad(masks[0], 3)
        assert np.array_equal(one.holds(rows, columns), around)


def test_overlap_by_hand() -> None:
    one, other = np.zeros((5, 9), bool), np.zeros((5, 9), bool)
    one[1:4, 1:5], other[2:5, 3:8] = True, True
    # 12 and 15 pixels, of which 2 x 2 are shared.
    assert overlap(one, other) == overlap(other, one) == pytest.approx(4 / 23)
    assert overlap(one, one) == 1.0
    assert overlap(one, np.zeros((5, 9), bool)) == 0.0
    other[:, :5] = False
    assert overlap(one, other) == 0.0


def test_encoding_is_the_librarys_own_for_masks_of_every_kind():
    from pycocotools import mask as coco

    random = np.random.default_rng(5)
    for _ in range(300):
        size = random.integers(1, 9, 2)
        mask = random.random(size) < random.choice([0.0, 0.1, 0.5, 0.9, 1.0])
        expected = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
        assert encode_rle(mask) == {
            "size": list(mask.shape),
            "counts": expected["counts"].decode("ascii"),
        }
