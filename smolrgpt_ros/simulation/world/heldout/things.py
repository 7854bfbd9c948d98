# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Racks of tubes and of closed sides, people of boxes, and clutter of other forms."""

from __future__ import annotations

import numpy as np

from ..objects import Built, pick
from ..parts import Colour, Part, ball, bar, box, place, upright
from ..varied.makers import Rng
from . import goods
from .goods import hue, tone


def rack(rng: Rng) -> Built:
    """A rack of round posts, or one with closed sides."""
    length, width = float(rng.uniform(1.8, 3.2)), float(rng.uniform(0.6, 1.1))
    height, levels = float(rng.uniform(1.9, 3.6)), int(rng.integers(2, 5))
    colour = hue(rng) if rng.random() < 0.6 else tone(rng, 0.3, 0.8)
    parts: list[Part] = []
    closed = rng.random() < 0.4
    for sx in (-1, 1):
        x = sx * length / 2
        if closed:
            parts.append(box((x, 0, height / 2), (0.04, width, height), colour, "metal"))
            continue
        for sy in (-1, 1):
            parts.append(
                bar((x, sy * width / 2, 0), (x, sy * width / 2, height), 0.045, colour, "cylinder")
            )
        for z in np.linspace(0.3, height - 0.1, 5):
            parts.append(bar((x, -width / 2, float(z)), (x, width / 2, float(z)), 0.02, colour))
    beam, pitch = hue(rng), (height - 0.2) / levels
    for level in range(levels):
        z = 0.15 + level * pitch
        for sy in (-1, 1):
            ends = (-length / 2, sy * width / 2, z), (length / 2, sy * width / 2, z)
            parts.append(bar(*ends, 0.04, beam, "cylinder"))
        parts.append(box((0, 0, z + 0.04), (length, width, 0.02), tone(rng, 0.5, 0.9, 0.1), "wood"))
        for slot in range(int(length / 0.8)):
            if rng.random() < 0.25:
                continue
            items, _ = goods.load(rng, 0.7, width * 0.8)
            low = [p for p in items if p.centre[2] + p.half[2] < pitch - 0.15]
            parts += place(low[:12], (-length / 2 + 0.45 + slot * 0.8, 0.0, z + 0.05), 0.0)
    return Built(tuple(parts), length + 0.1, width, height)


def person(rng: Rng) -> Built:
    """A person of boxes with rounded joints, hair or a cap, and a coat sometimes."""
    tall = float(rng.uniform(1.55, 1.92))
    unit = tall / 1.8
    top, trousers, skin = hue(rng), tone(rng, 0.08, 0.6), tone(rng, 0.3, 0.85, 0.25)
    swing = float(rng.uniform(0.0, 0.35))
    parts: list[Part] = []
    for side in (-1, 1):
        hip = (0.0, side * 0.1 * unit, 0.92 * unit)
        foot = (side * swing * unit, side * 0.1 * unit, 0.06)
        parts.append(bar(hip, foot, 0.075 * unit, trousers, "cylinder"))
        parts.append(
            ball((foot[0] + 0.05, foot[1], 0.05), (0.14, 0.055, 0.05), tone(rng, 0.05, 0.3))
        )
        shoulder = (0.0, side * 0.24 * unit, 1.43 * unit)
        hand = (-side * swing * unit + float(rng.uniform(0, 0.3)), side * 0.28 * unit, 0.9 * unit)
        parts.append(bar(shoulder, hand, 0.05 * unit, top, "cylinder"))
        parts.append(ball(hand, (0.05, 0.05, 0.06), skin))
    coat = 0.72 if rng.random() < 0.3 else 0.92
    middle = (1.48 + coat) / 2 * unit
    parts.append(
        box((0, 0, middle), (0.24 * unit, 0.42 * unit, (1.48 - coat) * unit), top, "weave")
    )
    parts.append(ball((0, 0, 1.46 * unit), (0.12 * unit, 0.22 * unit, 0.07 * unit), top))
    parts.append(upright((0, 0, 1.53 * unit), 0.055 * unit, 0.1 * unit, skin))
    parts.append(ball((0.01, 0, 1.67 * unit), (0.1 * unit, 0.085 * unit, 0.12 * unit), skin))
    hair = (0.11 * unit, 0.1 * unit, 0.1 * unit)
    parts.append(ball((-0.02, 0, 1.72 * unit), hair, tone(rng, 0.03, 0.9, 0.1)))
    return Built(tuple(parts), 0.6, 0.6, tall)


def clutter(rng: Rng) -> Built:
    """A bench, a bin, a palm, a tripod, a stack of tubs, a tarpaulin or a spool."""
    make = pick(rng, (_bench, _bin, _palm, _tripod, _tubs, _tarpaulin, _spool))
    return make(rng, hue(rng))


def _bench(rng: Rng, _colour: Colour) -> Built:
    parts = [box((0, 0, 0.45), (1.3, 0.35, 0.05), tone(rng, 0.4, 0.8, 0.2), "wood")]
    for side in (-1, 1):
        parts.append(box((side * 0.5, 0, 0.21), (0.08, 0.3, 0.42), tone(rng, 0.2, 0.5)))
    return Built(tuple(parts), 1.3, 0.35, 0.48)


def _bin(rng: Rng, colour: Colour) -> Built:
    body = box((0, 0, 0.5), (0.55, 0.6, 0.9), colour)
    lid = box((0, 0, 0.98), (0.6, 0.65, 0.06), tone(rng, 0.1, 0.4))
    return Built((body, lid), 0.6, 0.65, 1.0)


def _palm(rng: Rng, _colour: Colour) -> Built:
    parts = [upright((0, 0, 0.2), 0.2, 0.4, tone(rng, 0.3, 0.9))]
    parts.append(bar((0, 0, 0.4), (0.05, 0, 1.3), 0.04, (0.4, 0.3, 0.2)))
    for turn in range(8):
        angle = turn * np.pi / 4
        end = (0.6 * float(np.cos(angle)), 0.6 * float(np.sin(angle)), 1.25)
        parts.append(bar((0.05, 0, 1.4), end, 0.04, (0.2, 0.5, 0.2)))
    return Built(tuple(parts), 1.2, 1.2, 1.5)


def _tripod(rng: Rng, colour: Colour) -> Built:
    parts = []
    for turn in range(3):
        angle = turn * 2 * np.pi / 3
        end = (0.35 * float(np.cos(angle)), 0.35 * float(np.sin(angle)), 0.0)
        parts.append(bar((0, 0, 1.2), end, 0.02, tone(rng, 0.1, 0.6)))
    parts.append(box((0, 0, 1.3), (0.2, 0.2, 0.2), colour))
    return Built(tuple(parts), 0.8, 0.8, 1.4)


def _tubs(rng: Rng, colour: Colour) -> Built:
    parts = [
        upright((0, 0, 0.12 + 0.2 * k), 0.3 - 0.01 * k, 0.2, colour)
        for k in range(int(rng.integers(2, 6)))
    ]
    return Built(tuple(parts), 0.6, 0.6, 1.0)


def _tarpaulin(_rng: Rng, colour: Colour) -> Built:
    parts = (
        ball((0, 0, 0.2), (0.8, 0.6, 0.45), colour),
        ball((0.4, 0.2, 0.2), (0.5, 0.4, 0.35), colour),
    )
    return Built(parts, 1.7, 1.3, 0.65)


def _spool(rng: Rng, _colour: Colour) -> Built:
    wood = tone(rng, 0.4, 0.8, 0.2)
    parts = [
        bar((0, s * 0.3 - 0.03, 0.5), (0, s * 0.3 + 0.03, 0.5), 0.5, wood, "cylinder")
        for s in (-1, 1)
    ]
    parts.append(bar((0, -0.3, 0.5), (0, 0.3, 0.5), 0.3, tone(rng, 0.05, 0.4), "cylinder"))
    return Built(tuple(parts), 1.0, 0.7, 1.0)
