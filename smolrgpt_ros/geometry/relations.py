"""Relations and sizes of estimated boxes, in the viewer's axes.

The axes are gravity's: *across* is to the viewer's right, *ahead* the viewing direction laid flat,
*up* against gravity. A camera that looks down does not change what is above what.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.language.meaning import Kind
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
        return Quantity(self.found.top - self.found.bottom, 2 * self.up_sigma)

    @property
    def volume(self) -> Quantity:
        value = float(np.prod(self.found.size))
        sigmas = (*self.footprint.size_sigma, self.height.std)
        ratios = [s / max(v, 0.01) for s, v in zip(sigmas, self.found.size, strict=True)]
        return Quantity(value, value * math.hypot(*ratios))


def difference(kind: Kind, a: FloorObject, b: FloorObject) -> Quantity:
    """How much more the first word of a comparison fits ``a`` than ``b``.

    Positive: the first word of the kind's name holds; in front of means less far ahead.

    Raises:
        ValueError: for a kind that is no comparison of two objects on the floor.
    """
    if kind not in _COMPARED:
        raise ValueError(f"kind must be one of {[k.value for k in _COMPARED]}, found {kind.value}")
    one, two = _COMPARED[kind](a), _COMPARED[kind](b)
    return Quantity(one.value - two.value, math.hypot(one.std, two.std))


def length_of(kind: Kind, a: FloorObject, b: FloorObject | None = None) -> Quantity:
    """Metres: a size of ``a``, or a length between ``a`` and ``b``.

    Raises:
        ValueError: for a kind that has no length, or one of a pair without ``b``.
    """
    if kind is Kind.WIDTH:
        return a.side
    if kind is Kind.HEIGHT:
        return a.height
    if b is None or kind not in _BETWEEN:
        raise ValueError(f"kind must be one of {[k.value for k in _BETWEEN]}, found {kind.value}")
    return _BETWEEN[kind](a, b)


def hour_of(a: FloorObject, viewer: FloorObject) -> tuple[int, float]:
    """The clock hour, 1 to 12, at which ``a`` is seen from ``viewer`` when looking ahead.

    Returns:
        The hour, and the standard deviation of the bearing in hours.
    """
    across, ahead = a.footprint.centre - viewer.footprint.centre
    apart = max(math.hypot(across, ahead), 1e-6)
    hour = round(math.degrees(math.atan2(across, ahead)) / 30) % 12 or 12
    sidewards = np.array([ahead, -across]) / apart
    variance = sidewards @ (a.footprint.covariance + viewer.footprint.covariance) @ sidewards
    return hour, math.degrees(math.sqrt(variance) / apart) / 30


def _nearness(a: FloorObject) -> Quantity:
    sigma = math.sqrt(float(a.footprint.covariance[1, 1]))
    return Quantity(-float(a.footprint.centre[1]), sigma)


def _horizontal(a: FloorObject, b: FloorObject) -> Quantity:
    gap = b.footprint.centre - a.footprint.centre
    value = float(np.linalg.norm(gap))
    along = gap / max(value, 1e-6)
    variance = float(along @ (a.footprint.covariance + b.footprint.covariance) @ along)
    return Quantity(value, math.sqrt(variance + (LENGTH_SCALE_SIGMA * value) ** 2))


def _vertical(a: FloorObject, b: FloorObject) -> Quantity:
    return Quantity(abs(a.up - b.up), math.hypot(a.up_sigma, b.up_sigma))


def _clearance(a: FloorObject, b: FloorObject) -> Quantity:
    """From surface to surface of the two boxes; 0 where they touch or one is over the other."""
    flat = _rectangle_gap(a.footprint, b.footprint)
    above = max(a.found.bottom - b.found.top, b.found.bottom - a.found.top, 0.0)
    sizes = [s / 2 for side in (a, b) for s in side.footprint.size_sigma]
    sigma = math.hypot(_horizontal(a, b).std, *(s / math.sqrt(2) for s in sizes))
    return Quantity(math.hypot(flat, above), sigma)


def _rectangle_gap(a: Footprint, b: Footprint) -> float:
    """Distance of two rectangles on the floor, 0 where they overlap."""
    one, two = _corners(a), _corners(b)
    # Two convex shapes are apart if one side of either has the other wholly beyond it.
    parted = any(
        float((axis @ (far - near.centre).T).min()) > size / 2
        or float((axis @ (far - near.centre).T).max()) < -size / 2
        for near, far in ((a, two), (b, one))
        for axis, size in zip(near.axes, near.size, strict=True)
    )
    if not parted:
        return 0.0
    return min(_outside(a, two), _outside(b, one))


def _outside(rectangle: Footprint, points: NDArray[np.float64]) -> float:
    """Least distance of points outside a rectangle from it."""
    local = np.abs((points - rectangle.centre) @ rectangle.axes.T)
    beyond = np.maximum(local - np.array(rectangle.size) / 2, 0.0)
    return float(np.linalg.norm(beyond, axis=1).min())


def _corners(rectangle: Footprint) -> NDArray[np.float64]:
    signs = np.array([[-1, -1], [-1, 1], [1, 1], [1, -1]])
    corners: NDArray[np.float64] = (signs * np.array(rectangle.size) / 2) @ rectangle.axes
    return rectangle.centre + corners


_COMPARED: dict[Kind, Callable[[FloorObject], Quantity]] = {
    Kind.FRONT_BEHIND: _nearness,
    Kind.ABOVE_BELOW: lambda a: Quantity(a.up, a.up_sigma),
    Kind.BIGGER_SMALLER: lambda a: a.volume,
    Kind.TALLER_SHORTER: lambda a: a.height,
    Kind.WIDER_THINNER: lambda a: a.extent,
}
_BETWEEN: dict[Kind, Callable[[FloorObject, FloorObject], Quantity]] = {
    Kind.HORIZONTAL_DISTANCE: _horizontal,
    Kind.VERTICAL_DISTANCE: _vertical,
    Kind.CLEARANCE: _clearance,
}
