# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Drawing on pictures: regions tinted, outlined and named, tags, a band of text."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.region import Region

from .lettering import text_size, write
from .palette import PLATE_COLOR, Color, label_color
from .tags import LEAST_LETTERS, Tag, draw_tags, scale_of


def draw_regions(
    rgb: NDArray[np.uint8],
    regions: Sequence[Region],
    highlighted: Collection[int] | None = None,
    *,
    letters: int | None = None,
) -> NDArray[np.uint8]:
    """A copy of a picture with tinted masks, outlines and names.

    Args:
        rgb: shape ``(H, W, 3)``, uint8.
        regions: masks of that size.
        highlighted: ids drawn strongly, the others faintly and without a name; ``None``: all.
        letters: height of the names, see :func:`.tags.draw_tags`.
    """
    picture = paint_regions(rgb, regions, highlighted)
    draw_tags(picture, names_of(regions, highlighted), letters)
    return picture


def paint_regions(
    rgb: NDArray[np.uint8], regions: Sequence[Region], highlighted: Collection[int] | None
) -> NDArray[np.uint8]:
    """:func:`draw_regions` without the names."""
    picture = rgb.copy()
    scale = scale_of(rgb)
    # Buffers first, so that what stands on them stays visible.
    for region in sorted((r for r in regions if r.box is not None), key=_area, reverse=True):
        strong = highlighted is None or region.id in highlighted
        color = label_color(region.label)
        weight = 0.3 if strong else 0.08
        x0, y0, x1, y1 = box_of(region)
        mask = _smooth(region.boxed.patch, scale)
        patch = picture[y0:y1, x0:x1]
        tint = np.full_like(patch, color)
        cv2.copyTo(cv2.addWeighted(patch, 1 - weight, tint, weight, 0), mask, patch)
        _trace(picture, mask, (x0, y0), color, (2 if strong else 1) * scale)
    return picture


def draw_outline(picture: NDArray[np.uint8], region: Region, color: Color) -> None:
    """Outline a region that is seen, so that it stands out from all that is drawn of regions.

    Args:
        picture: shape ``(H, W, 3)``, uint8; changed.
        color: of the line, which has dark edges.
    """
    scale = scale_of(picture)
    x0, y0, _, _ = box_of(region)
    mask = _smooth(region.boxed.patch, scale)
    for painted, width in ((PLATE_COLOR, 7.0), (color, 4.0)):
        _trace(picture, mask, (x0, y0), painted, width * scale)


def _trace(
    picture: NDArray[np.uint8],
    mask: NDArray[np.uint8],
    corner: tuple[int, int],
    color: Color,
    width: float,
) -> None:
    """Draw the outer edges of a mask whose first column and row are those of a corner."""
    edges, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE, offset=corner)
    cv2.drawContours(picture, edges, -1, color, max(1, round(width)), cv2.LINE_AA)


def names_of(
    regions: Sequence[Region], highlighted: Collection[int] | None = None
) -> tuple[Tag, ...]:
    """The names of regions on the upper edges of their boxes, the smallest first.

    Args:
        highlighted: see :func:`draw_regions`.
    """
    named = [
        region
        for region in regions
        if region.box is not None and (highlighted is None or region.id in highlighted)
    ]
    tags = []
    for region in sorted(named, key=_area):
        tags.append(Tag(region.name, upper_edge(region), label_color(region.label)))
    return tuple(tags)


def _smooth(mask: NDArray[np.bool_], scale: float) -> NDArray[np.uint8]:
    """A mask without the steps of the detector's coarser pixels, 0 or 1; a small one as it is."""
    spread = min(2.0 * scale, 0.06 * float(min(mask.shape)))
    plain = np.ascontiguousarray(mask).view(np.uint8)
    if spread < 0.5:
        return plain
    # Beyond its box a mask goes on as at the box's edge: it is not rounded where it is cut off.
    blurred = cv2.GaussianBlur(plain * 255, (0, 0), spread, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(blurred > 127, np.uint8)


def draw_caption(
    picture: NDArray[np.uint8], lines: Sequence[tuple[str, Color]]
) -> NDArray[np.uint8]:
    """The picture with a band of text below it; long lines are wrapped.

    Returns:
        Shape ``(H + band, W, 3)``, uint8.
    """
    letters = max(LEAST_LETTERS, round(20 * scale_of(picture)))
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
    """A text as lines of at most ``width`` pixels; only a longer word is parted.

    Args:
        letters: height of the font, see :func:`.lettering.text_size`.
    """
    lines: list[str] = []
    space, end = text_size(" ", letters)[0], 0
    for word in text.split():
        for part in _parts(word, letters, width):
            length = text_size(part, letters)[0]
            if lines and part == word and end + space + length <= width:
                lines[-1] += f" {part}"
                end += space + length
            else:
                lines.append(part)
                end = length
    return lines


def _parts(word: str, letters: int, width: int) -> list[str]:
    """A word in pieces of at most ``width`` pixels, of one character at least."""
    if text_size(word, letters)[0] <= width:
        return [word]
    parts = [word[:1]]
    for character in word[1:]:
        if text_size(parts[-1] + character, letters)[0] <= width:
            parts[-1] += character
        else:
            parts.append(character)
    return parts


def _area(region: Region) -> int:
    return region.boxed.area


def upper_edge(region: Region) -> tuple[float, float]:
    """The middle of the upper edge of the box of a region that is seen: column and row."""
    x0, y0, x1, _ = box_of(region)
    return (x0 + x1) / 2, y0


def box_of(region: Region) -> tuple[int, int, int, int]:
    """The box of a region that is seen: first and last column and row, as ``Region.box``."""
    assert region.box is not None
    return region.box
