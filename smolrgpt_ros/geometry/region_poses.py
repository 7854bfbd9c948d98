# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Where the objects of a frame's regions are and how large they look, in any frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.plane import Plane
from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.scene.statistics import quantiles

from .flat_outline import flat_outline
from .frame_geometry import FrameGeometry
from .object_estimate import ObjectEstimate
from .sight_lines import corners
from .size_priors import is_flat

#: Quantiles of a surface between which its extent lies, without stray pixels at a mask's edge.
_EXTENT = 0.05, 0.95
#: The lower corners of a box, one after the other around it.
_AROUND = [0, 1, 3, 2]


@dataclass(frozen=True)
class RegionPose:
    """Where depth places the object of one region.

    Args:
        frame_id: frame of position and size; empty without a position.
        position: estimated centre of the object, x, y, z, metres; ``None`` where depth could not
            place it.
        size: extent of the visible surface along the frame's axes, 5th to 95th percentile,
            metres; ``None`` likewise.
        depth_valid_ratio: share of the region's pixels that have depth; NaN without a depth image.
        outline: corners of its fitted shape, metres: four, in order, of the rectangle of what lies
            on the floor; eight, as of :func:`.sight_lines.corners`, of the box of what stands.
            Without a floor only what is flat has one.
    """

    frame_id: str = ""
    position: tuple[float, float, float] | None = None
    size: tuple[float, float, float] | None = None
    depth_valid_ratio: float = float("nan")
    outline: tuple[tuple[float, float, float], ...] = ()


def region_poses(
    geometry: FrameGeometry, pose: Pose | None = None, region_ids: Sequence[int] | None = None
) -> tuple[RegionPose, ...]:
    """The poses of regions by their fitted boxes.

    Args:
        geometry: of the frame.
        pose: of the camera in the frame that positions are wanted in; ``None``: the camera's own.
        region_ids: which regions; ``None``: all, in order.
    """
    pose = pose or Pose.identity(geometry.frame.frame_id)
    if region_ids is None:
        region_ids = [region.id for region in geometry.regions]
    geometry.prepare(region_ids)
    return tuple(_fitted(geometry, region_id, pose) for region_id in region_ids)


def _fitted(geometry: FrameGeometry, region_id: int, pose: Pose) -> RegionPose:
    found = geometry.estimate(region_id)
    if isinstance(found, str):
        return RegionPose(depth_valid_ratio=_valid_ratio(geometry, region_id))
    x, y, z = pose.apply(found.centre[None])[0].tolist()
    low, high = quantiles(pose.apply(found.points), *_EXTENT)
    dx, dy, dz = (high - low).tolist()
    outline = tuple((a, b, c) for a, b, c in pose.apply(outline_of(found, geometry.plane)).tolist())
    return RegionPose(pose.frame_id, (x, y, z), (dx, dy, dz), found.valid_ratio, outline)


def outline_of(found: ObjectEstimate, plane: Plane | None) -> NDArray[np.float64]:
    """The corners of an object's shape, shape ``(4 | 8 | 0, 3)``, optical frame."""
    flat = is_flat(found.label)
    if found.footprint is None or plane is None:
        rectangle = flat_outline(found.points) if flat else None
        return np.zeros((0, 3)) if rectangle is None else rectangle
    box = plane.to_optical(corners(found))
    return box[_AROUND] if flat else box


def _valid_ratio(geometry: FrameGeometry, region_id: int) -> float:
    depth, mask = geometry.frame.depth, geometry.region(region_id).boxed
    if depth is None or mask.box is None:
        return float("nan")
    return float(np.count_nonzero(np.isfinite(depth[mask.window]) & mask.patch)) / mask.area
