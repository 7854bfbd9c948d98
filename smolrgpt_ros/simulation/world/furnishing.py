# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Furnishing of a site: racks, transporters, pallets and clutter at random free places."""

from __future__ import annotations

import numpy as np

from . import clutter, objects
from .footprints import FloorRectangle
from .site import Site
from .surroundings import Room


def place_racks(rng: np.random.Generator, site: Site, room: Room) -> None:
    """One to three racks along the walls."""
    wanted = int(rng.choice([1, 2, 3], p=[0.3, 0.4, 0.3]))
    for _ in range(20 * wanted):
        if wanted == 0:
            return
        built = objects.rack(rng)
        spot = room.along_wall(rng, built.length, built.width, float(rng.uniform(0.08, 0.5)))
        if site.free(spot) and site.clear_of_buffers(spot, 0.3):
            site.add(built, "shelf", spot)
            wanted -= 1


def place_transporters(rng: np.random.Generator, site: Site) -> None:
    """One to three transporters, empty or with a pallet, in the field and around it."""
    half_x, half_y = site.field.half_x, site.field.half_y
    count = int(rng.choice([1, 2, 3], p=[0.25, 0.4, 0.35]))
    empty = int(rng.integers(count)) if rng.random() < 0.85 else -1
    for index in range(count):
        loaded = index != empty and rng.random() < 0.8
        over_buffer = rng.random() < (0.45 if loaded else 0.15)
        for _ in range(40):
            if over_buffer:
                buffer = site.buffers[int(rng.integers(len(site.buffers)))]
                x = buffer.centre[0] + float(rng.normal(0, 0.35))
                y = float(rng.uniform(-half_y, half_y))
            else:
                x = float(rng.uniform(-half_x - 1.4, half_x + 1.4))
                y = float(rng.uniform(-half_y - 2.0, half_y + 1.4))
            yaw = float(rng.integers(4)) * np.pi / 2 + float(rng.normal(0, 0.2))
            if rng.random() < 0.25:
                yaw = float(rng.uniform(0, 2 * np.pi))
            if not site.clear_of_tape(x, y):
                continue
            spot = FloorRectangle(x, y, 1.9 if loaded else 1.6, 1.35 if loaded else 1.0, yaw)
            if not site.free(spot):
                continue
            vehicle = objects.transporter(rng)
            number = site.add(vehicle, "transporter", spot, load="loaded" if loaded else "empty")
            if loaded:
                load_deck(rng, site, spot, number)
            break


def load_deck(
    rng: np.random.Generator,
    site: Site,
    spot: FloorRectangle,
    carrier: int,
    off_middle: tuple[float, float] = (0.08, 0.28),
) -> None:
    """A pallet on the deck, by default so that one end of the vehicle stays visible.

    Args:
        spot, carrier: floor and id of the vehicle.
        off_middle: metres from the middle of the deck, least and most.
    """
    load = str(rng.choice(["grid", "few", "messy"], p=[0.5, 0.3, 0.2]))
    built = objects.pallet(rng, load)
    shift = float(rng.uniform(*off_middle)) * (1 if rng.random() < 0.5 else -1)
    ahead = float(spot.yaw)
    x, y = spot.x + shift * np.cos(ahead), spot.y + shift * np.sin(ahead)
    turned = ahead + float(rng.normal(0, 0.03)) + float(rng.integers(2)) * np.pi / 2
    spot_on_deck = FloorRectangle(float(x), float(y), built.length, built.width, turned)
    site.add(built, "pallet", spot_on_deck, objects.DECK_HEIGHT, "loaded", carrier)


def place_pallets(rng: np.random.Generator, site: Site, count: int, inside_share: float) -> None:
    """Up to ``count`` pallets on the floor, about ``inside_share`` of them in buffers."""
    half_x, half_y = site.field.half_x, site.field.half_y
    for _ in range(count):
        inside = rng.random() < inside_share
        for _ in range(30):
            if inside:
                buffer = site.buffers[int(rng.integers(len(site.buffers)))]
                x = buffer.centre[0] + float(rng.normal(0, 0.25))
                y = float(rng.uniform(-half_y + 0.4, half_y - 0.4))
            else:
                x = float(rng.uniform(-half_x - 1.6, half_x + 1.6))
                y = float(rng.uniform(-half_y - 1.8, half_y + 1.6))
            if not site.clear_of_tape(x, y):
                continue
            yaw = float(rng.normal(0, 0.08)) + float(rng.integers(2)) * np.pi / 2
            if rng.random() < 0.1:
                yaw = float(rng.uniform(0, np.pi))
            if not site.free(FloorRectangle(x, y, 1.27, 1.27, yaw)):
                continue
            built = objects.pallet(rng)
            spot = FloorRectangle(x, y, built.length + 0.04, built.width + 0.04, yaw)
            site.add_pallet(built, spot)
            break


def place_clutter(rng: np.random.Generator, site: Site, room: Room) -> None:
    """People, humanoids, tables, trolleys and loose boxes: no question is about them."""
    makers = (
        (clutter.table, int(rng.integers(0, 4)), True),
        (clutter.trolley, int(rng.integers(0, 4)), True),
        (clutter.loose_boxes, int(rng.integers(0, 3)), True),
        (clutter.person, int(rng.integers(0, 4)), False),
        (clutter.humanoid, int(rng.integers(0, 3)), False),
    )
    for make, count, at_wall in makers:
        for _ in range(count):
            built = make(rng)
            for _ in range(15):
                if at_wall:
                    spot = room.along_wall(
                        rng, built.length, built.width, float(rng.uniform(0.05, 0.5))
                    )
                else:
                    x, y = site.field.draw_point(rng, 2.0)
                    yaw = float(rng.uniform(0, 2 * np.pi))
                    spot = FloorRectangle(x, y, built.length, built.width, yaw)
                if site.free(spot) and (not at_wall or site.clear_of_buffers(spot)):
                    site.add_clutter(built, spot, person=make is clutter.person)
                    break
