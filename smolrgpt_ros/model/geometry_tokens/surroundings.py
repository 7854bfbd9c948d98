# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What a picture shows above and below a region, and not of it: loads, carriers, contents.

It is looked for above and below the region in the picture: under a rolled camera, or beside the
middle of one that looks straight down, a part of a high load is missed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.camera import CameraIntrinsics, rays
from smolrgpt_ros.scene.plane import Plane

PARTS = ("share", "middle", "end")
"""Of what is above, then of what is below: its pixels by the region's, and its median and farthest
height from the region."""

_ABOVE_M, _BELOW_M = 2.0, 1.2
"""Heights that are looked at above and below a region."""
_BESIDE_M = 0.15
"""A point this far beside the region still counts: a load may be wider than what carries it."""
_CLEAR_M, _FLOOR_M = 0.04, 0.05
"""A point counts where it is this much higher or lower than the region, and above the floor."""
_MOST_PIXELS = 3000
_MOST_SHARE = 4.0


@dataclass(frozen=True, eq=False)
class Body:
    """Where a region is, as most of its points say.

    Args:
        directions: ``(K, 2)`` along the floor, to the right and ahead.
        least, most: ``(K,)`` metres along each.
        low, high: metres above the floor.
        ahead: metres along the optical axis, positive.
    """

    directions: NDArray[np.float64]
    least: NDArray[np.float64]
    most: NDArray[np.float64]
    low: float
    high: float
    ahead: float


def surroundings(
    depth: NDArray[np.floating],
    intrinsics: CameraIntrinsics,
    mask: NDArray[np.bool_],
    box: tuple[int, int, int, int],
    floor: Plane,
    body: Body,
) -> NDArray[np.float32]:
    """What stands on a region and under it.

    Args:
        depth: ``(H, W)`` metres; NaN or not positive where invalid.
        intrinsics: of the picture.
        mask: ``(H, W)`` bool, not empty.
        box: of the mask, ``(x0, y0, x1, y1)``, the last ones exclusive.
        floor: of the frame.
        body: of the region.

    Returns:
        ``(6,)`` float32: :data:`PARTS` of what is above, then below; zeros where nothing is.
    """
    found = np.zeros(2 * len(PARTS), np.float32)
    height, width = mask.shape
    x0, y0, x1, y1 = box
    metre = intrinsics.fy / body.ahead
    rows = slice(max(0, int(y0 - _ABOVE_M * metre)), min(height, int(y1 + _BELOW_M * metre) + 1))
    beside = int(_BESIDE_M * metre) + 1
    columns = slice(max(0, x0 - beside), min(width, x1 + beside))
    pixels = (rows.stop - rows.start) * (columns.stop - columns.start)
    stride = max(1, int(np.ceil((pixels / _MOST_PIXELS) ** 0.5)))
    v, u = np.mgrid[rows.start : rows.stop : stride, columns.start : columns.stop : stride]
    z = depth[v, u]
    usable = ~mask[v, u] & np.isfinite(z) & (z > 0)
    points = rays(intrinsics, u[usable], v[usable]).T * z[usable].astype(np.float64)
    if not points.size:
        return found
    on_floor = floor.to_floor(points.T)
    along = on_floor[:, :2] @ body.directions.T
    within = ((along > body.least - _BESIDE_M) & (along < body.most + _BESIDE_M)).all(1)
    up = on_floor[within, 2]
    area = max(1, int(mask[y0:y1, x0:x1].sum()))
    above, below = up - body.high, body.low - up[up > _FLOOR_M]
    for part, (metres, most) in enumerate(((above, _ABOVE_M), (below, _BELOW_M))):
        metres = metres[(metres > _CLEAR_M) & (metres < most)]
        if metres.size:
            share = min(metres.size * stride * stride / area, _MOST_SHARE)
            found[3 * part : 3 * part + 3] = share, np.median(metres), metres.max()
    return found
