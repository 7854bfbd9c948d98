# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Floor marks of round dots, chains and frames in frames; walls with columns and pipes."""

from __future__ import annotations

import math

from ..footprints import Field
from ..parts import Colour, Part, bar, box, place, upright
from ..surroundings import Room, wall_panel
from ..varied.makers import Rng
from .goods import hue, tone


def marking(rng: Rng, length: float, width: float, style: str, colour: Colour) -> tuple[Part, ...]:
    """A frame: a line, a line with round corners, dots, or a line within a paler one.

    Args:
        style: of the training set; it decides nothing here but the draw.
    """
    kind = (len(style) + int(rng.integers(4))) % 4
    tape = float(rng.uniform(0.05, 0.12))
    parts: list[Part] = []
    corners = [
        (length / 2, width / 2),
        (-length / 2, width / 2),
        (-length / 2, -width / 2),
        (length / 2, -width / 2),
    ]
    for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1], strict=True):
        run, yaw = math.hypot(bx - ax, by - ay), math.atan2(by - ay, bx - ax)
        inner = (tape / 2 * math.sin(yaw), -tape / 2 * math.cos(yaw))
        middle = ((ax + bx) / 2 - inner[0], (ay + by) / 2 - inner[1], 0.0)
        if kind == 2:
            count = max(2, int(run / (3 * tape)))
            local = [
                upright((((k + 0.5) / count - 0.5) * run, 0, 0.002), tape * 0.7, 0.004, colour)
                for k in range(min(count, 14))
            ]
        else:
            local = [
                box((0, 0, 0.002), (run - (2 * tape if kind == 1 else 0), tape, 0.004), colour)
            ]
        if kind == 3:
            pale = tone(rng, 0.75, 0.95)
            local.append(box((0, 0, 0.001), (run, 2.4 * tape, 0.002), pale))
        parts += place(local, middle, yaw)
    if kind == 1:
        for x, y in corners:
            spot = (x - math.copysign(tape, x), y - math.copysign(tape, y), 0.002)
            parts.append(upright(spot, tape, 0.004, colour))
    return tuple(parts)


def distractors(rng: Rng, field: Field) -> tuple[Part, ...]:
    """Manhole covers, single lines, rings and mats."""
    parts: list[Part] = []
    for _ in range(int(rng.integers(0, 5))):
        x, y = field.draw_point(rng, 2.0)
        kind = int(rng.integers(4))
        if kind == 0:
            parts.append(upright((x, y, 0.003), 0.33, 0.006, tone(rng, 0.15, 0.4), "metal"))
        elif kind == 1:
            run = float(rng.uniform(2, 9))
            parts.append(
                box((x, y, 0.002), (run, 0.09, 0.004), hue(rng), yaw=float(rng.uniform(0, 3)))
            )
        elif kind == 2:
            parts.append(upright((x, y, 0.002), 0.6, 0.004, hue(rng)))
            parts.append(upright((x, y, 0.003), 0.45, 0.006, tone(rng, 0.3, 0.7)))
        else:
            size = (float(rng.uniform(0.8, 1.6)), float(rng.uniform(0.6, 1.0)), 0.01)
            parts.append(
                box((x, y, 0.005), size, tone(rng, 0.08, 0.5), "weave", float(rng.uniform(0, 3)))
            )
    return tuple(parts)


def walls(rng: Rng, room: Room, height: float) -> tuple[Part, ...]:
    """Walls with a dado, round columns, a pipe and pictures."""
    paint, dado = tone(rng, 0.6, 1.0), hue(rng) if rng.random() < 0.5 else tone(rng, 0.3, 0.8)
    low = float(rng.uniform(0.1, 1.5))
    parts: list[Part] = []
    for wall in room.walls():
        length = wall.length
        layers = [wall_panel(length, height, paint)]
        layers.append(box((0, -0.01, low / 2), (length, 0.06, low), dado))
        pipe = float(rng.uniform(2.2, max(2.3, height - 0.3)))
        layers.append(
            bar((-length / 2, 0.1, pipe), (length / 2, 0.1, pipe), 0.06, hue(rng), "cylinder")
        )
        spot = -length / 2 + float(rng.uniform(1, 3))
        while spot < length / 2 - 1:
            kind = int(rng.integers(3))
            if kind == 0:
                layers.append(upright((spot, 0.15, height / 2), 0.2, height, tone(rng, 0.4, 0.9)))
            elif kind == 1:
                layers.append(box((spot, 0.01, 1.6), (0.9, 0.04, 0.7), (1, 1, 1), "print"))
            else:
                layers.append(box((spot, 0.01, 1.0), (0.95, 0.05, 2.0), tone(rng, 0.2, 0.9, 0.15)))
            spot += float(rng.uniform(1.5, 5))
        parts += wall.place(layers)
    return tuple(parts)
