# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The hall around the field: walls, pillars, floor tape, number signs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from smolrgpt_ros.scene.rotations import yaw_quaternion

from . import clutter
from .footprints import FloorRectangle
from .parts import Colour, Part, box, place

WALL_HEIGHT = 9.5
_YELLOW: Colour = (0.93, 0.8, 0.04)


@dataclass(frozen=True)
class Room:
    """Inner wall faces, metres in the layout frame."""

    left: float
    right: float
    front: float
    back: float

    @classmethod
    def around(
        cls,
        rng: np.random.Generator,
        half_x: float,
        half_y: float,
        camera: tuple[float, float, float],
    ) -> Room:
        """A room that holds the field and the camera."""
        margins = rng.uniform((2.6, 2.6, 3.0, 2.6), (5.5, 5.5, 6.0, 5.0))
        beyond = 1.2
        return cls(
            min(-half_x - float(margins[0]), camera[0] - beyond),
            max(half_x + float(margins[1]), camera[0] + beyond),
            min(-half_y - float(margins[2]), camera[1] - beyond),
            max(half_y + float(margins[3]), camera[1] + beyond),
        )

    def along_wall(
        self, rng: np.random.Generator, length: float, depth: float, gap: float
    ) -> FloorRectangle:
        """A place at one of the walls, ``gap`` metres off it, length along the wall."""
        side = int(rng.choice(4, p=[0.34, 0.28, 0.28, 0.10]))
        off = gap + depth / 2
        if side in (0, 3):
            x = float(rng.uniform(self.left + 1 + length / 2, self.right - 1 - length / 2))
            y = self.back - off if side == 0 else self.front + off
            return FloorRectangle(x, y, length, depth, 0.0 if side == 0 else float(np.pi))
        y = float(rng.uniform(self.front + 1 + length / 2, self.back - 1 - length / 2))
        x = self.left + off if side == 1 else self.right - off
        yaw = float(np.pi / 2) if side == 1 else -float(np.pi / 2)
        return FloorRectangle(x, y, length, depth, yaw)


def tape_colour(rng: np.random.Generator) -> Colour:
    """The colour of the buffers' tape: mostly blue and yellow, as in the benchmark."""
    options: tuple[Colour, ...] = (
        (0.16, 0.34, 0.62),
        (0.93, 0.8, 0.04),
        (0.85, 0.85, 0.85),
        (0.75, 0.16, 0.12),
        (0.1, 0.55, 0.3),
    )
    return options[int(rng.choice(5, p=[0.4, 0.42, 0.08, 0.05, 0.05]))]


def tape_rectangle(length: float, width: float, tape: float, colour: Colour) -> tuple[Part, ...]:
    """Four strips whose outer edges make a rectangle, length along x."""
    thick = 0.004
    parts = []
    for side in (-1, 1):
        y = side * (width - tape) / 2
        parts.append(box((0, y, thick / 2), (length, tape, thick), colour))
        x = side * (length - tape) / 2
        upright = box((x, 0, thick / 2), (width - 2 * tape, tape, thick), colour, yaw=np.pi / 2)
        parts.append(upright)
    return tuple(parts)


def number_sign(digit: int, x: float, y: float) -> Part:
    """A black square on the floor with a white digit."""
    return box((x, y, 0.003), (0.85, 0.85, 0.006), (1, 1, 1), f"number{digit}")


def floor_tape(
    rng: np.random.Generator, room: Room, half_x: float, half_y: float
) -> tuple[Part, ...]:
    """A yellow line before the walls, and sometimes a hazard-striped frame around the field."""
    parts: list[Part] = []
    centre = ((room.left + room.right) / 2, (room.front + room.back) / 2, 0.0)
    if rng.random() < 0.75:
        frame = tape_rectangle(
            room.right - room.left - 1.2, room.back - room.front - 1.2, 0.1, _YELLOW
        )
        parts.extend(place(frame, centre, 0.0))
    if rng.random() < 0.5:
        grow = float(rng.uniform(0.9, 1.6))
        parts.extend(_hazard_rectangle(2 * (half_x + grow), 2 * (half_y + grow), 0.17))
    return tuple(parts)


def _hazard_rectangle(length: float, width: float, tape: float) -> list[Part]:
    """Yellow tape with slanted black bars, which are shapes: a texture would blur to brown."""
    yellow: Colour = (0.96, 0.86, 0.08)
    parts = list(place(tape_rectangle(length, width, tape, yellow), (0.0, 0.0, 0.001), 0.0))
    period, slant = 0.44, 0.3
    bar = (period / 2, (tape - 0.004) / float(np.cos(slant)) - period / 2 * float(np.tan(slant)))
    sides = ((length, width / 2, 0.0), (length, -width / 2, 0.0), (width, length / 2, np.pi / 2),
             (width, -length / 2, np.pi / 2))  # fmt: skip
    for run, offset, yaw in sides:
        inner = offset - float(np.sign(offset)) * tape / 2
        for step in range(1, int(run / period)):
            along = -run / 2 + step * period
            x, y = (along, inner) if yaw == 0.0 else (inner, along)
            size = (bar[0], max(bar[1], 0.6 * tape), 0.002)
            parts.append(box((x, y, 0.0055), size, (0.06, 0.06, 0.06), yaw=float(yaw) + slant))
    return parts


def walls(rng: np.random.Generator, room: Room) -> tuple[Part, ...]:
    """Four walls: a dark or white base, a blue stripe, white corrugated metal; and pillars."""
    dark_base = rng.random() < 0.5
    base: Colour = (0.33, 0.35, 0.38) if dark_base else (0.86, 0.86, 0.87)
    stripe: Colour = (0.1, 0.32, 0.62) if rng.random() < 0.85 else (0.45, 0.47, 0.5)
    low = float(rng.uniform(0.8, 1.2))
    high = low + float(rng.uniform(0.2, 0.35))
    upper = float(rng.uniform(0.8, 1.0))
    length_x, length_y = room.right - room.left, room.back - room.front
    middle_x, middle_y = (room.left + room.right) / 2, (room.front + room.back) / 2
    parts: list[Part] = []
    sides = (
        (middle_x, room.back, length_x, np.pi),
        (middle_x, room.front, length_x, 0.0),
        (room.left, middle_y, length_y, -np.pi / 2),
        (room.right, middle_y, length_y, np.pi / 2),
    )
    for x, y, length, yaw in sides:
        # Each wall is built with its inner face at y = 0, looking towards +y.
        wall = [
            box((0, -0.05, low / 2), (length, 0.1, low), base, "panel"),
            box((0, -0.04, 0.1), (length, 0.14, 0.2), (0.5, 0.5, 0.5)),
            box((0, -0.04, (low + high) / 2), (length, 0.13, high - low), stripe),
            box(
                (0, -0.05, (high + WALL_HEIGHT) / 2),
                (length, 0.1, WALL_HEIGHT - high),
                (upper, upper, upper),
                "corrugated",
            ),
        ]
        for height in (3.6, 6.2):
            wall.append(box((0, 0.02, height), (length, 0.16, 0.16), (0.8, 0.81, 0.83)))
        parts.extend(place(wall, (float(x), float(y), 0.0), float(yaw)))
        column = -length / 2 + float(rng.uniform(1.0, 4.0))
        while column < length / 2:
            built = clutter.pillar(rng, WALL_HEIGHT)
            local = place(built.parts, (column, 0.1, 0.0), 0.0)
            parts.extend(place(local, (float(x), float(y), 0.0), float(yaw)))
            column += float(rng.uniform(4.5, 7.0))
    roof = box(
        (middle_x, middle_y, WALL_HEIGHT + 0.1), (length_x, length_y, 0.2), (0.62, 0.63, 0.65)
    )
    parts.append(roof)
    return tuple(parts)


def soft_shadows(
    footprints: Iterable[FloorRectangle], light: tuple[float, float, float]
) -> tuple[Part, ...]:
    """Translucent dark layers on the floor around objects, as from the light of many lamps."""
    parts = []
    for spot in footprints:
        for layer, (grow, alpha) in enumerate(((0.03, 0.3), (0.1, 0.16), (0.2, 0.1))):
            x, y = spot.x + light[0] * grow, spot.y + light[1] * grow
            size = (spot.length + 2 * grow, spot.width + 2 * grow, 0.0004)
            height = 0.0075 + 0.001 * layer
            parts.append(
                Part(
                    "box",
                    (x, y, height),
                    (size[0] / 2, size[1] / 2, size[2] / 2),
                    (0.02, 0.02, 0.03),
                    "",
                    yaw_quaternion(spot.yaw),
                    -1,
                    alpha,
                )
            )
    return tuple(parts)
