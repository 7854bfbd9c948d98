# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Which part of an object a frame does not show, and what hides it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.geometry.footprint import Footprint
from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.geometry.object_estimate import ObjectEstimate
from smolrgpt_ros.geometry.sight_lines import facing_points
from smolrgpt_ros.geometry.size_priors import SIZES, is_flat
from smolrgpt_ros.scene.camera import back_project, project
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.statistics import median

#: Least share of an object that counts as hidden.
LEAST_HIDDEN = 0.1
#: Metres, and share of the depth, by which something must be nearer than a point to hide it.
_TOLERANCE, _TOLERANCE_SHARE = 0.25, 0.03
#: Fewest pixels with depth that place an object roughly.
_FEWEST_PIXELS = 20
#: Size of what has no typical one, metres.
_ROUGH_M = 1.0

_UNKNOWN = "something that is no region"


@dataclass(frozen=True)
class HiddenPart:
    """What a frame does not show of an object.

    Args:
        region_id: of the object.
        share: of its sides that face the camera, 0 to 1.
        sentence: that in words, with what hides it.
    """

    region_id: int
    share: float
    sentence: str


def hidden_part(region: Region, found: ObjectEstimate, geometry: FrameGeometry) -> HiddenPart:
    """What is not seen of an object.

    Args:
        region: of the object.
        found: its place, with a footprint.
        geometry: of the frame, with a floor.
    """
    plane, camera, depth = geometry.plane, geometry.frame.intrinsics, geometry.frame.depth
    assert plane is not None and camera is not None and depth is not None
    points = facing_points(found, np.array([0.0, 0.0, plane.offset]))
    if not len(points):
        return HiddenPart(region.id, 0.0, "")
    optical = plane.to_optical(points)
    causes: Counter[str] = Counter()
    ahead = optical[:, 2] > 0.05
    causes["beyond the picture's lower edge"] += int(np.count_nonzero(~ahead))
    columns, rows = (np.rint(values).astype(int) for values in project(camera, optical[ahead]))
    outside = np.zeros(len(columns), bool)
    for edge, beyond in (
        ("left", columns < 0),
        ("right", columns >= camera.width),
        ("upper", rows < 0),
        ("lower", rows >= camera.height),
    ):
        causes[f"beyond the picture's {edge} edge"] += int(np.count_nonzero(beyond & ~outside))
        outside |= beyond
    columns, rows, z = columns[~outside], rows[~outside], optical[ahead][~outside, 2]
    with np.errstate(invalid="ignore"):
        nearer = depth[rows, columns] < z - _TOLERANCE - _TOLERANCE_SHARE * z
    if not is_flat(region.label):  # a floor region's mask may cover what stands in or before it
        nearer &= ~region.boxed.holds(rows, columns)
    for name, count in _covering(region, found, geometry, rows[nearer], columns[nearer]).items():
        causes[f"hidden by {name}"] += count
    share = sum(causes.values()) / len(points)
    worst = [(n, c) for c, n in causes.items() if n >= LEAST_HIDDEN * len(points)]
    worst.sort(reverse=True)
    parts = " and ".join(f"{n / len(points):.0%} {cause}" for n, cause in worst[:2])
    return HiddenPart(region.id, share, f"Of {region.name}, {parts}." if parts else "")


def _covering(
    region: Region,
    found: ObjectEstimate,
    geometry: FrameGeometry,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
) -> dict[str, int]:
    """How many of some pixels belong to each thing, but for what stands in or on a floor region."""
    left = np.ones(len(rows), bool)
    covering: dict[str, int] = {}
    for other in geometry.regions:
        if other.id == region.id or is_flat(other.label):
            continue
        here = left & other.boxed.holds(rows, columns)
        left &= ~here
        if here.any() and not _stands_in(other, found, geometry):
            covering[other.name] = int(np.count_nonzero(here))
    if left.any():
        covering[_UNKNOWN] = int(np.count_nonzero(left))
    return covering


def _stands_in(other: Region, found: ObjectEstimate, geometry: FrameGeometry) -> bool:
    place = geometry.estimate(other.id)
    if not is_flat(found.label) or found.footprint is None or isinstance(place, str):
        return False
    return place.footprint is not None and found.footprint.depth_of(place.footprint.centre) > 0


def rough_place(region: Region, geometry: FrameGeometry) -> ObjectEstimate | None:
    """Where an object is that depth could not place exactly, of the size that is typical.

    ``None`` where hardly any of its pixels have depth, or there is no floor.
    """
    plane, camera, depth = geometry.plane, geometry.frame.intrinsics, geometry.frame.depth
    if plane is None or camera is None or depth is None:
        return None
    points = back_project(depth, camera, region.mask)
    if len(points) < _FEWEST_PIXELS:
        return None
    right, ahead, height = median(plane.to_floor(points)).tolist()
    prior = SIZES.get(region.label)
    long, short = (prior.long, prior.short) if prior is not None else (_ROUGH_M, _ROUGH_M)
    size = np.diag([long, short]) / 4
    footprint = Footprint(
        np.array([right, ahead]), np.eye(2), (long, short), size @ size, (long / 4, short / 4)
    )
    top = 0.0 if prior is not None and prior.flat else max(2 * height, 0.1)
    centre = plane.to_optical(np.array([[right, ahead, top / 2]]))[0]
    return ObjectEstimate(
        label=region.label,
        centre=centre,
        covariance=np.eye(3),
        size=(long, short, top),
        footprint=footprint,
        bottom=0.0,
        top=top,
        points=points,
        valid_ratio=1.0,
    )
