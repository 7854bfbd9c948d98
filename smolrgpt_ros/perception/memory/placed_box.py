# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""An object's box in a fixed frame, which does not move with the camera."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.geometry.footprint import Footprint
from smolrgpt_ros.geometry.object_estimate import ObjectEstimate
from smolrgpt_ros.scene.plane import Plane
from smolrgpt_ros.scene.pose import Pose

Values = NDArray[np.float64]

#: Metres that are added to all heights where boxes are compared: tape on the floor has none.
_THICKNESS = 0.02


@dataclass(frozen=True, eq=False)
class PlacedBox:
    """An upright box with the uncertainty of its place.

    Args:
        centre: shape ``(3,)``, metres, fixed frame.
        independent: covariance of the centre, shape ``(3, 3)``, of errors that differ from sighting
            to sighting.
        shared: covariance likewise, of errors that all sightings have in common.
        axes: rows are the directions of length, width and height, shape ``(3, 3)``.
        size: length, width, height, metres.
        size_sigma: standard deviations of length and width, metres.
        heights: of underside and top above the floor, metres.
        height_sigmas: standard deviations of these, metres, but for the floor's.
        seen: what is seen of length, width and height, metres, where no sighting shows them whole;
            ``None`` where one does.
        on_vehicle, on_something, underside_hidden: as of :class:`.ObjectEstimate`.
    """

    centre: Values
    independent: Values
    shared: Values
    axes: Values
    size: tuple[float, float, float]
    size_sigma: tuple[float, float]
    heights: tuple[float, float]
    height_sigmas: tuple[float, float]
    seen: tuple[float | None, float | None, float | None]
    on_vehicle: float = 0.0
    on_something: float = 0.0
    underside_hidden: bool = False

    @staticmethod
    def of(found: ObjectEstimate, plane: Plane, pose: Pose, shared_part: float) -> PlacedBox | None:
        """An object of a frame; ``None`` for one without a place on the floor.

        Args:
            found: in the camera's optical frame.
            plane: the frame's floor.
            pose: of the camera in the fixed frame.
            shared_part: share of the covariance that sightings have in common, 0 to 1.
        """
        footprint = found.footprint
        if footprint is None:
            return None
        on_floor = np.column_stack([footprint.axes, np.zeros(2)])
        axes = np.vstack([on_floor, [0.0, 0.0, 1.0]]) @ plane.axes @ pose.rotation.T
        covariance = pose.rotation @ found.covariance @ pose.rotation.T
        return PlacedBox(
            centre=pose.apply(found.centre[None])[0],
            independent=(1.0 - shared_part) * covariance,
            shared=shared_part * covariance,
            axes=axes,
            size=found.size,
            size_sigma=footprint.size_sigma,
            heights=(found.bottom, found.top),
            height_sigmas=(found.bottom_sigma, found.top_sigma),
            seen=found.seen,
            on_vehicle=found.on_vehicle,
            on_something=found.on_something,
            underside_hidden=found.underside_hidden,
        )

    @property
    def covariance(self) -> Values:
        """Of the centre, shape ``(3, 3)``, square metres, fixed frame."""
        return self.independent + self.shared

    @property
    def corners(self) -> Values:
        """Shape ``(8, 3)``, metres, fixed frame."""
        signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
        corners: Values = self.centre + 0.5 * (signs * np.array(self.size)) @ self.axes
        return corners

    def estimate(
        self, label: str, plane: Plane, pose: Pose, seen: ObjectEstimate | None = None
    ) -> ObjectEstimate:
        """The box as an object of a frame.

        Args:
            label: its class.
            plane: the frame's floor.
            pose: of the camera in the fixed frame.
            seen: what the frame itself shows of it; ``None`` where it shows nothing, then the box's
                corners stand for its surface.
        """
        centre = pose.apply_inverse(self.centre[None])[0]
        axes = (self.axes @ pose.rotation @ plane.axes.T)[:2, :2]
        axes /= np.linalg.norm(axes, axis=1, keepdims=True)
        covariance = pose.rotation.T @ self.covariance @ pose.rotation
        on_floor = plane.axes @ covariance @ plane.axes.T
        footprint = Footprint(
            plane.to_floor(centre[None])[0, :2],
            axes,
            (self.size[0], self.size[1]),
            on_floor[:2, :2],
            self.size_sigma,
        )
        points = seen.points if seen is not None else pose.apply_inverse(self.corners)
        return ObjectEstimate(
            label=label,
            centre=centre,
            covariance=covariance,
            size=self.size,
            footprint=footprint,
            bottom=self.heights[0],
            top=self.heights[1],
            points=points,
            valid_ratio=seen.valid_ratio if seen is not None else 1.0,
            bottom_sigma=self.height_sigmas[0],
            top_sigma=self.height_sigmas[1],
            seen=self.seen,
            on_vehicle=self.on_vehicle,
            on_something=self.on_something,
            underside_hidden=self.underside_hidden,
        )

    def squared_distance(self, other: PlacedBox) -> float:
        """Of the centres, in squared standard deviations between them (Mahalanobis)."""
        gap = other.centre - self.centre
        return float(gap @ np.linalg.solve(self.covariance + other.covariance, gap))

    def overlap(self, other: PlacedBox) -> float:
        """Volume in common over the volume of both together, 0 to 1."""
        base = _rectangle(self), _rectangle(other)
        kind, corners = cv2.rotatedRectangleIntersection(*base)
        if kind == cv2.INTERSECT_NONE or corners is None:
            return 0.0
        area = float(cv2.contourArea(cv2.convexHull(corners)))
        low = max(self.heights[0], other.heights[0])
        high = min(self.heights[1], other.heights[1])
        common = area * max(high - low + _THICKNESS, 0.0)
        volumes = [b.size[0] * b.size[1] * (b.size[2] + _THICKNESS) for b in (self, other)]
        return common / max(sum(volumes) - common, 1e-9)


def _rectangle(box: PlacedBox) -> tuple[tuple[float, float], tuple[float, float], float]:
    """A box from above, as OpenCV has rotated rectangles: centre, size, degrees."""
    x, y = box.axes[0, :2]
    x0, y0 = box.centre[:2]
    return (
        (float(x0), float(y0)),
        (box.size[0], box.size[1]),
        float(np.degrees(np.arctan2(y, x))),
    )
