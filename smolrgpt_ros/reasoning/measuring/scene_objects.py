# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The objects of a frame and the camera as ends of relations, with probabilities."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from smolrgpt_ros.geometry.relations import (
    bearing_of,
    clearance,
    higher_by,
    horizontal_distance,
    nearer_by,
    right_by,
    vertical_distance,
)
from smolrgpt_ros.language.question import Dimension, Mode, Side
from smolrgpt_ros.scene.statistics import chance_positive

from .containment import inside, rests_on
from .floor_objects import End, FloorObjects
from .numbers import CannotMeasure, Number, combined, either

#: Objects with less room between them are next to each other, metres.
NEXT_TO = 1.0
#: What is farther than this beside the line of two objects is not between them, metres, in addition
#: to half the longest side of the larger one.
BETWEEN_TOLERANCE = 0.25


_FLAT_HEIGHT = 0.01  # metres: height of a floor region where its size is ranked among objects
_LENGTHS = {
    Mode.HORIZONTAL: horizontal_distance,
    Mode.VERTICAL: vertical_distance,
    Mode.CLEARANCE: clearance,
}


class SceneObjects(FloorObjects):
    """Numbers and probabilities of objects and the camera.

    Every method raises ``CannotMeasure`` where depth cannot decide.
    """

    # -- numbers ----------------------------------------------------------------------------

    def distance(self, a: End, b: End, mode: Mode = Mode.CENTER) -> Number:
        """Distance of two ends, metres; from centre to centre it is 0 inside a floor region, and
        one or the other where it is not sure that something stands there."""
        if mode is not Mode.CENTER:
            if a == b:
                return Number(0.0)
            return Number.of(_LENGTHS[mode](self.on_floor(a), self.on_floor(b)))
        apart = self.center_distance(a, b)
        if a is None or b is None:
            return apart
        within = max(inside(self, a, b), inside(self, b, a))
        return either(Number(0.0, tie_break=apart.value), within, apart)

    def size(self, region_id: int, dimension: Dimension, as_seen: bool = False) -> Number:
        """A size of an object, metres; ``SIZE`` in cubic metres, of a floor region in square ones,
        as the footprint.

        The width is the side that faces the viewer, the length the longer side of the footprint.

        Args:
            region_id: of the object.
            dimension: which size.
            as_seen: whether one that the picture's border cuts is what is seen of it, a lower
                bound, not what its class makes probable. Of what its class does not say it always
                is one.
        """
        item = replace(self.on_floor(region_id), as_seen=as_seen)
        match dimension:
            case Dimension.HEIGHT:
                return Number.of(item.height)
            case Dimension.WIDTH:
                return Number.of(item.side)
            case Dimension.LENGTH:
                return Number.of(item.length)
            case Dimension.SIZE if self.is_floor_region(region_id):
                return Number.of(item.area)
            case Dimension.SIZE:
                return Number.of(item.volume)
            case Dimension.FOOTPRINT:
                return Number.of(item.area)
            case Dimension.TOP:
                return Number.of(item.top)
            case Dimension.ELEVATION:
                if item.found.underside_hidden and self.label(region_id) != "pallet":
                    raise CannotMeasure(f"the underside of {self.name(region_id)} is hidden")
                return Number.of(item.elevation)

    def shorter_side(self, region_id: int) -> Number:
        """Width of the footprint, whatever its turn, metres, as seen."""
        return Number.of(replace(self.on_floor(region_id), as_seen=True).shorter_side)

    def compared_size(self, region_id: int, dimension: Dimension) -> Number:
        """A size as two objects are compared by it: the extent across the view for the width."""
        if dimension is Dimension.WIDTH:
            return Number.of(self.on_floor(region_id).extent)
        size = self.size(region_id, dimension)
        if dimension is Dimension.SIZE and self.is_floor_region(region_id):
            return combined((size,), (_FLAT_HEIGHT,))
        return size

    def hours(self, subject: End, viewer: End) -> Number:
        """Hours of a clock, in [0, 12), at which the subject is for the viewer."""
        angle = bearing_of(self.on_floor(subject), self.on_floor(viewer))
        hours = angle.systematic / 30
        return Number(angle.value / 30 % 12, (angle.std / 30) ** 2, systematic=hours)

    def bearing(self, region_id: int) -> Number:
        """Angle between an object and the camera's viewing direction, to either side, degrees."""
        angle = bearing_of(self.on_floor(region_id), self.on_floor(None))
        side = math.copysign(1.0, angle.value)
        return Number(abs(angle.value), angle.std**2, systematic=side * angle.systematic)

    # -- probabilities ----------------------------------------------------------------------

    def beside(self, side: Side, a: End, b: End) -> float:
        """Probability that ``a`` is on a side of ``b``.

        Left and right are the picture's: by the columns of the masks' centroids; of the camera,
        by the side of its optical axis.
        In front of an object is what is less far ahead, in front of the camera what is ahead.
        """
        match side:
            case Side.LEFT:
                return self._left(a, b)
            case Side.RIGHT:
                return 1.0 - self._left(a, b)
            case Side.FRONT | Side.BEHIND:
                gap = nearer_by(self.on_floor(a), self.on_floor(b))
                front = chance_positive(gap.value if b is not None else -gap.value, gap.std)
                return front if side is Side.FRONT else 1.0 - front
            case Side.ABOVE | Side.BELOW:
                gap = higher_by(self.on_floor(a), self.on_floor(b))
                above = chance_positive(gap.value, gap.std)
                return above if side is Side.ABOVE else 1.0 - above

    def _left(self, a: End, b: End) -> float:
        if a is not None and b is not None:
            one, two = self.column(a), self.column(b)
            return chance_positive(two.value - one.value, math.hypot(one.std, two.std))
        across = Number.of(right_by(self.on_floor(b), self.on_floor(a)))
        return chance_positive(across.value, across.std)

    def next_to(self, a: End, b: End) -> float:
        """Probability that there is less than :data:`NEXT_TO` between two objects.

        Not said of what stands in or on the other.
        """
        room = self.distance(a, b, Mode.CLEARANCE)
        near = chance_positive(NEXT_TO - room.value, room.std)
        if a is None or b is None or near < 0.01:
            return near
        return near * (1.0 - max(rests_on(self, a, b), rests_on(self, b, a)))

    def between(self, thing: End, a: End, b: End) -> float:
        """Probability that an object lies between two others, seen from above.

        Its centre projects onto the line between the two centres, and lies beside that line by no
        more than half the longest side of the larger of the two plus :data:`BETWEEN_TOLERANCE`.
        """
        item, one, two = (self.on_floor(end).footprint for end in (thing, a, b))
        gap = two.centre - one.centre
        length = float(np.linalg.norm(gap))
        if length < 1e-6:
            return 0.0
        along = gap / length
        across = np.array([-along[1], along[0]])
        offset = item.centre - one.centre
        position, beside = float(along @ offset), abs(float(across @ offset))
        width = max(*one.size, *two.size) / 2 + BETWEEN_TOLERANCE
        covariance = item.covariance + (one.covariance + two.covariance) / 2
        along_std, across_std = (math.sqrt(float(v @ covariance @ v)) for v in (along, across))
        return (
            chance_positive(position, along_std)
            * chance_positive(length - position, along_std)
            * chance_positive(width - beside, across_std)
        )
