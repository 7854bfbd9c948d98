# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Objects that rest on something instead of the floor: how probably, and how high.

The fit takes the underside of what shows no deck or table below it for the floor. Where the objects
around it are known, this corrects the box once for all that is made of it: sizes, distances, the
box that is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from smolrgpt_ros.scene.plane import Plane

from .object_estimate import ObjectEstimate
from .size_priors import SIZES

CENTRED = 0.6  # metres from the middle of a vehicle to that of its load, at most
OFF_FLOOR = 0.1  # metres: the lowest visible part of what rests on something is higher
REACHES_ABOVE = 0.15  # metres: the lowest visible part is at most so far above what it rests on

_DECK = SIZES["transporter"].height
# How often a vehicle carried the pallets of 300 simulated frames that were over one but seemed low,
# on a detector's masks, which may take in the vehicle (11 of 14).
_CARRIED_LOW = 0.8


def lowest_part(found: ObjectEstimate, plane: Plane) -> float:
    """Height of the lowest visible part of an object above the floor, metres."""
    return float(np.quantile(plane.to_floor(found.points)[:, 2], 0.02))


def at_rest(
    found: ObjectEstimate, others: Iterable[ObjectEstimate], plane: Plane
) -> ObjectEstimate:
    """An object as high as it rests.

    A pallet that a vehicle probably carries rests on its deck. Anything else rests on an object
    below its lowest visible part, if its centre lies within the footprint of that object.

    Args:
        found: as it was fitted, with a footprint; of a class that may rest on something.
        others: as they were fitted: vehicles near a pallet, else all that stand.
        plane: the floor.
    """
    if found.label == "pallet":
        chance = on_vehicle(found, others)
        lifted = not found.rides and chance >= 0.5
        bottom = min(_DECK, found.top) if lifted else found.bottom
        variance = max(_DECK**2 * chance * (1.0 - chance), _hidden_variance(found, plane))
        return replace(found.with_bottom(bottom, variance, plane), on_vehicle=chance)
    lowest = lowest_part(found, plane)
    assert found.footprint is not None
    deepest, bottom = 0.0, found.bottom
    for other in others:
        if other.footprint is None or not OFF_FLOOR < lowest < other.top + REACHES_ABOVE:
            continue
        depth = other.footprint.depth_of(found.footprint.centre)
        if depth > deepest:
            deepest, bottom = depth, min(lowest, other.top)
    if bottom > found.bottom:
        return replace(found, underside_hidden=False).with_bottom(bottom, 0.0, plane)
    return found.with_bottom(found.bottom, _hidden_variance(found, plane), plane)


def _hidden_variance(found: ObjectEstimate, plane: Plane) -> float:
    """Of the height of an underside that is hidden, square metres: it is anywhere from the floor up
    to what is seen; 0 of one that is not hidden."""
    return lowest_part(found, plane) ** 2 / 12 if found.underside_hidden else 0.0


def on_vehicle(found: ObjectEstimate, vehicles: Iterable[ObjectEstimate]) -> float:
    """Probability that a vehicle carries a pallet, in view or not.

    Args:
        found: the pallet, as it was fitted, with a footprint.
        vehicles: that may carry it.
    """
    if not any(_is_over(found, vehicle) for vehicle in vehicles):
        return found.on_vehicle
    return 1.0 if found.rides else _CARRIED_LOW


def _is_over(load: ObjectEstimate, vehicle: ObjectEstimate) -> bool:
    """Whether a pallet is where a vehicle is, so that only one of them can stand on the floor."""
    if load.footprint is None or vehicle.footprint is None:
        return False
    return bool(np.linalg.norm(load.footprint.centre - vehicle.footprint.centre) < CENTRED)
