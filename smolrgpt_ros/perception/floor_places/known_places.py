# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Rectangles of lines that were seen before: where a place is when a later frame shows too little.

Paint stays where it is. What one frame hides another one showed, and a rectangle that several
frames show is no accident of one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from smolrgpt_ros.scene.pose import Pose

from ..memory.remembered_object import CLOCK_RESET_S
from .floor_view import FloorView, Points
from .marks import marks_at
from .rectangle import FloorRectangle

#: Overlap from which on two rectangles are one place.
SAME_PLACE = 0.6
#: Sightings that count at most: newer ones have to be able to move a place.
_MOST_SIGHTINGS = 10
#: Seconds that a place is kept without being seen.
_KEPT_S = 60.0
#: Places that are kept at most, those seen last.
_MOST_PLACES = 64
#: Points looked at along each side; metres across it by which a pose may be off; share of the
#: points in sight that have to be marked.
_POINTS, _OFF, _LEAST_MARKED = 80, (-0.15, -0.1, -0.05, 0.0, 0.05, 0.1, 0.15), 0.7


@dataclass(frozen=True, eq=False)
class KnownPlace:
    """A rectangle of lines in a fixed frame.

    Args:
        label: of its class.
        frame_id: the fixed frame.
        centre: ``(3,)``, metres.
        axes: ``(2, 3)``, rows: the directions of its sides.
        size: metres along them.
        sightings: frames that it was found in.
        stamp_ns: of the last of them.
    """

    label: str
    frame_id: str
    centre: Points
    axes: Points
    size: tuple[float, float]
    sightings: int
    stamp_ns: int

    @staticmethod
    def of(
        label: str,
        found: FloorRectangle,
        view: FloorView,
        pose: Pose,
        sightings: int,
        stamp_ns: int,
    ) -> KnownPlace:
        """A rectangle of a frame."""
        plane = view.plane
        centre = pose.apply(plane.to_optical(np.append(found.centre, 0.0)[None]))[0]
        axes = np.column_stack([found.axes, np.zeros(2)]) @ plane.axes @ pose.rotation.T
        return KnownPlace(label, pose.frame_id, centre, axes, found.size, sightings, stamp_ns)

    def rectangle(self, view: FloorView, pose: Pose) -> FloorRectangle:
        """Where a frame has it, in that frame's floor frame."""
        plane = view.plane
        centre = plane.to_floor(pose.apply_inverse(self.centre[None]))[0, :2]
        axes = (self.axes @ pose.rotation @ plane.axes.T)[:, :2]
        return FloorRectangle(centre, axes / np.linalg.norm(axes, axis=1, keepdims=True), self.size)


def with_sighting(
    places: Sequence[KnownPlace],
    label: str,
    found: FloorRectangle,
    view: FloorView,
    pose: Pose,
    stamp_ns: int,
) -> tuple[KnownPlace, ...]:
    """The places after a frame has shown a rectangle: a known one is the mean of its sightings."""
    others = [known for known in places if known.label == label]
    expected = [known.rectangle(view, pose) for known in others]
    overlaps = [rectangle.overlap(found) for rectangle in expected]
    if max(overlaps, default=0.0) < SAME_PLACE:
        return (*places, KnownPlace.of(label, found, view, pose, 1, stamp_ns))
    best = overlaps.index(max(overlaps))
    sightings = others[best].sightings + 1
    mean = _mean(expected[best], found, 1.0 / min(sightings, _MOST_SIGHTINGS))
    moved = KnownPlace.of(label, mean, view, pose, sightings, stamp_ns)
    return (*(place for place in places if place is not others[best]), moved)


def kept(places: Sequence[KnownPlace], frame_id: str, stamp_ns: int) -> tuple[KnownPlace, ...]:
    """The places of a fixed frame that are not too old; none after a clock was set back."""
    if any(place.stamp_ns > stamp_ns + CLOCK_RESET_S * 1e9 for place in places):
        return ()
    young = [
        place
        for place in places
        if place.frame_id == frame_id and stamp_ns - place.stamp_ns <= _KEPT_S * 1e9
    ]
    return tuple(sorted(young, key=lambda place: place.stamp_ns)[-_MOST_PLACES:])


def is_still_marked(rectangle: FloorRectangle, view: FloorView) -> bool:
    """Whether the sides that a frame shows are marked, within the errors of poses."""
    across = rectangle.axes[[1, 0, 1, 0]]
    moves = np.array(_OFF)[:, None] * across[:, None]
    points = rectangle.edges(_POINTS)[:, None] + moves[:, :, None]
    marked, in_sight = (
        found.reshape(points.shape[:3]).sum(axis=-1)
        for found in marks_at(view, points.reshape(-1, 2))
    )
    sides = np.arange(len(points))
    best = marked.argmax(axis=1)
    seen = int(in_sight[sides, best].sum())
    return bool(marked[sides, best].sum() >= _LEAST_MARKED * seen)


def _mean(known: FloorRectangle, found: FloorRectangle, share: float) -> FloorRectangle:
    """Between two rectangles of one place, by the share of the second one."""
    found = found.sides_as(known)
    first = (1 - share) * known.axes[0] + share * found.axes[0]
    first /= np.linalg.norm(first)
    # The other side is at right angles, on the same hand as before.
    other = np.array([-first[1], first[0]])
    other *= np.sign(other @ known.axes[1]) or 1.0
    sizes = (1 - share) * np.array(known.size) + share * np.array(found.size)
    centre = (1 - share) * known.centre + share * found.centre
    return FloorRectangle(centre, np.stack([first, other]), (float(sizes[0]), float(sizes[1])))
