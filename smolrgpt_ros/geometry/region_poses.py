# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Where the objects of a frame's regions are and how large they look, in any frame."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.camera import rays
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.statistics import quantiles

from .flat_outline import flat_outline
from .frame_geometry import FrameGeometry
from .size_priors import SIZES, is_flat

#: Pixels that are sampled of a region for a fast pose, about: more move its median by less than a
#: centimetre.
_FAST_PIXELS = 150
#: Fewest of them with depth.
_FEWEST_FAST_PIXELS = 8
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


def fast_poses(frame: RgbdFrame, regions: Sequence[Region]) -> tuple[RegionPose, ...]:
    """The poses of all regions at a twentieth of the cost of :func:`region_poses`.

    For a topic that is published with every frame. Floor and occlusion are ignored: the position is
    the middle of the seen surface, moved away from the camera as the class's typical size says.
    Positions are in the camera's optical frame.
    """
    depth, camera = frame.depth, frame.intrinsics
    if depth is None or not regions:
        return tuple(RegionPose() for _ in regions)
    # All regions at once up to here: most of the cost is that of calling numpy.
    grids = [_grid(region) for region in regions]
    rows, columns = (np.concatenate(parts) for parts in zip(*grids, strict=True))
    z = depth[rows, columns]
    valid = np.isfinite(z) & (z > 0)
    points = None
    if camera is not None:
        points = rays(camera, columns, rows) * z[:, None].astype(np.float64)
    poses, start = [], 0
    for region, (of_region, _) in zip(regions, grids, strict=True):
        part = slice(start, start + len(of_region))
        start = part.stop
        seen = int(np.count_nonzero(valid[part]))
        ratio = seen / len(of_region) if len(of_region) else float("nan")
        if points is None or seen < max(min(_FEWEST_FAST_PIXELS, len(of_region)), 1):
            poses.append(RegionPose(depth_valid_ratio=ratio))
        else:
            poses.append(
                _by_surface(points[part][valid[part]], region.label, frame.frame_id, ratio)
            )
    return tuple(poses)


def _grid(region: Region) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of about :data:`_FAST_PIXELS` of a region's pixels, evenly spread."""
    box = region.box
    if box is None:
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    x0, y0, x1, y1 = box
    step = max(1, int(math.sqrt((x1 - x0) * (y1 - y0) / (1.5 * _FAST_PIXELS))))
    first = min(step // 2, max(min(x1 - x0, y1 - y0) - 1, 0))
    rows, columns = np.nonzero(region.mask[y0 + first : y1 : step, x0 + first : x1 : step])
    if rows.size == 0:
        # A mask so thin or full of holes that the grid misses it.
        rows, columns = np.nonzero(region.mask)
        return rows, columns
    return rows * step + (y0 + first), columns * step + (x0 + first)


def _by_surface(points: NDArray[np.float64], label: str, frame_id: str, ratio: float) -> RegionPose:
    """The pose of an object of whose surface some points, shape ``(N, 3)``, are seen."""
    prior = SIZES.get(label)
    if prior is not None and not prior.flat:
        # What a mask takes in of the background is farther behind the surface than the object ends.
        depth = points[:, 2]
        points = points[np.abs(depth - np.median(depth)) <= math.hypot(prior.long, prior.height)]
    low, high = quantiles(points, *_EXTENT)
    middle = ((low + high) / 2).tolist()
    if prior is not None and not prior.flat:
        scale = 1.0 + prior.behind_surface / max(math.hypot(*middle), 1e-6)
        middle = [scale * value for value in middle]
    x, y, z = middle
    dx, dy, dz = (high - low).tolist()
    return RegionPose(frame_id, (x, y, z), (dx, dy, dz), ratio, _outline(points, label))


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
