"""Where the objects of a frame's regions are and how large they look, in any frame. Free of ROS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..reasoning.frame_geometry import FrameGeometry
from .transforms import Pose


@dataclass(frozen=True)
class Place:
    """What depth tells about one region.

    Args:
        frame_id: frame of position and size; empty without a position.
        position: estimated centre of the object, x, y, z, metres; ``None`` where depth could not
            tell.
        size: extent of the visible surface along the frame's axes, 5th to 95th percentile,
            metres; ``None`` likewise.
        depth_valid_ratio: share of the region's pixels that have depth; NaN without a depth image.
    """

    frame_id: str = ""
    position: tuple[float, float, float] | None = None
    size: tuple[float, float, float] | None = None
    depth_valid_ratio: float = float("nan")


def places_of(
    geometry: FrameGeometry, pose: Pose | None = None, positions: Sequence[int] | None = None
) -> tuple[Place, ...]:
    """The places of regions of a geometry.

    Args:
        geometry: of the frame.
        pose: where positions are wanted; ``None``: the camera's optical frame.
        positions: which regions, as indexes into ``geometry.regions``; ``None``: all, in order.
    """
    pose = pose or Pose.identity(geometry.frame.frame_id)
    chosen = range(len(geometry.regions)) if positions is None else positions
    return tuple(_place(geometry, index, pose) for index in chosen)


def _place(geometry: FrameGeometry, index: int, pose: Pose) -> Place:
    found = geometry.estimate(index)
    if isinstance(found, str):
        return Place(depth_valid_ratio=_valid_ratio(geometry, index))
    x, y, z = pose.apply(found.centre[None])[0].tolist()
    low, high = np.percentile(pose.apply(found.points), (5, 95), axis=0)
    dx, dy, dz = (high - low).tolist()
    return Place(pose.frame_id, (x, y, z), (dx, dy, dz), found.valid_ratio)


def _valid_ratio(geometry: FrameGeometry, index: int) -> float:
    depth, mask = geometry.frame.depth, geometry.regions[index].mask
    pixels = int(np.count_nonzero(mask))
    if depth is None or pixels == 0:
        return float("nan")
    return float(np.count_nonzero(np.isfinite(depth[mask]))) / pixels
