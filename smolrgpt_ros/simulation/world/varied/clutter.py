# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What must not be taken for anything else: furniture, plants, cones, planks, carts, machines."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .. import clutter
from ..objects import Built, pick, varied
from ..parts import Colour, ball, bar, box, place, upright
from . import loads

_BRIGHT: tuple[Colour, ...] = (*loads.BRIGHT, (0.55, 0.38, 0.24))


def item(rng: np.random.Generator) -> Built:
    """One thing of the kinds below."""
    return pick(rng, _MAKERS)(rng)


def _plant(rng: np.random.Generator) -> Built:
    tall, green = float(rng.uniform(0.5, 1.6)), varied(rng, (0.16, 0.42, 0.16), 0.3)
    parts = [upright((0, 0, 0.17), 0.17, 0.34, varied(rng, pick(rng, _BRIGHT)))]
    for _ in range(int(rng.integers(5, 12))):
        x, y = (float(v) for v in rng.normal(0, 0.16, 2))
        z = float(rng.uniform(0.4, tall))
        half = tuple(float(v) for v in rng.uniform(0.06, 0.22, 3))
        parts.append(ball((x, y, z), (half[0], half[1], half[2]), varied(rng, green, 0.2)))
        parts.append(bar((0, 0, 0.3), (x, y, z), 0.012, (0.3, 0.25, 0.15)))
    return Built(tuple(parts), 0.6, 0.6, tall)


def _chair(rng: np.random.Generator) -> Built:
    colour, steel = varied(rng, pick(rng, _BRIGHT), 0.15), varied(rng, (0.5, 0.5, 0.52), 0.4)
    cushion, tall = 0.45, float(rng.uniform(0.8, 1.1))
    parts = [
        box((0, 0, cushion), (0.44, 0.44, 0.06), colour),
        box((-0.2, 0, (cushion + tall) / 2 + 0.1), (0.05, 0.42, tall - cushion - 0.15), colour),
    ]
    if rng.random() < 0.5:
        parts.append(bar((0, 0, 0.08), (0, 0, cushion), 0.03, steel))
        for turn in range(5):
            angle = 2 * np.pi * turn / 5
            end = (0.28 * float(np.cos(angle)), 0.28 * float(np.sin(angle)), 0.04)
            parts.append(bar((0, 0, 0.1), end, 0.02, steel))
    else:
        for sx in (-1, 1):
            for sy in (-1, 1):
                parts.append(
                    bar((sx * 0.2, sy * 0.2, 0), (sx * 0.19, sy * 0.19, cushion), 0.015, steel)
                )
    return Built(tuple(parts), 0.55, 0.55, tall)


def _cabinet(rng: np.random.Generator) -> Built:
    length, width, tall = (float(v) for v in rng.uniform((0.4, 0.35, 0.6), (1.4, 0.7, 2.1)))
    colour = varied(
        rng, pick(rng, ((0.6, 0.6, 0.62), (0.85, 0.85, 0.83), (0.5, 0.34, 0.22), *_BRIGHT)), 0.1
    )
    parts = [box((0, 0, tall / 2), (length, width, tall), colour, pick(rng, ("", "wood", "metal")))]
    doors, rows = int(rng.integers(1, 4)), int(rng.integers(1, 5))
    for i in range(doors):
        for j in range(rows):
            size = (length / doors * 0.92, 0.015, tall / rows * 0.93)
            spot = ((i + 0.5) / doors * length - length / 2, -width / 2, (j + 0.5) / rows * tall)
            parts.append(box(spot, size, varied(rng, colour, 0.12)))
            knob = (spot[0] + size[0] * 0.38, spot[1] - 0.015, spot[2])
            parts.append(box(knob, (0.02, 0.02, 0.1), (0.2, 0.2, 0.2)))
    return Built(tuple(parts), length, width, tall)


def _cone(rng: np.random.Generator) -> Built:
    parts = [box((0, 0, 0.015), (0.36, 0.36, 0.03), (0.1, 0.1, 0.1))]
    tall = float(rng.uniform(0.4, 0.8))
    for step in range(6):
        share = step / 6
        colour = (0.95, 0.95, 0.95) if step in (2, 3) else (0.95, 0.35, 0.05)
        parts.append(
            upright((0, 0, tall * (share + 1 / 12)), 0.15 * (1 - share) + 0.02, tall / 6, colour)
        )
    return Built(tuple(parts), 0.4, 0.4, tall)


def _drum(rng: np.random.Generator) -> Built:
    radius, tall = float(rng.uniform(0.15, 0.32)), float(rng.uniform(0.4, 1.0))
    colour = varied(rng, pick(rng, _BRIGHT), 0.15)
    parts = [upright((0, 0, tall / 2), radius, tall, colour)]
    parts += [
        upright((0, 0, tall * s), radius * 1.03, 0.03, varied(rng, colour, 0.2))
        for s in (0.33, 0.66)
    ]
    return Built(tuple(parts), 2 * radius, 2 * radius, tall)


def _ladder(rng: np.random.Generator) -> Built:
    tall, colour = float(rng.uniform(1.4, 2.6)), varied(rng, (0.75, 0.76, 0.78), 0.2)
    parts = []
    for side in (-1, 1):
        parts.append(bar((0, side * 0.22, 0), (0.5, side * 0.17, tall), 0.025, colour))
        parts.append(bar((1.0, side * 0.22, 0), (0.5, side * 0.17, tall), 0.02, colour))
    for step in range(1, int(tall / 0.28)):
        share = step * 0.28 / tall
        parts.append(
            bar((0.5 * share, -0.21, tall * share), (0.5 * share, 0.21, tall * share), 0.02, colour)
        )
    return Built(place(parts, (-0.5, 0.0, 0.0), 0.0), 1.1, 0.5, tall)


def _planks(rng: np.random.Generator) -> Built:
    """Boards lying on the floor side by side or crosswise: wood, and no pallet."""
    length = float(rng.uniform(0.8, 2.2))
    colour = varied(rng, pick(rng, ((0.9, 0.75, 0.55), (0.6, 0.45, 0.32), (0.7, 0.68, 0.62))), 0.15)
    parts = []
    for row in range(int(rng.integers(1, 6))):
        y, turned = row * float(rng.uniform(0.1, 0.16)), float(rng.normal(0, 0.06))
        parts.append(
            box((0, y - 0.25, 0.015), (length, 0.1, 0.03), varied(rng, colour), "wood", turned)
        )
    return Built(tuple(parts), length, 0.8, 0.05)


def _boxes(rng: np.random.Generator) -> Built:
    """Goods on the bare floor, without a pallet."""
    length, width = float(rng.uniform(0.5, 1.2)), float(rng.uniform(0.4, 1.0))
    goods, tall = pick(rng, (loads.boxes, loads.few, loads.crates, loads.sacks, loads.rolls))(
        rng, length, width
    )
    return Built(tuple(goods), length, width, max(tall, 0.1))


def _cart(rng: np.random.Generator) -> Built:
    """A platform trolley with a handle, or a hand truck for pallets."""
    colour = varied(rng, pick(rng, _BRIGHT), 0.15)
    if rng.random() < 0.5:
        parts = [box((-0.7, 0, 0.3), (0.2, 0.3, 0.4), colour)]
        for side in (-1, 1):
            parts.append(box((0.0, side * 0.2, 0.1), (1.15, 0.16, 0.06), colour))
        parts.append(bar((-0.75, 0, 0.4), (-1.0, 0, 1.2), 0.025, (0.2, 0.2, 0.2)))
        parts.append(bar((-1.0, -0.2, 1.2), (-1.0, 0.2, 1.2), 0.025, (0.2, 0.2, 0.2)))
        return Built(tuple(parts), 2.0, 0.6, 1.2)
    length, width = float(rng.uniform(0.8, 1.3)), float(rng.uniform(0.5, 0.7))
    parts = [box((0, 0, 0.2), (length, width, 0.04), colour)]
    for sx in (-1, 1):
        for sy in (-1, 1):
            x, y = sx * length * 0.42, sy * width * 0.4
            parts.append(
                bar((x, y - 0.02, 0.08), (x, y + 0.02, 0.08), 0.08, (0.1, 0.1, 0.1), "cylinder")
            )
    for side in (-1, 1):
        y = side * width * 0.45
        parts.append(
            bar((-length / 2, y, 0.2), (-length / 2 - 0.08, y, 0.95), 0.018, (0.6, 0.6, 0.62))
        )
    x = -length / 2 - 0.08
    parts.append(bar((x, -width * 0.45, 0.95), (x, width * 0.45, 0.95), 0.018, (0.6, 0.6, 0.62)))
    return Built(tuple(parts), length + 0.2, width, 0.95)


def _bicycle(rng: np.random.Generator) -> Built:
    """Two wheels and a frame: a bicycle, or with a dark body a motorcycle."""
    colour = varied(rng, pick(rng, _BRIGHT), 0.2)
    heavy = rng.random() < 0.5
    radius = 0.3 if heavy else 0.34
    parts = []
    for x in (-0.62, 0.62):
        half = 0.05 if heavy else 0.02
        parts.append(
            bar((x, -half, radius), (x, half, radius), radius, (0.06, 0.06, 0.06), "cylinder")
        )
        parts.append(
            bar(
                (x, -half - 0.01, radius),
                (x, half + 0.01, radius),
                0.6 * radius,
                (0.6, 0.6, 0.62),
                "cylinder",
            )
        )
    thick = 0.05 if heavy else 0.02
    hub, pedals, saddle, stem = (-0.62, 0.3), (-0.1, 0.35), (-0.3, 0.75), (0.45, 0.8)
    tubes = (
        (hub, pedals),
        (pedals, stem),
        (saddle, stem),
        ((0.62, 0.3), (0.42, 0.98)),
        (saddle, pedals),
    )
    for a, b in tubes:
        parts.append(bar((a[0], 0, a[1]), (b[0], 0, b[1]), thick, colour))
    if heavy:
        parts.append(ball((0.1, 0, 0.6), (0.45, 0.16, 0.22), colour))
        parts.append(ball((-0.4, 0, 0.75), (0.35, 0.14, 0.1), (0.08, 0.08, 0.08)))
    parts.append(bar((0.42, -0.28, 1.0), (0.42, 0.28, 1.0), 0.02, (0.15, 0.15, 0.15)))
    return Built(tuple(parts), 1.9, 0.6, 1.05)


_MAKERS: tuple[Callable[[np.random.Generator], Built], ...] = (
    _plant,
    _chair,
    _cabinet,
    _cone,
    _drum,
    _ladder,
    _planks,
    _planks,
    _boxes,
    _boxes,
    _cart,
    _bicycle,
    clutter.trolley,
    clutter.table,
    clutter.humanoid,
)
