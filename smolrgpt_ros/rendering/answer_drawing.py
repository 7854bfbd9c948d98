# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The annotated picture of an answer: its marks between the regions, its captions below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.region import Region

from .answer_view import AnswerView
from .drawing import box_of, draw_caption, draw_outline, names_of, paint_regions, upper_edge
from .marks import Form, Mark, marks_of
from .tags import Tag, draw_tags, scale_of

#: Column and row, pixels.
Spot = tuple[float, float]
#: Distance of a dimension line from its region, and half of the ticks at its ends, pixels at 720
#: rows.
_GAP, _TICK = 12, 6


def draw_answer(
    rgb: NDArray[np.uint8], regions: Sequence[Region], view: AnswerView
) -> NDArray[np.uint8]:
    """The picture with its regions, the answer in it and in a band below.

    Args:
        rgb: shape ``(H, W, 3)``, uint8.
        regions: all regions in view, masks of that size; those the question is about are drawn
            strongly, all others faintly.
        view: the answer.

    Returns:
        Shape ``(H + band, W, 3)``, uint8.
    """
    return draw_caption(draw_marks(rgb, regions, view), view.captions)


def draw_marks(
    rgb: NDArray[np.uint8],
    regions: Sequence[Region],
    view: AnswerView,
    *,
    letters: int | None = None,
    all_names: bool = False,
) -> NDArray[np.uint8]:
    """:func:`draw_answer` without its band: a picture of the same size.

    Args:
        letters: height of words, see :func:`.tags.draw_tags`.
        all_names: whether regions that the question is not about have their names, too.
    """
    picture = paint_regions(rgb, regions, view.roles.strong)
    visible = {region.id: region for region in regions if region.box is not None}
    words = [
        _draw(picture, mark, [visible[i] for i in mark.regions]) for mark in marks_of(view, visible)
    ]
    # Names first: words stand over them.
    tags = [*names_of(regions, view.roles.strong), *words]
    if all_names:
        tags += names_of(regions, visible.keys() - view.roles.strong)
    draw_tags(picture, tags, letters)
    return picture


def _draw(picture: NDArray[np.uint8], mark: Mark, regions: Sequence[Region]) -> Tag:
    """Draw a mark's lines; its text is returned, to be written over all lines."""
    spots = [_middle(region) for region in regions]
    first, last = spots[0], spots[-1]
    # Of a word at a region over its name.
    place, rise = upper_edge(regions[-1]), 1
    match mark.form:
        case Form.SEGMENT:
            # A single region's other end is the camera, which is not in its own picture.
            _line(picture, first, last, mark)
            if len(spots) > 1:
                place, rise = _between(first, last), 0
        case Form.VERTICAL:
            foot = (first[0], last[1])
            _line(picture, last, foot, mark, thin=True)
            place, rise = _dimension(picture, first, foot, mark), 0
        case Form.WIDTH:
            x0, y0, x1, y1 = box_of(regions[0])
            row = _beside(y1, picture.shape[0], scale_of(picture))
            place, rise = _dimension(picture, (x0, row), (x1 - 1, row), mark), 0
        case Form.HEIGHT:
            x0, y0, x1, y1 = box_of(regions[0])
            column = _beside(x1, picture.shape[1], scale_of(picture))
            place, rise = _dimension(picture, (column, y0), (column, y1 - 1), mark), 0
        case Form.ARROW:
            a, b, thickness = _pixel(first), _pixel(last), _thick(picture)
            cv2.arrowedLine(picture, a, b, mark.color, thickness, cv2.LINE_AA, tipLength=0.06)
        case Form.WORD:
            pass
        case Form.OUTLINE:
            draw_outline(picture, regions[-1], mark.color)
        case _:
            assert_never(mark.form)
    return Tag(mark.text, place, mark.color, rise)


def _line(picture: NDArray[np.uint8], a: Spot, b: Spot, mark: Mark, thin: bool = False) -> None:
    thickness = 1 if thin else _thick(picture)
    cv2.line(picture, _pixel(a), _pixel(b), mark.color, thickness, cv2.LINE_AA)


def _dimension(picture: NDArray[np.uint8], a: Spot, b: Spot, mark: Mark) -> Spot:
    """A dimension line along a row or a column with ticks at its ends; returns its middle."""
    tick = _TICK * scale_of(picture)
    across = (0.0, tick) if a[1] == b[1] else (tick, 0.0)
    _line(picture, a, b, mark)
    for x, y in (a, b):
        start, end = (x - across[0], y - across[1]), (x + across[0], y + across[1])
        _line(picture, start, end, mark)
    return _between(a, b)


def _beside(end: float, whole: int, scale: float) -> float:
    """Row or column of a dimension line beside the end of a region, within the picture."""
    return min(end + _GAP * scale, whole - 1 - _TICK * scale)


def _between(a: Spot, b: Spot) -> Spot:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2


def _middle(region: Region) -> Spot:
    rows, columns = np.nonzero(region.mask)
    return float(columns.mean()), float(rows.mean())


def _pixel(spot: Spot) -> tuple[int, int]:
    return round(spot[0]), round(spot[1])


def _thick(picture: NDArray[np.uint8]) -> int:
    return max(1, round(2.5 * scale_of(picture)))
