# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Lengths between boxes on the floor and their sizes, in the viewer's axes, with deviations.

The axes are gravity's: *across* is to the viewer's right, *ahead* the viewing direction laid flat,
*up* against gravity. A camera that looks down does not change what is above what.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.plane import Plane

from .calibration import CalibrationErrors, Floats, unaffected
from .footprint import Footprint
from .noise import SEEN_EXTENT_SIGMA
from .object_estimate import ObjectEstimate


@dataclass(frozen=True, eq=False)
class Quantity:
    """A number with its uncertainty, in the same unit.

    Args:
        value: the best estimate.
        std: standard deviation that no other number shares.
        systematic: its change by one standard deviation of each parameter of the calibration, see
            ``calibration``.
        lower_bound: whether it is the least it can be: not all of it is seen.
    """

    value: float
    std: float
    systematic: Floats = field(default_factory=unaffected)
    lower_bound: bool = False


_FACING = 0.1  # sine of its angle to the line of sight, from which a side is seen across the view


@dataclass(frozen=True, eq=False)
class FloorObject:
    """An object with a footprint, and the floor that it stands on.

    Args:
        found: the object; its footprint is not ``None``.
        plane: the floor.
        calibration: errors of the camera's.
        as_seen: whether sizes that the picture's border cuts are what is seen of them, not what the
            class makes probable where they are not more than that.
    """

    found: ObjectEstimate
    plane: Plane
    calibration: CalibrationErrors
    as_seen: bool = False

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
        share, sides = np.abs(self.footprint.axes[:, 0]), (self.side_of(0), self.side_of(1))
        sigma = float(np.linalg.norm(share * np.array([side.std for side in sides])))
        value = float(share @ np.array([side.value for side in sides]))
        facing = zip(sides, share, strict=True)
        bounded = any(side.lower_bound and part > _FACING for side, part in facing)
        return Quantity(value, sigma, self._stretch(value * self.plane.axes[0]), bounded)

    @property
    def side(self) -> Quantity:
        """The side that faces the viewer, metres."""
        return self.side_of(int(np.argmax(np.abs(self.footprint.axes[:, 0]))))

    @property
    def length(self) -> Quantity:
        """The longer side of the footprint, metres; the least it can be where either side is."""
        sides = self.side_of(0), self.side_of(1)
        longer = max(sides, key=lambda side: side.value)
        return replace(longer, lower_bound=any(side.lower_bound for side in sides))

    @property
    def shorter_side(self) -> Quantity:
        """The other side of the footprint, metres."""
        return self.side_of(int(np.argmin(self.footprint.size)))

    def side_of(self, index: int) -> Quantity:
        """A side of the footprint, metres; 0 is along its first axis, 1 along the second."""
        seen, along = self._seen(index), self.footprint.axes[index] @ self.plane.axes[:2]
        value = self.footprint.size[index]
        if seen is None:
            return Quantity(value, self.footprint.size_sigma[index], self._stretch(value * along))
        return Quantity(seen, SEEN_EXTENT_SIGMA, self._stretch(seen * along), lower_bound=True)

    def _seen(self, which: int) -> float | None:
        """What is seen of a size that is the least it can be, metres; ``None`` of another."""
        bound = self.as_seen or self.found.is_bound(which)
        return self.found.seen[which] if bound else None

    @property
    def height(self) -> Quantity:
        """Of the box, metres."""
        value, seen, up = self.found.top - self.found.bottom, self._seen(2), self.plane.up
        if seen is None:
            return Quantity(value, self.found.height_sigma, self._stretch(value * up))
        return Quantity(seen, SEEN_EXTENT_SIGMA, self._stretch(seen * up), lower_bound=True)

    @property
    def elevation(self) -> Quantity:
        """Height of the underside above the floor, metres."""
        value = self.found.bottom
        std = math.hypot(self.found.bottom_sigma, self._floor_sigma)
        return Quantity(value, std, self._stretch(value * self.plane.up))

    @property
    def top(self) -> Quantity:
        """Height of the top above the floor, metres."""
        value, seen, up = self.found.top, self._seen(2), self.plane.up
        if seen is None:
            std = math.hypot(self.found.top_sigma, self._floor_sigma)
            return Quantity(value, std, self._stretch(value * up))
        value = self.found.bottom + seen
        return Quantity(value, SEEN_EXTENT_SIGMA, self._stretch(value * up), lower_bound=True)

    @property
    def _floor_sigma(self) -> float:
        """Standard deviation of the floor's own height, metres: what the middle of the box errs by
        more than its ends make it."""
        return math.sqrt(max(0.0, self.up_sigma**2 - (self.found.height_sigma / 2) ** 2))

    @property
    def area(self) -> Quantity:
        """Of the footprint, square metres."""
        return _product(self.side_of(0), self.side_of(1))

    @property
    def volume(self) -> Quantity:
        """Of the box, cubic metres."""
        return _product(self.side_of(0), self.side_of(1), self.height)

    def _stretch(self, vector: Floats) -> Floats:
        return self.calibration.of_length(vector)


def _product(*lengths: Quantity) -> Quantity:
    """The product of lengths, whose relative errors add."""
    value = math.prod(length.value for length in lengths)
    sizes = [max(length.value, 0.01) for length in lengths]
    std = value * math.hypot(*(n.std / size for n, size in zip(lengths, sizes, strict=True)))
    systematic = unaffected()
    for length, size in zip(lengths, sizes, strict=True):
        systematic += value * length.systematic / size
    return Quantity(value, std, systematic, any(length.lower_bound for length in lengths))


def nearer_by(a: FloorObject, b: FloorObject) -> Quantity:
    """How much less far ahead of the viewer ``a`` is than ``b``, metres."""
    gap = b.footprint.centre - a.footprint.centre
    sigmas = (math.sqrt(float(item.footprint.covariance[1, 1])) for item in (a, b))
    systematic = a.calibration.along(a.plane.axes[1], gap @ a.plane.axes[:2])
    return Quantity(float(gap[1]), math.hypot(*sigmas), systematic)


def higher_by(a: FloorObject, b: FloorObject) -> Quantity:
    """How much higher the middle of ``a`` is than that of ``b``, metres."""
    value, up = a.up - b.up, a.plane.up
    systematic = a.calibration.along(up, value * up)
    return Quantity(value, math.hypot(a.up_sigma, b.up_sigma), systematic)


def horizontal_distance(a: FloorObject, b: FloorObject) -> Quantity:
    """Between the centres of the footprints, metres."""
    gap = b.footprint.centre - a.footprint.centre
    value = float(np.linalg.norm(gap))
    covariance = a.footprint.covariance + b.footprint.covariance
    along = direction_of(gap, covariance)
    variance = float(along @ covariance @ along)
    systematic = a.calibration.of_length(gap @ a.plane.axes[:2])
    return Quantity(value, math.sqrt(variance), systematic)


def direction_of(gap: Floats, covariance: Floats) -> Floats:
    """Unit vector along a gap; of one shorter than its own error, that along the largest error.

    Args:
        gap: between two points, shape ``(N,)``.
        covariance: of it, shape ``(N, N)``.
    """
    square = float(gap @ gap)
    if square <= np.trace(covariance):
        variances, axes = np.linalg.eigh(covariance)
        if square <= variances[-1]:
            return np.asarray(axes[:, -1], np.float64)
    return gap / max(math.sqrt(square), 1e-9)


def vertical_distance(a: FloorObject, b: FloorObject) -> Quantity:
    """Between the heights of the middles, metres."""
    difference = higher_by(a, b)
    sign = math.copysign(1.0, difference.value)
    return Quantity(abs(difference.value), difference.std, sign * difference.systematic)


def clearance(a: FloorObject, b: FloorObject) -> Quantity:
    """From surface to surface of the boxes, metres; 0 where they touch or one is over the other."""
    flat = rectangle_gap(a.footprint, b.footprint)
    above = max(a.found.bottom - b.found.top, b.found.bottom - a.found.top, 0.0)
    half_sides = [s / 2 for item in (a, b) for s in item.footprint.size_sigma]
    centres, value = horizontal_distance(a, b), math.hypot(flat, above)
    sigma = math.hypot(centres.std, *(s / math.sqrt(2) for s in half_sides))
    return Quantity(value, sigma, centres.systematic * (value / max(centres.value, 1e-6)))


def bearing_of(a: FloorObject, viewer: FloorObject) -> Quantity:
    """Angle at which ``a`` is seen from ``viewer``, to the right of ahead, between -180 and 180
    degrees."""
    across, ahead = a.footprint.centre - viewer.footprint.centre
    distance = max(math.hypot(across, ahead), 1e-6)
    sidewards = np.array([ahead, -across]) / distance
    variance = sidewards @ (a.footprint.covariance + viewer.footprint.covariance) @ sidewards
    # In space: a principal point that is off moves things sidewards by their depth.
    gap = a.found.centre - viewer.found.centre
    shift = a.calibration.along(sidewards @ a.plane.axes[:2], gap)
    return Quantity(
        math.degrees(math.atan2(across, ahead)),
        math.degrees(math.sqrt(variance) / distance),
        np.degrees(shift / distance),
    )


def right_by(a: FloorObject, b: FloorObject) -> Quantity:
    """How much farther ``a`` is than ``b`` to the right along the picture's rows, metres."""
    gap = a.found.centre - b.found.centre
    variance = float(a.found.covariance[0, 0] + b.found.covariance[0, 0])
    systematic = a.calibration.along(np.array([1.0, 0.0, 0.0]), gap)
    return Quantity(float(gap[0]), math.sqrt(variance), systematic)


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
