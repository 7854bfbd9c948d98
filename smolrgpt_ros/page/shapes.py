# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What the page draws in 3-D, as values: objects, lines of the answer, names.

Places are metres over the floor: x right, y ahead, z up.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from itertools import product

import numpy as np

from smolrgpt_ros.rendering.palette import Color

from .objects import LEAST_M, PageObject, Vector
from .upright import Upright

#: Movements that are not drawn, metres: noise of fast positions.
_NOISE_M = 0.08
#: How far over its box an object's name is, metres.
_NAME_LIFT_M = 0.15
#: Sides of what has a place and no extent, metres.
_SMALL_M = 0.2


@dataclass(frozen=True)
class Segment:
    """A line of the answer."""

    start: Vector
    end: Vector
    color: Color


@dataclass(frozen=True)
class Rectangle:
    """An object that lies on the floor, by its corners in order."""

    label: str
    corners: tuple[Vector, ...]
    opacity: float

    @property
    def middle(self) -> Vector:
        """Of its corners."""
        return _vector(np.mean(self.corners, axis=0).tolist())

    @property
    def name_spot(self) -> Vector:
        """Where its name is wanted."""
        return self.middle


@dataclass(frozen=True)
class Box:
    """An object that stands on the floor.

    Args:
        label: of the object.
        middle: of the box.
        size: its sides.
        rotation: rows of the matrix that turns its sides to the axes of the floor.
        opacity: 0 to 1.
    """

    label: str
    middle: Vector
    size: Vector
    rotation: tuple[Vector, ...]
    opacity: float

    @classmethod
    def of_corners(cls, label: str, corners: tuple[Vector, ...], opacity: float) -> Box:
        """The box of eight corners, in the order of :attr:`.objects.PageObject.outline`."""
        spots = np.array(corners)
        sides = spots[[2, 1, 4]] - spots[0]  # x, y, z
        lengths = np.linalg.norm(sides, axis=1)
        rotation = (sides / np.maximum(lengths, 1e-6)[:, None]).T
        return cls(
            label,
            _vector(spots.mean(axis=0).tolist()),
            _vector(np.maximum(lengths, LEAST_M).tolist()),
            tuple(_vector(row) for row in rotation.tolist()),
            opacity,
        )

    @property
    def corners(self) -> tuple[Vector, ...]:
        """Its eight corners."""
        ends = np.array(list(product((-0.5, 0.5), repeat=3))) * self.size
        spots = ends @ np.array(self.rotation).T + self.middle
        return tuple(_vector(spot) for spot in spots.tolist())

    @property
    def name_spot(self) -> Vector:
        """Where its name is wanted."""
        x, y, _ = self.middle
        return x, y, max(corner[2] for corner in self.corners) + _NAME_LIFT_M


@dataclass(frozen=True)
class Name:
    """The name of an object.

    Args:
        label: of the object, for its colour.
        word: the name.
        spot: where it stands.
        opacity: 0 to 1.
    """

    label: str
    word: str
    spot: Vector
    opacity: float


Shape = Segment | Rectangle | Box | Name


def shape_of(item: PageObject, space: Upright, opacity: float) -> Rectangle | Box:
    """The shape of an object that has a place.

    Args:
        item: the object.
        space: over the floor.
        opacity: of its shape, 0 to 1.
    """
    label = item.region.label
    corners = tuple(space.apply(corner) for corner in item.outline)
    if item.is_flat:
        return Rectangle(label, corners, opacity)
    if item.is_box:
        return Box.of_corners(label, corners, opacity)
    assert item.position is not None
    size = item.drawn_size or (_SMALL_M, _SMALL_M, _SMALL_M)
    rotation = tuple(_vector(row) for row in space.rotation.tolist())
    return Box(label, space.apply(item.position), size, rotation, opacity)


def is_like(a: Shape, b: Shape) -> bool:
    """Whether two shapes are the same but for movements below :data:`_NOISE_M`."""
    return type(a) is type(b) and _are_like(astuple(a), astuple(b))


def _are_like(a: object, b: object) -> bool:
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(_are_like, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return abs(a - b) < _NOISE_M
    return a == b


def _vector(values: list[float]) -> Vector:
    x, y, z = values
    return x, y, z
