# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Short texts on dark plates in pictures: none covers another, none leaves the picture."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .lettering import shortened, text_size, write
from .palette import PLATE_COLOR, Color
from .placement import Area, Placement

#: Smallest height of letters that can be read, pixels; height at 720 rows.
LEAST_LETTERS, _LETTERS = 12, 15
#: Margin of a plate beside its text, pixels.
_MARGIN = 2
#: Longest way of a tag from where it is wanted, in diagonals of the picture.
_REACH = 0.5


@dataclass(frozen=True)
class Tag:
    """A text that belongs to a place.

    Args:
        text: nothing is drawn of an empty one.
        middle: where it is wanted, column and row, pixels.
        color: of the letters.
        rise: how far over that place it is wanted, in heights of a plate.
    """

    text: str
    middle: tuple[float, float]
    color: Color
    rise: int = 0


@dataclass(frozen=True)
class _Plate:
    """A tag in its place: first column and row, last ones exclusive, pixels."""

    tag: Tag
    text: str
    left: int
    top: int
    right: int
    bottom: int

    @property
    def nearest(self) -> tuple[int, int]:
        """Its point that is nearest to where the tag is wanted."""
        x, y = self.tag.middle
        column = min(max(round(x), self.left), self.right - 1)
        return column, min(max(round(y), self.top), self.bottom - 1)


def scale_of(picture: NDArray[np.uint8]) -> float:
    """Size of lines and letters in a picture, 1 at 720 rows."""
    return max(float(picture.shape[0]) / 720.0, 0.5)


def draw_tags(picture: NDArray[np.uint8], tags: Iterable[Tag], letters: int | None = None) -> None:
    """Write tags into a picture, each where it is wanted or near by; a line leads to one that had
    to go farther.

    Args:
        picture: shape ``(H, W, 3)``, uint8; changed.
        tags: the most important first: the others make way. One that finds no place is left out.
        letters: their height, pixels; ``None``: by the picture's height.
    """
    if letters is None:
        letters = max(LEAST_LETTERS, round(_LETTERS * scale_of(picture)))
    plates = _plates(tags, letters, picture.shape)
    for plate in plates:
        x, y = plate.tag.middle
        column, row = plate.nearest
        if math.hypot(column - x, row - y) > letters + plate.tag.rise * (plate.bottom - plate.top):
            start = round(x), round(y)
            cv2.line(picture, start, (column, row), plate.tag.color, 1, cv2.LINE_AA)
    for plate in plates:
        picture[plate.top : plate.bottom, plate.left : plate.right] = PLATE_COLOR
        corner = plate.left + _MARGIN, plate.top
        write(picture, plate.text, corner, letters, plate.tag.color)


def _plates(tags: Iterable[Tag], letters: int, shape: tuple[int, ...]) -> list[_Plate]:
    """The tags that find a place."""
    rows, columns = shape[:2]
    placement = Placement(Area(0, 0, columns, rows))
    plates = []
    for tag in tags:
        text = shortened(tag.text, letters, columns - 2 * _MARGIN)
        if not text:
            continue
        width, height = text_size(text, letters)
        width += 2 * _MARGIN
        x, y = tag.middle
        wanted = Area.around(x, y - tag.rise * height, width, height)
        if found := placement.place(wanted, _REACH * math.hypot(rows, columns)):
            left, top = math.floor(found.left), math.floor(found.top)
            plates.append(_Plate(tag, text, left, top, left + width, top + height))
    return plates
