# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The page's pictures as JPEG files: objects in view, and an answer's marks."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.rendering.answer_drawing import draw_marks
from smolrgpt_ros.rendering.answer_view import AnswerView
from smolrgpt_ros.rendering.drawing import draw_regions
from smolrgpt_ros.rendering.tags import LEAST_LETTERS
from smolrgpt_ros.scene.pictures import jpeg_of
from smolrgpt_ros.scene.region import Region

#: Wider pictures are scaled down, pixels.
WIDEST = 1280


class Display(IntEnum):
    """Widths at which browsers display pictures, CSS pixels: letters are drawn for them."""

    NARROW = 360
    """A phone, and the column of answers."""
    WIDE = 600
    """The live picture on a monitor, and wider ones."""

    @classmethod
    def of(cls, width: float) -> Display:
        """The display whose letters can be read at a width."""
        return cls.WIDE if width >= cls.WIDE else cls.NARROW

    def letters(self, columns: int) -> int:
        """Height of letters in a picture of so many columns that can just be read here, pixels."""
        return max(round(LEAST_LETTERS * columns / self), LEAST_LETTERS)


def live_picture(
    rgb: NDArray[np.uint8],
    regions: Sequence[Region],
    view: AnswerView | None = None,
    display: Display = Display.NARROW,
) -> bytes:
    """A JPEG file of the regions in view with their names, and an answer's marks where its regions
    are among them.

    Args:
        rgb: shape (H, W, 3), uint8.
        regions: masks of that size.
        view: of the newest answer; ``None`` without one.
        display: that its letters are for.
    """
    letters = display.letters(rgb.shape[1])
    if view is None or not view.roles.strong <= {region.id for region in regions}:
        return page_jpeg(draw_regions(rgb, regions, letters=letters))
    return page_jpeg(draw_marks(rgb, regions, view, letters=letters, all_names=True))


def answer_picture(rgb: NDArray[np.uint8], regions: Sequence[Region], view: AnswerView) -> bytes:
    """A JPEG file of an answer's marks and of the regions that it is about.

    Args:
        rgb: shape (H, W, 3), uint8.
        regions: masks of that size.
        view: of the answer.
    """
    letters = Display.NARROW.letters(rgb.shape[1])
    return page_jpeg(draw_marks(rgb, regions, view, letters=letters))


def page_jpeg(rgb: NDArray[np.uint8]) -> bytes:
    """A picture of shape (H, W, 3), uint8, RGB, as a JPEG file, 1280 pixels wide at most.

    Raises:
        ValueError: if OpenCV cannot write it.
    """
    height, width = rgb.shape[:2]
    if width > WIDEST:
        size = (WIDEST, max(round(height * WIDEST / width), 1))
        rgb = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    return jpeg_of(rgb)
