# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Objects that questions are about: pallets, transporters and racks, at their own origin, z up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from .parts import Colour, Part, bar, box, place

PALLET_HEIGHT = 0.15
DECK_HEIGHT = 0.23

_CARDBOARD = ((1.0, 0.96, 0.9), (0.94, 0.84, 0.72), (0.86, 0.78, 0.66), (1.0, 0.9, 0.78))
_TINTED = (
    (0.66, 0.86, 0.56),
    (0.98, 0.72, 0.76),
    (1.0, 0.66, 0.5),
    (0.86, 0.88, 0.62),
    (0.7, 0.8, 0.9),
)
_WOOD = ((0.92, 0.74, 0.56), (0.78, 0.56, 0.44), (0.98, 0.86, 0.66), (0.84, 0.62, 0.52))
_PLASTIC = (
    (0.16, 0.15, 0.14),
    (0.3, 0.27, 0.22),
    (0.18, 0.22, 0.6),
    (0.1, 0.42, 0.22),
    (0.36, 0.2, 0.44),
)
_YELLOW: Colour = (0.96, 0.7, 0.06)
_BLUE: Colour = (0.1, 0.3, 0.56)
DARK: Colour = (0.1, 0.1, 0.1)
_CARDBOARDS = ("cardboard0", "cardboard1", "cardboard2", "cardboard3")


@dataclass(frozen=True)
class Built:
    """Parts of one object at its own origin and its box: centred in x, y, from 0 to ``height``."""

    parts: tuple[Part, ...]
    length: float
    width: float
    height: float


Option = TypeVar("Option")


def pick(rng: np.random.Generator, options: Sequence[Option]) -> Option:
    """One of the options."""
    return options[int(rng.integers(len(options)))]


def varied(rng: np.random.Generator, colour: Colour, amount: float = 0.06) -> Colour:
    """The colour, a little lighter or darker."""
    scale = 1 + rng.uniform(-amount, amount)
    r, g, b = (min(1.0, max(0.0, c * scale + rng.uniform(-0.02, 0.02))) for c in colour)
    return (r, g, b)


def pallet(rng: np.random.Generator, load: str | None = None) -> Built:
    """A pallet with its load. ``load``: grid, few, messy or empty; drawn when not given."""
    side = float(rng.uniform(1.12, 1.24))
    length, width = side, side * float(pick(rng, (1.0, 1.0, 1.0, 0.87)))
    wooden = rng.random() < 0.65
    colour = varied(rng, pick(rng, _WOOD if wooden else _PLASTIC))
    material = "plank" if wooden else ""
    parts = []
    slats = 5 if wooden else 7
    slat = width / (slats + (slats - 1) * 0.35)
    for row in range(slats):
        y = -width / 2 + slat * (0.5 + 1.35 * row)
        parts.append(box((0, y, 0.135), (length, slat, 0.03), colour, material))
    for column in (-1, 0, 1):
        x = column * (length / 2 - 0.06)
        parts.append(box((x, 0, 0.075), (0.11, width, 0.09), colour, material))
        parts.append(box((x, 0, 0.015), (0.12, width, 0.03), colour, material))
    style = load or str(rng.choice(["grid", "few", "messy", "empty"], p=[0.42, 0.3, 0.2, 0.08]))
    boxes, top = _load(rng, style, length, width)
    parts.extend(place(boxes, (0, 0, PALLET_HEIGHT), 0.0))
    return Built(tuple(parts), length, width, PALLET_HEIGHT + top)


def _load(
    rng: np.random.Generator, style: str, length: float, width: float
) -> tuple[list[Part], float]:
    """Boxes on a pallet, from z = 0, and the height of the highest.

    Args:
        style: grid, few, messy or empty.
        length, width: of the pallet, metres.
    """
    base = pick(rng, _TINTED if rng.random() < 0.28 else _CARDBOARD)
    material = str(pick(rng, _CARDBOARDS))
    if style == "grid":
        return _grid_load(rng, length, width, base, material)
    if style == "few":
        return _few_load(rng, length, width, base, material)
    if style == "messy":
        return _messy_load(rng, length, width, base, material)
    return [], 0.0


def _grid_load(
    rng: np.random.Generator, length: float, width: float, base: Colour, material: str
) -> tuple[list[Part], float]:
    """Layers of equal boxes; the topmost may be incomplete."""
    parts: list[Part] = []
    top = 0.0
    columns, rows = (int(n) for n in rng.choice([2, 2, 2, 3], 2))
    tall = float(rng.uniform(0.28, 0.5))
    layers = int(rng.integers(1, max(2, int(1.22 / tall)) + 1))
    layers = min(layers, max(1, int(1.25 / tall)))
    margin = float(rng.uniform(0.9, 0.98))
    dx, dy = length * margin / columns, width * margin / rows
    drop = float(rng.choice([0.0, 0.0, 0.3]))
    for layer in range(layers):
        for i in range(columns):
            for j in range(rows):
                if layer == layers - 1 and layer > 0 and rng.random() < drop:
                    continue
                centre = (
                    (i + 0.5) * dx - columns * dx / 2,
                    (j + 0.5) * dy - rows * dy / 2,
                    (layer + 0.5) * tall,
                )
                size = (dx * 0.985, dy * 0.985, tall * 0.99)
                parts.append(box(centre, size, varied(rng, base), material))
                top = max(top, (layer + 1) * tall)
    return parts, top


def _few_load(
    rng: np.random.Generator, length: float, width: float, base: Colour, material: str
) -> tuple[list[Part], float]:
    """One to three boxes, some with another on top."""
    parts: list[Part] = []
    top = 0.0
    count = int(rng.integers(1, 4))
    spots = rng.permutation([(-1, -1), (1, -1), (-1, 1), (1, 1)])[:count]
    for sx, sy in spots:
        a, b = rng.uniform(0.36, 0.46, 2)
        tall = float(rng.uniform(0.34, 0.55))
        yaw = float(rng.normal(0, 0.14))
        centre = (float(sx) * length * 0.235, float(sy) * width * 0.235, tall / 2)
        parts.append(box(centre, (float(a), float(b), tall), varied(rng, base), material, yaw))
        top = max(top, tall)
        if rng.random() < 0.3:
            upper = float(rng.uniform(0.3, 0.42))
            lifted = (centre[0], centre[1], tall + upper / 2)
            size = (float(a) * 0.95, float(b) * 0.95, upper)
            parts.append(box(lifted, size, varied(rng, base), material, yaw))
            top = max(top, tall + upper)
    return parts, top


def _messy_load(
    rng: np.random.Generator, length: float, width: float, base: Colour, material: str
) -> tuple[list[Part], float]:
    """A pile of different boxes, up to 1.1 m high."""
    parts: list[Part] = []
    top = 0.0
    placed: list[tuple[float, float, float, float, float]] = []
    for _ in range(int(rng.integers(8, 19))):
        a, b, tall = (float(v) for v in rng.uniform((0.22, 0.18, 0.13), (0.46, 0.34, 0.28)))
        if rng.random() < 0.5:
            a, b = b, a
        # The lowest of several spots: a pile, not a tower.
        spots = rng.uniform(-1, 1, (5, 2)) * ((length - a) / 2, (width - b) / 2)
        grounds = [_highest_below(placed, float(x), float(y), a, b) for x, y in spots]
        best = int(np.argmin(grounds))
        x, y, ground = float(spots[best, 0]), float(spots[best, 1]), grounds[best]
        if ground + tall > 1.1:
            continue
        size, colour = (a, b, tall), varied(rng, base)
        parts.append(box((x, y, ground + tall / 2), size, colour, material))
        placed.append((x, y, a, b, ground + tall))
        top = max(top, ground + tall)
    return parts, top


def _highest_below(
    placed: list[tuple[float, float, float, float, float]],
    x: float,
    y: float,
    length: float,
    width: float,
) -> float:
    """Height of the highest box below a new one at a spot; 0 for the pallet itself."""
    tops = [
        top
        for px, py, pa, pb, top in placed
        if abs(px - x) < (pa + length) / 2 and abs(py - y) < (pb + width) / 2
    ]
    return max(tops, default=0.0)


def transporter(rng: np.random.Generator) -> Built:
    """A flat yellow vehicle that drives under pallets; deck 0.23 m above the floor."""
    length, width = float(rng.uniform(1.38, 1.5)), float(rng.uniform(0.8, 0.9))
    colour = varied(rng, _YELLOW, 0.05)
    parts = [
        box((0, 0, 0.12), (length, width, 0.16), colour),
        box((0, 0, 0.05), (length * 0.9, width * 0.94, 0.08), DARK),
        box((0, 0, 0.215), (length * 0.66, width * 0.8, 0.03), (0.95, 0.95, 0.95), "deck"),
        box((0, width * 0.45, 0.205), (length * 0.6, width * 0.06, 0.03), (0.8, 0.8, 0.82)),
        box((0, -width * 0.45, 0.205), (length * 0.6, width * 0.06, 0.03), (0.8, 0.8, 0.82)),
        box((length * 0.44, 0.15, 0.2), (0.1, 0.2, 0.02), DARK),
        box((-length * 0.44, -0.15, 0.2), (0.08, 0.14, 0.02), (0.3, 0.3, 0.3)),
    ]
    for sx, sy in ((1, -1), (-1, 1)):
        spot = (sx * (length / 2 - 0.1), sy * (width / 2 - 0.1))
        parts.append(Part("cylinder", (*spot, 0.215), (0.075, 0.075, 0.015), (0.16, 0.16, 0.17)))
    return Built(tuple(parts), length, width, DECK_HEIGHT)


def rack(rng: np.random.Generator) -> Built:
    """A pallet rack, about 3 m: blue posts, red beams, crates below and boxes above."""
    length, width = float(rng.uniform(2.5, 3.1)), float(rng.uniform(0.9, 1.1))
    height = float(rng.uniform(2.8, 3.3))
    blue = varied(rng, _BLUE)
    red = varied(rng, pick(rng, ((0.66, 0.16, 0.08), (0.86, 0.36, 0.08))))
    parts = []
    for sx in (-1, 1):
        x = sx * (length / 2 - 0.04)
        for sy in (-1, 1):
            parts.append(
                box((x, sy * (width / 2 - 0.04), height / 2), (0.09, 0.08, height), blue, "upright")
            )
        for step in range(3):
            low, high = 0.3 + step * 0.85, 0.9 + step * 0.85
            a, b = (x, -width / 2 + 0.05, low), (x, width / 2 - 0.05, high)
            parts.append(bar(a, b, 0.02, blue))
    levels: tuple[float, ...] = (0.22, 1.5) if rng.random() < 0.7 else (0.22, 1.2, 2.2)
    for level in levels:
        for sy in (-1, 1):
            centre = (0.0, sy * (width / 2 - 0.03), level)
            parts.append(box(centre, (length - 0.1, 0.05, 0.12), red))
        parts.append(
            box((0, 0, level + 0.05), (length - 0.12, width - 0.1, 0.02), (0.72, 0.6, 0.45))
        )
        room = (levels[1] - levels[0]) - 0.3
        parts.extend(_rack_load(rng, length - 0.25, width - 0.12, level + 0.06, room))
    return Built(tuple(parts), length, width, height)


def _rack_load(
    rng: np.random.Generator, length: float, width: float, floor: float, room: float
) -> list[Part]:
    parts = []
    crate = rng.random() < 0.45
    x = -length / 2
    while x < length / 2 - 0.3:
        size = float(rng.uniform(0.42, 0.8))
        size = min(size, length / 2 - x)
        tall = room * float(rng.uniform(0.6, 0.95)) * (1.0 if crate else 0.5)
        if rng.random() < 0.93 and size > 0.25:
            material = "crate" if crate else str(pick(rng, _CARDBOARDS))
            colour = varied(rng, (1.0, 0.93, 0.8) if crate else _CARDBOARD[0])
            centre_x = x + size / 2
            parts.append(
                box((centre_x, 0, floor + tall / 2), (size * 0.96, width, tall), colour, material)
            )
            if not crate and rng.random() < 0.75:
                upper = min(room - tall - 0.02, tall * float(rng.uniform(0.7, 1.0)))
                if upper > 0.15:
                    centre = (centre_x, float(rng.normal(0, 0.03)), floor + tall + upper / 2)
                    parts.append(box(centre, (size * 0.9, width * 0.9, upper), colour, material))
        x += size
    return parts
