# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Forklifts: counterbalanced trucks and reach trucks, with and without a driver."""

from __future__ import annotations

import numpy as np

from ..objects import DARK, Built, pick, varied
from ..parts import Colour, Part, ball, bar, box

_BODIES: tuple[Colour, ...] = (
    (0.95, 0.68, 0.06),
    (0.92, 0.42, 0.08),
    (0.72, 0.12, 0.1),
    (0.14, 0.42, 0.26),
    (0.85, 0.86, 0.86),
    (0.16, 0.3, 0.6),
    (0.36, 0.38, 0.4),
)


def forklift(rng: np.random.Generator) -> Built:
    """A truck of 2 to 3.3 m with its forks; the forks point along x."""
    body_length, width = float(rng.uniform(1.2, 2.1)), float(rng.uniform(0.95, 1.25))
    roof, deck = float(rng.uniform(1.95, 2.3)), float(rng.uniform(0.6, 0.9))
    fork, mast = float(rng.uniform(0.9, 1.2)), float(rng.uniform(1.8, 2.8))
    colour = varied(rng, pick(rng, _BODIES), 0.12)
    steel = varied(rng, (0.16, 0.16, 0.17))
    length = body_length + 0.25 + fork
    back, front = -length / 2, -length / 2 + body_length
    middle = (back + front) / 2
    heavy = body_length * float(rng.uniform(0.25, 0.4))
    weight = varied(rng, pick(rng, (colour, steel)))
    parts = [
        box((middle, 0, 0.14 + deck * 0.4), (body_length, width * 0.96, deck * 0.75), colour),
        box((back + heavy / 2, 0, 0.2 + deck * 0.6), (heavy, width, deck * 1.15), weight),
        box((middle - 0.1, 0, deck + 0.12), (0.5, 0.48, 0.16), DARK),
        box((middle - 0.32, 0, deck + 0.4), (0.1, 0.46, 0.5), DARK),
        box((front - 0.12, 0, deck + 0.25), (0.12, width * 0.7, 0.6), colour),
    ]  # fmt: skip
    parts += _wheels(rng, back, front, width)
    parts += _roof(back + heavy * 0.6, front - 0.05, width, deck, roof, steel)
    parts += _mast(rng, front + 0.1, width, mast, fork, steel)
    if rng.random() < 0.5:
        parts += _driver(rng, middle, deck)
    return Built(tuple(parts), length, width, max(roof, mast))


def _wheels(rng: np.random.Generator, back: float, front: float, width: float) -> list[Part]:
    parts = []
    for x, radius in ((back + 0.35, 0.24), (front - 0.3, float(rng.uniform(0.26, 0.36)))):
        for side in (-1, 1):
            y = side * width * 0.46
            tyre = bar(
                (x, y - 0.09, radius), (x, y + 0.09, radius), radius, (0.07, 0.07, 0.07), "cylinder"
            )
            hub = bar(
                (x, y - 0.1, radius),
                (x, y + 0.1, radius),
                radius * 0.5,
                (0.8, 0.75, 0.6),
                "cylinder",
            )
            parts += [tyre, hub]
    return parts


def _roof(
    back: float, front: float, width: float, deck: float, roof: float, colour: Colour
) -> list[Part]:
    """The guard above the driver: four posts and bars."""
    parts = []
    for x, lean in ((back, 0.1), (front, -0.2)):
        for side in (-1, 1):
            y = side * width * 0.42
            parts.append(bar((x, y, deck), (x + lean, y, roof), 0.035, colour))
    for step in range(5):
        x = back + 0.1 + step * (front - back - 0.3) / 4
        parts.append(bar((x, -width * 0.42, roof), (x, width * 0.42, roof), 0.025, colour))
    for side in (-1, 1):
        y = side * width * 0.42
        parts.append(bar((back + 0.1, y, roof), (front - 0.2, y, roof), 0.035, colour))
    return parts


def _mast(
    rng: np.random.Generator, x: float, width: float, height: float, fork: float, colour: Colour
) -> list[Part]:
    """Two rails with chains and a carriage, and the forks."""
    parts = []
    for side in (-1, 1):
        y = side * width * 0.3
        parts.append(box((x, y, height / 2 + 0.05), (0.12, 0.09, height), colour))
        parts.append(
            bar((x, side * 0.07, 0.3), (x, side * 0.07, height - 0.2), 0.02, (0.4, 0.4, 0.42))
        )
    for share in (0.12, 0.55, 0.98):
        parts.append(box((x, 0, height * share), (0.08, width * 0.66, 0.08), colour))
    lift = float(rng.choice([0.05, 0.1, float(rng.uniform(0.2, 1.2))]))
    parts.append(box((x + 0.1, 0, lift + 0.3), (0.05, width * 0.8, 0.4), colour, "grid"))
    for side in (-1, 1):
        y = side * width * 0.24
        parts.append(box((x + 0.12, y, lift + 0.25), (0.05, 0.11, 0.55), colour))
        parts.append(box((x + 0.1 + fork / 2, y, lift), (fork, 0.11, 0.045), colour))
    return parts


def _driver(rng: np.random.Generator, x: float, deck: float) -> list[Part]:
    """A seated driver, part of the truck."""
    shirt = varied(
        rng, pick(rng, ((0.9, 0.5, 0.1), (0.2, 0.3, 0.5), (0.3, 0.3, 0.3), (0.8, 0.9, 0.2)))
    )
    skin = varied(rng, pick(rng, ((0.85, 0.65, 0.52), (0.5, 0.35, 0.26))))
    hat = pick(rng, ((0.95, 0.85, 0.1), (0.2, 0.15, 0.1)))
    parts = [
        ball((x - 0.1, 0, deck + 0.5), (0.14, 0.22, 0.32), shirt),
        ball((x - 0.06, 0, deck + 0.95), (0.1, 0.085, 0.13), skin),
        ball((x - 0.07, 0, deck + 1.03), (0.13, 0.11, 0.09), hat),
    ]  # fmt: skip
    for side in (-1, 1):
        parts.append(
            bar(
                (x - 0.08, side * 0.2, deck + 0.7), (x + 0.3, side * 0.15, deck + 0.45), 0.05, shirt
            )
        )
        parts.append(
            bar(
                (x, side * 0.1, deck + 0.25),
                (x + 0.35, side * 0.12, deck + 0.2),
                0.08,
                (0.15, 0.17, 0.25),
            )
        )
    return parts
