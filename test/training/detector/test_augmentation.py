# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What is changed at random in a picture with heights."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from smolrgpt_ros.training.detector.augmentation import (
    WITHOUT_HEIGHTS,
    change_picture,
    recoloured,
)


def test_gains_change_hue_saturation_and_value() -> None:
    hsv = np.array([[[20, 100, 60], [178, 200, 230]]], np.uint8)
    bgr = cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR).astype(np.uint8)
    same = recoloured(bgr, np.array([1.0, 1.0, 1.0]))
    assert np.abs(same.astype(int) - bgr).max() <= 1
    changed = cv2.cvtColor(recoloured(bgr, np.array([1 + 10 / 180, 0.5, 1.2])), cv2.COLOR_BGR2HSV)
    # The hue goes around at 180, the value ends at 255.
    expected = np.array([[[30, 50, 72], [8, 100, 255]]])
    assert np.abs(changed.astype(int) - expected).max() <= 2


def test_colours_change_and_some_pictures_lose_their_heights() -> None:
    np.random.seed(3)
    picture = np.random.default_rng(0).integers(60, 200, (4, 6, 4)).astype(np.uint8)
    lost = 0
    for _ in range(400):
        labels = change_picture({"img": picture.copy(), "cls": [1]})
        changed = labels["img"]
        assert labels["cls"] == [1] and changed.dtype == np.uint8
        assert not np.array_equal(changed[..., :3], picture[..., :3])
        if changed[..., 3].any():
            np.testing.assert_array_equal(changed[..., 3], picture[..., 3])
        else:
            lost += 1
    assert lost / 400 == pytest.approx(WITHOUT_HEIGHTS, abs=0.05)
