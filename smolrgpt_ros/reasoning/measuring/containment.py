# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What stands in a floor region, what carries what, with probabilities.

All functions raise ``CannotMeasure`` where depth cannot decide.
"""

from __future__ import annotations

import math

import numpy as np

from smolrgpt_ros.geometry.footprint import Footprint
from smolrgpt_ros.geometry.payload import load_of
from smolrgpt_ros.geometry.relations import horizontal_distance
from smolrgpt_ros.geometry.resting import CENTRED, OFF_FLOOR, REACHES_ABOVE
from smolrgpt_ros.geometry.size_priors import stands_on_floor
from smolrgpt_ros.scene.statistics import chance_positive

from .floor_objects import FloorObjects
from .numbers import CannotMeasure, chance_of_any


def inside(objects: FloorObjects, thing: int, place: int) -> float:
    """Probability that an object stands on the floor inside a floor region.

    How sure it is that the middle of its footprint lies inside, from the distance of the middle to
    the nearest edge, and that nothing carries it.
    """
    if thing == place or not objects.is_floor_region(place) or objects.is_floor_region(thing):
        return 0.0
    item, area = objects.on_floor(thing).footprint, objects.on_floor(place).footprint
    chance = chance_positive(area.depth_of(item.centre), _edge_std(item, area))
    found = objects.on_floor(thing).found
    return min(chance, 1.0 - max(found.on_vehicle, found.on_something))


def on_vehicle(objects: FloorObjects, region_id: int) -> float:
    """Probability that a vehicle carries an object, in view or not."""
    return objects.on_floor(region_id).found.on_vehicle


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
    if not OFF_FLOOR < lowest < base.found.top + REACHES_ABOVE:
        return 0.0
    return chance_positive(depth, _edge_std(item.footprint, base.footprint))


def carried(objects: FloorObjects, region_id: int) -> float:
    """Probability that an object stands on something instead of the floor."""
    if stands_on_floor(objects.label(region_id)):
        return 0.0
    if (chance := on_vehicle(objects, region_id)) > 0.0:
        return chance
    chance = objects.on_floor(region_id).found.on_something
    if chance == 1.0 or objects.underside(region_id) <= OFF_FLOOR:
        return chance
    # It rests on one of them at most.
    others = sum(rests_on(objects, region_id, i) for i in objects.standing(region_id))
    return max(chance, min(1.0, others))


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
    found = chance_of_any(rests_on(objects, i, region_id) for i in objects.standing(region_id))
    if objects.is_floor_region(region_id) or (found >= 0.5 and label != "shelf"):
        return found
    raise CannotMeasure(f"whether {objects.name(region_id)} is empty or loaded cannot be measured")
