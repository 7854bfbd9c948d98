"""Pinhole geometry: pixels to points, and the floor they stand on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .frame import CameraIntrinsics

Points = NDArray[np.float64]


def back_project(
    depth: NDArray[np.float32],
    intrinsics: CameraIntrinsics,
    mask: NDArray[np.bool_] | None = None,
) -> Points:
    """Points of the pixels with depth.

    Args:
        depth: shape ``(H, W)``, metres along the optical axis, NaN where unknown.
        intrinsics: of the same image.
        mask: shape ``(H, W)``, bool; every pixel if left out.

    Returns:
        Shape ``(N, 3)``: x right, y down, z forward, metres, optical frame (REP-103).
    """
    good = np.isfinite(depth) & (depth > 0)
    if mask is not None:
        good &= mask
    rows, columns = np.nonzero(good)
    return rays(intrinsics, columns, rows) * depth[rows, columns].astype(np.float64)[:, None]


def rays(
    intrinsics: CameraIntrinsics, columns: NDArray[np.generic], rows: NDArray[np.generic]
) -> Points:
    """Directions through pixels, scaled to depth 1, shape ``(N, 3)``."""
    return np.stack(
        [
            (np.asarray(columns, dtype=np.float64) - intrinsics.cx) / intrinsics.fx,
            (np.asarray(rows, dtype=np.float64) - intrinsics.cy) / intrinsics.fy,
            np.ones(len(columns)),
        ],
        axis=1,
    )


@dataclass(frozen=True, eq=False)
class Plane:
    """A floor in the optical frame: points ``p`` with ``up . p + offset = 0``.

    Args:
        up: unit normal, shape ``(3,)``, towards the camera's side.
        offset: height of the camera above the floor, metres, positive.
        residual: robust spread of the floor pixels about the plane, metres.
    """

    up: NDArray[np.float64]
    offset: float
    residual: float = 0.0

    @cached_property
    def axes(self) -> NDArray[np.float64]:
        """Rows: right, ahead (both in the plane, seen from the camera) and up; shape ``(3, 3)``."""
        ahead = np.array([0.0, 0.0, 1.0]) - self.up[2] * self.up
        if np.linalg.norm(ahead) < 1e-3:  # the camera looks straight down
            ahead = -np.array([0.0, 1.0, 0.0]) + self.up[1] * self.up
        ahead /= np.linalg.norm(ahead)
        return np.stack([np.cross(ahead, self.up), ahead, self.up])

    def to_floor(self, points: Points) -> Points:
        """Optical to floor frame ``(right, ahead, height)``; the origin is below the camera."""
        return points @ self.axes.T + np.array([0.0, 0.0, self.offset])

    def to_optical(self, points: Points) -> Points:
        """The way back of :meth:`to_floor`."""
        return (points - np.array([0.0, 0.0, self.offset])) @ self.axes

    def meet(self, directions: Points) -> Points:
        """Where rays from the camera meet the floor, ``(N, 3)``; NaN for those that do not."""
        falling = directions @ self.up
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = np.where(falling < -1e-6, -self.offset / falling, np.nan)
        return directions * reach[:, None]


def fit_ground_plane(
    picture: NDArray[np.floating] | None,
    intrinsics: CameraIntrinsics | None,
    exclude_masks: Sequence[NDArray[np.bool_]] = (),
    *,
    samples: int = 1200,
    trials: int = 120,
    max_roll_deg: float = 25.0,
    tallest: float = 4.5,
) -> Plane | None:
    """The floor below the camera, robustly: most pixels on it, hardly any below it.

    The camera may hang at any height and look at or below the horizon; it is taken to be roughly
    upright (roll within ``max_roll_deg``). A wall has points of the floor "below" it and loses.

    Args:
        picture: shape ``(H, W)``, metres along the optical axis, NaN where unknown.
        intrinsics: of the same image.
        exclude_masks: shape ``(H, W)`` each, things that stand on the floor.
        samples: pixels used.
        trials: planes tried.
        max_roll_deg: largest roll of the camera, degrees.
        tallest: height of the tallest thing that stands on the floor, metres.

    Returns:
        ``None`` without depth or intrinsics, or where no plane has enough support.
    """
    if picture is None or intrinsics is None:
        return None
    stride = max(1, int(np.sqrt(picture.size / (2.0 * samples))))
    grid = (slice(stride // 2, None, stride), slice(stride // 2, None, stride))
    depth = picture[grid]
    good = np.isfinite(depth) & (depth > 0)
    standing = np.zeros(good.shape, bool)
    for mask in exclude_masks:
        standing |= mask[grid]
    rows, columns = np.nonzero(good & ~standing)
    if rows.size < 50:
        return None
    rng = np.random.default_rng(0)  # the same frame always gives the same floor
    if rows.size > samples:
        kept = np.sort(rng.choice(rows.size, samples, replace=False))
        rows, columns = rows[kept], columns[kept]
    z = depth[rows, columns].astype(np.float64)
    first = stride // 2
    points = rays(intrinsics, columns * stride + first, rows * stride + first) * z[:, None]
    tolerance = 0.02 + 0.01 * z
    # The floor is mostly low in the picture, and sometimes only there.
    first_seed = np.where(np.arange(trials) % 2 == 0, 0, 2 * len(points) // 3)
    seeds = points[rng.integers(first_seed[:, None], len(points), (trials, 3))]
    a, b = (seeds[:, 1] - seeds[:, 0]).T, (seeds[:, 2] - seeds[:, 0]).T
    normals = np.column_stack(  # np.cross costs more than the rest of the fit
        [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    )
    lengths = np.linalg.norm(normals, axis=1)
    usable = lengths > 1e-6
    normals, seeds = normals[usable] / lengths[usable, None], seeds[usable]
    offsets = -np.einsum("ij,ij->i", normals, seeds[:, 0])
    normals *= np.where(offsets < 0, -1.0, 1.0)[:, None]
    offsets = np.abs(offsets)
    upright = (normals[:, 1] < -0.2) & (np.abs(normals[:, 0]) < np.sin(np.radians(max_roll_deg)))
    normals, offsets = normals[upright], offsets[upright]
    if not len(normals):
        return None
    # A far wall has everything "above" it, and the objects far too high.
    things = _sampled(intrinsics, depth, good & standing, stride)
    score = _support(points[::3], normals, offsets) + _oddity(things, normals, offsets, tallest)
    best = int(np.argmax(score))
    if 3 * score[best] < max(30, 0.05 * len(points)):
        return None
    up, offset = normals[best], offsets[best]
    for scale in (1.0, 0.7, 0.7):
        on_floor = np.abs(points @ up + offset) < scale * tolerance
        # Rays hit the floor at a slant, so an error in z is a smaller one in height; weighting by
        # 1/z keeps far pixels, whose depth is worst, from tilting the floor.
        chosen, weight = points[on_floor], 1.0 / z[on_floor]
        if len(chosen) < 20:
            return None
        up, offset = _flattest(chosen, weight)
    return _refined(Plane(up, offset), points)


def _support(points: Points, normals: Points, offsets: NDArray[np.float64]) -> Points:
    """Points on each of several planes, less twice those clearly below it."""
    narrow = points.astype(np.float32)
    heights = narrow @ normals.T.astype(np.float32) + offsets.astype(np.float32)
    tolerance = (0.02 + 0.01 * narrow[:, 2:]).astype(np.float32)
    on = np.count_nonzero(np.abs(heights) < tolerance, axis=0)
    below = np.count_nonzero(heights < -3 * tolerance, axis=0)
    return on - 2.0 * below


def _oddity(
    things: Points, normals: Points, offsets: NDArray[np.float64], tallest: float
) -> Points:
    """Minus twice the points of things that would stand below the floor or be too tall."""
    raised = things @ normals.T + offsets
    misplaced = (raised < -3 * (0.02 + 0.01 * things[:, 2:])) | (raised > tallest)
    return -2.0 * np.count_nonzero(misplaced, axis=0)


def _flattest(points: Points, weight: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Normal, towards the camera, and offset of the plane with the least weighted squares."""
    centre = weight @ points / weight.sum()
    apart = points - centre
    _, axes = np.linalg.eigh((apart * weight[:, None]).T @ apart)
    up = axes[:, 0] if -axes[:, 0] @ centre > 0 else -axes[:, 0]
    return up, float(-up @ centre)


def _refined(plane: Plane, points: Points, rounds: int = 4) -> Plane:
    """The plane through those points that are on it as well as most are.

    Noise of the depth moves a floor point up or down in proportion to its distance, so heights
    count as angles.
    """
    up, offset = plane.up, plane.offset
    directions = points / points[:, 2:]
    for _ in range(rounds):
        # Where the ray meets the plane, not what was measured: noise must not choose the weights.
        expected = np.maximum(-offset / np.minimum(directions @ up, -1e-6), 1e-3)
        angle = np.abs(points @ up + offset) / expected
        near = angle[angle < 0.03]
        limit = 3 * 1.4826 * _middle(near) + 1e-4
        inside = angle < limit
        if np.count_nonzero(inside) < 20:
            break
        up, offset = _flattest(points[inside], 1.0 / np.square(expected[inside]))
    height = np.abs(points @ up + offset)
    return Plane(up, offset, 1.4826 * _middle(height[height < 0.03 * points[:, 2]]))


def _middle(values: NDArray[np.float64]) -> float:
    """The median, without ``np.median``'s overhead; 0 of none."""
    half = len(values) // 2
    return float(np.partition(values, half)[half]) if len(values) else 0.0


def _sampled(
    intrinsics: CameraIntrinsics, depth: NDArray[np.float32], chosen: NDArray[np.bool_], stride: int
) -> Points:
    """Every eighth of the chosen points of a picture that was thinned by a stride."""
    rows, columns = (index[::8] for index in np.nonzero(chosen))
    first = stride // 2
    directions = rays(intrinsics, columns * stride + first, rows * stride + first)
    return directions * depth[rows, columns].astype(np.float64)[:, None]


def depth_noise(depth: NDArray[np.float32]) -> float:
    """Spread of a pixel's depth over depth squared, 1/metres; 0 where it cannot be told.

    A stereo camera's noise grows with the square of the distance. Second differences along the
    rows cancel what is smooth, and their median ignores edges.
    """
    rows = depth[:: max(1, depth.shape[0] // 60)]
    columns = slice(1, -1, max(1, depth.shape[1] // 120))
    left, middle, right = rows[:, :-2], rows[:, 1:-1], rows[:, 2:]
    bend = (left[:, columns] - 2 * middle[:, columns] + right[:, columns]) / middle[:, columns] ** 2
    bend = np.abs(bend[np.isfinite(bend)])
    return 1.4826 * float(np.median(bend)) / np.sqrt(6.0) if bend.size >= 100 else 0.0
