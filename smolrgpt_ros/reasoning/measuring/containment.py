"""What stands in a floor region, what carries what, with probabilities.

All functions raise ``CannotMeasure`` where depth cannot decide.
"""

from __future__ import annotations

import math

import numpy as np

from smolrgpt_ros.geometry.footprint import Footprint
from smolrgpt_ros.geometry.payload import CENTRED, load_of
from smolrgpt_ros.geometry.relations import horizontal_distance
from smolrgpt_ros.geometry.size_priors import SIZES

from .floor_objects import CannotMeasure, FloorObjects
from .numbers import chance_positive

_STANDS_BELOW = 0.1  # metres: largest height of the underside of what is not carried
_FOOT_HIDDEN = 0.2  # metres: of a pallet whose lowest visible part is higher the foot is hidden
# How often such a pallet was carried after all: 6 of 15 among 712 pallets of simulated frames.
_CARRIED_UNSEEN = 0.4
_OFF_FLOOR = 0.1  # metres: the lowest visible part of what rests on something is higher
_REACHES_ABOVE = 0.15  # metres: the lowest visible part is at most so far above what it rests on


def stands_on_floor(label: str) -> bool:
    """Whether objects of a class always stand on the floor: vehicles, shelves, floor regions."""
    return label in SIZES and label != "pallet"


def inside(objects: FloorObjects, thing: int, place: int) -> float:
    """Probability that an object stands on the floor inside a floor region.

    At least 0.5 exactly where the middle of its footprint lies inside; beyond that, how sure that
    is, from the distance of the middle to the nearest edge.
    """
    if thing == place or not objects.is_floor_region(place) or objects.is_floor_region(thing):
        return 0.0
    item, area = objects.on_floor(thing), objects.on_floor(place).footprint
    if item.found.bottom >= _STANDS_BELOW:
        return 0.0
    depth = area.depth_of(item.footprint.centre)
    chance = chance_positive(depth, _edge_std(item.footprint, area))
    return min(chance, 1.0 - _CARRIED_UNSEEN) if _foot_is_hidden(objects, thing) else chance


def _foot_is_hidden(objects: FloorObjects, region_id: int) -> bool:
    """Whether a pallet may stand on a vehicle that is not seen to carry it."""
    if objects.label(region_id) != "pallet" or objects.on_floor(region_id).found.rides:
        return False
    return objects.underside(region_id) > _FOOT_HIDDEN


def unseen_lift(objects: FloorObjects, region_id: int) -> float:
    """Variance of the height of an object's underside where its foot is hidden, square metres."""
    if not _foot_is_hidden(objects, region_id):
        return 0.0
    return SIZES["transporter"].height ** 2 * _CARRIED_UNSEEN * (1.0 - _CARRIED_UNSEEN)


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
        hidden = _foot_is_hidden(objects, thing)
        rides = item.found.rides or hidden
        if not rides or thing not in objects.geometry.possible_loads(carrier):
            return 0.0
        apart = horizontal_distance(item, base)
        centred = chance_positive(CENTRED - apart.value, apart.std)
        return min(centred, _CARRIED_UNSEEN) if hidden else centred
    depth = base.footprint.depth_of(item.footprint.centre)
    lowest = objects.underside(thing) if depth > -CENTRED else 0.0
    if not _OFF_FLOOR < lowest < base.found.top + _REACHES_ABOVE:
        return 0.0
    return chance_positive(depth, _edge_std(item.footprint, base.footprint))


def carried(objects: FloorObjects, region_id: int) -> float:
    """Probability that an object stands on something instead of the floor."""
    if stands_on_floor(objects.label(region_id)):
        return 0.0
    if objects.on_floor(region_id).found.rides:
        return 1.0
    if _foot_is_hidden(objects, region_id):
        return _CARRIED_UNSEEN
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
