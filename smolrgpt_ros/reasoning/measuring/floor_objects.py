# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The measured objects of a frame, and the camera, above the floor."""

from __future__ import annotations

import math

import numpy as np

from smolrgpt_ros.geometry.footprint import Footprint
from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.geometry.object_estimate import ObjectEstimate
from smolrgpt_ros.geometry.relations import FloorObject, direction_of
from smolrgpt_ros.geometry.resting import lowest_part
from smolrgpt_ros.geometry.size_priors import is_flat
from smolrgpt_ros.scene.region import region_name

from .numbers import CannotMeasure, Dependence, Number

#: An end of a relation: a region id, or the camera.
End = int | None
CAMERA: End = None

_COLUMN_STD = 1.0  # pixels by which a mask's centroid may be off

_NO_FLOOR = "no floor is in view, level and upright cannot be told apart"


def region_of(end: End) -> int:
    """The region of an end.

    Raises:
        CannotMeasure: for the camera.
    """
    if end is None:
        raise CannotMeasure("the camera has no size, load or place to measure")
    return end


class FloorObjects:
    """Objects of one frame, for one question.

    Every method raises ``CannotMeasure`` where depth cannot decide.

    Args:
        geometry: of the frame with all its regions.
    """

    def __init__(self, geometry: FrameGeometry) -> None:
        self.geometry = geometry
        self._valid_ratios: dict[int, float] = {}
        self._on_floor: dict[int, FloorObject] = {}
        self._camera: FloorObject | None = None

    @property
    def valid_ratio(self) -> float | None:
        """Least share of pixels with depth among the regions used; ``None`` where none was."""
        return min(self._valid_ratios.values(), default=None)

    def require_scale(self) -> None:
        """Refuses lengths in metres where the depth picture has no scale."""
        if not self.geometry.frame.metric:
            raise CannotMeasure("the depth picture has no scale, so lengths cannot be measured")

    def label(self, region_id: int) -> str:
        """Class of a region."""
        return self.geometry.region(region_id).label

    def name(self, end: End) -> str:
        """As in "pallet 9"."""
        if end is None:
            return "the camera"
        return region_name(self.label(end), end)

    def is_floor_region(self, region_id: int) -> bool:
        """Whether a region is an area of the floor."""
        return is_flat(self.label(region_id))

    def object(self, region_id: int) -> ObjectEstimate:
        """The object of a region."""
        found = self.geometry.estimate(region_id)
        if isinstance(found, str):
            raise CannotMeasure(found)
        if reason := self.geometry.plausibility.reason:
            raise CannotMeasure(reason)
        self._valid_ratios[region_id] = found.valid_ratio
        return found

    def on_floor(self, end: End) -> FloorObject:
        """An object above the floor; the camera as an object without extent."""
        if end is None:
            return self._camera_on_floor()
        if end not in self._on_floor:
            found, plane = self.object(end), self.geometry.plane
            if plane is None or found.footprint is None:
                raise CannotMeasure(_NO_FLOOR)
            self._on_floor[end] = FloorObject(found, plane, self.geometry.calibration)
        return self._on_floor[end]

    def _camera_on_floor(self) -> FloorObject:
        plane = self.geometry.plane
        if plane is None:
            raise CannotMeasure(_NO_FLOOR)
        if self._camera is None:
            nowhere = np.zeros((2, 2))
            footprint = Footprint(np.zeros(2), np.eye(2), (0.0, 0.0), nowhere, (0.0, 0.0))
            self._camera = FloorObject(
                ObjectEstimate(
                    label="camera",
                    centre=np.zeros(3),
                    covariance=np.zeros((3, 3)),
                    size=(0.0, 0.0, 0.0),
                    footprint=footprint,
                    bottom=plane.offset,
                    top=plane.offset,
                    points=np.zeros((0, 3)),
                    valid_ratio=1.0,
                ),
                plane,
                self.geometry.calibration,
            )
        return self._camera

    def column(self, region_id: int) -> Number:
        """Image column of the mask's centroid, pixels."""
        centroid = self.geometry.region(region_id).centroid
        if centroid is not None:
            return Number(centroid[0], _COLUMN_STD**2)
        if self.is_out_of_view(region_id):
            name = self.name(region_id)
            raise CannotMeasure(f"{name} is out of view: it has no place in the picture")
        raise CannotMeasure(f"the mask of region {region_id} is empty")

    def is_out_of_view(self, region_id: int) -> bool:
        """Whether an object is remembered and nothing of its place is seen."""
        region = self.geometry.region(region_id)
        return region.seen_age_s > 0 and region.box is None

    def center_distance(self, a: End, b: End) -> Number:
        """Distance between two centres, metres; the camera's is its optical centre."""
        if a == b:
            return Number(0.0)
        if a is None or b is None:
            end = a if a is not None else b
            assert end is not None
            found = self.object(end)
            metres = math.hypot(*found.centre)
            outwards = found.centre / max(metres, 1e-9)
            place = {end: Dependence(outwards, found.covariance)}
            return Number(metres, 0.0, place, self.geometry.calibration.of_length(found.centre))
        one, two = self.object(a), self.object(b)
        gap = two.centre - one.centre
        metres = math.hypot(*gap)
        along = direction_of(gap, one.covariance + two.covariance)
        centres = {a: Dependence(-along, one.covariance), b: Dependence(along, two.covariance)}
        return Number(metres, 0.0, centres, self.geometry.calibration.of_length(gap))

    def underside(self, region_id: int) -> float:
        """Height of the lowest visible part above the floor, metres."""
        item = self.on_floor(region_id)
        return lowest_part(item.found, item.plane)

    def standing(self, *but: int) -> tuple[int, ...]:
        """Ids of all regions that are no floor regions, except some."""
        return tuple(
            region.id
            for region in self.geometry.regions
            if region.id not in but and not is_flat(region.label)
        )
