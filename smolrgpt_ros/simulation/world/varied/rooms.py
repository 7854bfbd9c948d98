# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Walls of many kinds: halls and small rooms, with doors, windows, stripes and pillars."""

from __future__ import annotations

import numpy as np

from ..objects import pick, varied
from ..parts import WHITE, Colour, Part, box
from ..surroundings import Room, wall_panel

_ACCENTS: tuple[Colour, ...] = (
    (0.1, 0.32, 0.62),
    (0.45, 0.47, 0.5),
    (0.9, 0.75, 0.1),
    (0.2, 0.45, 0.3),
    (0.7, 0.2, 0.15),
    (0.3, 0.3, 0.32),
)
_DOORS: tuple[Colour, ...] = (
    (0.5, 0.34, 0.22),
    (0.36, 0.22, 0.14),
    (0.8, 0.8, 0.78),
    (0.3, 0.4, 0.5),
    (0.5, 0.5, 0.52),
)


def walls(rng: np.random.Generator, room: Room, height: float) -> tuple[Part, ...]:
    """Four walls."""
    tint = varied(
        rng, pick(rng, (WHITE, WHITE, (0.9, 0.88, 0.8), (0.75, 0.8, 0.85), (0.8, 0.7, 0.6))), 0.1
    )
    base, accent = float(rng.uniform(0.0, 1.3)), varied(rng, pick(rng, _ACCENTS), 0.15)
    stripe = rng.random() < 0.4
    parts: list[Part] = []
    for wall in room.walls():
        length = wall.length
        layers = [wall_panel(length, height, tint)]
        if base > 0.4:
            shade = accent if stripe else varied(rng, tint, 0.3)
            layers.append(box((0, -0.01, base / 2), (length, 0.06, base), shade))
        if stripe:
            z = float(rng.uniform(0.8, 2.2))
            layers.append(box((0, 0.0, z), (length, 0.05, float(rng.uniform(0.1, 0.4))), accent))
        layers += _openings(rng, length, height)
        parts += wall.place(layers)
    return tuple(parts)


def _openings(rng: np.random.Generator, length: float, height: float) -> list[Part]:
    """Doors, gates, windows and pillars along a wall."""
    parts: list[Part] = []
    x = -length / 2 + float(rng.uniform(0.5, 2.5))
    while x < length / 2 - 1.2:
        kind = int(rng.integers(6))
        if kind == 0:
            colour, wide = varied(rng, pick(rng, _DOORS), 0.15), float(rng.uniform(0.8, 1.1))
            parts.append(box((x, 0, 1.05), (wide, 0.05, 2.1), colour, pick(rng, ("wood", ""))))
            for z in (0.55, 1.55):
                parts.append(box((x, 0.02, z), (wide * 0.7, 0.04, 0.75), varied(rng, colour, 0.2)))
            parts.append(box((x + wide * 0.4, 0.05, 1.05), (0.04, 0.06, 0.14), (0.2, 0.2, 0.2)))
        elif kind == 1 and height > 3.5:
            colour = varied(rng, pick(rng, (*_DOORS, *_ACCENTS)), 0.15)
            wide = float(rng.uniform(2.2, 3.4))
            for row in range(8):
                centre = (x + wide / 2, 0, 0.2 + row * 0.4)
                parts.append(box(centre, (wide, 0.06, 0.38), varied(rng, colour, 0.05)))
            x += wide
        elif kind == 2:
            wide, tall, z = (float(v) for v in rng.uniform((0.7, 0.6, 1.3), (2.2, 1.4, 2.2)))
            parts.append(box((x, 0, z + tall / 2), (wide, 0.05, tall), (0.85, 0.86, 0.86)))
            glass = varied(rng, pick(rng, ((0.95, 0.97, 1.0), (0.5, 0.6, 0.7), (0.15, 0.17, 0.2))))
            parts.append(box((x, 0.02, z + tall / 2), (wide - 0.14, 0.05, tall - 0.14), glass))
        elif kind == 3:
            wide = float(rng.uniform(0.15, 0.45))
            shade = float(rng.uniform(0.5, 0.95))
            parts.append(box((x, 0.1, height / 2), (wide, 0.3, height), (shade, shade, shade)))
        elif kind == 4:
            size = (float(rng.uniform(0.3, 1.2)), 0.04, float(rng.uniform(0.3, 1.0)))
            parts.append(box((x, 0.01, float(rng.uniform(1.2, 2.0))), size, (1, 1, 1), "print"))
        x += float(rng.uniform(0.8, 4.0))
    return parts
