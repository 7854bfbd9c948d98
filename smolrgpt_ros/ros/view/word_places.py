# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Places of text markers: seen from the camera, none covers another or leaves its picture.

Words are laid out in the plane of slopes, x / z and y / z of the camera's optical frame, and moved
at their own depth. RViz shows them from elsewhere too; beside the camera they keep their distance.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from geometry_msgs.msg import Point
from visualization_msgs.msg import Marker

from smolrgpt_ros.rendering.lettering import text_size
from smolrgpt_ros.rendering.placement import EVERYWHERE, Area, Placement
from smolrgpt_ros.scene.camera import CameraIntrinsics, rays

#: Distance between lines, in heights of a capital; a capital as a share of the font's height.
LINE, CAPITAL = 1.6, 0.7
#: Between words side by side, in the same: room for a look from beside the camera.
_GAP = 1.0
#: Longest way of a word from where it is wanted, slope.
_REACH = 0.3
#: Nearer words are not in the picture, metres.
_NEAR_M = 0.1
_SAMPLE = 100  # height of a font that widths are measured with


def field_of_view(camera: CameraIntrinsics | None) -> Area:
    """The slopes that a camera sees along its axes; everywhere without one.

    Args:
        camera: of the picture.
    """
    if camera is None:
        return EVERYWHERE
    columns = np.array([0.0, camera.width - 1.0, camera.cx, camera.cx])
    rows = np.array([camera.cy, camera.cy, 0.0, camera.height - 1.0])
    x, y = rays(camera, columns, rows)[:, :2].T
    borders = np.array([x[0], y[2], x[1], y[3]])  # left, top, right, bottom
    # A lens may have no direction for a border: it bounds nothing there.
    unbounded = np.array([-np.inf, -np.inf, np.inf, np.inf])
    return Area(*np.where(np.isnan(borders), unbounded, borders).tolist())


def width_of(line: str) -> float:
    """Width of a line of text, in heights of a capital."""
    return text_size(line, _SAMPLE)[0] / (_SAMPLE * CAPITAL)


class WordPlaces:
    """Gives words their places, one after the other: the most important first.

    Args:
        field: see :func:`field_of_view`.
    """

    def __init__(self, field: Area = EVERYWHERE) -> None:
        self._field = field
        self._placement = Placement(field)

    @property
    def width(self) -> float:
        """Of the picture, slope."""
        return self._field.right - self._field.left

    def put(self, words: Sequence[Marker], about: Point) -> list[Marker]:
        """Move text markers together to where they can be read.

        Args:
            words: at one depth, where they are wanted; changed.
            about: what they are about: where it is in the picture, they stay in it.

        Returns:
            The same; none where there is no place for them.
        """
        if not words or words[0].pose.position.z < _NEAR_M or about.z < _NEAR_M:
            return list(words)
        seen = self._field.contains(about.x / about.z, about.y / about.z)
        wanted = _around([_area(word) for word in words])
        found = self._placement.place(wanted, _REACH, bounded=seen)
        if found is None:
            return []
        for word in words:
            spot = word.pose.position
            spot.x += (found.left - wanted.left) * spot.z
            spot.y += (found.top - wanted.top) * spot.z
        return list(words)


def _area(word: Marker) -> Area:
    """The slopes that a text marker covers."""
    spot, lines = word.pose.position, word.text.splitlines()
    letter = word.scale.z / spot.z
    width = (max(map(width_of, lines), default=0.0) + _GAP) * letter
    return Area.around(spot.x / spot.z, spot.y / spot.z, width, LINE * len(lines) * letter)


def _around(areas: Sequence[Area]) -> Area:
    return Area(
        min(a.left for a in areas),
        min(a.top for a in areas),
        max(a.right for a in areas),
        max(a.bottom for a in areas),
    )
