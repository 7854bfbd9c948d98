# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Letters of the page's pictures, as large as the browser shows them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from smolrgpt_ros.page.pictures import WIDEST, Display, live_picture
from smolrgpt_ros.rendering.lettering import text_size
from smolrgpt_ros.rendering.tags import LEAST_LETTERS
from smolrgpt_ros.scene.region import Region


@pytest.mark.parametrize(
    ("columns", "display", "letters"),
    [
        (640, Display.NARROW, 21),  # shown at 360: 12 / 360 * 640 = 21.3
        (960, Display.WIDE, 19),  # shown at 600: 19.2
        (1280, Display.NARROW, 43),  # 42.7
        (320, Display.NARROW, LEAST_LETTERS),  # enlarged by the browser
    ],
)
def test_letters_are_readable_at_the_displayed_width(
    columns: int, display: Display, letters: int
) -> None:
    assert display.letters(columns) == letters


def test_a_width_has_the_display_that_can_be_read_there() -> None:
    assert [Display.of(w) for w in (320.0, 599.0, 600.0, 1900.0)] == [
        Display.NARROW, Display.NARROW, Display.WIDE, Display.WIDE,
    ]  # fmt: skip


@pytest.mark.parametrize("display", Display)
def test_a_name_in_the_picture_has_that_size(display: Display) -> None:
    """A picture of 2560 columns is sent with 1280: the plate of a name is half as high there."""
    mask = np.zeros((1440, 2560), bool)
    mask[600:640, 1200:1300] = True
    grey = np.full((1440, 2560, 3), 200, np.uint8)
    data = live_picture(grey, (Region(3, "pallet", mask),), display=display)
    sent = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert sent is not None and sent.shape == (720, WIDEST)
    dark = np.nonzero((sent < 60).any(axis=1))[0]
    height = text_size("pallet 3", display.letters(2560))[1] / 2
    assert np.ptp(dark) + 1 == pytest.approx(height, abs=3)
