# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Where the objects of a frame's regions are and how large they look, in any frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.scene.statistics import quantiles

from .flat_outline import flat_outline
from .frame_geometry import FrameGeometry
from .size_priors import is_flat

#: Quantiles of a surface between which its extent lies, without stray pixels at a mask's edge.
_EXTENT = 0.05, 0.95


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
        outline: of an object that lies on the floor, the corners of its rectangle in order, metres.
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
    outline = _outline(pose.apply(found.points), found.label)
    return RegionPose(pose.frame_id, (x, y, z), (dx, dy, dz), found.valid_ratio, outline)


def _outline(points: NDArray[np.float64], label: str) -> tuple[tuple[float, float, float], ...]:
    """The corners of a flat object; empty for others, and where its points are on no plane."""
    corners = flat_outline(points) if is_flat(label) else None
    return () if corners is None else tuple((x, y, z) for x, y, z in corners.tolist())


def _valid_ratio(geometry: FrameGeometry, region_id: int) -> float:
    depth, mask = geometry.frame.depth, geometry.region(region_id).mask
    pixels = int(np.count_nonzero(mask))
    if depth is None or pixels == 0:
        return float("nan")
    return float(np.count_nonzero(np.isfinite(depth[mask]))) / pixels
