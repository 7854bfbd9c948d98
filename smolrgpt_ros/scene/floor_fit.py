"""Fits the floor to a depth image: planes through three pixels, then robust least squares.

Fischler and Bolles, "Random sample consensus", 1981: candidate planes through random triples of
pixels, scored by how many pixels agree; the best is refined on the pixels that lie on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .camera import CameraIntrinsics, Points, rays
from .plane import Plane
from .statistics import robust_sigma

Values = NDArray[np.float64]

_FEWEST_PIXELS = 50  # with depth and not on an object, before a fit is tried
_FEWEST_ON_FLOOR = 20  # pixels for a least squares plane
_LEAST_SCORE, _LEAST_SCORE_SHARE = 30, 0.05  # of a candidate: pixels, share of the pixels
# A pixel is on a plane up to this height: metres, and metres per metre of its depth, since the
# noise of depth cameras grows with depth.
_TOLERANCE, _TOLERANCE_PER_METRE = 0.02, 0.01
_BELOW = 3.0  # tolerances under a plane: nothing is there if the plane is the floor
_LEAST_UP = 0.2  # of the normal's share along the image's up axis: steeper is a wall
_OUTLIER_ANGLE = 0.03  # radians off the floor, seen from the camera, at which refinement ends


def fit_ground_plane(
    depth: NDArray[np.floating] | None,
    intrinsics: CameraIntrinsics | None,
    exclude_masks: Sequence[NDArray[np.bool_]] = (),
    *,
    samples: int = 1200,
    trials: int = 120,
    max_roll_deg: float = 25.0,
    tallest: float = 4.5,
) -> Plane | None:
    """The floor below the camera: most pixels lie on it, hardly any below it.

    The camera may hang at any height and look at or below the horizon; it is taken to be roughly
    upright (roll within ``max_roll_deg``). A wall has points of the floor "below" it and loses.
    The same frame always gives the same floor.

    Args:
        depth: shape ``(H, W)``, metres along the optical axis, NaN where unknown.
        intrinsics: of the same image.
        exclude_masks: shape ``(H, W)`` each, objects that stand on the floor.
        samples: pixels used, at most.
        trials: candidate planes.
        max_roll_deg: largest roll of the camera, degrees.
        tallest: height of the tallest object that stands on the floor, metres.

    Returns:
        ``None`` without depth or intrinsics, or where no plane has enough support.
    """
    if depth is None or intrinsics is None:
        return None
    grid = _Grid.of(depth, intrinsics, exclude_masks, samples)
    rows, columns = np.nonzero(grid.valid & ~grid.excluded)
    if rows.size < _FEWEST_PIXELS:
        return None
    rng = np.random.default_rng(0)
    if rows.size > samples:
        kept = np.sort(rng.choice(rows.size, samples, replace=False))
        rows, columns = rows[kept], columns[kept]
    points = grid.points(rows, columns)
    normals, offsets = _candidates(points, rng, trials, max_roll_deg)
    if not len(normals):
        return None
    objects = grid.points(*(index[::8] for index in np.nonzero(grid.valid & grid.excluded)))
    score = _floor_score(points[::3], normals, offsets)
    # A far wall has everything "above" it, and the objects far too high.
    score = score + _object_score(objects, normals, offsets, tallest)
    best = int(np.argmax(score))
    if 3 * score[best] < max(_LEAST_SCORE, _LEAST_SCORE_SHARE * len(points)):
        return None
    candidate = _iterated(points, normals[best], offsets[best])
    return None if candidate is None else _refined(points, *candidate)


@dataclass(frozen=True, eq=False)
class _Grid:
    """Every so many-th pixel of a depth image, shape ``(h, w)`` each.

    Args:
        depth: metres.
        valid: whether it is known.
        excluded: whether an object shows.
        stride: pixels of the image between two of the grid.
        intrinsics: of the whole image.
    """

    depth: NDArray[np.floating]
    valid: NDArray[np.bool_]
    excluded: NDArray[np.bool_]
    stride: int
    intrinsics: CameraIntrinsics

    @staticmethod
    def of(
        depth: NDArray[np.floating],
        intrinsics: CameraIntrinsics,
        exclude_masks: Sequence[NDArray[np.bool_]],
        samples: int,
    ) -> _Grid:
        """About twice as many pixels as samples are wanted."""
        stride = max(1, int(np.sqrt(depth.size / (2.0 * samples))))
        grid = (slice(stride // 2, None, stride), slice(stride // 2, None, stride))
        z = depth[grid]
        excluded = np.zeros(z.shape, bool)
        for mask in exclude_masks:
            excluded |= mask[grid]
        return _Grid(z, np.isfinite(z) & (z > 0), excluded, stride, intrinsics)

    def points(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Points:
        """Optical frame points of pixels of the grid, shape ``(N, 3)``."""
        first = self.stride // 2
        directions = rays(
            self.intrinsics, columns * self.stride + first, rows * self.stride + first
        )
        return directions * self.depth[rows, columns].astype(np.float64)[:, None]


def _candidates(
    points: Points, rng: np.random.Generator, trials: int, max_roll_deg: float
) -> tuple[Points, Values]:
    """Planes through random triples that may be a floor: normals ``(K, 3)`` up, offsets ``(K,)``.

    Args:
        points: shape ``(N, 3)``, from the top of the image to its bottom.
    """
    # Every other triple from the lowest third: there the floor mostly is, and sometimes only there.
    lowest = np.where(np.arange(trials) % 2 == 0, 0, 2 * len(points) // 3)
    triples = points[rng.integers(lowest[:, None], len(points), (trials, 3))]
    a, b = (triples[:, 1] - triples[:, 0]).T, (triples[:, 2] - triples[:, 0]).T
    normals = np.column_stack(  # np.cross costs more than the rest of the fit
        [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    )
    lengths = np.linalg.norm(normals, axis=1)
    usable = lengths > 1e-6  # three points on one line have no plane
    normals, triples = normals[usable] / lengths[usable, None], triples[usable]
    offsets = -np.einsum("ij,ij->i", normals, triples[:, 0])
    normals *= np.where(offsets < 0, -1.0, 1.0)[:, None]
    offsets = np.abs(offsets)
    level = np.abs(normals[:, 0]) < np.sin(np.radians(max_roll_deg))
    upright = (normals[:, 1] < -_LEAST_UP) & level
    return normals[upright], offsets[upright]


def _floor_score(points: Points, normals: Points, offsets: Values) -> Values:
    """Points on each of K planes, less twice those clearly below it, shape ``(K,)``."""
    narrow = points.astype(np.float32)
    heights = narrow @ normals.T.astype(np.float32) + offsets.astype(np.float32)
    tolerance = (_TOLERANCE + _TOLERANCE_PER_METRE * narrow[:, 2:]).astype(np.float32)
    on = np.count_nonzero(np.abs(heights) < tolerance, axis=0)
    below = np.count_nonzero(heights < -_BELOW * tolerance, axis=0)
    score: Values = on - 2.0 * below
    return score


def _object_score(objects: Points, normals: Points, offsets: Values, tallest: float) -> Values:
    """Minus twice the points of objects that would be below the floor or too tall, ``(K,)``."""
    heights = objects @ normals.T + offsets
    tolerance = _TOLERANCE + _TOLERANCE_PER_METRE * objects[:, 2:]
    misplaced = (heights < -_BELOW * tolerance) | (heights > tallest)
    score: Values = -2.0 * np.count_nonzero(misplaced, axis=0)
    return score


def _iterated(points: Points, up: Values, offset: float) -> tuple[Values, float] | None:
    """Least squares through the points on a plane, three times; ``None`` if they are too few."""
    z = points[:, 2]
    tolerance = _TOLERANCE + _TOLERANCE_PER_METRE * z
    for share in (1.0, 0.7, 0.7):
        on_floor = np.abs(points @ up + offset) < share * tolerance
        if np.count_nonzero(on_floor) < _FEWEST_ON_FLOOR:
            return None
        # Rays hit the floor at a slant, so an error in z is a smaller one in height; weighting by
        # 1/z keeps far pixels, whose depth is worst, from tilting the floor.
        up, offset = _least_squares(points[on_floor], 1.0 / z[on_floor])
    return up, offset


def _refined(points: Points, up: Values, offset: float, rounds: int = 4) -> Plane:
    """The plane through those points that are within three robust sigma of it.

    Noise of the depth moves a floor point up or down in proportion to its distance, so heights
    count as angles.
    """
    directions = points / points[:, 2:]
    for _ in range(rounds):
        # Where the ray meets the plane, not what was measured: noise must not choose the weights.
        expected = np.maximum(-offset / np.minimum(directions @ up, -1e-6), 1e-3)
        angle = np.abs(points @ up + offset) / expected
        limit = 3 * robust_sigma(angle[angle < _OUTLIER_ANGLE]) + 1e-4
        inside = angle < limit
        if np.count_nonzero(inside) < _FEWEST_ON_FLOOR:
            break
        up, offset = _least_squares(points[inside], 1.0 / np.square(expected[inside]))
    height = np.abs(points @ up + offset)
    return Plane(up, offset, robust_sigma(height[height < _OUTLIER_ANGLE * points[:, 2]]))


def _least_squares(points: Points, weights: Values) -> tuple[Values, float]:
    """Normal, towards the camera, and offset of the plane with the least weighted squares."""
    centre = weights @ points / weights.sum()
    centred = points - centre
    _, axes = np.linalg.eigh((centred * weights[:, None]).T @ centred)
    up = axes[:, 0] if -axes[:, 0] @ centre > 0 else -axes[:, 0]
    return up, float(-up @ centre)
