# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The hall around the field: walls, pillars, floor tape, number signs."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from smolrgpt_ros.scene.rotations import quaternion_product, yaw_quaternion

from . import clutter
from .footprints import Field, FloorRectangle
from .parts import Colour, Part, box, place

WALL_HEIGHT = 9.5
_YELLOW: Colour = (0.93, 0.8, 0.04)


@dataclass(frozen=True)
class Wall:
    """One wall of a room: its length, the middle of its inner face and its direction, radians."""

    length: float
    x: float
    y: float
    yaw: float

    def place(self, parts: Iterable[Part]) -> tuple[Part, ...]:
        """Parts of a wall whose inner face is at y = 0 and looks towards +y, put here."""
        return place(parts, (self.x, self.y, 0.0), self.yaw)


@dataclass(frozen=True)
class Room:
    """Inner wall faces, metres in the layout frame."""

    left: float
    right: float
    front: float
    back: float

    @classmethod
    def around(
        cls, rng: np.random.Generator, field: Field, camera: tuple[float, float, float]
    ) -> Room:
        """A room that holds the field and the camera."""
        margins = rng.uniform((2.6, 2.6, 3.0, 2.6), (5.5, 5.5, 6.0, 5.0))
        beyond = 1.2
        return cls(
            min(-field.half_x - float(margins[0]), camera[0] - beyond),
            max(field.half_x + float(margins[1]), camera[0] + beyond),
            min(-field.half_y - float(margins[2]), camera[1] - beyond),
            max(field.half_y + float(margins[3]), camera[1] + beyond),
        )

    @property
    def length_x(self) -> float:
        return self.right - self.left

    @property
    def length_y(self) -> float:
        return self.back - self.front

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.front + self.back) / 2

    def walls(self) -> tuple[Wall, ...]:
        """The four walls: at the back, in front, at the left and at the right."""
        x, y = self.middle
        return (
            Wall(self.length_x, x, self.back, math.pi),
            Wall(self.length_x, x, self.front, 0.0),
            Wall(self.length_y, self.left, y, -math.pi / 2),
            Wall(self.length_y, self.right, y, math.pi / 2),
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


def floor_tape(rng: np.random.Generator, room: Room, field: Field) -> tuple[Part, ...]:
    """A yellow line before the walls, and sometimes a hazard-striped frame around the field."""
    parts: list[Part] = []
    if rng.random() < 0.75:
        frame = tape_rectangle(room.length_x - 1.2, room.length_y - 1.2, 0.1, _YELLOW)
        parts.extend(place(frame, (*room.middle, 0.0), 0.0))
    if rng.random() < 0.5:
        grow = float(rng.uniform(0.9, 1.6))
        size = 2 * (field.half_x + grow), 2 * (field.half_y + grow)
        parts.extend(_hazard_rectangle(*size, 0.17))
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
    parts: list[Part] = []
    for wall in room.walls():
        length = wall.length
        layers = [
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
            layers.append(box((0, 0.02, height), (length, 0.16, 0.16), (0.8, 0.81, 0.83)))
        parts.extend(wall.place(layers))
        column = -length / 2 + float(rng.uniform(1.0, 4.0))
        while column < length / 2:
            built = clutter.pillar(rng, WALL_HEIGHT)
            parts.extend(wall.place(place(built.parts, (column, 0.1, 0.0), 0.0)))
            column += float(rng.uniform(4.5, 7.0))
    parts.append(roof(room, WALL_HEIGHT, (0.62, 0.63, 0.65)))
    return tuple(parts)


def wall_panel(length: float, height: float, colour: Colour) -> Part:
    """A wall whose picture is laid out in metres: that is done along a box's x and y alone."""
    # Its z looks along +y, into the room; its x along the wall, its y up.
    turn = quaternion_product(yaw_quaternion(math.pi), (math.sqrt(0.5), math.sqrt(0.5), 0.0, 0.0))
    half = (length / 2, height / 2, 0.05)
    return Part("box", (0.0, -0.06, height / 2), half, colour, "wall", turn)


def roof(room: Room, height: float, colour: Colour) -> Part:
    """A plain roof over a room, its lower side at ``height``."""
    return box((*room.middle, height + 0.1), (room.length_x, room.length_y, 0.2), colour)


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
            shade = box((x, y, height), size, (0.02, 0.02, 0.03), yaw=spot.yaw)
            parts.append(replace(shade, alpha=alpha))
    return tuple(parts)
