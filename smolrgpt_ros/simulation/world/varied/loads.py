# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Loads of pallets and racks: boxes, drums, sacks, crates, rolls, timber, tanks, machines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..objects import pick, varied
from ..parts import Colour, Part, ball, bar, box, upright

Load = tuple[list[Part], float]
"""Parts on a deck, whose middle is the origin, and the height of the highest, metres."""

_CARTONS = ("carton", "print", "cardboard0", "cardboard1", "cardboard2", "cardboard3", "")
_CARTON_COLOURS: tuple[Colour, ...] = (
    (1.0, 0.94, 0.86),
    (0.9, 0.74, 0.55),
    (0.76, 0.62, 0.48),
    (0.97, 0.97, 0.95),
    (0.66, 0.86, 0.56),
    (0.98, 0.72, 0.76),
    (0.7, 0.8, 0.9),
    (0.95, 0.6, 0.3),
    (0.55, 0.6, 0.66),
)
BRIGHT: tuple[Colour, ...] = (
    (0.1, 0.3, 0.65),
    (0.75, 0.15, 0.12),
    (0.12, 0.45, 0.25),
    (0.92, 0.78, 0.1),
    (0.15, 0.15, 0.16),
    (0.85, 0.85, 0.84),
    (0.5, 0.52, 0.55),
    (0.9, 0.45, 0.1),
)


def load(rng: np.random.Generator, length: float, width: float) -> Load:
    """A load on a deck of that size, from z = 0, and its height; wrapped in film sometimes."""
    kinds: tuple[Callable[[np.random.Generator, float, float], Load], ...] = (
        *(boxes, boxes, boxes, pile, pile, few, few),
        *(drums, sacks, crates, rolls, timber, tank, machine),
    )
    parts, top = pick(rng, kinds)(rng, length, width)
    if top > 0.4 and rng.random() < 0.25:
        parts.append(film(rng, length, width, top))
    return parts, top


def film(rng: np.random.Generator, length: float, width: float, top: float) -> Part:
    """Stretch film around a load: clear or dark; seen in the colour picture alone."""
    colour = pick(rng, ((0.9, 0.94, 0.97), (0.9, 0.94, 0.97), (0.08, 0.08, 0.09), (0.1, 0.2, 0.4)))
    alpha = float(rng.uniform(0.15, 0.6))
    wrap = box((0, 0, top / 2), (length * 0.99, width * 0.99, top * 1.01), colour)
    return replace(wrap, alpha=alpha)


def boxes(rng: np.random.Generator, length: float, width: float) -> Load:
    """Layers of equal boxes, the last one incomplete; some with other colours between."""
    columns, rows = (int(n) for n in rng.integers(1, 5, 2))
    tall = float(rng.uniform(0.15, 0.5))
    layers = int(rng.integers(1, max(2, int(1.7 / tall)) + 1))
    margin = float(rng.uniform(0.85, 1.02))
    dx, dy = length * margin / columns, width * margin / rows
    base, material = pick(rng, _CARTON_COLOURS), pick(rng, _CARTONS)
    spread = float(rng.choice([0.02, 0.08, 0.2]))
    drop = float(rng.choice([0.0, 0.3, 0.6]))
    parts: list[Part] = []
    top = 0.0
    for layer in range(layers):
        last = layer == layers - 1 and layer > 0
        for i in range(columns):
            for j in range(rows):
                if last and rng.random() < drop:
                    continue
                x, y = (i + 0.5) * dx - columns * dx / 2, (j + 0.5) * dy - rows * dy / 2
                size = (dx * 0.985, dy * 0.985, tall * 0.99)
                centre = (x, y, (layer + 0.5) * tall)
                parts.append(box(centre, size, varied(rng, base, spread), material))
                top = max(top, (layer + 1) * tall)
    return parts, top


def few(rng: np.random.Generator, length: float, width: float) -> Load:
    """One to four boxes on a deck that is half empty."""
    parts: list[Part] = []
    top = 0.0
    for sx, sy in rng.permutation([(-1, -1), (1, -1), (-1, 1), (1, 1)])[: int(rng.integers(1, 4))]:
        a, b = length * float(rng.uniform(0.25, 0.48)), width * float(rng.uniform(0.25, 0.48))
        tall = float(rng.uniform(0.12, 0.6))
        centre = (float(sx) * length * 0.24, float(sy) * width * 0.24, tall / 2)
        colour = varied(rng, pick(rng, _CARTON_COLOURS), 0.1)
        turned = float(rng.normal(0, 0.15))
        parts.append(box(centre, (a, b, tall), colour, pick(rng, _CARTONS), turned))
        top = max(top, tall)
    return parts, top


def pile(rng: np.random.Generator, length: float, width: float) -> Load:
    """Boxes of many sizes in irregular layers."""
    parts: list[Part] = []
    ground, layers = 0.0, int(rng.integers(1, 5))
    base = pick(rng, _CARTON_COLOURS)
    for layer in range(layers):
        tall = float(rng.uniform(0.14, 0.34))
        share = 1.0 - 0.18 * layer
        x = -length * share / 2
        while x < length * share / 2 - 0.12:
            a = min(float(rng.uniform(0.2, 0.5)), length * share / 2 - x)
            y = -width * share / 2
            while y < width * share / 2 - 0.12:
                b = min(float(rng.uniform(0.2, 0.5)), width * share / 2 - y)
                if rng.random() < 0.85:
                    z = tall * float(rng.uniform(0.7, 1.0))
                    colour = varied(rng, base if rng.random() < 0.7 else pick(rng, _CARTON_COLOURS))
                    centre = (x + a / 2, y + b / 2, ground + z / 2)
                    turned = float(rng.normal(0, 0.06))
                    parts.append(
                        box(centre, (a * 0.94, b * 0.94, z), colour, pick(rng, _CARTONS), turned)
                    )
                y += b
            x += a
        ground += tall * 0.86
    return parts, max((p.centre[2] + p.half[2] for p in parts), default=0.0)


def drums(rng: np.random.Generator, length: float, width: float) -> Load:
    """Upright drums with rims, one or two layers."""
    radius, tall = float(rng.uniform(0.14, 0.29)), float(rng.uniform(0.35, 0.9))
    columns, rows = max(1, int(length / (2 * radius))), max(1, int(width / (2 * radius)))
    colour = varied(rng, pick(rng, BRIGHT), 0.1)
    parts: list[Part] = []
    for i in range(min(columns, 4)):
        for j in range(min(rows, 3)):
            if rng.random() < 0.1:
                continue
            x = (i + 0.5) * length / columns - length / 2
            y = (j + 0.5) * width / rows - width / 2
            parts.append(upright((x, y, tall / 2), radius * 0.97, tall, colour))
            for share in (0.33, 0.67, 0.985):
                rim = upright((x, y, tall * share), radius, 0.025, varied(rng, colour, 0.2))
                parts.append(rim)
    return parts, tall if parts else 0.0


def sacks(rng: np.random.Generator, length: float, width: float) -> Load:
    """Layers of sacks, crosswise in turn."""
    layers, thick = int(rng.integers(1, 7)), float(rng.uniform(0.09, 0.16))
    colour = varied(rng, pick(rng, ((0.9, 0.88, 0.82), (0.72, 0.62, 0.46), (0.85, 0.85, 0.9))), 0.1)
    parts = []
    for layer in range(layers):
        across, along = (2, 3) if layer % 2 else (3, 2)
        for i in range(across):
            for j in range(along):
                x, y = ((i + 0.5) / across - 0.5) * length, ((j + 0.5) / along - 0.5) * width
                half = (length / across * 0.52, width / along * 0.52, thick * 0.66)
                centre = (x, y, (layer + 0.55) * thick)
                parts.append(ball(centre, half, varied(rng, colour, 0.06), "weave"))
    return parts, layers * thick + 0.02


def crates(rng: np.random.Generator, length: float, width: float) -> Load:
    """Stacked plastic crates with rims, colour by column."""
    columns, rows = int(rng.integers(2, 4)), int(rng.integers(1, 4))
    tall = float(rng.uniform(0.18, 0.34))
    parts: list[Part] = []
    top = 0.0
    base = pick(rng, BRIGHT)
    for i in range(columns):
        for j in range(rows):
            colour = varied(rng, base if rng.random() < 0.6 else pick(rng, BRIGHT), 0.08)
            for layer in range(int(rng.integers(1, 6))):
                x, y = ((i + 0.5) / columns - 0.5) * length, ((j + 0.5) / rows - 0.5) * width
                size = (length / columns * 0.95, width / rows * 0.95)
                z = layer * tall
                parts.append(box((x, y, z + tall * 0.45), (*size, tall * 0.9), colour, "grid"))
                rim = (size[0] * 1.04, size[1] * 1.04, tall * 0.12)
                parts.append(box((x, y, z + tall * 0.93), rim, colour))
                top = max(top, z + tall)
    return parts, top


def rolls(rng: np.random.Generator, length: float, width: float) -> Load:
    """Upright or lying rolls of film, paper or cable."""
    colour = varied(rng, pick(rng, ((0.92, 0.92, 0.9), (0.6, 0.5, 0.4), (0.2, 0.2, 0.22))), 0.1)
    radius = float(rng.uniform(0.15, min(0.4, width / 2)))
    parts: list[Part] = []
    if rng.random() < 0.5:
        count = max(1, int(length / (2 * radius)))
        for i in range(count):
            x = (i + 0.5) * length / count - length / 2
            side = width * float(rng.uniform(0.35, 0.5))
            parts.append(bar((x, -side, radius), (x, side, radius), radius, colour, "cylinder"))
            ends = (x, -side - 0.01, radius), (x, side + 0.01, radius)
            parts.append(bar(*ends, 0.3 * radius, (0.4, 0.3, 0.2), "cylinder"))
        return parts, 2 * radius
    tall = float(rng.uniform(0.4, 1.2))
    for sx in (-1, 1):
        for sy in (-1, 1):
            if rng.random() < 0.85:
                spot = (sx * length * 0.25, sy * width * 0.25, tall / 2)
                parts.append(upright(spot, min(length, width) * 0.23, tall, varied(rng, colour)))
    return parts, tall if parts else 0.0


def timber(rng: np.random.Generator, length: float, width: float) -> Load:
    """Boards, beams or pipes lying along the pallet."""
    layers, count = int(rng.integers(1, 7)), int(rng.integers(3, 7))
    thick = float(rng.uniform(0.03, 0.12))
    colour = varied(rng, pick(rng, ((0.93, 0.8, 0.6), (0.7, 0.52, 0.38), (0.6, 0.62, 0.64))), 0.1)
    reach = length * float(rng.uniform(0.85, 1.1))
    parts = []
    for layer in range(layers):
        for row in range(count):
            y = ((row + 0.5) / count - 0.5) * width
            size = (reach, width / count * 0.94, thick * 0.94)
            centre = (float(rng.normal(0, 0.015)), y, (layer + 0.5) * thick)
            parts.append(box(centre, size, varied(rng, colour, 0.1), "wood"))
    return parts, layers * thick


def tank(rng: np.random.Generator, length: float, width: float) -> Load:
    """A white container in a cage of bars."""
    tall = float(rng.uniform(0.7, 1.15))
    size = (length * 0.92, width * 0.92, tall)
    parts = [box((0, 0, tall / 2), size, varied(rng, (0.9, 0.91, 0.9)))]
    parts.append(upright((0, 0, tall + 0.02), 0.1, 0.05, pick(rng, BRIGHT)))
    steel = varied(rng, (0.6, 0.62, 0.64))
    for sx in (-1, 1):
        x = sx * length * 0.48
        for step in range(4):
            y = (step / 3 - 0.5) * width * 0.96
            parts.append(bar((x, y, 0.02), (x, y, tall), 0.012, steel))
    for sy in (-1, 1):
        y = sy * width * 0.48
        for step in range(4):
            x = (step / 3 - 0.5) * length * 0.96
            parts.append(bar((x, y, 0.02), (x, y, tall), 0.012, steel))
    for share in (0.2, 0.6, 0.97):
        parts.append(box((0, 0, tall * share), (length * 0.97, width * 0.97, 0.025), steel))
    return parts, tall + 0.05


def machine(rng: np.random.Generator, length: float, width: float) -> Load:
    """An engine or appliance: some blocks and cylinders of metal."""
    colour = varied(rng, pick(rng, BRIGHT), 0.15)
    parts: list[Part] = []
    for _ in range(int(rng.integers(3, 8))):
        a, b, tall = (float(v) for v in rng.uniform((0.15, 0.15, 0.1), (0.6, 0.5, 0.7)))
        x, y = (float(v) for v in rng.uniform(-0.28, 0.28, 2))
        shade = varied(rng, colour if rng.random() < 0.6 else (0.5, 0.5, 0.52), 0.2)
        if rng.random() < 0.6:
            parts.append(box((x * length, y * width, tall / 2), (a, b, tall), shade, "metal"))
        else:
            parts.append(upright((x * length, y * width, tall / 2), a / 2, tall, shade))
    return parts, max(p.centre[2] + p.half[2] for p in parts)
