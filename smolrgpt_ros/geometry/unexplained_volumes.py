# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What stands on the floor and belongs to no region: depth above the floor beside all masks.

Such points are put on the floor plan, where neighbouring cells are one volume. Walls, pillars and
open racks are left out: they reach higher than any object that stands in the hall, or, where the
picture ends before their top does, further along the floor.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.camera import CameraIntrinsics, ray_grid
from smolrgpt_ros.scene.depth_noise import DepthNoise
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.plane import Plane

from .noise import floor_height_sigma
from .size_priors import SIZES

Flags = NDArray[np.bool_]
Floats = NDArray[np.float32]

_PIXELS = 60_000  # of the image that are looked at, about
# Of those: the side of the window of a median, which keeps edges; by how many masks may be too
# small; and a window that a surface has to fill, so that it is no edge that mixes near and far.
_SMOOTHED, _TOO_SMALL, _FILLED = 5, 1, 3
_OF_MEDIAN = 1.25  # standard deviation of a median of normal values, times that of their mean
# Heights above the floor, metres, from which a point surely stands out and from which it may,
# beside standard deviations of the floor's height there; and above which nothing there ends.
_SURELY_ABOVE, _ABOVE, _TALLEST = 0.08, 0.04, 2.6
_SIGMAS = 2.5
# Metres ahead: to the middle of a volume at most, and to its parts, since a wall of which a part
# alone is looked at seems low.
_FARTHEST, _FARTHEST_PART = 15.0, 20.0
_CELL = 0.1  # metres of the floor plan
_FEWEST_POINTS = 20  # of a volume, that surely stand out
_HANGS = 0.6  # metres: what has no lower part may not stand on the floor
_ENDS = 0.05, 0.98  # quantiles of heights that are the lowest and the highest part
# What is seen of an object of a class: its longer side is a share of the class's shorter one, or
# more, and of an open frame, whose inside is seen, its shorter side too; up to a share of its
# diagonal; and it is so many standard deviations and metres off the class's height, at most.
_LEAST_SIDE, _MOST_DIAGONAL, _HEIGHT_SIGMAS, _HEIGHT_OFF = 0.6, 1.25, 3.0, 0.1


@dataclass(frozen=True, eq=False)
class UnexplainedVolume:
    """Something on the floor that no region is of.

    Args:
        mask: where it shows, shape ``(H, W)``.
        place: middle of what is seen of it, ``(right, ahead)`` in the floor frame, metres.
        size: longer and shorter side of the rectangle around that on the floor, metres.
        top: height of its highest part that is seen, metres.
        cut: whether its top may lie beyond the picture's edge.
    """

    mask: Flags
    place: tuple[float, float]
    size: tuple[float, float]
    top: float
    cut: bool

    def could_be(self, label: str) -> bool:
        """Whether an object of a class may look like it; ``False`` for classes of unknown size.

        One that is too long may be several, where its top is seen: otherwise it may be a wall.
        """
        usual = SIZES.get(label)
        if usual is None or usual.flat:
            return False
        least = self.size[0] if usual.base > 0 else self.size[1]
        if least < _LEAST_SIDE * usual.short:
            return False
        off = _HEIGHT_SIGMAS * usual.height_sigma + _HEIGHT_OFF
        too_low = self.top < usual.height - off and not self.cut
        longest = _MOST_DIAGONAL * math.hypot(usual.long, usual.short)
        too_long = self.size[0] > longest and self.cut
        return self.top <= usual.height + off and not too_low and not too_long


def unexplained_volumes(
    frame: RgbdFrame, explained: Sequence[Flags], plane: Plane, noise: DepthNoise
) -> tuple[UnexplainedVolume, ...]:
    """What stands on the floor beside some masks, largest in the picture first.

    Args:
        frame: with depth and intrinsics.
        explained: masks of what is known to stand there, shape ``(H, W)`` each.
        plane: the floor.
        noise: of the depth.
    """
    depth, camera = frame.depth, frame.intrinsics
    assert depth is not None and camera is not None
    step = max(1, round(math.sqrt(depth.size / _PIXELS)))
    right, ahead, height, limit = _on_floor_plan(depth, camera, plane, noise, step)
    with np.errstate(invalid="ignore"):
        above = (height > _ABOVE + limit) & (ahead < _FARTHEST_PART)
        above[_union(explained, step, above.shape)] = False
        surely = (above & (height > _SURELY_ABOVE + limit)).astype(np.uint8)
    rows, columns = np.nonzero(cv2.erode(surely, np.ones((_FILLED, _FILLED), np.uint8)))
    if len(rows) < _FEWEST_POINTS:
        return ()
    plan = _Plan.around(right[rows, columns], ahead[rows, columns])
    labels = plan.parts(right[rows, columns], ahead[rows, columns], height[rows, columns])
    if not labels.any():
        return ()
    of_point = labels[plan.cells(right[rows, columns], ahead[rows, columns])]
    counts = np.bincount(of_point)
    counts[0] = 0
    all_rows, all_columns = np.nonzero(above)
    of_any = labels[plan.cells(right[all_rows, all_columns], ahead[all_rows, all_columns])]
    found = []
    for part in np.argsort(-counts, kind="stable"):
        if counts[part] < _FEWEST_POINTS:
            break
        inside, whole = of_point == part, of_any == part
        low, top = np.quantile(height[rows[inside], columns[inside]], _ENDS).tolist()
        if low > _HANGS:
            continue
        chosen = all_rows[whole], all_columns[whole]
        found.append(_volume(depth.shape, step, chosen, right, ahead, top))
    return tuple(volume for volume in found if volume.place[1] < _FARTHEST)


def _on_floor_plan(
    depth: Floats, camera: CameraIntrinsics, plane: Plane, noise: DepthNoise, step: int
) -> tuple[Floats, Floats, Floats, Floats]:
    """Of every ``step``-th pixel: metres to the right, ahead and above the floor, and by how much
    the floor itself may seem to be above it; shape ``(h, w)`` each, NaN where depth is unknown."""
    z = np.nan_to_num(depth[::step, ::step], nan=0.0, posinf=0.0, neginf=0.0)
    z = np.asarray(cv2.medianBlur(np.ascontiguousarray(z), _SMOOTHED), np.float32)
    z[z <= 0] = np.nan
    x, y = ray_grid(camera)
    x, y = (x[::step], y[::step]) if x.ndim == 1 else (x[::step, ::step], y[::step, ::step])
    axes = plane.axes.astype(np.float32)
    right, ahead, height = ((axis[0] * x + axis[1] * y + axis[2]) * z for axis in axes)
    height += np.float32(plane.offset)
    independent = min(_SMOOTHED**2, float(noise.independent((step * _SMOOTHED) ** 2)))
    sigma = _OF_MEDIAN * noise.strength / math.sqrt(independent)
    # Of a noisy image the residual is noise.
    uneven = plane.residual if noise.strength == 0 else 0.0
    floor = floor_height_sigma(sigma, z.astype(np.float64), plane.offset) + uneven
    return right, ahead, height, (_SIGMAS * floor).astype(np.float32)


def _union(masks: Sequence[Flags], step: int, shape: tuple[int, ...]) -> Flags:
    """Pixels of masks and those beside them, shape ``(h, w)``."""
    union = np.zeros(shape, np.uint8)
    for mask in masks:
        union |= mask[::step, ::step].view(np.uint8)
    side = 2 * _TOO_SMALL + 1
    return np.asarray(cv2.dilate(union, np.ones((side, side), np.uint8)) > 0, np.bool_)


@dataclass(frozen=True)
class _Plan:
    """The floor plan in cells.

    Args:
        left, near: corner of the first cell, metres.
        columns, rows: how many cells there are to the right and ahead.
    """

    left: float
    near: float
    columns: int
    rows: int

    @staticmethod
    def around(right: Floats, ahead: Floats) -> _Plan:
        """The smallest one that holds points, and one empty cell on each side."""
        left, near = float(right.min()) - _CELL, float(ahead.min()) - _CELL
        columns, rows = ((float(v.max()) - low) for v, low in ((right, left), (ahead, near)))
        return _Plan(left, near, int(columns / _CELL) + 2, int(rows / _CELL) + 2)

    def cells(self, right: Floats, ahead: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Rows and columns of the cells of points; of those outside, an empty one."""
        column = ((right - self.left) / _CELL).astype(np.intp)
        row = ((ahead - self.near) / _CELL).astype(np.intp)
        outside = (column < 0) | (row < 0) | (column >= self.columns) | (row >= self.rows)
        column[outside] = row[outside] = 0
        return row, column

    def parts(self, right: Floats, ahead: Floats, height: Floats) -> NDArray[np.int32]:
        """Numbers from 1 of what hangs together, 0 where nothing stands or it is too tall."""
        taken = np.zeros((self.rows, self.columns), np.uint8)
        tall = taken.copy()
        taken[self.cells(right, ahead)] = 1
        high = height > _TALLEST
        tall[self.cells(right[high], ahead[high])] = 1
        around = np.ones((3, 3), np.uint8)
        taken[cv2.dilate(tall, around) > 0] = 0
        joined = cv2.morphologyEx(taken, cv2.MORPH_CLOSE, around)
        return np.asarray(cv2.connectedComponents(joined, connectivity=8)[1] * taken, np.int32)


def _volume(
    shape: tuple[int, ...],
    step: int,
    chosen: tuple[NDArray[np.intp], NDArray[np.intp]],
    right: Floats,
    ahead: Floats,
    top: float,
) -> UnexplainedVolume:
    small = np.zeros(right.shape, bool)
    small[chosen] = True
    mask = small.repeat(step, axis=0).repeat(step, axis=1)[: shape[0], : shape[1]]
    points = np.stack([right[chosen], ahead[chosen]], axis=1)
    (x, y), (one, other), _ = cv2.minAreaRect(points)
    size = max(one, other), min(one, other)
    # Only the picture's border can hide a top from a camera that sees what is below it.
    cut = bool(chosen[0].min() <= 1)
    return UnexplainedVolume(np.ascontiguousarray(mask), (x, y), size, top, cut)
