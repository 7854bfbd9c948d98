# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Rectangles of tape on the floor: what the rim of their masks shows of the footprint."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.camera import CameraIntrinsics, rays
from smolrgpt_ros.scene.depth_noise import DepthNoise
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.height_picture import pixel_heights
from smolrgpt_ros.scene.plane import Plane
from smolrgpt_ros.scene.statistics import median

from .centre_errors import floor_sigma, tape_errors
from .noise import (
    TAPE_EFFECTIVE_POINTS,
    TAPE_ON_SIDE,
    floor_height_sigma,
    tape_edge_sigmas,
)
from .observations import FitProblem, FloorPoints, Observations, VerticalExtent
from .region_masks import Flags, RegionMasks, Whole, at_border, rim_pixels, within_image
from .size_priors import SizePrior

Floats = NDArray[np.float64]

_FARTHEST = 30.0  # metres of depth beyond which the floor is not followed
_FLOOR_BAND, _WIDEST_FLOOR_BAND = 0.03, 0.15  # metres of height within which a pixel is floor
_BARE_FLOOR = 0.03  # share of the depth within which a pixel is floor
_MASK_SIGMAS = 1.5  # standard deviations of a mask's edge, within which goods hide the tape's
_FEWEST_EDGES = 8
_SEEN_SHARE = 0.5  # of a rim, that shows of a rectangle of any size
# Columns and rows from a pixel to those around it.
_AROUND = np.array([(dx, dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1) if dx or dy])
_GRID_COLUMNS = 32  # of the grid of floor points
_ANGLES = 24  # of the rectangles that a fit starts from


def ground_problems(
    frame: RgbdFrame,
    masks: RegionMasks,
    plane: Plane,
    priors: Sequence[SizePrior],
    noise: DepthNoise,
    mask_edge: float,
    standing: Flags,
) -> list[FitProblem | None]:
    """The footprints of rectangles that masks show.

    The rim is brought to the floor by its rays alone, so depth noise does not touch it. What stands
    on the rectangle may reach over its rim: only where depth is that of the floor and no region
    stands, as far as the mask may be off, is the rim that of the tape; elsewhere the rectangle is
    merely not beyond it.

    Args:
        frame: with depth and intrinsics.
        masks: the regions.
        plane: the floor.
        priors: of their classes.
        noise: of the depth.
        mask_edge: standard deviation of the masks' edges, pixels.
        standing: where regions show that stand on the floor, shape ``(H, W)``: in noisy depth, low
            ones are not told from it.

    Returns:
        ``None`` for a region of whose rim too little is floor.
    """
    depth, camera = frame.depth, frame.intrinsics
    assert depth is not None and camera is not None
    columns, rows, dx, dy, owner = rim_pixels(masks)
    directions = rays(camera, columns + 0.5 * dx, rows + 0.5 * dy) @ plane.axes.T
    falls = directions[:, 2] < -plane.offset / _FARTHEST
    columns, rows, directions = columns[falls], rows[falls], directions[falls]
    dx, dy, owner = dx[falls], dy[falls], owner[falls]
    reach = round(_MASK_SIGMAS * mask_edge)
    border = at_border(masks, columns, rows, reach)
    floor_z = -plane.offset / directions[:, 2]
    xy = directions[:, :2] * floor_z[:, None]
    inwards = [
        within_image(masks.shape, columns - step * dx, rows - step * dy)
        for step in range(1, reach + 1)
    ]
    is_floor = _bare(frame, plane, noise, standing, (columns, rows), inwards)
    edge, hidden, cut = is_floor & ~border, ~is_floor & ~border, is_floor & border
    cut[cut] = ~_near_goods(frame, plane, noise, standing, columns[cut], rows[cut], reach)
    bounds, grid = masks.bounds(owner), _FloorGrid(frame, plane, noise, standing, reach)
    problems: list[FitProblem | None] = []
    for i, prior in enumerate(priors):
        part = slice(int(bounds[i]), int(bounds[i + 1]))
        of_rim, edges, beyond_image = xy[part], xy[part][edge[part]], xy[part][cut[part]]
        if len(edges) < _FEWEST_EDGES:
            problems.append(None)
            continue
        inner, outer = grid.around(masks, i, of_rim[~hidden[part]])
        covered = np.concatenate([beyond_image, inner])
        free = np.concatenate([of_rim[hidden[part]], outer])
        observations = _observations(
            _floor_points(edges, plane, camera, mask_edge, TAPE_ON_SIDE),
            _floor_points(covered, plane, camera, mask_edge),
            _floor_points(free, plane, camera, mask_edge),
            prior,
        )
        starts = starts_from_rim(edges, inner, beyond_image, prior)
        distance = float(np.hypot(np.hypot(*median(of_rim)), plane.offset))
        errors = tape_errors(distance, plane.offset, noise, camera, mask_edge)
        own_height = floor_sigma(distance, plane.offset, noise, camera)
        vertical = VerticalExtent(floor_sigma=own_height)
        hides = len(edges) < _SEEN_SHARE * len(of_rim)
        problems.append(
            FitProblem(
                observations,
                starts,
                vertical,
                errors,
                edges,
                beyond_image,
                hides,
                most=prior.most[:2],
            )
        )
    return problems


def _observations(
    rim: FloorPoints, covered: FloorPoints, free: FloorPoints, prior: SizePrior
) -> Observations:
    """What shows of a rectangle, which has nothing but its rim."""
    return Observations(
        surface=FloorPoints.none(),
        rim=rim,
        covered=covered,
        free=free,
        tangents=np.zeros((0, 2)),
        tangent_sigma=np.zeros(0),
        sides=(prior.long, prior.short),
        side_sigma=prior.side_sigma,
        effective_points=TAPE_EFFECTIVE_POINTS,
        effective_depths=TAPE_EFFECTIVE_POINTS,
    )


def _floor_points(
    xy: Floats, plane: Plane, camera: CameraIntrinsics, mask_edge: float, on_side: float = 0.0
) -> FloorPoints:
    return FloorPoints.of(xy, *tape_edge_sigmas(xy, plane.offset, camera, mask_edge), on_side)


def _above_floor(
    frame: RgbdFrame, plane: Plane, noise: DepthNoise, columns: Whole, rows: Whole
) -> tuple[Floats, Floats]:
    """Heights of pixels above the floor, and up to which they are floor, metres; NaN: no depth."""
    z, height = pixel_heights(frame, plane, columns, rows)
    sigma = floor_height_sigma(noise.strength, z, plane.offset)
    band = _FLOOR_BAND + 2 * plane.residual + 3 * sigma
    return height, np.minimum(band, np.maximum(_WIDEST_FLOOR_BAND, 2 * sigma))


def _bare(
    frame: RgbdFrame,
    plane: Plane,
    noise: DepthNoise,
    standing: Flags,
    rim: tuple[Whole, Whole],
    inwards: Sequence[tuple[Whole, Whole]],
) -> Flags:
    """Where a rim shows the floor, with nothing that stands on it further in.

    Args:
        frame, plane, noise, standing: see :func:`ground_problems`.
        rim: columns and rows of its pixels.
        inwards: those one pixel further in, two, ...
    """
    columns, rows = rim
    height, band = _above_floor(frame, plane, noise, columns, rows)
    bare: Flags = (np.abs(height) < band) & ~standing[rows, columns]
    for columns, rows in inwards:
        height, band = _above_floor(frame, plane, noise, columns, rows)
        bare &= ~(height > band) & ~standing[rows, columns]
    return bare


def _near_goods(
    frame: RgbdFrame,
    plane: Plane,
    noise: DepthNoise,
    standing: Flags,
    columns: Whole,
    rows: Whole,
    reach: int,
) -> Flags:
    """Whether something stands within some pixels of others: where masks are off by as much, what
    is floor there may lie behind the goods that the mask is about."""
    near = np.zeros(len(columns), bool)
    for dx, dy in _AROUND * reach if reach else ((0, 0),):
        c, r = within_image(standing.shape, columns + dx, rows + dy)
        height, band = _above_floor(frame, plane, noise, c, r)
        near |= (height > band) | standing[r, c]
    return near


class _FloorGrid:
    """Floor points of a coarse grid of pixels, and which of them are bare floor.

    Args:
        frame: with depth and intrinsics.
        plane: the floor.
        noise: of the depth.
        standing: where regions show that stand on the floor, shape ``(H, W)``.
        reach: pixels by which masks may be off.
    """

    def __init__(
        self, frame: RgbdFrame, plane: Plane, noise: DepthNoise, standing: Flags, reach: int
    ) -> None:
        depth, camera = frame.depth, frame.intrinsics
        assert depth is not None and camera is not None
        step = max(4, frame.width // _GRID_COLUMNS)
        rows, columns = (
            index.ravel()
            for index in np.mgrid[step // 2 : frame.height : step, step // 2 : frame.width : step]
        )
        directions = rays(camera, columns, rows) @ plane.axes.T
        falls = directions[:, 2] < -plane.offset / _FARTHEST
        rows, columns, directions = rows[falls], columns[falls], directions[falls]
        floor_z = -plane.offset / directions[:, 2]
        self._pixels = rows, columns
        self._xy = directions[:, :2] * floor_z[:, None]
        bare = (
            np.abs(depth[rows, columns] / floor_z - 1) < _BARE_FLOOR + 2 * noise.strength * floor_z
        )
        bare[bare] = ~_near_goods(frame, plane, noise, standing, columns[bare], rows[bare], reach)
        self._bare, self._reach = bare, reach

    def around(self, masks: RegionMasks, region: int, near: Floats) -> tuple[Floats, Floats]:
        """Points of bare floor in a mask, and points outside it within a metre of others; neither
        where the mask may be off."""
        (rows, columns), xy, mask = self._pixels, self._xy, masks.masks[region]
        inside = outside = mask.holds(rows, columns)
        for dx, dy in _AROUND * self._reach if self._reach else ():
            here = mask.holds(rows + dy, columns + dx)
            inside, outside = inside & here, outside | here
        close = ((xy > near.min(axis=0) - 1) & (xy < near.max(axis=0) + 1)).all(axis=1)
        return xy[inside & self._bare], xy[~outside & close]


def starts_from_rim(edges: Floats, inner: Floats, beyond_image: Floats, prior: SizePrior) -> Floats:
    """Rectangles around points, at all angles, shape ``(3 * _ANGLES, 5)``: centre, angle, sides.

    What is missing of the typical size lies beyond the image, or hidden at either end of the long
    side: both are tried.

    Args:
        edges: where the rectangle ends, shape ``(N, 2)``.
        inner: what lies inside it, shape ``(I, 2)``.
        beyond_image: where the image ends and it goes on, shape ``(M, 2)``.
        prior: of the class.
    """
    yaws = np.arange(_ANGLES) * np.pi / _ANGLES
    cos, sin = np.cos(yaws), np.sin(yaws)
    axes = np.stack([np.stack([cos, sin], axis=1), np.stack([-sin, cos], axis=1)], axis=1)
    flat: NDArray[np.float64] = axes.reshape(-1, 2)  # both axes of one angle after the other
    seen = np.sort(flat @ edges.T, axis=1)
    margin = int(0.02 * (len(edges) - 1) + 0.5)
    low, high = seen[:, margin], seen[:, -1 - margin]
    if len(inner):
        covered = flat @ inner.T
        low, high = np.minimum(low, covered.min(axis=1)), np.maximum(high, covered.max(axis=1))
    missing = np.maximum(np.tile([prior.long, prior.short], _ANGLES) - (high - low), 0.0)
    # Where the image cuts one end, all that is missing is there; where it cuts both, half at each.
    below, above = np.zeros(len(flat)), np.zeros(len(flat))
    if len(beyond_image):
        cut, tenth = flat @ beyond_image.T, 0.1 * (high - low)
        below = (cut.min(axis=1) < low + tenth).astype(np.float64)
        above = (cut.max(axis=1) > high - tenth).astype(np.float64)
    # Three times each: as the image cuts it; the rest of the long side below, or above.
    shares = np.tile(np.stack([below, above]) / np.maximum(below + above, 1.0), (3, 1, 1))
    shares[1, :, ::2], shares[2, :, ::2] = [[1.0], [0.0]], [[0.0], [1.0]]
    from_, to = low - missing * shares[:, 0], high + missing * shares[:, 1]
    starts = np.empty((3, _ANGLES, 5))
    middle = ((from_ + to) / 2).reshape(3, -1, 2)
    starts[..., :2] = np.einsum("kai,ska->ski", axes, middle)
    starts[..., 2], sides = yaws, (to - from_).reshape(3, -1, 2)
    starts[..., 3:] = np.clip(sides, 0.5 * prior.short, 1.2 * prior.long)
    return starts.reshape(-1, 5)
