# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Short texts on dark plates in pictures, placed so that none covers another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .lettering import text_size, write
from .palette import PLATE_COLOR, Color

#: Smallest height of letters that can be read, pixels; height at 720 rows.
LEAST_LETTERS, _LETTERS = 12, 15
#: Margin of a plate beside its text, pixels.
_MARGIN = 2
#: Places that are tried for a tag, in its own widths and heights from where it is wanted.
_PLACES = (
    (0.0, 0.0), (0.0, -1.0), (0.0, 1.0), (0.0, -2.0), (0.0, 2.0), (-0.6, -1.0), (0.6, -1.0),
    (-0.6, 1.0), (0.6, 1.0), (-1.05, 0.0), (1.05, 0.0), (0.0, -3.0), (0.0, 3.0),
)  # fmt: skip

#: First column and row, last ones exclusive, pixels.
Plate = tuple[int, int, int, int]


@dataclass(frozen=True)
class Tag:
    """A text that belongs to a place.

    Args:
        text: nothing is drawn of an empty one.
        middle: where it is wanted, column and row, pixels.
        color: of the letters.
    """

    text: str
    middle: tuple[float, float]
    color: Color


def scale_of(picture: NDArray[np.uint8]) -> float:
    """Size of lines and letters in a picture, 1 at 720 rows."""
    return max(float(picture.shape[0]) / 720.0, 0.5)


def draw_tags(picture: NDArray[np.uint8], tags: Iterable[Tag]) -> None:
    """Write tags into a picture, inside it, each where it is wanted or near by.

    Args:
        picture: shape ``(H, W, 3)``, uint8; changed.
        tags: the most important first: the others make way.
    """
    letters = max(LEAST_LETTERS, round(_LETTERS * scale_of(picture)))
    taken: list[Plate] = []
    for tag in tags:
        if tag.text:
            x0, y0, x1, y1 = plate = _free(tag, letters, picture.shape, taken)
            taken.append(plate)
            picture[y0:y1, x0:x1] = PLATE_COLOR
            write(picture, tag.text, (x0 + _MARGIN, y0), letters, tag.color)


def _free(tag: Tag, letters: int, shape: tuple[int, ...], taken: Sequence[Plate]) -> Plate:
    """A plate that covers no other; the wanted one where there is none."""
    width, height = text_size(tag.text, letters)
    width += 2 * _MARGIN
    plates = [
        _plate(tag.middle[0] + dx * width, tag.middle[1] + dy * height, width, height, shape)
        for dx, dy in _PLACES
    ]
    free = (plate for plate in plates if not any(_overlap(plate, other) for other in taken))
    return next(free, plates[0])


def _plate(x: float, y: float, width: int, height: int, shape: tuple[int, ...]) -> Plate:
    """The plate of a size about a point, moved into the picture."""
    left = int(np.clip(x - width / 2, 0, max(0, shape[1] - width)))
    top = int(np.clip(y - height / 2, 0, max(0, shape[0] - height)))
    return left, top, left + width, top + height


def _overlap(a: Plate, b: Plate) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
