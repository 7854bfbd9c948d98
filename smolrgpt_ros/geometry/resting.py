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
from .object_heights import low_base_share
from .size_priors import SIZES

CENTRED = 0.6  # metres from the middle of a vehicle to that of its load, at most
OFF_FLOOR = 0.1  # metres: the lowest visible part of what rests on something is higher
REACHES_ABOVE = 0.15  # metres: the lowest visible part is at most so far above what it rests on

_DECK = SIZES["transporter"].height
_FOOT_HIDDEN = 0.2  # metres: of a pallet whose lowest visible part is higher the foot is hidden
# How often pallets of 300 simulated frames stood on a vehicle, on the simulator's masks and on a
# detector's: with a hidden foot (27 of 55), over a vehicle but low (11 of 14), and with so much
# showing below the height of a deck that the mask may include the floor (18 of 25).
_CARRIED_UNSEEN, _CARRIED_LOW, _CARRIED_UNCLEAR = 0.4, 0.8, 0.72
_CLEARLY_OFF_FLOOR = 0.1  # share of what shows about the base that is too low for a deck


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
        chance = on_vehicle(found, others, plane)
        lifted = not found.rides and chance >= 0.5
        bottom = min(_DECK, found.top) if lifted else found.bottom
        variance = _DECK**2 * chance * (1.0 - chance)
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
    return found.with_bottom(max(bottom, found.bottom), 0.0, plane)


def on_vehicle(found: ObjectEstimate, vehicles: Iterable[ObjectEstimate], plane: Plane) -> float:
    """Probability that a vehicle carries a pallet, in view or not.

    Args:
        found: the pallet, as it was fitted, with a footprint.
        vehicles: that may carry it.
        plane: the floor.
    """
    over = any(_is_over(found, vehicle) for vehicle in vehicles)
    if found.rides:
        share = low_base_share(plane.to_floor(found.points)[:, 2])
        clear = over or share is None or share < _CLEARLY_OFF_FLOOR
        return 1.0 if clear else _CARRIED_UNCLEAR
    if over:
        return _CARRIED_LOW
    return _CARRIED_UNSEEN if lowest_part(found, plane) > _FOOT_HIDDEN else 0.0


def _is_over(load: ObjectEstimate, vehicle: ObjectEstimate) -> bool:
    """Whether a pallet is where a vehicle is, so that only one of them can stand on the floor."""
    if load.footprint is None or vehicle.footprint is None:
        return False
    return bool(np.linalg.norm(load.footprint.centre - vehicle.footprint.centre) < CENTRED)
