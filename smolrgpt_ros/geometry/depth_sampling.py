# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Samples of the depth image in regions: their surfaces, and their rims with what lies beyond.

All regions are sampled together: an array holds the samples of one region after the other, and
``owner`` is the index of each sample's region.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.camera import ray_grid, rays
from smolrgpt_ros.scene.depth_noise import DepthNoise
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.plane import Plane

from .region_masks import (
    BELOW,
    Flags,
    RegionMasks,
    Whole,
    at_border,
    rim_pixels,
    step_below,
)

Floats = NDArray[np.float64]
_MOST_SAMPLES = 140  # of each region
_FEWEST_SMOOTH = 30  # samples away from depth edges, without which those at edges are used
_PROBES = (3, 6)  # pixels from the rim to what surrounds it
FEWEST_SAMPLES = 8  # pixels with depth: fewer say nothing of a region
_MOSTLY = 0.5  # of a step that leads up or down, not sideways
# Rows and columns from a pixel to its neighbours: four for an ideal image, two rings for a noisy.
_NEXT = np.array([(0, 1), (0, -1), (1, 0), (-1, 0)])
_RINGS = np.array(
    [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx]
    + [(dy, dx) for dy in (-3, 0, 3) for dx in (-3, 0, 3) if dy or dx]
)
_RING_REACH, _RING_AREA = 3.0, 49.0  # pixels to the outer ring, and within it


class _OfRegions:
    """Samples of one region after the other."""

    bounds: Whole

    def part(self, region: int) -> slice:
        """The samples of a region."""
        return slice(int(self.bounds[region]), int(self.bounds[region + 1]))


@dataclass(frozen=True, eq=False)
class SurfaceSamples(_OfRegions):
    """Evenly spread pixels of regions with trustworthy depth.

    Args:
        points: shape ``(N, 3)``, metres, optical frame.
        sigma: standard deviation of their depth, metres, shape ``(N,)``.
        owner: index of their region, ascending, shape ``(N,)``.
        bounds: those of region ``r`` are ``bounds[r]`` up to ``bounds[r + 1]``.
        valid_ratio: share of each region's pixels that have depth, shape ``(R,)``.
    """

    points: Floats
    sigma: Floats
    owner: Whole
    bounds: Whole
    valid_ratio: Floats


def surfaces_of(frame: RgbdFrame, masks: RegionMasks, noise: DepthNoise) -> SurfaceSamples:
    """Samples regions; pixels that mix near and far are left out where enough others remain.

    Args:
        frame: with depth and intrinsics.
        masks: the regions.
        noise: of the depth; samples of a noisy image are means over their neighbours.
    """
    depth, camera = frame.depth, frame.intrinsics
    assert depth is not None and camera is not None
    grids, ratio = [], np.zeros(len(masks))
    for i, (patch, box) in enumerate(masks.pairs):
        step = max(1, int(np.sqrt(patch.size / (1.5 * _MOST_SAMPLES))))
        grid, ratio[i] = _known_pixels(depth, patch, box, step)
        if step > 1 and len(grid[0]) < _FEWEST_SMOOTH:  # depth is sparse: a grid may miss it
            grid, ratio[i] = _known_pixels(depth, patch, box, 1)
            every = 1 + len(grid[0]) // _MOST_SAMPLES
            grid = grid[0][::every], grid[1][::every]
        grids.append(grid)
    rows, columns = (np.concatenate(part) for part in zip(*grids, strict=True))
    owner = np.repeat(np.arange(len(masks)), [len(part) for part, _ in grids])
    z, sigma, at_jump = smoothed_depth(depth, masks, rows, columns, owner, noise)
    enough = np.bincount(owner[~at_jump], minlength=len(masks)) >= _FEWEST_SMOOTH
    kept = ~(at_jump & enough[owner])
    rows, columns, owner = rows[kept], columns[kept], owner[kept]
    z, sigma = z[kept], sigma[kept]
    points = rays(camera, columns, rows) * z[:, None]
    return SurfaceSamples(points, sigma, owner, masks.bounds(owner), ratio)


def _known_pixels(
    depth: NDArray[np.float32], patch: Flags, box: tuple[int, int, int, int], step: int
) -> tuple[tuple[Whole, Whole], float]:
    """Rows and columns of a region's pixels that have depth, every so many-th of a row and a
    column; and which share of those looked at they are."""
    x0, y0, x1, y1 = box
    first = min(step // 2, y1 - y0 - 1, x1 - x0 - 1)
    rows, columns = np.nonzero(patch[first::step, first::step])
    rows, columns = rows * step + y0 + first, columns * step + x0 + first
    measured = depth[rows, columns]
    valid = np.isfinite(measured) & (measured > 0)
    return (rows[valid], columns[valid]), np.count_nonzero(valid) / max(1, len(rows))


def smoothed_depth(
    depth: NDArray[np.float32],
    masks: RegionMasks,
    rows: Whole,
    columns: Whole,
    owner: Whole,
    noise: DepthNoise,
) -> tuple[Floats, Floats, Flags]:
    """Depth of pixels, its standard deviation, and whether a neighbour is much nearer or farther,
    see ``depth_loops``."""
    from .depth_loops import smooth

    z, sigma, at_jump = np.empty(len(rows)), np.empty(len(rows)), np.empty(len(rows), bool)
    smooth(
        np.ascontiguousarray(depth),
        masks.table,
        (rows, columns, owner),
        _RINGS if noise.strength > 0 else _NEXT,
        (noise.strength, noise.between(_RING_REACH), noise.independent(_RING_AREA)),
        (z, sigma, at_jump),
    )
    return z, sigma, at_jump


@dataclass(frozen=True, eq=False)
class RimSamples(_OfRegions):
    """Where masks end: pairs of a pixel inside and its neighbour outside.

    Args:
        columns, rows: of the inner pixels, shape ``(M,)``.
        directions: rays through the edge between the two pixels, of depth 1, shape ``(M, 3)``.
        points: of the object just inside, optical frame, shape ``(M, 3)``; NaN where it has no
            depth.
        sigma: standard deviation of their depth, metres, shape ``(M,)``.
        upper, lower: whether the pixel outside is above, or below, seen along gravity.
        cut: whether the object goes on there: at the border, or behind something nearer.
        beyond: depth of what shows outside, metres, where it is not nearer and the object surely
            ends; NaN elsewhere.
        beyond_height: of what shows outside above the floor, metres; NaN likewise.
        hangs: whether nothing nearer shows right below the pixel, likewise.
        owner, bounds: as for :class:`SurfaceSamples`.
    """

    columns: Whole
    rows: Whole
    directions: Floats
    points: Floats
    sigma: Floats
    upper: Flags
    lower: Flags
    cut: Flags
    beyond: Floats
    beyond_height: Floats
    hangs: Flags
    owner: Whole
    bounds: Whole


def rims_of(
    frame: RgbdFrame,
    masks: RegionMasks,
    plane: Plane,
    noise: DepthNoise,
    below_load: Flags,
    standing: Flags,
    mask_edge: float = 0.0,
) -> RimSamples:
    """Samples the rims of regions.

    Args:
        frame: with depth and intrinsics.
        masks: the regions.
        plane: the floor.
        noise: of the depth.
        below_load: whether the object may be hidden by what stands on it, shape ``(R,)``.
        standing: where objects show, shape ``(H, W)``: where depth does not tell which of two is
            nearer, either may hide the other.
        mask_edge: standard deviation of the masks' edges, pixels. A mask may reach over what hides
            its object by twice as much.
    """
    from .depth_loops import inner_pixels, surroundings

    depth, camera = frame.depth, frame.intrinsics
    assert depth is not None and camera is not None
    rim = rim_pixels(masks)
    columns, rows, dx, dy, owner = rim
    inner_rows, inner_columns = np.empty_like(rows), np.empty_like(columns)
    inner_pixels(depth, masks.table, (*rim,), (inner_rows, inner_columns))
    z, sigma, _ = smoothed_depth(depth, masks, inner_rows, inner_columns, owner, noise)
    hidden, hangs = np.empty((2, len(owner)), bool)
    beyond, height = np.empty((2, len(owner)))
    surroundings(
        depth,
        ray_grid(camera),
        masks.table,
        (*rim,),
        z,
        (*plane.up.tolist(), plane.offset),
        3 * plane.residual,
        (noise.strength, noise.between(_PROBES[-1]), noise.between(BELOW)),
        _PROBES,
        step_below(plane),
        below_load,
        standing,
        round(2 * mask_edge),
        (hidden, beyond, height, hangs),
    )
    border = at_border(masks, columns, rows)
    beyond[border] = height[border] = np.nan
    cut, down = border | hidden, dx * plane.down_in_image[0] + dy * plane.down_in_image[1]
    lower = down > _MOSTLY
    return RimSamples(
        columns=columns,
        rows=rows,
        directions=rays(camera, columns + 0.5 * dx, rows + 0.5 * dy),
        points=rays(camera, inner_columns, inner_rows) * z[:, None],
        sigma=sigma,
        upper=down < -_MOSTLY,
        lower=lower,
        cut=cut,
        beyond=beyond,
        beyond_height=height,
        hangs=hangs & lower & ~cut,
        owner=owner,
        bounds=masks.bounds(owner),
    )
