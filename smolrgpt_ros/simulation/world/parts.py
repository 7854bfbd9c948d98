# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Primitive shapes with colour and texture, of which scenes are built, and their placement."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from smolrgpt_ros.scene.rotations import (
    IDENTITY,
    Quaternion,
    quaternion_from_z,
    quaternion_product,
    yaw_quaternion,
)

Vector = tuple[float, float, float]
Colour = tuple[float, float, float]

WHITE: Colour = (1.0, 1.0, 1.0)


@dataclass(frozen=True)
class Part:
    """One primitive shape, in the frame of its object, or of the world once placed.

    Args:
        shape: ``"box"``, ``"cylinder"``, ``"capsule"`` or ``"ball"`` (an ellipsoid).
        centre: metres; z is up.
        half: half extents of the box or ellipsoid; ``(radius, radius, half length)`` of a cylinder
            or capsule along its own z.
        colour: RGB in [0, 1], multiplied with the material's texture.
        material: a name of ``assets.MATERIALS``; empty for a plain matt colour.
        turn: quaternion ``(w, x, y, z)`` from the part's axes to those of the frame it is in.
        owner: id of the object it belongs to, -1 for scenery.
        alpha: opacity. A translucent part is seen in colour only: it has no depth and no owner.
    """

    shape: str
    centre: Vector
    half: Vector
    colour: Colour = WHITE
    material: str = ""
    turn: Quaternion = IDENTITY
    owner: int = -1
    alpha: float = 1.0


def box(
    centre: Vector, size: Vector, colour: Colour = WHITE, material: str = "", yaw: float = 0.0
) -> Part:
    """A box of full extents ``size``, turned by ``yaw`` radians about z."""
    half = (size[0] / 2, size[1] / 2, size[2] / 2)
    return Part("box", centre, half, colour, material, yaw_quaternion(yaw))


def bar(start: Vector, end: Vector, radius: float, colour: Colour, shape: str = "capsule") -> Part:
    """A round bar between two points."""
    first, last = np.array(start), np.array(end)
    length = float(np.linalg.norm(last - first))
    direction = (last - first) / length
    turn = quaternion_from_z(direction)
    middle = (first + last) / 2
    centre = (float(middle[0]), float(middle[1]), float(middle[2]))
    return Part(shape, centre, (radius, radius, length / 2), colour, "", turn)


def upright(
    centre: Vector, radius: float, height: float, colour: Colour = WHITE, material: str = ""
) -> Part:
    """A standing cylinder."""
    return Part("cylinder", centre, (radius, radius, height / 2), colour, material)


def ball(centre: Vector, half: Vector, colour: Colour, material: str = "") -> Part:
    """An ellipsoid with half extents ``half``."""
    return Part("ball", centre, half, colour, material)


def place(
    parts: Iterable[Part], position: Vector, yaw: float, owner: int | None = None
) -> tuple[Part, ...]:
    """The parts turned by ``yaw`` about z, moved to ``position``, owned by ``owner`` if given."""
    cosine, sine = math.cos(yaw), math.sin(yaw)
    turn = yaw_quaternion(yaw)
    placed = []
    for part in parts:
        x, y, z = part.centre
        centre = (
            position[0] + cosine * x - sine * y,
            position[1] + sine * x + cosine * y,
            position[2] + z,
        )
        whose = part.owner if owner is None else owner
        placed.append(
            replace(part, centre=centre, turn=quaternion_product(turn, part.turn), owner=whose)
        )
    return tuple(placed)
