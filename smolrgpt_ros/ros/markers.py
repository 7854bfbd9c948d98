"""Regions and the last answer as RViz markers, built from the messages published anyway."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from geometry_msgs.msg import Point, Vector3
from std_msgs.msg import ColorRGBA
from visualization_msgs.msg import Marker, MarkerArray

from ..reasoning.drawing import (
    DISAGREE_COLOR,
    LABEL_COLORS,
    MEASURED_COLOR,
    OTHER_COLOR,
    SAID_COLOR,
    Color,
)
from .stamps import duration_of

_CORNERS = [(x, y, z) for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)]
#: Pairs of corners that differ in one coordinate: the edges of a box.
_EDGES = [
    (a, b)
    for i, a in enumerate(_CORNERS)
    for b in _CORNERS[i + 1 :]
    if sum(p != q for p, q in zip(a, b, strict=True)) == 1
]


def markers_of(
    array: Any, answer: Any | None, answer_regions: Sequence[Any], lifetime_s: float
) -> MarkerArray:
    """All markers of one moment; the first one deletes what was shown before.

    Args:
        array: ``RegionArray`` of the frame.
        answer: the last ``SpatialAnswer``, ``None`` where there is none to show.
        answer_regions: ``Region`` messages the answer speaks about.
        lifetime_s: after which RViz removes them when no newer ones come.
    """
    clear = Marker(header=array.header, action=Marker.DELETEALL)
    named: set[int] = set()
    if answer is not None:
        named = set(answer.region_ids) | set(answer.measured.region_ids)
    shown = [clear]
    for region in array.regions:
        if _known(region):
            shown += _region(array.header, region, faint=bool(named) and region.id not in named)
    if answer is not None:
        shown += _answer(answer, [r for r in answer_regions if _known(r)])
    for marker in shown[1:]:
        marker.lifetime = duration_of(lifetime_s)
    return MarkerArray(markers=shown)


def _region(header: Any, region: Any, faint: bool) -> list[Marker]:
    color = _color(region)
    box = _marker(header, "regions", region.id, Marker.LINE_LIST, color, 0.25 if faint else 0.9)
    box.pose.position = region.position
    box.scale.x = 0.03
    size = region.size
    for a, b in _EDGES:
        for corner in (a, b):
            box.points.append(
                Point(x=corner[0] * size.x, y=corner[1] * size.y, z=corner[2] * size.z)
            )
    p = region.position
    distance = math.sqrt(p.x**2 + p.y**2 + p.z**2)
    name = _text(header, "names", region.id, f"{region.label} {region.id}\n{distance:.2f} m", color)
    # Up is -y in an optical frame (REP-103).
    name.pose.position = Point(x=p.x, y=p.y - size.y / 2 - 0.25, z=p.z)
    name.color.a = 0.4 if faint else 1.0
    return [box, name]


def _answer(answer: Any, regions: Sequence[Any]) -> list[Marker]:
    header = answer.header
    chosen = set(answer.measured.region_ids) or set(answer.region_ids)
    shown = []
    for region in regions:
        if region.id in chosen:
            spot = _marker(header, "answer", region.id, Marker.SPHERE, _color(region), 0.6)
            spot.pose.position = region.position
            spot.scale = Vector3(x=0.35, y=0.35, z=0.35)
            shown.append(spot)
    disagrees = answer.agreement == answer.AGREEMENT_DISAGREE
    measured_color = DISAGREE_COLOR if disagrees else MEASURED_COLOR
    ends = [r.position for r in regions if r.id in chosen]
    if answer.kind in (answer.KIND_DISTANCE, answer.KIND_LEFT_RIGHT) and len(ends) == 2:
        line = _marker(header, "answer_line", 0, Marker.ARROW, measured_color, 0.9)
        line.points = ends
        line.scale = Vector3(x=0.05, y=0.12, z=0.0)
        shown.append(line)
    where = _middle(ends) if ends else Point(z=2.0)
    model = _text(header, "answer_text", 0, f"{answer.question}\n{answer.text}", SAID_COLOR)
    model.pose.position = Point(x=where.x, y=where.y - 1.1, z=where.z)
    shown.append(model)
    measured = answer.measured
    if measured.has_value:
        text = _text(
            header,
            "answer_text",
            1,
            f"measured: {_said(measured)}",
            measured_color,
        )
        text.pose.position = Point(x=where.x, y=where.y - 0.7, z=where.z)
        shown.append(text)
    return shown


def _marker(
    header: Any, namespace: str, identity: int, kind: int, color: Color, alpha: float
) -> Marker:
    marker = Marker(header=header, ns=namespace, id=identity, type=kind, action=Marker.ADD)
    marker.pose.orientation.w = 1.0
    marker.color = ColorRGBA(r=color[0] / 255, g=color[1] / 255, b=color[2] / 255, a=alpha)
    return marker


def _text(header: Any, namespace: str, identity: int, text: str, color: Color) -> Marker:
    marker = _marker(header, namespace, identity, Marker.TEXT_VIEW_FACING, color, 1.0)
    marker.text = text
    marker.scale.z = 0.22
    return marker


def _known(region: Any) -> bool:
    p, s = region.position, region.size
    return all(math.isfinite(v) for v in (p.x, p.y, p.z, s.x, s.y, s.z))


def _middle(points: Sequence[Point]) -> Point:
    n = len(points)
    return Point(
        x=sum(p.x for p in points) / n,
        y=sum(p.y for p in points) / n,
        z=sum(p.z for p in points) / n,
    )


def _said(measured: Any) -> str:
    return f"{measured.normalized} m" if measured.unit == "m" else measured.normalized


def _color(region: Any) -> Color:
    return LABEL_COLORS.get(region.label, OTHER_COLOR)
