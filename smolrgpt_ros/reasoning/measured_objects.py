"""The objects of a frame as an evaluation needs them: their sizes, distances and loads."""

from __future__ import annotations

import math

import numpy as np

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.geometry.noise import LENGTH_SCALE_SIGMA
from smolrgpt_ros.geometry.object_estimate import ObjectEstimate
from smolrgpt_ros.geometry.payload import load_of
from smolrgpt_ros.geometry.relations import FloorObject, Quantity
from smolrgpt_ros.geometry.size_priors import SIZES

_STANDS_BELOW = 0.1  # metres: largest height of the underside of what is not carried


class CannotMeasure(Exception):
    """Depth does not answer; the message says why."""


class MeasuredObjects:
    """Objects of one frame by region id, for one question.

    Args:
        geometry: of the frame with all its regions.
    """

    def __init__(self, geometry: FrameGeometry) -> None:
        self._geometry = geometry
        self._valid_ratios: list[float] = []

    @property
    def valid_ratio(self) -> float | None:
        """Smallest share of valid depth among the objects used; ``None`` where none was."""
        return min(self._valid_ratios) if self._valid_ratios else None

    def object(self, region_id: int) -> ObjectEstimate:
        """The object of a region.

        Raises:
            CannotMeasure: where depth cannot place it.
        """
        found = self._geometry.estimate(region_id)
        if isinstance(found, str):
            raise CannotMeasure(found)
        self._valid_ratios.append(found.valid_ratio)
        return found

    def on_floor(self, region_id: int) -> FloorObject:
        """The object of a region with the floor below it.

        Raises:
            CannotMeasure: without depth or floor.
        """
        found = self.object(region_id)
        plane = self._geometry.plane
        if plane is None or found.footprint is None:
            raise CannotMeasure("no floor is in view, level and upright cannot be told apart")
        return FloorObject(found, plane)

    def column(self, region_id: int) -> float:
        """Image column of a mask's centroid, pixels."""
        centroid = self._geometry.region(region_id).centroid
        if centroid is None:
            raise CannotMeasure(f"the mask of region {region_id} is empty")
        return centroid[0]

    def volume(self, region_id: int) -> float:
        """Cubic metres; a flat object counts as 1 cm high."""
        size = np.asarray(self.object(region_id).size)
        if not np.all(np.isfinite(size)):
            raise CannotMeasure("no floor is in view, sizes cannot be measured")
        return float(size[0] * size[1] * max(size[2], 0.01))

    def range(self, region_id: int) -> Quantity:
        """Distance of an object's centre from the camera, metres."""
        found = self.object(region_id)
        value = float(np.linalg.norm(found.centre))
        direction = found.centre / max(value, 1e-9)
        return Quantity(value, math.sqrt(float(direction @ found.covariance @ direction)))

    def distance(self, first: int, second: int) -> Quantity:
        """Distance between the centres of two objects, metres."""
        one, two = self.object(first), self.object(second)
        gap = two.centre - one.centre
        value = float(np.linalg.norm(gap))
        direction = gap / max(value, 1e-9)
        variance = float(direction @ (one.covariance + two.covariance) @ direction)
        return Quantity(value, math.sqrt(variance + (LENGTH_SCALE_SIGMA * value) ** 2))

    def is_inside(self, thing: int, place: int) -> bool:
        """Whether a region's object stands on the floor inside a flat region."""
        prior = SIZES.get(self._geometry.region(place).label)
        if prior is None or not prior.flat or self._geometry.region(thing).label == "buffer":
            return False
        item, area = self.object(thing), self.object(place)
        if item.footprint is None or area.footprint is None:
            raise CannotMeasure("no floor is in view, inside and outside cannot be told apart")
        return item.bottom < _STANDS_BELOW and area.footprint.depth_of(item.footprint.centre) > 0

    def load(self, region_id: int) -> float:
        """How surely a transporter carries something, or a pallet boxes, in [0, 1]."""
        self.object(region_id)
        load = load_of(self._geometry, region_id)
        if isinstance(load, str):
            raise CannotMeasure(load)
        return load
