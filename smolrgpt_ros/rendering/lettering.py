# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Text in pictures, with Pillow's own font."""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from .palette import Color

#: Characters of the font beside ASCII, and substitutes for others; the rest is a question mark.
_BEYOND_ASCII = "\N{PLUS-MINUS SIGN}\N{DEGREE SIGN}\N{MIDDLE DOT}\N{HORIZONTAL ELLIPSIS}" + (
    "\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}"
)
_SUBSTITUTES = str.maketrans(
    {
        "\N{SUPERSCRIPT TWO}": "2",
        "\N{SUPERSCRIPT THREE}": "3",
        "\N{MULTIPLICATION SIGN}": "x",
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
    }
)


@lru_cache(maxsize=2048)
def text_size(text: str, height: int) -> tuple[int, int]:
    """Width and height of a line of text, pixels.

    Args:
        height: of the font, pixels: from the top of a capital to the bottom of a descender, about.
    """
    font = _font(height)
    ascent, descent = font.getmetrics()
    return round(font.getlength(_drawable(text))), ascent + descent


def shortened(text: str, height: int, width: int) -> str:
    """A text of at most ``width`` pixels, with an ellipsis where its end had to go.

    Args:
        height: see :func:`text_size`.
    """
    if text_size(text, height)[0] <= width:
        return text
    ends = range(len(text) - 1, 0, -1)
    parts = (text[:end].rstrip() + "\N{HORIZONTAL ELLIPSIS}" for end in ends)
    return next((part for part in parts if text_size(part, height)[0] <= width), "")


def write(
    picture: NDArray[np.uint8],
    text: str,
    corner: tuple[int, int],
    height: int,
    color: Color,
    *,
    outline: Color | None = None,
) -> None:
    """Write a line of text into a picture; what lies outside of it is cut off.

    Args:
        picture: shape ``(H, W, 3)``, uint8; changed.
        corner: left end and top of the line, pixels (x, y).
        height: see :func:`text_size`.
        outline: colour of an edge of two pixels around the letters; ``None``: no edge.
    """
    edge = 2 if outline is not None else 0
    width, line = text_size(text, height)
    left, top = corner[0] - edge, corner[1] - edge
    x, y = max(left, 0), max(top, 0)
    patch = picture[y : max(top + line + 2 * edge, 0), x : max(left + width + 2 * edge, 0)]
    if not patch.size:
        return
    image = Image.fromarray(patch)
    ImageDraw.Draw(image).text(
        (corner[0] - x, corner[1] - y), _drawable(text), color, _font(height),
        stroke_width=edge, stroke_fill=outline,
    )  # fmt: skip
    patch[:] = np.asarray(image)


def _drawable(text: str) -> str:
    text = text.translate(_SUBSTITUTES)
    return "".join(c if " " <= c <= "~" or c in _BEYOND_ASCII else "?" for c in text)


@cache
def _font(height: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(height)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font
