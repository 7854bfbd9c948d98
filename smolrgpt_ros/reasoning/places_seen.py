# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Places whose contents a question asks, and which the picture does not show well enough: parts of
them are hidden, or their outline is none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from smolrgpt_ros.geometry.footprint import Footprint
from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.geometry.object_estimate import ObjectEstimate
from smolrgpt_ros.geometry.size_priors import is_flat
from smolrgpt_ros.language.question import (
    Holding,
    Ids,
    Inside,
    OfClass,
    Question,
    State,
    parts_of,
)
from smolrgpt_ros.scene.camera import project, rays
from smolrgpt_ros.scene.region import Region

from .floor_raster import FloorRaster

#: Share of a place's floor that has to be seen for an answer about what stands there.
_LEAST_SEEN = 0.75
#: Overlap of a mask and its rectangle, of the floor in sight, from which on they are one outline: a
#: mask that frays out, or joins two places, makes a rectangle that is neither.
_SAME_OUTLINE = 0.85
#: Points along each side of a place.
_GRID = 12
#: Metres, and share of the depth, by which the floor may be nearer than it should be.
_TOLERANCE, _TOLERANCE_SHARE = 0.1, 0.02


def places_in_doubt(
    question: Question, raster: FloorRaster
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """One sentence for each place of a question whose floor is not wholly seen; and for each whose
    outline is not sure, so that what stands at its edges may be counted wrong."""
    unseen, unsure = [], []
    geometry = raster.geometry
    for region, footprint in footprints_asked(question, geometry):
        seen = _seen_share(footprint, geometry)
        if seen < _LEAST_SEEN:
            unseen.append(
                f"{1 - seen:.0%} of {region.name} is hidden or beyond the picture's edge: what "
                "stands there is not seen."
            )
        same = _outline_overlap(region, footprint, raster)
        if same < _SAME_OUTLINE:
            unsure.append(
                f"The mask of {region.name} and the rectangle that it makes on the floor have "
                f"{same:.0%} in common: what stands at its edges may be counted wrong."
            )
    return tuple(unseen), tuple(unsure)


def footprints_asked(question: Question, geometry: FrameGeometry) -> list[tuple[Region, Footprint]]:
    """Floor regions that a question asks the contents of, with their rectangles on the floor; those
    that have none are left out."""
    found = []
    for region in places_asked(question, geometry.regions):
        place = geometry.estimate(region.id)
        if isinstance(place, ObjectEstimate) and place.footprint is not None:
            found.append((region, place.footprint))
    return found


def places_asked(question: Question, regions: Sequence[Region]) -> list[Region]:
    """Floor regions that a question asks the contents of."""
    parts = parts_of(question)
    of_places = [p for part in parts if isinstance(part, Inside) for p in parts_of(part.place)]
    if any(isinstance(part, State | Holding) for part in parts):
        of_places += parts
    ids = {i for part in of_places if isinstance(part, Ids) for i in part.ids}
    labels = {part.label for part in of_places if isinstance(part, OfClass)}
    return [r for r in regions if is_flat(r.label) and (r.id in ids or r.label in labels)]


def _outline_overlap(region: Region, footprint: Footprint, raster: FloorRaster) -> float:
    """Overlap of a place's mask and its rectangle, of the floor in sight, 0 to 1; 1 where none is.

    Of a place that is only remembered there is no mask to compare.
    """
    if region.only_remembered or region.box is None:
        return 1.0
    in_sight = raster.on_floor
    masked = region.mask[:: raster.every, :: raster.every][in_sight]
    inside = footprint.depths_of(raster.points[in_sight.ravel(), :2]) >= 0
    union = np.count_nonzero(masked | inside)
    return float(np.count_nonzero(masked & inside) / union) if union else 1.0


def _seen_share(footprint: Footprint, geometry: FrameGeometry) -> float:
    """Share of a floor region that is seen, or covered by what stands in it, 0 to 1."""
    plane, camera, depth = geometry.plane, geometry.frame.intrinsics, geometry.frame.depth
    assert plane is not None and camera is not None and depth is not None  # it has a footprint
    steps = (np.arange(_GRID) + 0.5) / _GRID - 0.5
    u, v = (part.ravel() for part in np.meshgrid(steps, steps))
    floor = np.stack([u, v], axis=1) * footprint.size @ footprint.axes + footprint.centre
    points = plane.to_optical(np.column_stack([floor, np.zeros(len(floor))]))
    ahead = points[points[:, 2] > 0.05]
    columns, rows = (np.rint(values) for values in project(camera, ahead))
    beyond = (columns < 0) | (rows < 0) | (columns >= camera.width) | (rows >= camera.height)
    columns, rows = (values[~beyond].astype(int) for values in (columns, rows))
    z = ahead[~beyond, 2]
    measured = depth[rows, columns].astype(np.float64)
    with np.errstate(invalid="ignore"):
        hidden = measured < z - _TOLERANCE - _TOLERANCE_SHARE * z
    hits = plane.to_floor(rays(camera, columns, rows) * measured[:, None])[:, :2]
    stands_in = footprint.depths_of(hits) >= 0
    return float(np.count_nonzero(~hidden | stands_in)) / len(floor)
