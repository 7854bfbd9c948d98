# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Objects that no question is about: people, humanoids, tables, trolleys, loose boxes, pillars."""

from __future__ import annotations

import numpy as np

from .objects import DARK, Built, pick, varied
from .parts import Part, Vector, ball, bar, box


def trolley(rng: np.random.Generator) -> Built:
    """A blue shelf on wheels with bins, about 1.8 m high."""
    length, width, height = float(rng.uniform(1.1, 1.4)), 0.6, float(rng.uniform(1.7, 2.1))
    blue = varied(rng, (0.08, 0.34, 0.66))
    parts = []
    for sx in (-1, 1):
        for sy in (-1, 1):
            x, y = sx * (length / 2 - 0.03), sy * (width / 2 - 0.03)
            parts.append(box((x, y, height / 2 + 0.05), (0.05, 0.05, height - 0.1), blue))
    levels = 4
    for level in range(levels):
        z = 0.2 + level * (height - 0.25) / levels
        parts.append(box((0, 0, z), (length, width, 0.04), varied(rng, (0.13, 0.15, 0.18))))
        parts.append(box((0, -width / 2, z), (length, 0.03, 0.07), blue))
        parts.append(box((0, width / 2, z), (length, 0.03, 0.07), blue))
        for sx in (-1, 1):
            bin_colour = pick(
                rng, ((0.1, 0.25, 0.6), (0.2, 0.22, 0.22), (0.1, 0.4, 0.25), (0.85, 0.75, 0.55))
            )
            centre = (sx * length * 0.24, 0.0, z + 0.13)
            parts.append(box(centre, (length * 0.42, width * 0.8, 0.22), bin_colour, "grid"))
    return Built(tuple(parts), length, width, height)


def person(rng: np.random.Generator) -> Built:
    """A standing or walking worker with a helmet."""
    tall = float(rng.uniform(1.62, 1.88)) / 1.75
    shirt = varied(
        rng, pick(rng, ((0.08, 0.08, 0.09), (0.85, 0.85, 0.84), (0.95, 0.5, 0.1), (0.2, 0.3, 0.5)))
    )
    legs = varied(rng, pick(rng, ((0.7, 0.7, 0.7), (0.72, 0.65, 0.52), (0.15, 0.17, 0.25))))
    helmet = pick(rng, ((0.98, 0.5, 0.05), (0.95, 0.85, 0.1), (0.3, 0.3, 0.3), (0.95, 0.95, 0.95)))
    skin = varied(rng, pick(rng, ((0.85, 0.65, 0.52), (0.5, 0.35, 0.26))))
    step = float(rng.uniform(0.02, 0.25))
    parts = []
    for side in (-1, 1):
        hip, foot = (0.0, side * 0.09, 0.9), (side * step, side * 0.1, 0.08)
        parts.append(bar(_up(hip, tall), _up(foot, tall), 0.075, legs))
        parts.append(
            box((side * step + 0.05, side * 0.1, 0.04), (0.26, 0.1, 0.08), (0.35, 0.2, 0.12))
        )
        shoulder, hand = (0.0, side * 0.21, 1.4), (-side * step * 0.8 + 0.05, side * 0.27, 0.85)
        parts.append(bar(_up(shoulder, tall), _up(hand, tall), 0.05, shirt))
    parts.append(ball((0, 0, 1.17 * tall), (0.14, 0.21, 0.34), shirt))
    parts.append(ball((0.01, 0, 1.62 * tall), (0.1, 0.085, 0.13), skin))
    parts.append(ball((0, 0, 1.69 * tall), (0.13, 0.11, 0.09), helmet))
    return Built(tuple(parts), 0.6, 0.6, 1.75 * tall)


def humanoid(rng: np.random.Generator) -> Built:
    """A humanoid robot: black, or teal with white head and feet."""
    body, trim = (((0.07, 0.07, 0.08), (0.15, 0.15, 0.17)), ((0.1, 0.75, 0.7), (0.88, 0.9, 0.9)))[
        int(rng.random() < 0.6)
    ]
    step = float(rng.uniform(0.05, 0.28))
    parts = []
    for side in (-1, 1):
        knee, foot = (side * step * 0.7 + 0.06, side * 0.12, 0.5), (side * step, side * 0.12, 0.06)
        parts.append(bar((0, side * 0.11, 0.92), knee, 0.06, body))
        parts.append(bar(knee, foot, 0.045, trim))
        parts.append(box((side * step + 0.06, side * 0.12, 0.03), (0.26, 0.1, 0.06), trim))
        elbow = (-side * step * 0.6, side * 0.3, 1.1)
        parts.append(bar((0, side * 0.22, 1.38), elbow, 0.05, trim))
        parts.append(bar(elbow, (elbow[0] + 0.25, side * 0.28, 1.0), 0.04, body))
        parts.append(ball((0, side * 0.24, 1.38), (0.08, 0.08, 0.08), (0.1, 0.1, 0.1)))
    parts.append(box((0, 0, 1.2), (0.22, 0.32, 0.42), body))
    parts.append(box((0, 0, 0.95), (0.18, 0.26, 0.1), DARK))
    parts.append(ball((0.02, 0, 1.56), (0.12, 0.1, 0.13), trim))
    return Built(tuple(parts), 0.65, 0.65, 1.7)


def table(rng: np.random.Generator) -> Built:
    """A grey work table with boxes and crates on it."""
    length, width, height = float(rng.uniform(1.4, 2.0)), 0.7, 0.85
    grey = varied(rng, (0.5, 0.51, 0.52))
    parts = [box((0, 0, height - 0.02), (length, width, 0.04), grey)]
    parts.append(box((0, 0, 0.25), (length * 0.94, width * 0.9, 0.03), grey))
    for sx in (-1, 1):
        for sy in (-1, 1):
            x, y = sx * (length / 2 - 0.05), sy * (width / 2 - 0.05)
            parts.append(box((x, y, height / 2), (0.05, 0.05, height), (0.3, 0.3, 0.31)))
    x = -length / 2 + 0.25
    while x < length / 2 - 0.2:
        if rng.random() < 0.75:
            parts.append(_loose_box(rng, (x, float(rng.uniform(-0.08, 0.08)), height)))
        if rng.random() < 0.4:
            parts.append(_loose_box(rng, (x, 0.0, 0.27)))
        x += float(rng.uniform(0.38, 0.6))
    return Built(tuple(parts), length, width, height + 0.3)


def _loose_box(rng: np.random.Generator, spot: tuple[float, float, float]) -> Part:
    a, b, tall = (float(v) for v in rng.uniform((0.25, 0.2, 0.14), (0.38, 0.32, 0.32)))
    kind = rng.random()
    if kind < 0.3:
        colour, material = (0.9, 0.75, 0.08), "grid"
    elif kind < 0.45:
        colour, material = (0.1, 0.3, 0.65), "grid"
    elif kind < 0.65:
        colour, material = (0.93, 0.93, 0.93), ""
    else:
        colour, material = (1.0, 0.9, 0.78), "cardboard2"
    centre = (spot[0], spot[1], spot[2] + tall / 2)
    return box(centre, (a, b, tall), varied(rng, colour), material, float(rng.normal(0, 0.3)))


def carton(rng: np.random.Generator, centre: Vector, size: Vector) -> Part:
    """One closed cardboard box with a random print."""
    material = str(pick(rng, ("cardboard0", "cardboard1", "cardboard2", "cardboard3")))
    return box(centre, size, varied(rng, (1.0, 0.92, 0.82)), material)


def loose_boxes(rng: np.random.Generator) -> Built:
    """Some boxes on the bare floor, without a pallet."""
    parts = []
    for spot in ((-0.3, -0.2), (0.25, -0.15), (-0.05, 0.3))[: int(rng.integers(1, 4))]:
        parts.append(_loose_box(rng, (*spot, 0.0)))
    return Built(tuple(parts), 1.1, 1.0, 0.35)


def pillar(rng: np.random.Generator, height: float) -> Built:
    """A white pillar with a hazard-striped foot."""
    parts = [
        box((0, 0, height / 2), (0.3, 0.3, height), (0.86, 0.87, 0.88)),
        box((0, 0, 0.1), (0.44, 0.44, 0.2), (0.5, 0.5, 0.5)),
    ]
    for ring in range(5):
        colour = (0.95, 0.8, 0.1) if ring % 2 else (0.1, 0.1, 0.1)
        parts.append(box((0, 0, 0.3 + 0.2 * ring), (0.32, 0.32, 0.2), colour))
    return Built(tuple(parts), 0.45, 0.45, height)


def _up(point: tuple[float, float, float], scale: float) -> tuple[float, float, float]:
    return (point[0], point[1], point[2] * scale)
