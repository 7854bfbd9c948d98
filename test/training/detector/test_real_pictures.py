# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Real pictures are split by the place they were taken at, and keep their masks when composed."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from smolrgpt_ros.training.detector.real_pictures import (
    compose_frame,
    masks_of,
    read_real_pictures,
    split_by_place,
)


def test_the_last_place_is_held_out(pallet_folder: Path) -> None:
    pictures = read_real_pictures(pallet_folder)
    assert [p.place for p in pictures] == ["courtyard", "office", "kitchen"]
    training, held_out = split_by_place(pictures)
    assert [p.place for p in training] == ["courtyard", "office"]
    assert [p.place for p in held_out] == ["kitchen"]


def test_masks_are_where_the_polygons_are(pallet_folder: Path) -> None:
    (mask,) = masks_of(read_real_pictures(pallet_folder)[0], 20, 40)
    rows, columns = np.nonzero(mask)
    assert (rows.min(), rows.max()) == (5, 15) and (columns.min(), columns.max()) == (10, 30)


def test_composed_pallets_keep_their_pixels(pallet_folder: Path) -> None:
    pictures = read_real_pictures(pallet_folder)
    seen = 0
    for seed in range(12):
        rgb, objects = compose_frame(pictures, 192, 108, np.random.default_rng(seed))
        assert rgb.shape == (108, 192, 3)
        for label, mask in objects:
            assert label == "pallet"
            inside = cv2.erode(mask.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
            if inside.any():  # white, at the least gain
                seen += 1
                assert np.mean(rgb[inside] > 150) > 0.97
        everything = np.any([mask for _, mask in objects], axis=0) if objects else False
        bare = cv2.dilate(np.uint8(everything) * np.ones((108, 192), np.uint8), np.ones((9, 9)))
        assert np.mean(rgb[bare == 0] < 80) > 0.97
    assert seen > 20


def test_a_folder_without_pictures_or_times_is_refused(tmp_path: Path, pallet_folder: Path) -> None:
    with pytest.raises(FileNotFoundError, match="--real"):
        read_real_pictures(tmp_path)
    odd = pallet_folder / "images" / "train_20201018134000_1.jpg"
    odd.write_bytes(b"")
    with pytest.raises(ValueError, match="20221018133827 or later"):
        read_real_pictures(pallet_folder)
