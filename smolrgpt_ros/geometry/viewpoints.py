# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Places from which a camera would see objects: candidates, and how much each would show."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.camera import CameraIntrinsics, project
from smolrgpt_ros.scene.plane import Plane
from smolrgpt_ros.scene.pose import Pose

from .object_estimate import ObjectEstimate
from .sight_lines import facing_points, hidden_by
from .size_priors import is_flat

Points = NDArray[np.float64]

#: Radii of the rings around what is to be seen, metres, beside those that a tilted camera needs.
_RADII_M = (1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.5)
_DIRECTIONS = 24
#: Share of the picture at each edge where nothing that is to be seen may be: places of objects that
#: are partly seen are not exact.
_MARGIN = 0.03
#: Metres that a robot needs around its middle, and the height of the highest camera on one.
_ROBOT_RADIUS_M, _TALLEST_ROBOT_M = 0.7, 3.0
#: Metres before the camera from which on something is seen.
_NEAREST_M = 0.3
#: Share of its side that faces the camera that is to be seen of an object, and of others that the
#: same question needs.
ENOUGH, _ENOUGH_OF_OTHERS = 0.95, 0.8


@dataclass(frozen=True, eq=False)
class Viewpoint:
    """A camera at the height and tilt of the present one, somewhere else on the floor.

    Args:
        position: shape ``(3,)``, metres, floor frame of the present camera.
        heading: of its view, radians about up from where the present one looks, positive to the
            left.
    """

    position: Points
    heading: float

    def to_optical(self, points: Points, plane: Plane) -> Points:
        """Points of the floor frame, shape ``(N, 3)``, in the optical frame from here."""
        moved: Points = (points - self.position) @ _turn(self.heading) @ plane.axes
        return moved

    def pose(self, plane: Plane, camera: Pose) -> Pose:
        """Of a frame with x ahead, level, and z up, as REP 103 has it for bodies.

        Args:
            plane: the floor in the present camera's optical frame.
            camera: pose of that camera in the frame that is wanted.
        """
        axes = _turn(self.heading) @ np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
        rotation = camera.rotation @ plane.axes.T @ axes
        position = camera.apply(plane.to_optical(self.position[None]))[0]
        return Pose(camera.frame_id, rotation, position)


def find_viewpoint(
    hidden: Sequence[ObjectEstimate],
    seen: Sequence[ObjectEstimate],
    obstacles: Sequence[ObjectEstimate],
    plane: Plane,
    camera: CameraIntrinsics,
) -> Viewpoint | None:
    """The nearest place from which objects that are hidden now would be seen.

    Args:
        hidden: objects that are to be seen, with footprints, the most important first.
        seen: others that are to be seen as well.
        obstacles: all objects in view.
        plane: the floor; the present camera stands at its origin.
        camera: its intrinsics.

    Returns:
        ``None`` where none of the candidates shows enough.
    """
    scene = _Scene(obstacles, plane, camera)
    view = _first(hidden, seen, scene)
    if view is None and len(hidden) > 1:
        # Where not all can be seen at once, the most important.
        view = _first(hidden[:1], seen, scene)
    return view


@dataclass(frozen=True, eq=False)
class _Scene:
    obstacles: Sequence[ObjectEstimate]
    plane: Plane
    camera: CameraIntrinsics


def _first(
    hidden: Sequence[ObjectEstimate], seen: Sequence[ObjectEstimate], scene: _Scene
) -> Viewpoint | None:
    """The nearest view that shows enough of all."""
    wanted = [(found, ENOUGH) for found in hidden] + [(found, _ENOUGH_OF_OTHERS) for found in seen]
    rivals = [_that_can_hide(found, scene.obstacles) for found, _ in wanted]
    for view in _candidates(hidden, seen, scene.plane):
        if _is_free(view.position, scene.obstacles, scene.plane) and all(
            share_seen(found, others, view, scene.plane, scene.camera) >= enough
            for (found, enough), others in zip(wanted, rivals, strict=True)
        ):
            return view
    return None


def share_seen(
    found: ObjectEstimate,
    others: Sequence[ObjectEstimate],
    view: Viewpoint,
    plane: Plane,
    camera: CameraIntrinsics,
) -> float:
    """Share of the sides of an object that face a view that are in the picture and not hidden.

    Args:
        others: objects that can hide it.
    """
    points = facing_points(found, view.position)
    optical = view.to_optical(points, plane)
    ahead = optical[:, 2] > _NEAREST_M
    if not ahead.any():
        return 0.0
    columns, rows = project(camera, optical[ahead])
    width, height = camera.width, camera.height
    inside = (columns > _MARGIN * width) & (columns < (1 - _MARGIN) * width)
    inside &= (rows > _MARGIN * height) & (rows < (1 - _MARGIN) * height)
    if not inside.any():
        return 0.0
    hidden = hidden_by(points[ahead][inside], view.position, others).any(axis=0)
    return float(np.count_nonzero(~hidden)) / len(points)


def _that_can_hide(
    found: ObjectEstimate, obstacles: Sequence[ObjectEstimate]
) -> list[ObjectEstimate]:
    """Objects that stand neither in, on nor below another."""
    footprint = found.footprint
    assert footprint is not None
    apart = []
    for other in obstacles:
        place = other.footprint
        if other is found or place is None or is_flat(other.label):
            continue
        if footprint.depth_of(place.centre) < 0 and place.depth_of(footprint.centre) < 0:
            apart.append(other)
    return apart


def _candidates(
    hidden: Sequence[ObjectEstimate], seen: Sequence[ObjectEstimate], plane: Plane
) -> Iterator[Viewpoint]:
    """Views on rings around what is hidden, the nearest to the present place first; each looks at
    what is hidden, then at the middle of all."""
    places = [f.footprint.centre for f in hidden if f.footprint is not None]
    all_places = places + [f.footprint.centre for f in seen if f.footprint is not None]
    middle, middle_of_all = np.mean(places, axis=0), np.mean(all_places, axis=0)
    radii = list(_RADII_M)
    falls = -float(plane.up[2])  # of the optical axis, a metre ahead
    if falls > 0.1:
        reach = plane.offset * math.sqrt(max(1.0 - falls**2, 0.0)) / falls
        radii += [0.6 * reach, 0.8 * reach, reach, 1.2 * reach]
    spots = [
        middle + radius * np.array([math.cos(turn), math.sin(turn)])
        for radius in radii
        for turn in np.linspace(0.0, 2 * math.pi, _DIRECTIONS, endpoint=False)
    ]
    spots.append(np.zeros(2))  # where it is, turned
    for spot in sorted(spots, key=lambda spot: float(np.hypot(*spot))):
        for goal in (middle, middle_of_all) if len(all_places) > 1 else (middle,):
            right, ahead = goal - spot
            yield Viewpoint(np.array([*spot, plane.offset]), math.atan2(-right, ahead))


def _is_free(position: Points, obstacles: Sequence[ObjectEstimate], plane: Plane) -> bool:
    """Whether a robot can stand there; a camera that hangs above all is free everywhere."""
    if plane.offset > _TALLEST_ROBOT_M or not position[:2].any():
        return True
    return all(
        found.footprint is None
        or is_flat(found.label)
        or _distance(found, position[:2]) >= _ROBOT_RADIUS_M
        for found in obstacles
    )


def _distance(found: ObjectEstimate, spot: Points) -> float:
    """From a spot on the floor to an object's footprint, metres."""
    footprint = found.footprint
    assert footprint is not None
    beyond = np.abs(footprint.axes @ (spot - footprint.centre)) - np.array(footprint.size) / 2
    return float(np.hypot(*np.maximum(beyond, 0.0)))


def _turn(heading: float) -> Points:
    cos, sin = math.cos(heading), math.sin(heading)
    return np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
