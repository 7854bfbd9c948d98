# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Pallets of pressed wood, honeycomb board, bars and slatted planks, and what stands on them."""

from __future__ import annotations

import numpy as np

from ..objects import Built, pick
from ..parts import Colour, Part, ball, bar, box, upright
from ..varied.loads import Load
from ..varied.makers import Rng


def tone(rng: Rng, low: float, high: float, warmth: float = 0.0) -> Colour:
    """A colour of random brightness; ``warmth`` above 0 is redder, below bluer."""
    value = float(rng.uniform(low, high))
    tint = warmth + float(rng.normal(0, 0.03))
    return (min(1.0, value * (1 + tint)), value, max(0.0, value * (1 - tint)))


def hue(rng: Rng) -> Colour:
    """A saturated colour of any hue."""
    angle, value = float(rng.uniform(0, 2 * np.pi)), float(rng.uniform(0.35, 0.95))
    channels = [value * (0.5 + 0.5 * float(np.cos(angle - k * 2 * np.pi / 3))) for k in range(3)]
    return (channels[0], channels[1], channels[2])


def pallet(rng: Rng) -> Built:
    """A pallet of one of four kinds."""
    make = pick(rng, (_pressed_wood, _paper_board, _steel_bars, _slatted_planks))
    length, width = float(rng.uniform(0.95, 1.25)), float(rng.uniform(0.75, 1.15))
    height = float(rng.uniform(0.115, 0.16))
    return Built(tuple(make(rng, length, width, height)), length, width, height)


def _pressed_wood(rng: Rng, length: float, width: float, height: float) -> list[Part]:
    """A board on cones."""
    colour = tone(rng, 0.45, 0.75, 0.22)
    parts = [box((0, 0, height - 0.02), (length, width, 0.04), colour, "carton")]
    for i in np.linspace(-0.42, 0.42, 3):
        for j in np.linspace(-0.42, 0.42, 3):
            x, y = float(i) * length, float(j) * width
            for share, radius in ((0.25, 0.05), (0.6, 0.065)):
                tall = (height - 0.03) / 2
                parts.append(upright((x, y, share * (height - 0.02)), radius, tall, colour))
    return parts


def _paper_board(rng: Rng, length: float, width: float, height: float) -> list[Part]:
    """A board on tubes."""
    colour = tone(rng, 0.6, 0.9, 0.14)
    parts = [box((0, 0, height - 0.012), (length, width, 0.024), colour, "carton")]
    middle = height / 2 - 0.014
    for j in (-0.42, 0.0, 0.42):
        for i in (-0.44, 0.0, 0.44):
            ends = (i * length - 0.1, j * width, middle), (i * length + 0.1, j * width, middle)
            parts.append(bar(*ends, middle, colour, "cylinder"))
    return parts


def _steel_bars(rng: Rng, length: float, width: float, height: float) -> list[Part]:
    colour = tone(rng, 0.25, 0.6) if rng.random() < 0.6 else hue(rng)
    parts = []
    top, low = height - 0.015, height - 0.045
    for step in np.linspace(-0.48, 0.48, int(rng.integers(8, 15))):
        y = float(step) * width
        parts.append(bar((-length / 2, y, top), (length / 2, y, top), 0.014, colour))
    for i in (-0.46, 0.0, 0.46):
        x = i * length
        parts.append(bar((x, -width / 2, low), (x, width / 2, low), 0.016, colour))
        for j in (-0.46, 0.46):
            y = j * width
            parts.append(bar((x, y, 0.016), (x, y, height - 0.03), 0.016, colour))
    return parts


def _slatted_planks(rng: Rng, length: float, width: float, height: float) -> list[Part]:
    """Planks of three widths on solid beams."""
    colour = tone(rng, 0.35, 0.85, 0.2)
    parts = []
    y = -width / 2
    while y < width / 2 - 0.03:
        plank = min(float(rng.choice([0.06, 0.1, 0.15])), width / 2 - y)
        shade = tone(rng, colour[1] * 0.8, min(1.0, colour[1] * 1.15), 0.18)
        size = (length, plank * 0.97, 0.024)
        parts.append(box((0, y + plank / 2, height - 0.012), size, shade, "wood"))
        y += plank + float(rng.uniform(0.005, 0.05))
    for i in (-0.46, 0.0, 0.46):
        beam = (float(rng.uniform(0.06, 0.1)), width, height - 0.024)
        parts.append(box((i * length, 0, (height - 0.024) / 2), beam, colour, "wood"))
    return parts


def load(rng: Rng, length: float, width: float) -> Load:
    """One of six loads."""
    kinds = (_brickwork, _brickwork, _bottles, _bag, _buckets, _cube, _loose)
    return pick(rng, kinds)(rng, length, width)


def _brickwork(rng: Rng, length: float, width: float) -> Load:
    """Boxes of which every second layer is turned."""
    layers, tall = int(rng.integers(1, 6)), float(rng.uniform(0.16, 0.34))
    red, value, blue = tone(rng, 0.5, 0.95, 0.16) if rng.random() < 0.7 else hue(rng)
    parts = []
    for layer in range(layers):
        columns, rows = (2, 3) if layer % 2 else (3, 2)
        size = (length / columns * 0.98, width / rows * 0.98, tall * 0.985)
        for i in range(columns):
            for j in range(rows):
                x, y = ((i + 0.5) / columns - 0.5) * length, ((j + 0.5) / rows - 0.5) * width
                shade = tone(rng, value * 0.93, value, (red - blue) / 2)
                parts.append(box((x, y, (layer + 0.5) * tall), size, shade, "carton"))
    return parts, layers * tall


def _bottles(rng: Rng, length: float, width: float) -> Load:
    """Nine gas bottles in a frame."""
    tall, colour = float(rng.uniform(0.7, 1.3)), hue(rng)
    parts = []
    for i in (-0.3, 0.0, 0.3):
        for j in (-0.3, 0.0, 0.3):
            x, y = i * length, j * width
            parts.append(bar((x, y, 0.12), (x, y, tall), 0.11, colour))
            parts.append(upright((x, y, tall + 0.12), 0.03, 0.1, (0.7, 0.6, 0.3)))
    for z in (0.3, 0.8):
        parts.append(box((0, 0, z), (length * 0.9, width * 0.9, 0.03), (0.3, 0.3, 0.3)))
    return parts, tall + 0.17


def _bag(rng: Rng, length: float, width: float) -> Load:
    """One large bag."""
    tall, shade = float(rng.uniform(0.6, 1.1)), tone(rng, 0.7, 0.95)
    half = (length * 0.56, width * 0.56, tall * 0.56)
    core = (length * 0.8, width * 0.8, tall * 0.8)
    parts = [
        ball((0, 0, tall * 0.48), half, shade, "weave"),
        box((0, 0, tall * 0.4), core, shade, "weave"),
    ]
    return parts, tall


def _buckets(rng: Rng, length: float, width: float) -> Load:
    """Layers of twelve buckets with lids."""
    colour, layers = hue(rng), int(rng.integers(1, 4))
    parts = []
    for layer in range(layers):
        for i in np.linspace(-0.36, 0.36, 4):
            for j in np.linspace(-0.34, 0.34, 3):
                x, y, ground = float(i) * length, float(j) * width, layer * 0.3
                parts.append(upright((x, y, ground + 0.14), 0.12, 0.27, colour))
                parts.append(upright((x, y, ground + 0.28), 0.13, 0.03, (0.95, 0.95, 0.95)))
    return parts, layers * 0.3


def _cube(rng: Rng, length: float, width: float) -> Load:
    """One wrapped cube with bands."""
    tall = float(rng.uniform(0.5, 1.4))
    size = (length * 0.97, width * 0.97, tall)
    parts = [box((0, 0, tall / 2), size, tone(rng, 0.5, 0.9), "weave")]
    for k in range(4):
        band = (length * 0.98, width * 0.98, 0.02)
        parts.append(box((0, 0, tall * (0.15 + 0.23 * k)), band, tone(rng, 0.2, 0.9)))
    return parts, tall


def _loose(rng: Rng, length: float, width: float) -> Load:
    """Balls and boxes side by side."""
    parts, top = [], 0.0
    for _ in range(int(rng.integers(2, 6))):
        x, y = (float(v) for v in rng.uniform(-0.35, 0.35, 2) * (length, width))
        size = float(rng.uniform(0.12, 0.3))
        if rng.random() < 0.4:
            parts.append(ball((x, y, size), (size, size, size), hue(rng)))
            top = max(top, 2 * size)
        else:
            shade = tone(rng, 0.3, 0.95, 0.1)
            parts.append(box((x, y, size / 2), (size, size * 1.4, size), shade, "print"))
            top = max(top, size)
    return parts, top
