# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Lines of sight and boxes: what a box shows from somewhere, and what stands in between."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .object_estimate import ObjectEstimate

Points = NDArray[np.float64]

#: Points along each side of a face of a box.
_GRID = 5
#: Share of a line of sight before its end that a box must not reach, so that none hides itself.
_BEFORE = 0.97
#: Metres above the floor of what lies on it, so that it has a side that is seen.
_TAPE_M = 0.01


def corners(found: ObjectEstimate) -> Points:
    """Corners of an object's box in the floor frame, shape ``(8, 3)``, metres."""
    middle, axes, half = _box(found)
    signs = np.array([[x, y, z] for z in (-1, 1) for x in (-1, 1) for y in (-1, 1)])
    found_corners: Points = middle + (signs * half) @ axes
    return found_corners


def facing_points(found: ObjectEstimate, eye: Points) -> Points:
    """Points of the sides of an object's box that face an eye, shape ``(N, 3)``, floor frame.

    Empty for an eye inside the box. The underside counts as not seen.

    Args:
        found: with a footprint.
        eye: shape ``(3,)``, metres, floor frame.
    """
    middle, axes, half = _box(found)
    half = np.maximum(half, [0.0, 0.0, _TAPE_M / 2])
    local = axes @ (eye - middle)
    steps = np.linspace(-1.0, 1.0, _GRID)
    u, v = (part.ravel() for part in np.meshgrid(steps, steps))
    sides = []
    for axis in range(3):
        if abs(local[axis]) <= half[axis] or (axis == 2 and local[axis] < 0):
            continue
        if axis != 2 and half[2] <= _TAPE_M:
            continue  # of tape there is the top alone
        side = np.empty((len(u), 3))
        side[:, axis] = np.sign(local[axis])
        side[:, (axis + 1) % 3], side[:, (axis + 2) % 3] = u, v
        sides.append(middle + (side * half) @ axes)
    return np.concatenate(sides) if sides else np.zeros((0, 3))


def crossings(
    found: ObjectEstimate, eye: Points, directions: Points
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where lines of sight enter and leave an object's box (slab method), shape ``(N,)`` each, in
    lengths of the directions.

    A line that misses the box leaves it before it enters it.

    Args:
        found: with a footprint.
        eye: where the lines start, shape ``(3,)``, floor frame.
        directions: shape ``(N, 3)``, floor frame.
    """
    middle, axes, half = _box(found)
    start = axes @ (eye - middle)
    step = directions @ axes.T
    step = np.where(np.abs(step) < 1e-9, 1e-9, step)
    near, far = (-half - start) / step, (half - start) / step
    return np.minimum(near, far).max(axis=1), np.maximum(near, far).min(axis=1)


def hidden_by(points: Points, eye: Points, others: Sequence[ObjectEstimate]) -> NDArray[np.bool_]:
    """Which points, shape ``(N, 3)``, boxes hide from an eye; shape ``(len(others), N)`` bool."""
    directions = points - eye
    hidden = np.zeros((len(others), len(points)), bool)
    for row, other in enumerate(others):
        enter, leave = crossings(other, eye, directions)
        hidden[row] = (enter < leave) & (leave > 0.0) & (enter < _BEFORE)
    return hidden


def _box(found: ObjectEstimate) -> tuple[Points, Points, Points]:
    """Middle, axes (rows) and half sizes of an object's box in the floor frame."""
    footprint = found.footprint
    assert footprint is not None  # of an object on the floor
    axes = np.eye(3)
    axes[:2, :2] = footprint.axes
    middle = np.array([*footprint.centre, (found.bottom + found.top) / 2])
    return middle, axes, np.array([*footprint.size, found.top - found.bottom]) / 2
