"""The markers of an answer: what was measured between the regions, what was said above them."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from geometry_msgs.msg import Point
from visualization_msgs.msg import Marker

from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.rendering.answer_drawing import measured_color
from smolrgpt_ros.rendering.drawing import SAID_COLOR, Color
from smolrgpt_ros.rendering.highlight_roles import Roles, roles_of

from ..convert.answer_values import (
    agreement_of,
    chosen_id,
    kind_of,
    measured_text,
    measured_value,
    text_with_ids,
)
from .marker_shapes import above, arrow, box, letter_height, middle, segment, text

#: Where the words stand when depth could place no region of the answer: before the camera, metres.
_NOWHERE = Point(z=2.0)
_COLUMNS = 60
#: Heights in letters: of a region's own word over it, above the two lines of its name; of a line.
_WORD, _LINE = 3.9, 1.6


def answer_roles(answer: Any, labels: Mapping[int, str]) -> Roles:
    """The roles of the regions a ``SpatialAnswer`` speaks about; ``labels`` by region id."""
    kind = kind_of(answer)
    said = chosen_id(answer) if kind is Kind.CHOICE else None
    asked = {i: labels.get(i, "") for i in answer.prompt_region_ids}
    return roles_of(kind, asked, list(answer.measured.region_ids), said)


def answer_markers(answer: Any, regions: Mapping[int, Any], roles: Roles) -> list[Marker]:
    """The markers of an answer.

    Args:
        answer: ``SpatialAnswer``.
        regions: ``Region`` by id, those of the answer that depth could place.
        roles: of these regions, see :func:`answer_roles`.

    Returns:
        in the namespaces ``answer_line``, ``answer_label``, ``answer_box`` and ``answer_text``.
    """
    color = measured_color(agreement_of(answer))
    marks = []
    if answer.measured.has_value:
        draw = _MARKS.get(kind_of(answer))
        marks = draw(answer, regions, roles, color) if draw is not None else []
    return marks + _words(answer, regions, roles, color)


def _distance(answer: Any, regions: Mapping[int, Any], roles: Roles, color: Color) -> list[Marker]:
    ends = [regions[i].position for i in roles.answer if i in regions]
    if len(roles.answer) == 1 and ends:
        ends.insert(0, Point())  # from the camera
    if len(ends) != 2:
        return []
    length = f"{answer.measured.normalized} m"
    return [
        segment(answer.header, "answer_line", 0, ends, color),
        text(answer.header, "answer_label", 0, length, color, middle(ends)),
    ]


def _left_right(
    answer: Any, regions: Mapping[int, Any], roles: Roles, color: Color
) -> list[Marker]:
    pair = [regions[i] for i in roles.answer if i in regions]
    if len(pair) != 2:
        return []
    left, right = pair if measured_value(answer) == "left" else pair[::-1]
    ends = [left.position, right.position]
    return [
        arrow(answer.header, "answer_line", 0, ends, color),
        text(answer.header, "answer_label", left.id, "left", color, above(left, _WORD)),
        text(answer.header, "answer_label", right.id, "right", color, above(right, _WORD)),
    ]


def _count(answer: Any, regions: Mapping[int, Any], roles: Roles, color: Color) -> list[Marker]:
    marks = []
    for number, identity in enumerate(roles.answer, 1):
        if identity in regions:
            region = regions[identity]
            marks.append(box(answer.header, "answer_box", region, color, 0.95, 0.06))
            spot = above(region, _WORD)
            words = f"no. {number}"
            marks.append(text(answer.header, "answer_label", identity, words, color, spot))
    return marks


def _choice(answer: Any, regions: Mapping[int, Any], roles: Roles, color: Color) -> list[Marker]:
    marks = []
    picked = [(i, "chosen", color) for i in roles.answer]
    picked += [(i, "model's choice", SAID_COLOR) for i in roles.said]
    for identity, words, paint in picked:
        if identity in regions:
            region = regions[identity]
            marks.append(box(answer.header, "answer_box", region, paint, 0.95, 0.08))
            spot = above(region, _WORD)
            marks.append(text(answer.header, "answer_label", identity, words, paint, spot))
    return marks


_MARKS = {
    Kind.DISTANCE: _distance,
    Kind.LEFT_RIGHT: _left_right,
    Kind.COUNT: _count,
    Kind.CHOICE: _choice,
}


def _words(answer: Any, regions: Mapping[int, Any], roles: Roles, color: Color) -> list[Marker]:
    """Question, sentence and measured value, one below the other, under the regions."""
    measured = measured_text(answer)
    told = f"measured: {measured}" if measured else f"not measured: {answer.measured.reason}"
    lines = [
        (answer.question, SAID_COLOR),
        (f"model: {text_with_ids(answer) or '(nothing)'}", SAID_COLOR),
        (told, color),
    ]
    shown = [regions[i] for i in (*roles.answer, *roles.said, *roles.asked) if i in regions]
    where = middle([region.position for region in shown]) if shown else _NOWHERE
    top = _below(shown, where)
    marks: list[Marker] = []
    for identity, (words, paint) in enumerate(lines):
        wrapped = textwrap.wrap(words, _COLUMNS) or [""]
        height = len(wrapped) * _LINE * letter_height(where)
        spot = Point(x=where.x, y=top + height / 2, z=where.z)
        marks.append(text(answer.header, "answer_text", identity, "\n".join(wrapped), paint, spot))
        top += height
    return marks


def _below(regions: Sequence[Any], where: Point) -> float:
    """The y at the depth of a point that is seen right below all of some regions.

    Below, down being y, is the floor before them; above stand their names and what else is in view.
    """
    seen = [r for r in regions if r.position.z > 0.0]
    slopes = [(r.position.y + r.size.y / 2) / r.position.z for r in seen]
    return max(slopes, default=0.0) * where.z + letter_height(where)
