# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The shapes that markers are made of: outlined boxes, segments, arrows, text."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from typing import TypeAlias

from geometry_msgs.msg import Point, Vector3
from std_msgs.msg import ColorRGBA, Header
from visualization_msgs.msg import Marker

from smolrgpt_ros.msg import Region
from smolrgpt_ros.rendering.palette import Color

#: Width of lines between regions, metres.
_LINE_WIDTH_M = 0.06
_LEAST_LETTER_M = 0.02
#: Height of a letter for each metre from the camera, so that it has the same size in the image.
_LETTER_PER_METRE = 0.028

#: RViz draws bytes: it has no letters beyond ASCII for these.
_PLAIN = str.maketrans(
    {"\N{PLUS-MINUS SIGN}": "+-", "\N{SUPERSCRIPT TWO}": "^2", "\N{SUPERSCRIPT THREE}": "^3"}
)

#: A point of an outline: x, y, z, metres.
Corner: TypeAlias = tuple[float, float, float]

_CORNERS = [(x, y, z) for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)]
#: Pairs of corners that differ in one coordinate: the edges of a box.
_EDGES = [
    (a, b)
    for i, a in enumerate(_CORNERS)
    for b in _CORNERS[i + 1 :]
    if sum(p != q for p, q in zip(a, b, strict=True)) == 1
]
#: The same as numbers of corners; the sides of a rectangle.
_BOX_EDGES = [(_CORNERS.index(a), _CORNERS.index(b)) for a, b in _EDGES]
_SIDES = [(0, 1), (1, 2), (2, 3), (3, 0)]


def box(
    header: Header, namespace: str, region: Region, color: Color, alpha: float, width: float
) -> Marker:
    """The twelve edges of a region's extent, as lines of a width in metres, under its id."""
    marker = new_marker(header, namespace, region.id, Marker.LINE_LIST, color, alpha)
    marker.pose.position = region.position
    marker.scale.x = width
    size = region.size
    for edge in _EDGES:
        for x, y, z in edge:
            marker.points.append(Point(x=x * size.x, y=y * size.y, z=z * size.z))
    return marker


def extent(
    header: Header,
    namespace: str,
    region: Region,
    outline: Sequence[Corner],
    color: Color,
    alpha: float,
    width: float,
) -> Marker:
    """The shape of a region, given its corners (see ``RegionPose``): a rectangle on the floor or a
    box; without them the extent of what is seen."""
    if not outline:
        return box(header, namespace, region, color, alpha, width)
    marker = new_marker(header, namespace, region.id, Marker.LINE_LIST, color, alpha)
    marker.scale.x = width
    for edge in _SIDES if is_flat(outline) else _BOX_EDGES:
        marker.points += [Point(**dict(zip("xyz", outline[i], strict=True))) for i in edge]
    return marker


def box_corners() -> list[int]:
    """Numbers of those points of a box's marker that are its corners, in order."""
    ends = [corner for edge in _BOX_EDGES for corner in edge]
    return [ends.index(corner) for corner in range(len(_CORNERS))]


def is_flat(outline: Sequence[Corner]) -> bool:
    """Whether corners are those of a rectangle on the floor."""
    return len(outline) == len(_SIDES)


def lines(
    header: Header, namespace: str, identity: int, points: Sequence[Point], color: Color
) -> Marker:
    """A line between each two points."""
    marker = new_marker(header, namespace, identity, Marker.LINE_LIST, color, 0.95)
    marker.points = list(points)
    marker.scale.x = _LINE_WIDTH_M
    return marker


def arrow(
    header: Header, namespace: str, identity: int, ends: Sequence[Point], color: Color
) -> Marker:
    """An arrow from the first point to the second."""
    marker = new_marker(header, namespace, identity, Marker.ARROW, color, 0.95)
    marker.points = list(ends)
    marker.scale = Vector3(x=0.05, y=0.16, z=0.25)
    return marker


def text(
    header: Header, namespace: str, identity: int, words: str, color: Color, spot: Point
) -> Marker:
    """Text that faces the viewer, its middle at a point; see :func:`letter_height`."""
    marker = new_marker(header, namespace, identity, Marker.TEXT_VIEW_FACING, color, 1.0)
    marker.text = _ascii(words)
    marker.scale.z = letter_height(spot)
    marker.scale.x = 0.5 * marker.scale.z  # RViz: the width of a space
    marker.pose.position = spot
    return marker


def _ascii(words: str) -> str:
    """Words as RViz can draw them: accents left out, other letters as question marks."""
    parts = unicodedata.normalize("NFKD", words.translate(_PLAIN))
    plain = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return plain.encode("ascii", "replace").decode("ascii")


def new_marker(
    header: Header, namespace: str, identity: int, kind: int, color: Color, alpha: float
) -> Marker:
    """A marker of a type without its geometry; ``color`` in 0 to 255."""
    marker = Marker(header=header, ns=namespace, id=identity, type=kind, action=Marker.ADD)
    marker.pose.orientation.w = 1.0
    marker.color = ColorRGBA(r=color[0] / 255, g=color[1] / 255, b=color[2] / 255, a=alpha)
    return marker


def color_of(marker: Marker) -> Color:
    """The colour of a marker, 0 to 255."""
    c = marker.color
    return round(255 * c.r), round(255 * c.g), round(255 * c.b)


def has_position(region: Region) -> bool:
    """Whether position and size of a region are known."""
    p, s = region.position, region.size
    return all(math.isfinite(v) for v in (p.x, p.y, p.z, s.x, s.y, s.z))


def distance_of(region: Region) -> float:
    """Of a region's middle from the camera, metres."""
    p = region.position
    return math.hypot(p.x, p.y, p.z)


def letter_height(spot: Point) -> float:
    """Height of a capital letter at a point of the camera's frame, metres."""
    return max(_LEAST_LETTER_M, _LETTER_PER_METRE * math.hypot(spot.x, spot.y, spot.z))


def above(region: Region, letters: float) -> Point:
    """A point over a region's extent by heights of a letter; up is -y in an optical frame."""
    p = region.position
    return Point(x=p.x, y=p.y - region.size.y / 2 - letters * letter_height(p), z=p.z)


def below(region: Region, letters: float) -> Point:
    """A point under a region's extent by heights of a letter, nearer than the floor there."""
    p = region.position
    y = p.y + region.size.y / 2 + letters * letter_height(p)
    return Point(x=p.x, y=y, z=p.z)


def over_line(points: Sequence[Point]) -> Point:
    """Where a line's text is wanted: over its middle; over its upper end where it goes upwards."""
    first, last = points[0], points[1]
    spot = middle([first, last])
    if abs(last.y - first.y) > abs(last.x - first.x):
        spot = min(first, last, key=lambda end: float(end.y))
    return Point(x=spot.x, y=spot.y - letter_height(spot), z=spot.z)


def middle(points: Sequence[Point]) -> Point:
    """The mean of points."""
    n = len(points)
    return Point(
        x=sum(p.x for p in points) / n,
        y=sum(p.y for p in points) / n,
        z=sum(p.z for p in points) / n,
    )
