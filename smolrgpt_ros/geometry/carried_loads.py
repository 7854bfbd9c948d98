# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Which pallets a vehicle may carry, and the one that it probably does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from smolrgpt_ros.scene.plane import Plane
from smolrgpt_ros.scene.region import Region

from .footprint import Footprint
from .object_draft import ObjectDraft
from .object_estimate import ObjectEstimate

_CARRIED_WITHIN = 0.9  # metres: from what is seen of a vehicle to the middle of its load


def loads_near(vehicle: Region, regions: Sequence[Region]) -> tuple[int, ...]:
    """Ids of the pallets that a vehicle may carry: those less than its own size away from it in
    the image. Empty for anything but a vehicle.

    Args:
        vehicle: a region.
        regions: all of the frame.
    """
    if vehicle.label != "transporter" or vehicle.box is None:
        return ()
    x0, y0, x1, y1 = vehicle.box
    width, height = x1 - x0, y1 - y0
    loads = []
    for region in regions:
        if region.label != "pallet" or (box := region.box) is None:
            continue
        near_x = min(box[2], x1 + width) > max(box[0], x0 - width)
        near_y = min(box[3], y1 + height) > max(box[1], y0 - height)
        if near_x and near_y:
            loads.append(region.id)
    return tuple(loads)


def vehicles_near(load: Region, regions: Sequence[Region]) -> tuple[int, ...]:
    """Ids of the vehicles that may carry a pallet, see :func:`loads_near`. Empty for anything but
    a pallet.

    Args:
        load: a region.
        regions: all of the frame.
    """
    if load.label != "pallet":
        return ()
    return tuple(region.id for region in regions if loads_near(region, (load,)))


def nearest_loads(
    drafts: Mapping[int, ObjectDraft],
    known: Mapping[int, ObjectEstimate | str],
    possible: Callable[[int], Sequence[int]],
    plane: Plane,
) -> tuple[dict[int, Footprint], dict[int, int]]:
    """The nearest load of each vehicle.

    Args:
        drafts: objects to be fitted, by region id.
        known: objects that were estimated before, likewise.
        possible: ids of the pallets that a region may carry.
        plane: the floor.

    Returns:
        Footprints of loads estimated before, and ids of those that are fitted together with their
        vehicle, by the vehicle's id.
    """
    estimated: dict[int, Footprint] = {}
    together: dict[int, int] = {}
    for vehicle, loads in ((i, possible(i)) for i in drafts):
        if not loads:
            continue
        middle, nearest = drafts[vehicle].middle(plane), _CARRIED_WITHIN
        for load in loads:
            found = known.get(load)
            footprint = None
            if isinstance(found, ObjectEstimate) and found.rides:
                footprint = found.footprint
            if footprint is not None:
                centre = footprint.centre
            elif load in drafts and drafts[load].problem.vertical.bottom > 0:
                centre = drafts[load].problem.starts[0, :2]
            else:
                continue
            distance = float(np.linalg.norm(centre - middle))
            if distance >= nearest:
                continue
            nearest = distance
            estimated.pop(vehicle, None)
            together.pop(vehicle, None)
            if footprint is None:
                together[vehicle] = load
            else:
                estimated[vehicle] = footprint
    return estimated, together
