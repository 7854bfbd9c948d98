# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What stands in a floor region, what carries what, with probabilities.

All functions raise ``CannotMeasure`` where depth cannot decide.
"""

from __future__ import annotations

import math

import numpy as np

from smolrgpt_ros.geometry.footprint import Footprint
from smolrgpt_ros.geometry.object_heights import low_base_share
from smolrgpt_ros.geometry.payload import CENTRED, load_of
from smolrgpt_ros.geometry.relations import horizontal_distance
from smolrgpt_ros.geometry.size_priors import SIZES

from .floor_objects import CannotMeasure, FloorObjects
from .numbers import chance_positive

_FOOT_HIDDEN = 0.2  # metres: of a pallet whose lowest visible part is higher the foot is hidden
# How often pallets of 300 simulated frames stood on a vehicle, on the simulator's masks and on a
# detector's: with a hidden foot (27 of 55), over a vehicle but low (11 of 14), and with so much
# showing below the height of a deck that the mask may include the floor (18 of 25).
_CARRIED_UNSEEN, _CARRIED_LOW, _CARRIED_UNCLEAR = 0.4, 0.8, 0.72
_CLEARLY_OFF_FLOOR = 0.1  # share of what shows about the base that is too low for a deck
_OFF_FLOOR = 0.1  # metres: the lowest visible part of what rests on something is higher
_REACHES_ABOVE = 0.15  # metres: the lowest visible part is at most so far above what it rests on


def stands_on_floor(label: str) -> bool:
    """Whether objects of a class always stand on the floor: vehicles, shelves, floor regions."""
    return label in SIZES and label != "pallet"


def inside(objects: FloorObjects, thing: int, place: int) -> float:
    """Probability that an object stands on the floor inside a floor region.

    How sure it is that the middle of its footprint lies inside, from the distance of the middle to
    the nearest edge, and that no vehicle carries it.
    """
    if thing == place or not objects.is_floor_region(place) or objects.is_floor_region(thing):
        return 0.0
    item, area = objects.on_floor(thing).footprint, objects.on_floor(place).footprint
    chance = chance_positive(area.depth_of(item.centre), _edge_std(item, area))
    return min(chance, 1.0 - on_vehicle(objects, thing))


def on_vehicle(objects: FloorObjects, region_id: int) -> float:
    """Probability that an object is a pallet that a vehicle carries, in view or not."""
    if objects.label(region_id) != "pallet":
        return 0.0
    over = _is_over_vehicle(objects, region_id)
    if objects.on_floor(region_id).found.rides:
        share = low_base_share(objects.heights(region_id))
        clear = over or share is None or share < _CLEARLY_OFF_FLOOR
        return 1.0 if clear else _CARRIED_UNCLEAR
    if over:
        return _CARRIED_LOW
    return _CARRIED_UNSEEN if objects.underside(region_id) > _FOOT_HIDDEN else 0.0


def _is_over_vehicle(objects: FloorObjects, pallet: int) -> bool:
    """Whether a pallet is where a vehicle is, so that only one of them can stand on the floor."""
    for region in objects.geometry.regions:
        if pallet not in objects.geometry.possible_loads(region.id):
            continue
        try:
            apart = horizontal_distance(objects.on_floor(pallet), objects.on_floor(region.id))
        except CannotMeasure:
            continue
        if apart.value < CENTRED:
            return True
    return False


def unseen_lift(objects: FloorObjects, region_id: int) -> float:
    """Variance of the height of an underside that may rest on a vehicle, square metres."""
    chance = on_vehicle(objects, region_id)
    return SIZES["transporter"].height ** 2 * chance * (1.0 - chance)


def _edge_std(item: Footprint, area: Footprint) -> float:
    """Standard deviation of how far a centre is from the nearest edge of a rectangle."""
    local = np.abs(area.axes @ (item.centre - area.centre))
    edge = int(np.argmin(np.array(area.size) / 2 - local))
    axis = area.axes[edge]
    variance = float(axis @ (item.covariance + area.covariance) @ axis)
    return math.sqrt(variance + (area.size_sigma[edge] / 2) ** 2)


def rests_on(objects: FloorObjects, thing: int, carrier: int) -> float:
    """Probability that one object carries another; on a floor region means inside it.

    A vehicle carries a pallet that is off the floor and centred above it. Vehicles and shelves
    stand on the floor. Anything else rests on an object if its lowest visible part is off the
    floor and not above the other's top, and its centre lies within the other's footprint.
    """
    if objects.is_floor_region(carrier):
        return inside(objects, thing, carrier)
    if thing == carrier or stands_on_floor(objects.label(thing)):
        return 0.0
    item, base = objects.on_floor(thing), objects.on_floor(carrier)
    if objects.label(carrier) == "transporter" and objects.label(thing) == "pallet":
        if thing not in objects.geometry.possible_loads(carrier):
            return 0.0
        apart = horizontal_distance(item, base)
        centred = chance_positive(CENTRED - apart.value, apart.std)
        return min(centred, on_vehicle(objects, thing))
    depth = base.footprint.depth_of(item.footprint.centre)
    lowest = objects.underside(thing) if depth > -CENTRED else 0.0
    if not _OFF_FLOOR < lowest < base.found.top + _REACHES_ABOVE:
        return 0.0
    return chance_positive(depth, _edge_std(item.footprint, base.footprint))


def carried(objects: FloorObjects, region_id: int) -> float:
    """Probability that an object stands on something instead of the floor."""
    if stands_on_floor(objects.label(region_id)):
        return 0.0
    if (chance := on_vehicle(objects, region_id)) > 0.0:
        return chance
    if objects.underside(region_id) <= _OFF_FLOOR:
        return 0.0
    return max((rests_on(objects, region_id, i) for i in objects.standing(region_id)), default=0.0)


def loaded(objects: FloorObjects, region_id: int) -> float:
    """Probability that an object carries or contains something.

    Vehicles and pallets by what stands on them, also where it is no region of its own; floor
    regions by what stands in them. Of other objects only a load that is a region is known.
    """
    label = objects.label(region_id)
    if label in ("transporter", "pallet"):
        objects.object(region_id)
        load = load_of(objects.geometry, region_id)
        if isinstance(load, str):
            raise CannotMeasure(load)
        return load
    found = max((rests_on(objects, i, region_id) for i in objects.standing(region_id)), default=0.0)
    if objects.is_floor_region(region_id) or (found >= 0.5 and label != "shelf"):
        return found
    raise CannotMeasure(f"whether {objects.name(region_id)} is empty or loaded cannot be measured")
