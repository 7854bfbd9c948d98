# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Drawing on pictures: regions tinted, outlined and named, tags, and a band of text below."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.region import Region

from .lettering import text_size, write
from .palette import PLATE_COLOR, Color, label_color

_LEAST_LETTERS = 11


def draw_regions(
    rgb: NDArray[np.uint8], regions: Sequence[Region], highlighted: Collection[int] | None = None
) -> NDArray[np.uint8]:
    """A copy of a picture with tinted masks, outlines and names.

    Args:
        rgb: shape ``(H, W, 3)``, uint8.
        regions: masks of that size.
        highlighted: ids drawn strongly, the others faintly and without a name; ``None``: all.
    """
    picture = rgb.copy()
    scale = scale_of(rgb)
    # Buffers first, so that what stands on them stays visible.
    drawn = sorted((r for r in regions if r.box is not None), key=_area, reverse=True)
    for region in drawn:
        strong = highlighted is None or region.id in highlighted
        color = label_color(region.label)
        weight = 0.3 if strong else 0.08
        x0, y0, x1, y1 = box_of(region)
        mask = region.mask[y0:y1, x0:x1]
        patch = picture[y0:y1, x0:x1]
        tint = np.full_like(patch, color)
        cv2.copyTo(cv2.addWeighted(patch, 1 - weight, tint, weight, 0), _bytes(mask), patch)
        outline, _ = cv2.findContours(
            _bytes(mask), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE, offset=(x0, y0)
        )
        thickness = max(1, round((2 if strong else 1) * scale))
        cv2.drawContours(picture, outline, -1, color, thickness, cv2.LINE_AA)
    for region in drawn:
        if highlighted is None or region.id in highlighted:
            x0, y0, x1, y1 = box_of(region)
            name = f"{region.label} {region.id}".strip()
            draw_tag(picture, name, ((x0 + x1) / 2, (y0 + y1) / 2), label_color(region.label))
    return picture


def draw_caption(
    picture: NDArray[np.uint8], lines: Sequence[tuple[str, Color]]
) -> NDArray[np.uint8]:
    """The picture with a band of text below it; long lines are wrapped.

    Returns:
        Shape ``(H + band, W, 3)``, uint8.
    """
    letters = max(_LEAST_LETTERS, round(20 * scale_of(picture)))
    step = round(1.35 * letters)
    rows = [
        (row, color)
        for text, color in lines
        for row in wrapped(text, letters, picture.shape[1] - step)
    ]
    band = np.full((step * len(rows) + step // 2, picture.shape[1], 3), PLATE_COLOR, np.uint8)
    for i, (text, color) in enumerate(rows):
        write(band, text, (step // 2, step * i + step // 4), letters, color)
    return np.concatenate([picture, band])


def wrapped(text: str, letters: int, width: int) -> list[str]:
    """A text as lines of at most ``width`` pixels, as far as its words allow.

    Args:
        letters: height of the font, see :func:`.lettering.text_size`.
    """
    lines: list[str] = []
    space, end = text_size(" ", letters)[0], 0
    for word in text.split():
        length = text_size(word, letters)[0]
        if lines and end + space + length <= width:
            lines[-1] += f" {word}"
            end += space + length
        else:
            lines.append(word)
            end = length
    return lines


def draw_tag(
    picture: NDArray[np.uint8], text: str, middle: tuple[float, float], color: Color
) -> None:
    """Write a short text on a dark plate into a picture, kept inside it; nothing for no text.

    Args:
        picture: shape ``(H, W, 3)``, uint8; changed.
        middle: of the text, pixels (x, y).
    """
    if not text:
        return
    letters = max(_LEAST_LETTERS, round(15 * scale_of(picture)))
    width, height = text_size(text, letters)
    x = int(np.clip(middle[0] - width / 2, 2, max(2, picture.shape[1] - width - 2)))
    y = int(np.clip(middle[1] - height / 2, 0, max(0, picture.shape[0] - height)))
    picture[y : y + height, x - 2 : x + width + 2] = PLATE_COLOR
    write(picture, text, (x, y), letters, color)


def scale_of(picture: NDArray[np.uint8]) -> float:
    """Size of lines and letters in a picture, 1 at 720 rows."""
    return max(float(picture.shape[0]) / 720.0, 0.5)


def _area(region: Region) -> int:
    return int(np.count_nonzero(region.mask))


def box_of(region: Region) -> tuple[int, int, int, int]:
    """The box of a region that is seen: first and last column and row, as ``Region.box``."""
    assert region.box is not None
    return region.box


def _bytes(mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(mask).view(np.uint8)
