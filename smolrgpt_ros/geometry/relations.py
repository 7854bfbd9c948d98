"""Lengths between boxes on the floor and their sizes, in the viewer's axes, with deviations.

The axes are gravity's: *across* is to the viewer's right, *ahead* the viewing direction laid flat,
*up* against gravity. A camera that looks down does not change what is above what.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.plane import Plane

from .footprint import Footprint
from .noise import LENGTH_SCALE_SIGMA
from .object_estimate import ObjectEstimate


@dataclass(frozen=True)
class Quantity:
    """A number with its standard deviation, in the same unit."""

    value: float
    std: float


@dataclass(frozen=True, eq=False)
class FloorObject:
    """An object with a footprint, and the floor that it stands on.

    Args:
        found: the object; its footprint is not ``None``.
        plane: the floor.
    """

    found: ObjectEstimate
    plane: Plane

    @property
    def footprint(self) -> Footprint:
        assert self.found.footprint is not None
        return self.found.footprint

    @property
    def up(self) -> float:
        """Height of the middle, metres."""
        return (self.found.bottom + self.found.top) / 2

    @property
    def up_sigma(self) -> float:
        """Standard deviation of that height, metres."""
        return float(np.sqrt(self.plane.up @ self.found.covariance @ self.plane.up))

    @property
    def extent(self) -> Quantity:
        """Extent of the turned box across the view, metres."""
        share = np.abs(self.footprint.axes[:, 0])
        sigma = float(np.linalg.norm(share * np.array(self.footprint.size_sigma)))
        return Quantity(float(share @ self.footprint.size), sigma)

    @property
    def side(self) -> Quantity:
        """The side that faces the viewer, metres."""
        across = int(np.argmax(np.abs(self.footprint.axes[:, 0])))
        return Quantity(self.footprint.size[across], self.footprint.size_sigma[across])

    @property
    def height(self) -> Quantity:
        """Of the box, metres."""
        return Quantity(self.found.top - self.found.bottom, 2 * self.up_sigma)

    @property
    def volume(self) -> Quantity:
        """Of the box, cubic metres."""
        value = float(np.prod(self.found.size))
        sigmas = (*self.footprint.size_sigma, self.height.std)
        ratios = [s / max(v, 0.01) for s, v in zip(sigmas, self.found.size, strict=True)]
        return Quantity(value, value * math.hypot(*ratios))


def nearer_by(a: FloorObject, b: FloorObject) -> Quantity:
    """How much less far ahead of the viewer ``a`` is than ``b``, metres."""
    ahead_a, ahead_b = (float(item.footprint.centre[1]) for item in (a, b))
    sigmas = (math.sqrt(float(item.footprint.covariance[1, 1])) for item in (a, b))
    return Quantity(-ahead_a + ahead_b, math.hypot(*sigmas))


def higher_by(a: FloorObject, b: FloorObject) -> Quantity:
    """How much higher the middle of ``a`` is than that of ``b``, metres."""
    return Quantity(a.up - b.up, math.hypot(a.up_sigma, b.up_sigma))


def horizontal_distance(a: FloorObject, b: FloorObject) -> Quantity:
    """Between the centres of the footprints, metres."""
    gap = b.footprint.centre - a.footprint.centre
    value = float(np.linalg.norm(gap))
    along = gap / max(value, 1e-6)
    variance = float(along @ (a.footprint.covariance + b.footprint.covariance) @ along)
    return Quantity(value, math.sqrt(variance + (LENGTH_SCALE_SIGMA * value) ** 2))


def vertical_distance(a: FloorObject, b: FloorObject) -> Quantity:
    """Between the heights of the middles, metres."""
    difference = higher_by(a, b)
    return Quantity(abs(difference.value), difference.std)


def clearance(a: FloorObject, b: FloorObject) -> Quantity:
    """From surface to surface of the boxes, metres; 0 where they touch or one is over the other."""
    flat = rectangle_gap(a.footprint, b.footprint)
    above = max(a.found.bottom - b.found.top, b.found.bottom - a.found.top, 0.0)
    half_sides = [s / 2 for item in (a, b) for s in item.footprint.size_sigma]
    sigma = math.hypot(horizontal_distance(a, b).std, *(s / math.sqrt(2) for s in half_sides))
    return Quantity(math.hypot(flat, above), sigma)


def hour_of(a: FloorObject, viewer: FloorObject) -> tuple[int, float]:
    """The clock hour, 1 to 12, at which ``a`` is seen from ``viewer`` when looking ahead.

    Returns:
        The hour, and the standard deviation of the bearing in hours.
    """
    across, ahead = a.footprint.centre - viewer.footprint.centre
    distance = max(math.hypot(across, ahead), 1e-6)
    hour = round(math.degrees(math.atan2(across, ahead)) / 30) % 12 or 12
    sidewards = np.array([ahead, -across]) / distance
    variance = sidewards @ (a.footprint.covariance + viewer.footprint.covariance) @ sidewards
    return hour, math.degrees(math.sqrt(variance) / distance) / 30


def rectangle_gap(a: Footprint, b: Footprint) -> float:
    """Distance of two rectangles on the floor, metres; 0 where they overlap."""
    corners_a, corners_b = _corners(a), _corners(b)
    # Two convex shapes are apart if one side of either has the other wholly beyond it.
    separated = any(
        float((axis @ (far - near.centre).T).min()) > size / 2
        or float((axis @ (far - near.centre).T).max()) < -size / 2
        for near, far in ((a, corners_b), (b, corners_a))
        for axis, size in zip(near.axes, near.size, strict=True)
    )
    if not separated:
        return 0.0
    return min(_outside(a, corners_b), _outside(b, corners_a))


def _outside(rectangle: Footprint, points: NDArray[np.float64]) -> float:
    """Least distance of points outside a rectangle from it."""
    local = np.abs((points - rectangle.centre) @ rectangle.axes.T)
    beyond = np.maximum(local - np.array(rectangle.size) / 2, 0.0)
    return float(np.linalg.norm(beyond, axis=1).min())


def _corners(rectangle: Footprint) -> NDArray[np.float64]:
    signs = np.array([[-1, -1], [-1, 1], [1, 1], [1, -1]])
    corners: NDArray[np.float64] = (signs * np.array(rectangle.size) / 2) @ rectangle.axes
    return rectangle.centre + corners
