# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Rich scenes: additions to the usual scene of a seed, from a random stream of their own.

More pallets, wrapped loads, aisles of racks, stacks along the walls, more varied light and coloured
floors. The rich scene of a seed has all of its usual scene.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from . import clutter, objects
from .footprints import FloorRectangle
from .furnishing import place_pallets
from .objects import Built
from .parts import Colour, Part, box
from .site import SceneObject, Site
from .surroundings import Room

_FILMS: tuple[Colour, ...] = ((0.05, 0.05, 0.06), (0.12, 0.3, 0.16), (0.1, 0.16, 0.34))
_CLEAR: Colour = (0.86, 0.92, 0.96)
_FLOORS: tuple[Colour, ...] = (
    (1.0, 1.0, 1.0),
    (0.86, 1.0, 0.88),
    (0.86, 0.94, 1.08),
    (1.08, 1.0, 0.86),
    (1.08, 0.9, 0.86),
)
# Loads lower than this (metres, with their pallet) or looser (share of their box) are not wrapped.
_LEAST_WRAPPED, _LEAST_DENSE = 0.55, 0.6
# Metres between buffers and what is added.
_BUFFER_MARGIN = 0.3


def enrich(rng: np.random.Generator, site: Site, room: Room) -> None:
    """Adds to a furnished site."""
    _place_aisles(rng, site, room)
    place_pallets(rng, site, int(rng.integers(2, 8)), 0.8)
    _place_stacks(rng, site, room)
    for item in site.objects:
        if item.label == "pallet" and item.load == "loaded" and rng.random() < 0.45:
            site.parts.extend(_wrapped(rng, site, item))


def floor_tint(rng: np.random.Generator, grey: float) -> Colour:
    """A painted floor as bright as ``grey``."""
    r, g, b = objects.pick(rng, _FLOORS)
    return (grey * r, grey * g, grey * b)


def light_change(rng: np.random.Generator) -> tuple[float, float]:
    """Factors for the strength of the lamp and of ambient light: from dusk to glare."""
    return float(rng.uniform(0.6, 1.35)), float(rng.uniform(0.6, 1.3))


def _place_aisles(rng: np.random.Generator, site: Site, room: Room) -> None:
    """Rows of racks beside the field, single or back to back, with a lane in front."""
    half_x, half_y = site.field.half_x, site.field.half_y
    for side in (-1, 1):
        if rng.random() < 0.45:
            continue
        lane = float(rng.uniform(1.3, 2.0))
        rows = 1 + int(rng.random() < 0.4)
        first = float(rng.uniform(-half_y - 1.0, -half_y + 1.5))
        for row in range(rows):
            y = first
            for _ in range(int(rng.integers(2, 4))):
                built = objects.rack(rng)
                x = side * (half_x + lane + built.width / 2 + row * 1.15)
                spot = FloorRectangle(
                    x, y + built.length / 2, built.length, built.width, -side * float(np.pi / 2)
                )
                y += built.length + 0.06
                if (
                    _in_room(room, spot)
                    and site.clear_of_buffers(spot, _BUFFER_MARGIN)
                    and site.free(spot)
                ):
                    site.add(built, "shelf", spot)


def _place_stacks(rng: np.random.Generator, site: Site, room: Room) -> None:
    for _ in range(int(rng.integers(0, 4))):
        built = _stack(rng)
        spot = room.along_wall(rng, built.length, built.width, float(rng.uniform(0.1, 0.4)))
        if site.clear_of_buffers(spot, _BUFFER_MARGIN) and site.free(spot):
            site.add_clutter(built, spot)


def _stack(rng: np.random.Generator) -> Built:
    """Boxes piled on the bare floor, up to 2 m high: no pallet, and no question is about them."""
    length, width = float(rng.uniform(1.2, 2.2)), float(rng.uniform(0.8, 1.1))
    parts: list[Part] = []
    x, top = -length / 2, 0.0
    while x < length / 2 - 0.3:
        wide = min(float(rng.uniform(0.35, 0.6)), length / 2 - x)
        ground = 0.0
        for _ in range(int(rng.integers(1, 5))):
            tall = float(rng.uniform(0.28, 0.5))
            centre = (x + wide / 2, float(rng.normal(0, 0.03)), ground + tall / 2)
            size = (wide * 0.96, width * float(rng.uniform(0.8, 0.95)), tall * 0.98)
            parts.append(clutter.carton(rng, centre, size))
            ground += tall
        top = max(top, ground)
        x += wide
    return Built(tuple(parts), length, width, top)


def _wrapped(rng: np.random.Generator, site: Site, item: SceneObject) -> tuple[Part, ...]:
    """Stretch film around a load: clear film has colour alone, dark film is also measured."""
    length, width, height = item.size
    load = height - objects.PALLET_HEIGHT
    top_of_pallet = item.centre[2] - height / 2 + objects.PALLET_HEIGHT
    goods = sum(
        8 * float(np.prod(part.half))
        for part in site.parts
        if part.owner == item.id and part.centre[2] > top_of_pallet
    )
    if height < _LEAST_WRAPPED or goods < _LEAST_DENSE * length * width * load:
        return ()
    dark = rng.random() < 0.4
    colour = objects.varied(rng, objects.pick(rng, _FILMS) if dark else _CLEAR)
    # Slightly larger than the goods: coincident faces would flicker.
    film = box(
        (item.centre[0], item.centre[1], top_of_pallet + load / 2 + 0.002),
        (length * 1.004, width * 1.004, load + 0.004),
        colour,
        yaw=item.yaw,
    )
    if dark:
        return (replace(film, owner=item.id),)
    return (replace(film, alpha=float(rng.uniform(0.2, 0.45))),)


def _in_room(room: Room, spot: FloorRectangle) -> bool:
    corners = spot.corners()
    (left, front), (right, back) = corners.min(axis=0), corners.max(axis=0)
    inside = room.left + 0.4 < left and right < room.right - 0.4
    return bool(inside and room.front + 0.4 < front and back < room.back - 0.4)
