# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Transporters with round, six-sided and open bodies, and a forklift with a cabin."""

from __future__ import annotations

import numpy as np

from ..objects import Built, pick
from ..parts import Colour, Part, ball, bar, box, upright
from ..varied.makers import Rng
from ..varied.transporters import Vehicle
from .goods import hue, tone


def transporter(rng: Rng) -> Vehicle:
    """A transporter of one of four kinds."""
    make = pick(rng, (_disc, _six_sided, _tube_frame, _wedge))
    colour = hue(rng) if rng.random() < 0.6 else tone(rng, 0.2, 0.95)
    dark = tone(rng, 0.05, 0.2)
    return make(rng, float(rng.uniform(0.2, 0.34)), colour, dark)


def _disc(rng: Rng, height: float, colour: Colour, dark: Colour) -> Vehicle:
    radius = float(rng.uniform(0.4, 0.6))
    parts = (
        upright((0, 0, 0.06), radius * 0.95, 0.08, dark),
        upright((0, 0, 0.1 + (height - 0.1) / 2), radius, height - 0.1, colour),
        upright((0, 0, height + 0.01), radius * 0.7, 0.02, tone(rng, 0.5, 0.95), "print"),
    )
    top = height + 0.02
    return Vehicle(Built(parts, 2 * radius, 2 * radius, top), top, radius > 0.5)


def _size(rng: Rng) -> tuple[float, float]:
    """Length and width of a vehicle with corners."""
    return float(rng.uniform(1.0, 1.5)), float(rng.uniform(0.65, 0.9))


def _six_sided(rng: Rng, height: float, colour: Colour, dark: Colour) -> Vehicle:
    """A box between two turned ones."""
    length, width = _size(rng)
    core, side = length * 0.7, width * 0.71
    parts = [box((0, 0, 0.04 + height / 2), (core, width, height - 0.06), colour)]
    for sx in (-1, 1):
        spot = (sx * core / 2, 0.0, 0.04 + height / 2)
        parts.append(box(spot, (side, side, height - 0.07), colour, "metal", float(np.pi / 4)))
        parts.append(ball((sx * length * 0.47, 0, height * 0.6), (0.07, 0.07, 0.05), dark))
    parts.append(box((0, 0, height), (core * 0.9, width * 0.8, 0.03), dark, "metal"))
    return Vehicle(Built(tuple(parts), length, width, height + 0.015), height + 0.015)


def _tube_frame(rng: Rng, height: float, colour: Colour, dark: Colour) -> Vehicle:
    """An open frame of tubes with four wheels."""
    length, width = _size(rng)
    parts = []
    for sy in (-1, 1):
        y = sy * width * 0.46
        for z in (0.12, height):
            parts.append(bar((-length / 2, y, z), (length / 2, y, z), 0.03, colour))
        for sx in (-1, 1):
            x = sx * length * 0.42
            parts.append(bar((x, y, 0.12), (x, y, height), 0.03, colour))
            parts.append(bar((x, y - 0.04, 0.1), (x, y + 0.04, 0.1), 0.1, dark, "cylinder"))
    for i in np.linspace(-0.45, 0.45, 6):
        x = float(i) * length
        parts.append(bar((x, -width * 0.46, height), (x, width * 0.46, height), 0.025, dark))
    parts.append(box((0, 0, 0.14), (length * 0.6, width * 0.7, 0.1), tone(rng, 0.2, 0.8)))
    return Vehicle(Built(tuple(parts), length, width, height + 0.03), height + 0.03)


def _wedge(rng: Rng, height: float, colour: Colour, dark: Colour) -> Vehicle:
    """A body that slopes down in front, with a ball on a pole at its back."""
    length, width = _size(rng)
    parts = [box((0, 0, height / 2 + 0.03), (length, width, height - 0.06), colour)]
    for step in range(3):
        size = (length * 0.1, width * (0.9 - 0.15 * step), (height - 0.08) * (0.8 - 0.25 * step))
        spot = (length * (0.5 + 0.05 * (2 * step + 1)), 0.0, 0.04 + size[2] / 2)
        parts.append(box(spot, size, colour))
    mast = float(rng.uniform(0.8, 1.6))
    parts.append(bar((-length * 0.42, 0, height), (-length * 0.42, 0, mast), 0.03, dark))
    parts.append(ball((-length * 0.42, 0, mast), (0.1, 0.1, 0.1), hue(rng)))
    parts.append(
        box((0.1, 0, height + 0.01), (length * 0.6, width * 0.85, 0.02), tone(rng, 0.6, 0.95))
    )
    return Vehicle(Built(tuple(parts), length, width, mast), height + 0.02, length > 1.2)


def forklift(rng: Rng) -> Built:
    """A rounded truck with a closed cabin and a mast of three rails."""
    colour, dark = hue(rng), tone(rng, 0.08, 0.25)
    length, width = float(rng.uniform(2.3, 3.0)), float(rng.uniform(0.95, 1.2))
    tall, mast = float(rng.uniform(1.95, 2.3)), float(rng.uniform(2.0, 2.7))
    back, fork = -length / 2, float(rng.uniform(0.85, 1.1))
    front = length / 2 - fork - 0.15
    middle, body = (back + front) / 2, front - back
    parts: list[Part] = [
        ball((back + 0.5, 0, 0.65), (0.5, width / 2, 0.45), colour),
        box((middle + 0.1, 0, 0.5), (body * 0.8, width * 0.95, 0.5), colour),
        box(
            (middle + 0.1, 0, (tall + 0.75) / 2),
            (body * 0.5, width * 0.8, tall - 0.75),
            (0.35, 0.45, 0.5),
        ),
        box((middle + 0.1, 0, tall), (body * 0.55, width * 0.85, 0.08), dark),
    ]
    for x in (back + 0.4, front - 0.25):
        parts.append(bar((x, -width * 0.52, 0.28), (x, width * 0.52, 0.28), 0.28, dark, "cylinder"))
    for y in (-0.3, 0.0, 0.3):
        parts.append(bar((front + 0.08, y, 0.1), (front + 0.08, y, mast), 0.045, dark))
    for z in (0.2, mast * 0.5, mast):
        parts.append(bar((front + 0.08, -0.33, z), (front + 0.08, 0.33, z), 0.04, dark))
    lift = float(rng.uniform(0.04, 0.6))
    parts.append(box((front + 0.14, 0, lift + 0.25), (0.04, width * 0.75, 0.5), dark))
    for side in (-1, 1):
        parts.append(box((front + 0.15 + fork / 2, side * 0.25, lift), (fork, 0.1, 0.04), dark))
    return Built(tuple(parts), length, width, max(mast, tall))
