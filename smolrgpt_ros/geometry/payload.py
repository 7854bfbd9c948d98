"""Whether a vehicle carries something, and a pallet boxes."""

from __future__ import annotations

import numpy as np

from smolrgpt_ros.scene.pinhole import rays

from .frame_geometry import FrameGeometry
from .object_estimate import ObjectEstimate
from .size_priors import SIZES

_STACKED = 0.3  # metres: what stands on a pallet is at least so high
_CENTRED = 0.6  # metres from the middle of a vehicle to that of its load, at most


def load_of(geometry: FrameGeometry, region_id: int) -> float | str:
    """How surely something stands on a transporter (or a pallet carries boxes), in [0, 1].

    Args:
        geometry: of the frame.
        region_id: of a vehicle or a pallet.

    Returns:
        One sentence where it cannot be told.
    """
    spot = geometry.estimate(region_id)
    if isinstance(spot, str):
        return spot
    if spot.footprint is None:
        return "no floor is in view, a load cannot be told"
    if geometry.region(region_id).label == "pallet":
        return 1.0 if spot.top - spot.bottom > _STACKED else 0.0
    for other in geometry.possible_loads(region_id):
        above = geometry.estimate(other)
        if isinstance(above, str) or above.footprint is None or not above.rides:
            continue
        apart = above.footprint.centre - spot.footprint.centre
        if float(np.linalg.norm(apart)) < _CENTRED:
            return 1.0
    return _occupied(geometry, spot)


def _occupied(geometry: FrameGeometry, spot: ObjectEstimate) -> float | str:
    """Share of the room above a vehicle's deck in which something is seen."""
    plane, camera, depth = geometry.plane, geometry.frame.intrinsics, geometry.frame.depth
    assert plane is not None and camera is not None and depth is not None
    assert spot.footprint is not None
    prior = SIZES["transporter"]
    u, v, h = np.meshgrid(
        np.linspace(-0.3, 0.3, 5) * prior.long,
        np.linspace(-0.3, 0.3, 5) * prior.short,
        prior.height + np.array([0.08, 0.2, 0.35]),
    )
    spots = np.stack([u.ravel(), v.ravel()], axis=1) @ spot.footprint.axes
    room = np.column_stack([spots + spot.footprint.centre, h.ravel()])
    points = plane.to_optical(room)
    points = points[points[:, 2] > 0.1]
    columns = np.rint(points[:, 0] / points[:, 2] * camera.fx + camera.cx).astype(int)
    rows = np.rint(points[:, 1] / points[:, 2] * camera.fy + camera.cy).astype(int)
    inside = (columns >= 0) & (rows >= 0) & (columns < camera.width) & (rows < camera.height)
    columns, rows = columns[inside], rows[inside]
    z = depth[rows, columns].astype(np.float64)
    valid = np.isfinite(z) & (z > 0)
    seen = plane.to_floor(rays(camera, columns[valid], rows[valid]) * z[valid, None])
    around = np.abs((seen[:, :2] - spot.footprint.centre) @ spot.footprint.axes.T)
    over = (around[:, 0] < 0.5 * prior.long) & (around[:, 1] < 0.5 * prior.short + 0.25)
    high = seen[:, 2] > prior.height + 0.06
    load = over & high
    # What stands before the vehicle hides the room above it and tells nothing.
    before = high & ~over & (z[valid] < points[inside][valid, 2] - 0.3)
    known = ~before
    if known.sum() < 6:
        return "what is on the deck is hidden"
    return float(load[known].mean())
