# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Fits the floor to a depth image: planes through three pixels, then robust least squares.

Fischler and Bolles, "Random sample consensus", 1981: candidate planes through random triples of
pixels, scored by how many pixels agree; the best is refined on the pixels that lie on it
(``floor_mixture``: on those that probably do, where depth is known to be noisy).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .camera import CameraIntrinsics, Points, rays
from .depth_noise import depth_noise
from .floor_mixture import refined_by_mixture
from .masks import BoxedMask
from .plane import Plane
from .statistics import robust_sigma

Values = NDArray[np.float64]

_TRIALS = (60, 60, 60, 30, 30, 30)  # candidate planes of each part of the image
_OBJECT_STRIDE = 4  # pixels of objects of which one is looked at
# Of the pixels that show no object, that a hanging half of the objects is worth, and the other one:
# some feet are hidden, but where all hang, an upright wall may fill the picture.
_HALF_HANGS, _ALL_HANG = 0.05, 2.0
_FEWEST_PIXELS = 50  # with depth and not on an object, before a fit is tried
_FEWEST_ON_FLOOR = 20  # pixels for a least squares plane
# Of a candidate: pixels, share of the pixels; the share where most objects hang in the air.
_LEAST_SCORE, _LEAST_SCORE_SHARE, _LEAST_SCORE_ALONE = 30, 0.02, 0.5
# A pixel is on a plane up to this height: metres, and metres per metre of its depth, since the
# noise of depth cameras grows with depth; less of ideal depth.
_TOLERANCE, _TOLERANCE_PER_METRE, _IDEAL_TOLERANCE_PER_METRE = 0.02, 0.01, 0.002
_NOISE_TOLERANCE = 1.0  # standard deviations of depth noise that a pixel may be off besides
_BELOW = 3.0  # tolerances under a plane: nothing is there if the plane is the floor
_LEAST_TILT = 0.2  # of the normal's share in the image plane: less is a wall before the camera
_NEAR_UP = np.cos(np.radians(12.0))  # of a floor's normal to a known up: ramps and moving IMUs
_ABOVE_FLOOR = 0.5  # metres: an object whose lowest part is higher does not stand there
#: Share of its score by which an upright floor is preferred to one that is upside down.
_UPRIGHT = 0.4
_MOST_SAMPLES = 1200  # pixels
_TALLEST = 4.5  # metres: the tallest object that stands on the floor
_FARTHEST = 60.0  # metres along the ray, beyond which a pixel says nothing of the floor
_OUTLIER_ANGLE = 0.03  # radians off the floor, seen from the camera, beyond which nothing is floor
# The same of ideal depth in the first round of refinement, and what it falls by to the next.
_REFINED_WITHIN, _NARROWED = 0.01, 0.5


def fit_ground_plane(
    depth: NDArray[np.floating] | None,
    intrinsics: CameraIntrinsics | None,
    objects: Iterable[BoxedMask] = (),
    *,
    up: Sequence[float] | None = None,
    noise: float | None = None,
) -> Plane | None:
    """The floor below the camera: most pixels lie on it, hardly any below it, objects stand on it.

    The camera may hang at any height, look at or below the horizon and be rolled by any angle, even
    upside down. A wall has points of the floor "below" it and loses. Without a known ``up`` the
    floor must not be seen straight from above, where it looks like a wall before a level camera.
    The same frame always gives the same floor.

    Args:
        depth: shape ``(H, W)``, metres along the optical axis, NaN where unknown.
        intrinsics: of the same image.
        objects: masks of what stands on the floor.
        up: direction against gravity in the optical frame, where something else knows it.
        noise: standard deviation of depth over depth squared, 1/metres, of a caller that knows it;
            ``None``: as ``depth_noise`` finds it in the image.

    Returns:
        ``None`` without depth or intrinsics, or where no plane has enough support.
    """
    if depth is None or intrinsics is None:
        return None
    if noise is None:
        noise = depth_noise(depth).strength
    grid = _Grid.of(depth, intrinsics, objects, _MOST_SAMPLES)
    rows, columns = np.nonzero(grid.valid & (grid.owner < 0))
    if rows.size < _FEWEST_PIXELS:
        return None
    rng = np.random.default_rng(0)
    if rows.size > _MOST_SAMPLES:
        kept = np.sort(rng.choice(rows.size, _MOST_SAMPLES, replace=False))
        rows, columns = rows[kept], columns[kept]
    points = grid.points(rows, columns)
    known = None if up is None else np.array(up, np.float64) / np.linalg.norm(up)
    candidates = _candidates(points, rng, _parts(rows, columns, known))
    best = _best(grid, points, candidates, known, noise)
    candidate = None if best is None else _iterated(points, *best, noise)
    if candidate is None:
        return None
    if noise == 0:
        return _refined(points, *candidate)
    every_row, every_column = np.indices(grid.depth.shape).reshape(2, -1)
    up_, offset = refined_by_mixture(
        grid.directions(every_row, every_column),
        grid.depth.ravel().astype(np.float64),
        grid.valid & (grid.owner < 0),
        *candidate,
        noise,
    )
    return _with_residual(points, up_, offset)


def _best(
    grid: _Grid, points: Points, candidates: tuple[Points, Values], up: Values | None, noise: float
) -> tuple[Values, float] | None:
    """The candidate that is most likely the floor, normal and offset; ``None``: none is enough.

    Args:
        grid: with the objects.
        points: that show none, shape ``(N, 3)``.
        candidates: from :func:`_candidates`.
        up: direction against gravity, length 1, where it is known.
        noise: see :func:`fit_ground_plane`.
    """
    normals, offsets = candidates
    if up is None:
        possible = np.hypot(normals[:, 0], normals[:, 1]) > _LEAST_TILT
    else:
        possible = normals @ up > _NEAR_UP
    normals, offsets = normals[possible], offsets[possible]
    if not len(normals):
        return None
    support = _floor_score(points[::3], normals, offsets, noise)
    if up is None:
        upright = -normals[:, 1] / np.hypot(normals[:, 0], normals[:, 1])
        support += _UPRIGHT * upright * np.maximum(support, 0.0)
    possible = 3 * support >= _LEAST_SCORE  # objects only speak against a floor
    if not possible.any():
        return None
    normals, offsets, support = normals[possible], offsets[possible], support[possible]
    misplaced, hanging = _misplaced_objects(grid, normals, offsets, noise)
    support = support - 2.0 * misplaced
    share = np.where(hanging > 0.5, _LEAST_SCORE_ALONE, _LEAST_SCORE_SHARE)
    enough = 3 * support >= np.maximum(_LEAST_SCORE, share * len(points))
    if not enough.any():
        return None
    # A far wall has everything "above" it, and may fill the picture, but the objects far too high.
    hangs = _HALF_HANGS * np.minimum(2 * hanging, 1.0) + _ALL_HANG * np.maximum(2 * hanging - 1, 0)
    best = int(np.argmax(np.where(enough, support - len(points) / 3 * hangs, -np.inf)))
    return normals[best], float(offsets[best])


@dataclass(frozen=True, eq=False)
class _Grid:
    """Every so many-th pixel of a depth image, shape ``(h, w)`` each.

    Args:
        depth: metres.
        valid: whether it is known.
        owner: index of the object that shows; -1 for none.
        stride: pixels of the image between two of the grid.
        intrinsics: of the whole image.
    """

    depth: NDArray[np.floating]
    valid: NDArray[np.bool_]
    owner: NDArray[np.int16]
    stride: int
    intrinsics: CameraIntrinsics

    @staticmethod
    def of(
        depth: NDArray[np.floating],
        intrinsics: CameraIntrinsics,
        objects: Iterable[BoxedMask],
        samples: int,
    ) -> _Grid:
        """About twice as many pixels as samples are wanted."""
        stride = max(1, int(np.sqrt(depth.size / (2.0 * samples))))
        first = stride // 2
        z = depth[first::stride, first::stride]
        owner = np.full(z.shape, -1, np.int16)
        for index, mask in enumerate(objects):
            x0, y0, _, _ = mask.box or (0, 0, 0, 0)
            top, left = max(0, -(-(y0 - first) // stride)), max(0, -(-(x0 - first) // stride))
            own = mask.patch[
                top * stride + first - y0 :: stride, left * stride + first - x0 :: stride
            ]
            owner[top : top + own.shape[0], left : left + own.shape[1]][own] = index
        return _Grid(z, np.isfinite(z) & (z > 0), owner, stride, intrinsics)

    def points(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Points:
        """Optical frame points of pixels of the grid, shape ``(N, 3)``."""
        directions = self.directions(rows, columns)
        return directions * self.depth[rows, columns].astype(np.float64)[:, None]

    def directions(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Points:
        """Rays of depth 1 through pixels of the grid, shape ``(N, 3)``."""
        first = self.stride // 2
        return rays(self.intrinsics, columns * self.stride + first, rows * self.stride + first)


def _parts(
    rows: NDArray[np.intp], columns: NDArray[np.intp], up: Values | None
) -> list[NDArray[np.intp]]:
    """Indices of pixels from which triples are drawn.

    All, and since the floor is sometimes only there, the lowest third and the lowest tenth of the
    image; where up is not known, the third at each side.
    """
    all_ = np.arange(rows.size)
    third, tenth = slice(2 * rows.size // 3, None), slice(9 * rows.size // 10, None)
    if up is not None:
        below = np.argsort(-(columns * up[0] + rows * up[1]), kind="stable")
        return [all_, below[third], below[tenth]]
    from_left = np.argsort(columns, kind="stable")
    sides = [from_left[third], all_[::-1][third], from_left[::-1][third]]
    return [all_, all_[third], all_[tenth], *sides]


def _candidates(
    points: Points, rng: np.random.Generator, parts: Sequence[NDArray[np.intp]]
) -> tuple[Points, Values]:
    """Planes through random triples: normals ``(K, 3)`` towards the camera, offsets ``(K,)``.

    Args:
        points: shape ``(N, 3)``.
        rng: draws the triples.
        parts: indices of points; a triple is drawn from one of them.
    """
    triples = points[
        np.concatenate([rng.choice(part, (n, 3)) for part, n in zip(parts, _TRIALS, strict=False)])
    ]
    a, b = (triples[:, 1] - triples[:, 0]).T, (triples[:, 2] - triples[:, 0]).T
    normals = np.column_stack(  # np.cross costs more than the rest of the fit
        [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    )
    lengths = np.linalg.norm(normals, axis=1)
    usable = lengths > 1e-6  # three points on one line have no plane
    normals, triples = normals[usable] / lengths[usable, None], triples[usable]
    offsets = -np.einsum("ij,ij->i", normals, triples[:, 0])
    normals *= np.where(offsets < 0, -1.0, 1.0)[:, None]
    return normals, np.abs(offsets)


def _tolerance(z: Values, offset: Values | float, noise: float) -> Values:
    """Height within which a pixel is on a plane, metres.

    Args:
        z: depth.
        offset: of the plane. Noise moves a point of the floor up or down by its share of the depth
            times the height of the camera.
        noise: see :func:`fit_ground_plane`.
    """
    least, per_depth, of_noise = _tolerances(noise)
    return least + per_depth * z + of_noise * z * offset


def _tolerances(noise: float) -> tuple[float, float, float]:
    """Parts of :func:`_tolerance`: metres, per metre of depth, and that per metre of the offset."""
    if noise == 0:
        return _TOLERANCE, _IDEAL_TOLERANCE_PER_METRE, 0.0
    return _TOLERANCE, _TOLERANCE_PER_METRE, _NOISE_TOLERANCE * noise


def _floor_score(points: Points, normals: Points, offsets: Values, noise: float) -> Values:
    """Points on each of K planes, less twice those clearly below it, shape ``(K,)``."""
    from .floor_loops import count_on_planes

    counts, columns = np.empty((len(normals), 2), np.int64), np.ascontiguousarray(points.T)
    count_on_planes(columns, normals, offsets, _tolerances(noise), _BELOW, counts)
    score: Values = counts[:, 0] - 2.0 * counts[:, 1]
    return score


def _misplaced_objects(
    grid: _Grid, normals: Points, offsets: Values, noise: float
) -> tuple[Values, Values]:
    """What of the objects each of K floors does not explain: how many points are below it or too
    high, and the share of the objects that hang in the air above it; shape ``(K,)`` each."""
    rows, columns = np.nonzero(grid.valid & (grid.owner >= 0))
    order = np.argsort(grid.owner[rows, columns], kind="stable")[::_OBJECT_STRIDE]
    if not order.size:
        return np.zeros(len(normals)), np.zeros(len(normals))
    rows, columns = rows[order], columns[order]
    objects = grid.points(rows, columns)
    heights = objects @ normals.T + offsets
    tolerance = _tolerance(objects[:, 2:], offsets, noise)
    misplaced = (heights < -_BELOW * tolerance) | (heights > _TALLEST)
    owner = grid.owner[rows, columns]
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    hanging = np.minimum.reduceat(heights, first, axis=0) > _ABOVE_FLOOR
    return np.count_nonzero(misplaced, axis=0).astype(np.float64), hanging.mean(axis=0)


def _iterated(
    points: Points, up: Values, offset: float, noise: float
) -> tuple[Values, float] | None:
    """Least squares through the points on a plane, three times; ``None`` if they are too few."""
    z = points[:, 2]
    for share in (1.0, 0.7, 0.7):
        on_floor = np.abs(points @ up + offset) < share * _tolerance(z, offset, noise)
        if np.count_nonzero(on_floor) < _FEWEST_ON_FLOOR:
            return None
        # Rays hit the floor at a slant, so an error in z is a smaller one in height; weighting by
        # 1/z keeps far pixels, whose depth is worst, from tilting the floor.
        up, offset = _least_squares(points[on_floor], 1.0 / z[on_floor])
    return up, offset


def _refined(points: Points, up: Values, offset: float, rounds: int = 5) -> Plane:
    """The plane through those points that are within three robust sigma of it.

    Noise of the depth moves a floor point up or down in proportion to its distance, so heights
    count as angles. The foot of a wall has points at all small angles, the floor has them about 0:
    round by round, fewer of those of the wall tell what is usual.
    """
    directions, outlier = points / points[:, 2:], _REFINED_WITHIN
    for _ in range(rounds):
        # Where the ray meets the plane, not what was measured: noise must not choose the weights.
        expected = np.maximum(-offset / np.minimum(directions @ up, -1e-6), 1e-3)
        angle = np.abs(points @ up + offset) / expected
        angle[expected > _FARTHEST] = np.inf  # at the horizon every height is a small angle
        limit = 3 * robust_sigma(angle[angle < outlier]) + 1e-4
        inside, outlier = angle < limit, _NARROWED * outlier
        if np.count_nonzero(inside) < _FEWEST_ON_FLOOR:
            break
        up, offset = _least_squares(points[inside], 1.0 / np.square(expected[inside]))
    return _with_residual(points, up, offset)


def _with_residual(points: Points, up: Values, offset: float) -> Plane:
    height = np.abs(points @ up + offset)
    return Plane(up, offset, robust_sigma(height[height < _OUTLIER_ANGLE * points[:, 2]]))


def _least_squares(points: Points, weights: Values) -> tuple[Values, float]:
    """Normal, towards the camera, and offset of the plane with the least weighted squares."""
    centre = weights @ points / weights.sum()
    centred = points - centre
    _, axes = np.linalg.eigh((centred * weights[:, None]).T @ centred)
    up = axes[:, 0] if -axes[:, 0] @ centre > 0 else -axes[:, 0]
    return up, float(-up @ centre)
