# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Whether a vehicle carries something, and a pallet boxes."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.camera import project, rays
from smolrgpt_ros.scene.statistics import chance_positive

from .footprint import Footprint
from .frame_geometry import FrameGeometry
from .object_estimate import ObjectEstimate
from .resting import CENTRED
from .size_priors import SIZES

_VEHICLE = SIZES["transporter"]
_STACKED = 0.3  # metres: goods on a pallet are at least so high
# The space above a deck that is searched: shares of its sides, and metres above it.
_SEARCHED = np.linspace(-0.3, 0.3, 5)
_SEARCHED_HEIGHTS = np.array([0.08, 0.2, 0.35])
_NEAREST = 0.1  # metres of depth of a point that is searched
_ABOVE_DECK = 0.06  # metres above it from which something is a load
_OVERHANG = 0.25  # metres by which a load may stand over the long sides
_IN_FRONT = 0.3  # metres nearer than the space above the deck: it hides that space
_FEWEST_RAYS = 6


def load_of(geometry: FrameGeometry, region_id: int) -> float | str:
    """Probability that something stands on a transporter (or that a pallet carries boxes).

    Args:
        geometry: of the frame.
        region_id: of a vehicle or a pallet.

    Returns:
        In [0, 1], or one sentence why depth does not show it.
    """
    found = geometry.estimate(region_id)
    if isinstance(found, str):
        return found
    if found.footprint is None:
        return "no floor is in view, a load cannot be told"
    if geometry.region(region_id).label == "pallet":
        return _stacked(found)
    for other in geometry.possible_loads(region_id):
        load = geometry.estimate(other)
        if isinstance(load, str) or load.footprint is None or not load.rides:
            continue
        offset = load.footprint.centre - found.footprint.centre
        if float(np.linalg.norm(offset)) < CENTRED:
            return 1.0
    return _occupied(geometry, found.footprint)


def _stacked(pallet: ObjectEstimate) -> float:
    """Probability that a pallet carries boxes: that it is high enough, from its underside on the
    floor or on a vehicle's deck, as probable as each of these is."""
    chance, bottom = pallet.on_vehicle, pallet.bottom
    floor, deck = (0.0, bottom) if pallet.rides else (bottom, _VEHICLE.height)
    # ``resting.at_rest`` counts the doubt about the deck as an error of the underside.
    underside = pallet.bottom_sigma**2 - _VEHICLE.height**2 * chance * (1.0 - chance)
    sigma = math.hypot(pallet.top_sigma, math.sqrt(max(underside, 0.0)))
    on_floor, on_deck = (
        chance_positive(pallet.top - lowest - _STACKED, sigma) for lowest in (floor, deck)
    )
    return chance * on_deck + (1.0 - chance) * on_floor


def _occupied(geometry: FrameGeometry, footprint: Footprint) -> float | str:
    """Share of the space above a vehicle's deck in which something is seen.

    Points of that space are looked at along their lines of sight. Where depth ends on something
    high above the footprint, there is a load; where it ends in front of the vehicle, the space is
    hidden; where it ends elsewhere, the space is empty.
    """
    plane, camera, depth = geometry.plane, geometry.frame.intrinsics, geometry.frame.depth
    assert plane is not None and camera is not None and depth is not None
    points = plane.to_optical(_space_above_deck(footprint))
    points = points[points[:, 2] > _NEAREST]
    columns, rows = (np.rint(index).astype(int) for index in project(camera, points))
    inside = (columns >= 0) & (rows >= 0) & (columns < camera.width) & (rows < camera.height)
    columns, rows, expected = columns[inside], rows[inside], points[inside, 2]
    z = depth[rows, columns].astype(np.float64)
    valid = np.isfinite(z) & (z > 0)
    columns, rows, expected, z = columns[valid], rows[valid], expected[valid], z[valid]
    seen = plane.to_floor(rays(camera, columns, rows) * z[:, None])
    across = np.abs((seen[:, :2] - footprint.centre) @ footprint.axes.T)
    over = across[:, 0] < 0.5 * _VEHICLE.long
    over &= across[:, 1] < 0.5 * _VEHICLE.short + _OVERHANG
    high = seen[:, 2] > _VEHICLE.height + _ABOVE_DECK
    hidden = high & ~over & (z < expected - _IN_FRONT)
    if np.count_nonzero(~hidden) < _FEWEST_RAYS:
        return "what is on the deck is hidden"
    return float((over & high)[~hidden].mean())


def _space_above_deck(footprint: Footprint) -> NDArray[np.float64]:
    """Points above a vehicle's deck in the floor frame, shape ``(75, 3)``, metres."""
    u, v, height = np.meshgrid(
        _SEARCHED * _VEHICLE.long, _SEARCHED * _VEHICLE.short, _VEHICLE.height + _SEARCHED_HEIGHTS
    )
    xy = np.stack([u.ravel(), v.ravel()], axis=1) @ footprint.axes + footprint.centre
    return np.column_stack([xy, height.ravel()])
