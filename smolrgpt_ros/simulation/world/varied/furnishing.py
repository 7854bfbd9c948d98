# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Places the objects of a varied scene: in buffers and beside them, alone and in stacks."""

from __future__ import annotations

import numpy as np

from ..crowded import row_of_spots
from ..footprints import Field, FloorRectangle
from ..objects import Built
from ..parts import Part, place
from ..site import Site
from ..surroundings import Room
from .makers import Makers
from .markings import marking_style

_MOST_PARTS = {"box": 1500, "cylinder": 300, "capsule": 320, "ball": 250}
"""A scene that has as many of a shape gets no more objects; below ``assets.POOL``."""


def lay_buffers(rng: np.random.Generator, makers: Makers) -> Site:
    """A site with zero to five marked rectangles side by side."""
    count = int(rng.choice([0, 1, 2, 3, 4, 5], p=[0.08, 0.12, 0.26, 0.32, 0.16, 0.06]))
    width, length = float(rng.uniform(1.4, 3.0)), float(rng.uniform(2.2, 7.0))
    gap = float(rng.uniform(0.0, 2.4))
    style, colour = marking_style(rng)
    across = count * width + (count - 1) * gap
    site = Site(Field(max(2.0, across / 2), max(2.0, length / 2)))
    for index in range(count):
        x = (index - (count - 1) / 2) * (width + gap)
        site.add_buffer(x, length, width, makers.marking(rng, length, width, style, colour))
    return site


def add_racks(rng: np.random.Generator, site: Site, room: Room, makers: Makers, most: int) -> None:
    """Racks along the walls."""
    for _ in range(int(rng.integers(0, most + 1))):
        built = makers.rack(rng)
        if min(room.right - room.left, room.back - room.front) < built.length + 2.5:
            continue
        for _ in range(12):
            spot = room.along_wall(rng, built.length, built.width, float(rng.uniform(0.1, 0.6)))
            if _fits(site, built.parts) and site.free(spot) and site.clear_of_buffers(spot, 0.2):
                site.add(built, "shelf", spot)
                break


def add_transporters(
    rng: np.random.Generator, site: Site, makers: Makers, most: int, loaded_share: float
) -> None:
    """Transporters, empty or with a pallet."""
    for _ in range(int(rng.integers(0, most + 1))):
        vehicle = makers.transporter(rng)
        built = vehicle.built
        loaded = vehicle.carries and rng.random() < loaded_share
        size = (built.length, built.width)
        if loaded:
            size = (max(size[0], 1.3), max(size[1], 1.3))
        spot = _free_spot(rng, site, size, (1.5, 2.0))
        if spot is None or not _fits(site, built.parts):
            continue
        number = site.add(built, "transporter", spot, load="loaded" if loaded else "empty")
        if loaded:
            pallet = loaded_pallet(rng, makers, bare=0.1)
            turned = spot.yaw + float(rng.normal(0, 0.04)) + float(rng.integers(2)) * np.pi / 2
            along = float(rng.uniform(-0.2, 0.2))
            x = spot.x + along * float(np.cos(spot.yaw))
            y = spot.y + along * float(np.sin(spot.yaw))
            deck = FloorRectangle(x, y, pallet.length, pallet.width, float(turned))
            site.add(pallet, "pallet", deck, vehicle.deck, "loaded", number)


def loaded_pallet(rng: np.random.Generator, makers: Makers, bare: float) -> Built:
    """A pallet with a load, or without one in a share ``bare`` of cases."""
    pallet = makers.pallet(rng)
    return pallet if rng.random() < bare else _with_load(rng, makers, pallet)


def _with_load(rng: np.random.Generator, makers: Makers, pallet: Built) -> Built:
    goods, top = makers.load(rng, pallet.length, pallet.width)
    parts = (*pallet.parts, *place(goods, (0.0, 0.0, pallet.height), 0.0))
    return Built(parts, pallet.length, pallet.width, pallet.height + top)


def add_pallets(rng: np.random.Generator, site: Site, makers: Makers, count: int) -> None:
    """Pallets alone and in stacks, most of them in buffers where there are any."""
    for _ in range(count):
        pallet = loaded_pallet(rng, makers, bare=0.2)
        reach = max(pallet.length, pallet.width) + 0.06
        x = None
        if site.buffers and rng.random() < 0.6:
            x = site.buffers[int(rng.integers(len(site.buffers)))].centre[0]
            # An unused draw: without it, a seed has another scene than detectors were trained on.
            rng.random()
        spot = _free_spot(rng, site, (reach, reach), (1.6, 1.8), x)
        if spot is None or not _fits(site, pallet.parts):
            continue
        if rng.random() < 0.12:
            stack_pallets(rng, site, makers, spot, int(rng.integers(2, 9)))
        else:
            own = FloorRectangle(spot.x, spot.y, pallet.length, pallet.width, spot.yaw)
            site.add_pallet(pallet, own)


def add_row(rng: np.random.Generator, site: Site, makers: Makers) -> None:
    """Pallets of one kind with loads of their own, side by side."""
    bare = makers.pallet(rng)
    for spot in row_of_spots(rng, site, max(bare.length, bare.width) + 0.04):
        built = _with_load(rng, makers, bare)
        if _fits(site, built.parts):
            own = FloorRectangle(spot.x, spot.y, built.length, built.width, spot.yaw)
            site.add(built, "pallet", own, load="loaded")


def stack_pallets(
    rng: np.random.Generator, site: Site, makers: Makers, spot: FloorRectangle, count: int
) -> None:
    """Bare pallets on top of each other, each an object; a load on the last one sometimes."""
    same = makers.pallet(rng) if rng.random() < 0.7 else None
    ground = 0.0
    for number in range(count):
        pallet = same or makers.pallet(rng)
        last = number == count - 1
        if last and rng.random() < 0.2:
            pallet = _with_load(rng, makers, pallet)
        if not _fits(site, pallet.parts):
            return
        x, y = spot.x + float(rng.normal(0, 0.015)), spot.y + float(rng.normal(0, 0.015))
        yaw = spot.yaw + float(rng.normal(0, 0.03))
        here = FloorRectangle(x, y, pallet.length, pallet.width, yaw)
        site.add_pallet(pallet, here, ground)
        ground += pallet.height


def add_others(rng: np.random.Generator, site: Site, makers: Makers, most: int) -> None:
    """People, forklifts and clutter."""
    for label, make, count in (
        ("person", makers.person, int(rng.integers(0, most + 1))),
        ("forklift", makers.forklift, int(rng.random() < 0.35) + int(rng.random() < 0.1)),
        ("", makers.clutter, int(rng.integers(0, 2 * most + 1))),
    ):
        for _ in range(count):
            built = make(rng)
            size = (built.length, built.width)
            spot = _free_spot(rng, site, size, (2.5, 2.5), turned=True)
            if spot is None or not _fits(site, built.parts):
                continue
            if label:
                site.add(built, label, spot)
            else:
                site.add_clutter(built, spot)


def _free_spot(
    rng: np.random.Generator,
    site: Site,
    size: tuple[float, float],
    beyond: tuple[float, float],
    row_x: float | None = None,
    turned: bool = False,
) -> FloorRectangle | None:
    """Free floor; ``None`` where none is found.

    Args:
        size: length and width, metres.
        beyond: metres off the edges of the field at most, along x and y.
        row_x: the row along y that it is in, within the field.
        turned: whether in any direction; else mostly along x or y.
    """
    reach_x, reach_y = site.field.half_x + beyond[0], site.field.half_y + beyond[1]
    for _ in range(25):
        if row_x is None:
            x, y = float(rng.uniform(-reach_x, reach_x)), float(rng.uniform(-reach_y, reach_y))
        else:
            x = row_x + float(rng.normal(0, 0.25))
            y = float(rng.uniform(-reach_y + 2.2, reach_y - 2.2))
        yaw = float(rng.normal(0, 0.08)) + float(rng.integers(2)) * np.pi / 2
        if turned or rng.random() < 0.2:
            yaw = float(rng.uniform(0, 2 * np.pi))
        spot = FloorRectangle(x, y, *size, float(yaw))
        if site.clear_of_tape(x, y) and site.free(spot):
            return spot
    return None


def _fits(site: Site, parts: tuple[Part, ...]) -> bool:
    """Whether the model has shapes left for these parts."""
    used = {shape: 0 for shape in _MOST_PARTS}
    for part in (*site.parts, *parts):
        used[part.shape] += 1
    return all(used[shape] <= most for shape, most in _MOST_PARTS.items())
