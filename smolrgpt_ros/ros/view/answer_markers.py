# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The markers of an answer: its marks between the regions, its captions below them."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import assert_never

import numpy as np
from geometry_msgs.msg import Point
from std_msgs.msg import Header
from visualization_msgs.msg import Marker

from smolrgpt_ros.msg import Region
from smolrgpt_ros.rendering.answer_view import AnswerView
from smolrgpt_ros.rendering.marks import Form, Mark, marks_of

from ..convert.poses import array_of, point_message
from .marker_shapes import (
    Corner,
    above,
    arrow,
    extent,
    letter_height,
    lines,
    middle,
    over_line,
    text,
)
from .word_places import LINE, WordPlaces, width_of

#: Where the words stand when depth could place no region of the answer: before the camera, metres.
_NOWHERE = Point(z=2.0)
_COLUMNS, _FEWEST_COLUMNS, _MOST_LINES = 60, 20, 3
#: Where the words stand between the camera and the regions: nearer than the floor below these.
_WORDS_AT = 0.6
#: Height of a region's own word over it, above the two lines of its name, and over the middle of
#: these, in letters.
_WORD, _OVER_NAME = 4.2, 2.5
#: Width of a letter on the average, in heights of one; share of the picture's width that is filled.
_LETTER, _FILLED = width_of("e"), 0.95
#: Half of the tick at the end of a dimension line, and its distance from the object, metres.
_TICK, _GAP = 0.1, 0.1


def answer_markers(
    view: AnswerView,
    header: Header,
    regions: Mapping[int, Region],
    outlines: Mapping[int, Sequence[Corner]],
    places: WordPlaces,
    names: Mapping[int, Marker],
    in_view: Sequence[Region],
) -> list[Marker]:
    """The markers of an answer.

    Args:
        view: the answer.
        header: of the image it is about; all is placed in its frame.
        regions: ``msg/Region`` by id, those of the answer that depth could place.
        outlines: corners of their shapes by id.
        places: of its words; those of the captions are taken first, then those of the marks.
        names: of regions by id.
        in_view: all regions, which the captions stand below.

    Returns:
        In the namespaces ``answer_line``, ``answer_label``, ``answer_box`` and ``answer_text``, and
        the names that stand below a mark's word.
    """
    markers = _captions(view, header, regions, places, in_view)
    for number, mark in enumerate(marks_of(view, regions)):
        drawn = [regions[i] for i in mark.regions]
        outline = outlines.get(mark.regions[-1], ())
        for marker in _drawn(mark, number, view, header, drawn, outline):
            if marker.type != Marker.TEXT_VIEW_FACING:
                markers.append(marker)
                continue
            about, name = drawn[-1], names.get(drawn[-1].id)
            block = [marker]
            if name is not None and mark.form in (Form.WORD, Form.OUTLINE):
                spot, letter = name.pose.position, name.scale.z
                marker.pose.position = Point(x=spot.x, y=spot.y - _OVER_NAME * letter, z=spot.z)
                block.append(name)
            markers += places.put(block, about.position) or places.put([marker], about.position)
    return markers


def _drawn(
    mark: Mark,
    number: int,
    view: AnswerView,
    header: Header,
    regions: Sequence[Region],
    outline: Sequence[Corner],
) -> list[Marker]:
    """The markers of a mark; ``number`` is its place among the answer's marks, ``outline`` that of
    its last region."""
    first, last, color = regions[0], regions[-1], mark.color
    word = text(header, "answer_label", last.id, mark.text, color, above(last, _WORD))
    words = [word] if mark.text else []
    match mark.form:
        case Form.SEGMENT:
            start = first.position if len(regions) > 1 else Point()  # from the camera
            return _segment(header, mark, number, [start, last.position])
        case Form.VERTICAL:
            spot, up = array_of(first.position), np.array(view.up)
            foot = point_message(spot - (spot - array_of(last.position)) @ up * up)
            return _segment(header, mark, number, [first.position, foot, foot, last.position])
        case Form.WIDTH | Form.HEIGHT:
            return _dimension(header, mark, number, view, last)
        case Form.ARROW:
            return [arrow(header, "answer_line", number, [first.position, last.position], color)]
        case Form.WORD:
            return words
        case Form.OUTLINE:
            return [extent(header, "answer_box", last, outline, color, 0.95, 0.08), *words]
        case _:
            assert_never(mark.form)


def _segment(header: Header, mark: Mark, number: int, points: Sequence[Point]) -> list[Marker]:
    """Lines between pairs of points, with the text, if there is one, over the first."""
    line = lines(header, "answer_line", number, points, mark.color)
    if not mark.text:
        return [line]
    where = over_line(points)
    return [line, text(header, "answer_label", number, mark.text, mark.color, where)]


def _dimension(
    header: Header, mark: Mark, number: int, view: AnswerView, region: Region
) -> list[Marker]:
    """A line of the measured length with ticks at its ends: upright beside the object, or level
    across the view in front of it."""
    assert isinstance(view.value, (int, float))
    up = np.array(view.up)
    level = np.cross((0.0, 0.0, 1.0) if abs(up[2]) < 0.99 else (0.0, 1.0, 0.0), up)
    level /= np.linalg.norm(level)
    center, size = array_of(region.position), region.size
    if mark.form is Form.HEIGHT:
        along, across, middle_of_line = up, level, center + (size.x / 2 + _GAP) * level
    else:
        ahead = np.cross(up, level)
        along, across, middle_of_line = level, up, center - (size.z / 2 + _GAP) * ahead
    ends = [middle_of_line + sign * view.value / 2 * along for sign in (-1, 1)]
    ticks = [end + sign * _TICK * across for end in ends for sign in (-1, 1)]
    return _segment(header, mark, number, [point_message(spot) for spot in (*ends, *ticks)])


def _captions(
    view: AnswerView,
    header: Header,
    regions: Mapping[int, Region],
    places: WordPlaces,
    in_view: Sequence[Region],
) -> list[Marker]:
    """Question, generated and measured answer, one below the other, under all regions and nearer
    than these."""
    roles = view.roles
    ids = (*roles.answer, *roles.model_choice, *roles.context)
    placed = [regions[i] for i in ids if i in regions]
    about = middle([region.position for region in placed]) if placed else _NOWHERE
    depths = [r.position.z for r in (*placed, *in_view) if r.position.z > 0.0]
    nearer = _WORDS_AT * min(depths, default=about.z) / about.z if about.z > 0.0 else _WORDS_AT
    where = point_message(nearer * array_of(about)) if placed else _NOWHERE
    letter, top = letter_height(where), _below([*placed, *in_view], where)
    columns = _columns(places.width, letter / max(float(where.z), letter))
    markers: list[Marker] = []
    for identity, (words, color) in enumerate(view.captions):
        wrapped = textwrap.wrap(words, columns, max_lines=_MOST_LINES, placeholder=" ...") or [""]
        height = len(wrapped) * LINE * letter
        spot = Point(x=where.x, y=top + height / 2, z=where.z)
        caption = text(header, "answer_text", identity, "\n".join(wrapped), color, spot)
        caption.scale.z, caption.scale.x = letter, 0.5 * letter
        markers.append(caption)
        top += height
    return places.put(markers, about)


def _columns(width: float, letter: float) -> int:
    """Letters of a line: as many as a picture has room for.

    Args:
        width: of the picture, slope.
        letter: height of one, slope.
    """
    return int(np.clip(_FILLED * width / (letter * _LETTER), _FEWEST_COLUMNS, _COLUMNS))


def _below(regions: Sequence[Region], where: Point) -> float:
    """The y at the depth of a point that is seen right below all of some regions.

    Below, down being y, is the floor before them; above stand their names and what else is in view.
    """
    seen = [r for r in regions if r.position.z > 0.0]
    slopes = [float((r.position.y + r.size.y / 2) / r.position.z) for r in seen]
    return max(slopes, default=0.0) * float(where.z) + letter_height(where)
