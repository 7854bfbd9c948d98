# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Bare pallets: planks on blocks, stringers or skids, plastic, metal, worn and broken ones."""

from __future__ import annotations

import numpy as np

from ..objects import Built, pick, varied
from ..parts import Colour, Part, box

_WOODS: tuple[Colour, ...] = (
    (0.94, 0.78, 0.56),
    (0.82, 0.62, 0.44),
    (0.66, 0.5, 0.36),
    (0.72, 0.68, 0.6),
    (0.5, 0.42, 0.34),
    (0.98, 0.88, 0.7),
)
_DARK_WOODS: tuple[Colour, ...] = ((0.3, 0.27, 0.25), (0.36, 0.29, 0.24), (0.42, 0.36, 0.31))
_PAINTS: tuple[Colour, ...] = (
    (0.12, 0.28, 0.62),
    (0.7, 0.14, 0.1),
    (0.9, 0.72, 0.1),
    (0.2, 0.42, 0.24),
)
_PLASTICS: tuple[Colour, ...] = (
    (0.1, 0.1, 0.11),
    (0.36, 0.37, 0.39),
    (0.12, 0.26, 0.6),
    (0.1, 0.42, 0.24),
    (0.66, 0.12, 0.12),
    (0.88, 0.88, 0.86),
    (0.4, 0.22, 0.46),
    (0.85, 0.5, 0.12),
)
_STEELS: tuple[Colour, ...] = ((0.6, 0.62, 0.64), (0.42, 0.44, 0.46), (0.5, 0.36, 0.28))
# Length and width of common pallets, metres.
_SIDES = ((1.2, 0.8), (1.2, 1.0), (1.219, 1.016), (1.1, 1.1), (0.8, 0.6), (1.2, 1.2), (1.0, 0.8))
_KINDS = {"block": 0.36, "stringer": 0.28, "plastic": 0.2, "skid": 0.08, "metal": 0.08}
"""How often each kind is drawn."""


def bare_pallet(rng: np.random.Generator) -> Built:
    """A pallet without a load, of one of five kinds."""
    length, width = pick(rng, _SIDES)
    length, width = length * float(rng.uniform(0.97, 1.03)), width * float(rng.uniform(0.97, 1.03))
    if rng.random() < 0.3:
        length, width = width, length
    kind = str(rng.choice(list(_KINDS), p=list(_KINDS.values())))
    if kind == "block":
        return _block_pallet(rng, length, width)
    if kind == "stringer":
        return _stringer_pallet(rng, length, width)
    if kind == "skid":
        return _skid(rng, length, width)
    if kind == "plastic":
        return _plastic_pallet(rng, length, width)
    return _metal_pallet(rng, length, width)


def _wood(rng: np.random.Generator) -> tuple[Colour, Colour]:
    """Colours of the planks of a pallet: mostly one, sometimes light and dark mixed."""
    first = varied(rng, pick(rng, _PAINTS if rng.random() < 0.14 else _WOODS), 0.15)
    if rng.random() < 0.25:
        return first, varied(rng, pick(rng, _DARK_WOODS), 0.2)
    return first, first


def _planks(
    rng: np.random.Generator,
    length: float,
    width: float,
    z: float,
    thick: float,
    colours: tuple[Colour, Colour],
) -> list[Part]:
    """A deck of planks along x, some of them worn, missing or displaced."""
    count = int(rng.integers(3, 10))
    gap = float(rng.uniform(0.05, 0.6))
    plank = width / (count + (count - 1) * gap)
    missing = 0.07 if rng.random() < 0.25 else 0.0
    parts = []
    for row in range(count):
        if 0 < row < count - 1 and rng.random() < missing:
            continue
        y = -width / 2 + plank * (0.5 + (1 + gap) * row)
        colour = varied(rng, colours[int(rng.random() < 0.5)], 0.12)
        size = (length * float(rng.uniform(0.985, 1.0)), plank, thick)
        parts.append(box((0, y, z + thick / 2), size, colour, "wood", float(rng.normal(0, 0.004))))
    return parts


def _block_pallet(rng: np.random.Generator, length: float, width: float) -> Built:
    """Nine blocks on three runners below a deck: open on all four sides."""
    height, thick = float(rng.uniform(0.12, 0.165)), float(rng.uniform(0.016, 0.026))
    colours = _wood(rng)
    parts = _planks(rng, length, width, height - thick, thick, colours)
    dark = varied(rng, colours[0], 0.2)
    broad = float(rng.uniform(0.08, 0.15))
    for sx in (-1, 0, 1):
        x = sx * (length - broad) / 2
        parts.append(box((x, 0, height - 1.5 * thick), (broad, width, thick), dark, "wood"))
        if rng.random() < 0.85:
            parts.append(box((x, 0, thick / 2), (broad, width, thick), dark, "wood"))
        for sy in (-1, 0, 1):
            y = sy * (width - broad) / 2
            block = (broad * 0.95, broad * 0.98, height - 2.6 * thick)
            parts.append(box((x, y, height / 2 - thick / 4), block, varied(rng, dark, 0.1), "wood"))
    return Built(tuple(parts), length, width, height)


def _stringer_pallet(rng: np.random.Generator, length: float, width: float) -> Built:
    """Two or three upright boards below a deck: open at two ends, closed at its sides."""
    height, thick = float(rng.uniform(0.1, 0.2)), float(rng.uniform(0.014, 0.024))
    colours = _wood(rng)
    parts = _planks(rng, length, width, height - thick, thick, colours)
    side = varied(rng, colours[0], 0.2)
    board = float(rng.uniform(0.02, 0.05))
    for sx in (-1, 0, 1) if rng.random() < 0.7 else (-1, 1):
        x = sx * (length - board) / 2
        parts.append(
            box((x, 0, (height - thick) / 2), (board, width, height - thick), side, "wood")
        )
    for sy in (-1, 0, 1) if rng.random() < 0.6 else (-1, 1):
        plank = float(rng.uniform(0.07, 0.12))
        y = sy * (width - plank) / 2
        parts.append(box((0, y, thick / 2), (length, plank, thick), varied(rng, side, 0.1), "wood"))
    return Built(tuple(parts), length, width, height)


def _skid(rng: np.random.Generator, length: float, width: float) -> Built:
    """A closed or planked deck on two or three beams, with nothing below these."""
    height, thick = float(rng.uniform(0.09, 0.18)), float(rng.uniform(0.012, 0.04))
    colours = _wood(rng)
    if rng.random() < 0.5:
        deck = box((0, 0, height - thick / 2), (length, width, thick), colours[0], "wood")
        parts = [deck]
    else:
        parts = _planks(rng, length, width, height - thick, thick, colours)
    beam = float(rng.uniform(0.06, 0.12))
    inset = float(rng.uniform(0.0, 0.15))
    for sx in (-1, 0, 1) if rng.random() < 0.4 else (-1, 1):
        x = sx * ((length - beam) / 2 - inset)
        size = (beam, width, height - thick)
        parts.append(box((x, 0, (height - thick) / 2), size, varied(rng, colours[1], 0.2), "wood"))
    return Built(tuple(parts), length, width, height)


def _plastic_pallet(rng: np.random.Generator, length: float, width: float) -> Built:
    """A closed or grated deck on feet or runners."""
    height, thick = float(rng.uniform(0.12, 0.17)), float(rng.uniform(0.025, 0.05))
    colour = varied(rng, pick(rng, _PLASTICS), 0.1)
    parts: list[Part] = []
    z = height - thick / 2
    if rng.random() < 0.5:
        parts.append(
            box((0, 0, z), (length, width, thick), colour, pick(rng, ("grid", "", "metal")))
        )
    else:
        slats = int(rng.integers(6, 12))
        pitch = width / slats
        for row in range(slats):
            y = -width / 2 + (row + 0.5) * pitch
            parts.append(box((0, y, z), (length, pitch * 0.7, thick * 0.9), colour))
        for sx in (-1, 0, 1):
            parts.append(box((sx * (length - 0.1) / 2, 0, z), (0.1, width, thick), colour))
    foot = float(rng.uniform(0.09, 0.16))
    for sx in (-1, 0, 1):
        for sy in (-1, 0, 1):
            centre = (sx * (length - foot) / 2, sy * (width - foot) / 2, (height - thick) / 2)
            parts.append(box(centre, (foot, foot, height - thick), colour))
        if rng.random() < 0.5:
            x = sx * (length - foot) / 2
            parts.append(box((x, 0, 0.012), (foot * 0.9, width, 0.024), colour))
    return Built(tuple(parts), length, width, height)


def _metal_pallet(rng: np.random.Generator, length: float, width: float) -> Built:
    """A sheet or slats in a steel frame on two channels."""
    height = float(rng.uniform(0.1, 0.16))
    colour = varied(rng, pick(rng, _STEELS), 0.15)
    parts = [box((0, 0, height - 0.01), (length, width, 0.02), colour, "metal")]
    for sy in (-1, 1):
        parts.append(box((0, sy * (width / 2 - 0.02), height - 0.03), (length, 0.04, 0.06), colour))
    for sx in (-1, 1):
        x = sx * (length / 2 - 0.06)
        parts.append(box((x, 0, height - 0.03), (0.04, width, 0.06), colour))
        for sy in (-1, 1):
            centre = (x, sy * (width / 2 - 0.07), (height - 0.03) / 2)
            parts.append(box(centre, (0.1, 0.12, height - 0.03), colour))
    return Built(tuple(parts), length, width, height)
