# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Messages of a query node as the page's values."""

from __future__ import annotations

import math
from collections.abc import Sequence

from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import Point
from visualization_msgs.msg import Marker, MarkerArray

from smolrgpt_ros.msg import Region, RegionArray
from smolrgpt_ros.page.lamps import Lamp, lamp_of
from smolrgpt_ros.page.objects import PageObject, Vector
from smolrgpt_ros.page.state import Line
from smolrgpt_ros.ros.convert.messages import region_of
from smolrgpt_ros.ros.view.marker_shapes import box_corners, color_of

#: Points of a rectangle's marker: two of each side.
_RECTANGLE_POINTS = 8
#: Which points of a box's edges are its corners, in order.
_BOX_CORNERS = box_corners()


def objects_of(array: RegionArray) -> tuple[PageObject, ...]:
    """The objects of a message of regions.

    Raises:
        ValueError: if a mask cannot be read.
    """
    return tuple(_object(region) for region in array.regions)


def _object(region: Region) -> PageObject:
    p, size = region.position, region.size
    return PageObject(region_of(region), _known(p.x, p.y, p.z), _known(size.x, size.y, size.z))


def _known(x: float, y: float, z: float) -> Vector | None:
    return (x, y, z) if all(map(math.isfinite, (x, y, z))) else None


def outlines_of(markers: MarkerArray) -> dict[int, tuple[Vector, ...]]:
    """Corners of the fitted shapes of regions by id, see :class:`.objects.PageObject`.

    What is not fitted, for want of a floor, is drawn about its place: it is left out.
    """
    return {
        int(marker.id): tuple((p.x, p.y, p.z) for p in _corners(marker.points))
        for marker in markers.markers
        if marker.ns == "regions" and marker.pose.position == Point()
    }


def _corners(points: Sequence[Point]) -> list[Point]:
    """Each corner once, in order: that of the first ends of a rectangle's sides, that of a box's
    edges (see ``ros.view.marker_shapes``)."""
    if len(points) == _RECTANGLE_POINTS:
        return list(points[::2])
    return [points[i] for i in _BOX_CORNERS]


def lines_of(markers: MarkerArray) -> tuple[Line, ...]:
    """The lines and arrows of the answer."""
    return tuple(
        Line((a.x, a.y, a.z), (b.x, b.y, b.z), color_of(marker))
        for marker in markers.markers
        if marker.ns == "answer_line" and marker.type in (Marker.LINE_LIST, Marker.ARROW)
        for a, b in zip(marker.points[::2], marker.points[1::2], strict=True)
    )


def lamps_of(array: DiagnosticArray, node: str) -> tuple[Lamp, ...]:
    """The lamps of a node's lines; empty where a message has none of them.

    Args:
        array: the message.
        node: full name.
    """
    return tuple(
        lamp_of(
            status.name.removeprefix(f"{node}: "),
            status.level[0] if isinstance(status.level, bytes) else int(status.level),
            status.message,
            {value.key: value.value for value in status.values},
        )
        for status in array.status
        if status.hardware_id == node
    )
