# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Racks of several makes: pallet racks of one to three bays, shelving, cantilever racks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..objects import Built, pick, varied
from ..parts import Colour, Part, bar, box, place
from . import loads
from .pallets import bare_pallet

_POSTS: tuple[Colour, ...] = (
    (0.1, 0.3, 0.56),
    (0.16, 0.36, 0.28),
    (0.62, 0.64, 0.66),
    (0.32, 0.34, 0.36),
    (0.86, 0.42, 0.1),
    (0.9, 0.9, 0.88),
    (0.6, 0.12, 0.1),
)
_BEAMS: tuple[Colour, ...] = (
    (0.86, 0.36, 0.08),
    (0.66, 0.16, 0.08),
    (0.92, 0.75, 0.1),
    (0.6, 0.62, 0.64),
    (0.1, 0.3, 0.56),
)
_BINS: tuple[Colour, ...] = (
    (0.9, 0.78, 0.6),
    (0.2, 0.35, 0.62),
    (0.9, 0.9, 0.88),
    (0.8, 0.2, 0.15),
    (0.2, 0.2, 0.2),
)


def rack(rng: np.random.Generator) -> Built:
    """One of three makes with what lies in it."""
    kind = str(rng.choice(["pallets", "shelving", "cantilever"], p=[0.6, 0.3, 0.1]))
    if kind == "pallets":
        return _pallet_rack(rng)
    return _shelving(rng) if kind == "shelving" else _cantilever(rng)


def _pallet_rack(rng: np.random.Generator) -> Built:
    bays, bay = int(rng.choice([1, 2, 3], p=[0.55, 0.3, 0.15])), float(rng.uniform(1.8, 2.9))
    width, height = float(rng.uniform(0.8, 1.2)), float(rng.uniform(2.0, 5.5))
    post, beam = varied(rng, pick(rng, _POSTS), 0.12), varied(rng, pick(rng, _BEAMS), 0.12)
    thick = float(rng.uniform(0.06, 0.11))
    length = bays * bay
    parts: list[Part] = []
    for number in range(bays + 1):
        parts += _frame(rng, number * bay - length / 2, width, height, thick, post)
    ground = float(rng.choice([0.0, 0.18]))
    pitch = float(rng.uniform(1.0, 1.7))
    levels = [ground + step * pitch for step in range(5) if ground + step * pitch < height - 0.3]
    decked = rng.random() < 0.5
    for number in range(bays):
        x = (number + 0.5) * bay - length / 2
        for level in levels:
            if level > 0.1:
                for sy in (-1, 1):
                    y = sy * (width / 2 - 0.03)
                    parts.append(box((x, y, level - 0.06), (bay, 0.05, 0.11), beam))
                if decked:
                    deck = (bay - 0.1, width - 0.08, 0.02)
                    parts.append(
                        box((x, 0, level), deck, (0.7, 0.66, 0.6), pick(rng, ("wood", "grid")))
                    )
            parts += _goods(
                rng, x, level + 0.012, bay - 0.2, width, min(pitch, height - level) - 0.25
            )
    return Built(tuple(parts), length + thick, width, height)


def _frame(
    rng: np.random.Generator, x: float, width: float, height: float, thick: float, colour: Colour
) -> list[Part]:
    """Two posts with bracing between."""
    parts = []
    for sy in (-1, 1):
        spot = (x, sy * (width / 2 - 0.04), height / 2)
        parts.append(box(spot, (thick, 0.08, height), colour, pick(rng, ("upright", ""))))
    step, low, side = 0.7, 0.25, 1
    while low + step < height:
        a, b = (x, -side * (width / 2 - 0.05), low), (x, side * (width / 2 - 0.05), low + step)
        parts.append(bar(a, b, 0.018, colour))
        low, side = low + step, -side
    return parts


def _goods(
    rng: np.random.Generator, x: float, level: float, length: float, width: float, room: float
) -> list[Part]:
    """What stands on one level of a bay: loaded pallets, crates, boxes or nothing."""
    style = rng.random()
    if style < 0.15 or room < 0.3:
        return []
    parts: list[Part] = []
    count = 2 if length < 2.0 else 3 if style < 0.7 else int(rng.integers(3, 6))
    pitch = length / count
    for number in range(count):
        if rng.random() < 0.15:
            continue
        spot = (x - length / 2 + (number + 0.5) * pitch, 0.0, level)
        ground = 0.0
        if style < 0.7:
            pallet = bare_pallet(rng)
            small = min(1.0, pitch * 0.95 / pallet.length)
            parts += place(_narrowed(pallet.parts, small), spot, 0.0)
            ground = pallet.height
        if style < 0.85:
            goods, _ = loads.load(rng, pitch * 0.88, width * 0.85)
        else:
            goods, _ = loads.boxes(rng, pitch * 0.9, width * 0.8)
        fitting = [p for p in goods if p.centre[2] + p.half[2] < room - ground]
        parts += place(fitting[:14], (spot[0], 0.0, level + ground), 0.0)
    return parts


def _narrowed(parts: tuple[Part, ...], share: float) -> list[Part]:
    """Parts made narrower along x."""
    return [
        replace(
            p,
            centre=(p.centre[0] * share, *p.centre[1:]),
            half=(p.half[0] * share, *p.half[1:]),
        )
        for p in parts
    ]


def _shelving(rng: np.random.Generator) -> Built:
    """Boards on four posts, with a back sometimes, full of boxes and bins."""
    length, width = float(rng.uniform(0.9, 2.6)), float(rng.uniform(0.35, 0.7))
    height, levels = float(rng.uniform(1.6, 2.6)), int(rng.integers(3, 7))
    post = varied(rng, pick(rng, _POSTS), 0.15)
    board = varied(rng, pick(rng, ((0.7, 0.7, 0.72), (0.8, 0.68, 0.5), post)), 0.1)
    parts: list[Part] = []
    for sx in (-1, 1):
        for sy in (-1, 1):
            spot = (sx * (length / 2 - 0.025), sy * (width / 2 - 0.025), height / 2)
            parts.append(box(spot, (0.05, 0.05, height), post))
    if rng.random() < 0.3:
        parts.append(box((0, width / 2 - 0.01, height / 2), (length, 0.02, height), board))
    pitch = (height - 0.1) / levels
    for level in range(levels):
        z = 0.1 + level * pitch
        parts.append(box((0, 0, z), (length, width, 0.03), board))
        x = -length / 2 + 0.05
        while x < length / 2 - 0.2:
            size = min(float(rng.uniform(0.2, 0.5)), length / 2 - x)
            tall = pitch * float(rng.uniform(0.3, 0.85))
            if rng.random() < 0.8:
                shade = varied(rng, pick(rng, _BINS), 0.1)
                goods = (size * 0.92, width * float(rng.uniform(0.6, 0.95)), tall)
                spot = (x + size / 2, 0.0, z + 0.015 + tall / 2)
                parts.append(box(spot, goods, shade, pick(rng, ("carton", "grid", "print", ""))))
            x += size
    return Built(tuple(parts), length, width, height)


def _cantilever(rng: np.random.Generator) -> Built:
    """Columns with arms that carry timber and pipes."""
    length, width, height = float(rng.uniform(2.0, 4.0)), 1.1, float(rng.uniform(1.8, 3.0))
    post = varied(rng, pick(rng, _POSTS), 0.15)
    columns, levels = int(rng.integers(3, 5)), int(rng.integers(2, 5))
    parts: list[Part] = []
    for number in range(columns):
        x = (number / (columns - 1) - 0.5) * (length - 0.2)
        parts.append(box((x, width / 2 - 0.08, height / 2), (0.12, 0.14, height), post))
        parts.append(box((x, 0, 0.06), (0.12, width, 0.1), post))
        for level in range(levels):
            z = 0.3 + level * (height - 0.4) / levels
            parts.append(box((x, 0, z), (0.08, width * 0.9, 0.07), post))
    for level in range(levels):
        if rng.random() < 0.85:
            z = 0.34 + level * (height - 0.4) / levels
            goods, _ = loads.timber(rng, length * 0.95, width * 0.7)
            fitting = [p for p in goods if p.centre[2] < (height - 0.4) / levels - 0.15]
            parts += place(fitting, (0.0, -0.1, z), 0.0)
    return Built(tuple(parts), length, width, height)
