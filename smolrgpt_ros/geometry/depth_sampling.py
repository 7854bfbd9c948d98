"""Samples of the depth image in regions: their surfaces, and their rims with what lies beyond.

All regions are sampled together: an array holds the samples of one region after the other, and
``owner`` is the index of each sample's region.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.masks import Box
from smolrgpt_ros.scene.pinhole import rays
from smolrgpt_ros.scene.plane import Plane

from .noise import depth_sigma, floor_height_sigma

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
MOST_REGIONS = 32  # bits of a pixel
_MOST_SAMPLES, _MOST_RIM = 140, 100  # of each region
_FEWEST_SMOOTH = 30  # samples away from depth edges, without which those at edges are used
_INWARD = (2, 1, 0)  # pixels from the rim to where the object's own depth is read, best last
_PROBES = (3, 6)  # pixels from the rim to what surrounds it
_BELOW = 4  # pixels from the rim down to what an object would stand on
_FLOOR_BAND = 0.06  # metres of height within which a pixel is floor
_BORDER = 3  # pixels from the image's border within which a mask may be cut
_BESIDE = np.array([(0, 1), (0, -1), (1, 0), (-1, 0)])
_AROUND = np.array(
    [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx]
    + [(dy, dx) for dy in (-3, 0, 3) for dx in (-3, 0, 3) if dy or dx]
)


class RegionMasks:
    """Which of up to 32 regions each pixel belongs to, as bits of one image.

    Args:
        masks: shape ``(H, W)`` each, bool.
        boxes: around them.

    Raises:
        ValueError: for more regions.
    """

    def __init__(self, masks: Sequence[Flags], boxes: Sequence[Box]) -> None:
        if len(masks) > MOST_REGIONS:
            raise ValueError(f"at most {MOST_REGIONS} regions at once, found {len(masks)}")
        self.masks, self.boxes = masks, boxes
        self._bits = np.zeros(masks[0].shape, np.uint32)
        for bit, (mask, (x0, y0, x1, y1)) in enumerate(zip(masks, boxes, strict=True)):
            self._bits[y0:y1, x0:x1] |= mask[y0:y1, x0:x1].view(np.uint8) * np.uint32(1 << bit)

    def __len__(self) -> int:
        return len(self.masks)

    def contain(self, rows: Whole, columns: Whole, owner: Whole) -> Flags:
        """Whether pixels belong to their owners; all arrays broadcast."""
        inside: Flags = (self._bits[rows, columns] >> owner.astype(np.uint32)) & np.uint32(1) > 0
        return inside

    def bounds(self, owner: Whole) -> Whole:
        """Where the samples of each region begin, and the last end, shape ``(R + 1,)``."""
        return np.searchsorted(owner, np.arange(len(self) + 1))


@dataclass(frozen=True, eq=False)
class SurfaceSamples:
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

    def part(self, region: int) -> slice:
        return slice(int(self.bounds[region]), int(self.bounds[region + 1]))


def surfaces_of(frame: RgbdFrame, masks: RegionMasks, noise: float = 0.0) -> SurfaceSamples:
    """Samples regions; pixels that mix near and far are left out where enough others remain.

    Args:
        frame: with depth and intrinsics.
        masks: the regions.
        noise: spread of a pixel's depth over depth squared, 1/metres; samples of a noisy image
            are means over their neighbours.
    """
    depth, camera = frame.depth, frame.intrinsics
    assert depth is not None and camera is not None
    found = []
    for mask, (x0, y0, x1, y1) in zip(masks.masks, masks.boxes, strict=True):
        step = max(1, int(np.sqrt((x1 - x0) * (y1 - y0) / (1.5 * _MOST_SAMPLES))))
        first = min(step // 2, y1 - y0 - 1, x1 - x0 - 1)
        rows, columns = np.nonzero(mask[y0 + first : y1 : step, x0 + first : x1 : step])
        found.append((rows * step + y0 + first, columns * step + x0 + first))
    rows, columns = (np.concatenate(part) for part in zip(*found, strict=True))
    counts = np.array([len(part) for part, _ in found])
    owner = np.repeat(np.arange(len(masks)), counts)
    raw = depth[rows, columns]
    valid = np.isfinite(raw) & (raw > 0)
    rows, columns, owner = rows[valid], columns[valid], owner[valid]
    ratio = np.bincount(owner, minlength=len(masks)) / np.maximum(counts, 1)
    z, sigma, jump = _smoothed_depth(depth, masks, rows, columns, owner, noise)
    enough = np.bincount(owner[~jump], minlength=len(masks)) >= _FEWEST_SMOOTH
    kept = ~(jump & enough[owner])
    rows, columns, owner = rows[kept], columns[kept], owner[kept]
    z, sigma = z[kept], sigma[kept]
    points = rays(camera, columns, rows) * z[:, None]
    return SurfaceSamples(points, sigma, owner, masks.bounds(owner), ratio)


def _smoothed_depth(
    depth: NDArray[np.float32],
    masks: RegionMasks,
    rows: Whole,
    columns: Whole,
    owner: Whole,
    noise: float,
) -> tuple[Floats, Floats, Flags]:
    """Depth of pixels, its standard deviation, and whether a neighbour is much nearer or farther.

    In a noisy image it is the mean over those neighbours of the same region that differ by no more
    than noise. NaN stays NaN.
    """
    height, width = depth.shape
    steps = _AROUND if noise > 0 else _BESIDE
    r = np.minimum(np.maximum(rows[:, None] + steps[:, 0], 0), height - 1)
    c = np.minimum(np.maximum(columns[:, None] + steps[:, 1], 0), width - 1)
    around = depth[r, c]
    z = depth[rows, columns].astype(np.float64)
    sigma = depth_sigma(noise, z)
    with np.errstate(invalid="ignore"):
        apart = np.abs(around - z[:, None].astype(np.float32))
        limit = np.maximum(0.08, 0.05 * z) + 4 * sigma
        jump = (apart > limit[:, None].astype(np.float32)).any(axis=1)
        if noise > 0:
            alike = apart < (0.03 + 4 * sigma)[:, None].astype(np.float32)
            alike &= masks.contain(r, c, owner[:, None])
            count = 1 + np.count_nonzero(alike, axis=1)
            z = (z + np.where(alike, around, 0.0).sum(axis=1, dtype=np.float64)) / count
            sigma = sigma / np.sqrt(count)
    return z, sigma, jump


@dataclass(frozen=True, eq=False)
class RimSamples:
    """Where masks end: pairs of a pixel inside and its neighbour outside.

    Args:
        columns, rows: of the inner pixels, shape ``(M,)``.
        directions: rays through the edge between the two pixels, of depth 1, shape ``(M, 3)``.
        points: of the object just inside, optical frame, shape ``(M, 3)``; NaN where it has no
            depth.
        sigma: standard deviation of their depth, metres, shape ``(M,)``.
        upper: whether the pixel outside is the one above.
        cut: whether the object goes on there: at the border, or behind something nearer.
        beyond: depth of what shows outside, metres, where it is not nearer and the object surely
            ends; NaN elsewhere.
        hangs: whether nothing nearer shows right below the pixel.
        owner, bounds: as for :class:`SurfaceSamples`.
    """

    columns: Whole
    rows: Whole
    directions: Floats
    points: Floats
    sigma: Floats
    upper: Flags
    cut: Flags
    beyond: Floats
    hangs: Flags
    owner: Whole
    bounds: Whole

    def part(self, region: int) -> slice:
        return slice(int(self.bounds[region]), int(self.bounds[region + 1]))


def rims_of(
    frame: RgbdFrame, masks: RegionMasks, plane: Plane, noise: float, below_load: Flags
) -> RimSamples:
    """Samples the rims of regions.

    Args:
        frame: with depth and intrinsics.
        masks: the regions.
        plane: the floor.
        noise: spread of a pixel's depth over depth squared, 1/metres.
        below_load: whether the object may be hidden by what stands on it, shape ``(R,)``.
    """
    depth, camera = frame.depth, frame.intrinsics
    assert depth is not None and camera is not None
    columns, rows, dx, dy, owner = rim_pixels(masks)
    directions = rays(camera, columns + 0.5 * dx, rows + 0.5 * dy)
    held_columns, held_rows = columns, rows
    for inward in _INWARD:
        c, r = _within(frame, columns - inward * dx, rows - inward * dy)
        usable = masks.contain(r, c, owner) & np.isfinite(depth[r, c])
        held_columns, held_rows = np.where(usable, c, held_columns), np.where(usable, r, held_rows)
    z, sigma, _ = _smoothed_depth(depth, masks, held_rows, held_columns, owner, noise)
    cut, farther = at_border(frame, columns, rows), np.full(len(z), np.nan)
    near = z - np.maximum(np.maximum(0.08, 0.02 * z), 4 * depth_sigma(noise, z))
    # What a vehicle carries starts right where its deck ends.
    near = np.where(below_load[owner], z + 0.03, near)
    for reach in _PROBES:
        c, r = _within(frame, columns + reach * dx, rows + reach * dy)
        beyond = depth[r, c].astype(np.float64)
        height = (rays(camera, c, r) @ plane.up) * beyond + plane.offset
        with np.errstate(invalid="ignore"):
            outside = ~masks.contain(r, c, owner) & np.isfinite(beyond)
            band = (
                _FLOOR_BAND
                + 3 * plane.residual
                + 3 * floor_height_sigma(noise, beyond, plane.offset)
            )
            nearer = outside & (np.abs(height) > band) & (beyond < near)
        cut |= nearer
        farther = np.fmax(farther, np.where(outside & ~nearer, beyond, np.nan))
    below = np.minimum(rows + _BELOW, frame.height - 1)
    under = depth[below, columns].astype(np.float64)
    with np.errstate(invalid="ignore"):
        hangs = ~masks.contain(below, columns, owner) & np.isfinite(under) & (dy > 0) & ~cut
        hangs &= ~(under < z - np.maximum(np.maximum(0.05, 0.01 * z), 3 * depth_sigma(noise, z)))
    points = rays(camera, held_columns, held_rows) * z[:, None]
    farther[cut] = np.nan
    return RimSamples(
        columns, rows, directions, points, sigma, dy < 0, cut, farther, hangs, owner,
        masks.bounds(owner),
    )  # fmt: skip


def rim_pixels(masks: RegionMasks) -> tuple[Whole, Whole, Whole, Whole, Whole]:
    """About ``_MOST_RIM`` places where each mask ends: columns and rows of the pixel inside, the
    step to the pixel outside, and the owner. Inner holes are left out."""
    found = []
    for mask, (x0, y0, x1, y1) in zip(masks.masks, masks.boxes, strict=True):
        patch = np.ascontiguousarray(mask[y0:y1, x0:x1]).view(np.uint8)
        outlines, _ = cv2.findContours(
            patch, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE, offset=(x0, y0)
        )
        pixels = outlines[0] if len(outlines) == 1 else np.concatenate(outlines)
        found.append(pixels[:: max(1, -(-len(pixels) // _MOST_RIM)), 0])
    owner = np.repeat(np.arange(len(masks)), [len(part) for part in found])
    columns, rows = np.concatenate(found).astype(np.int64).T
    height, width = masks.masks[0].shape
    parts = []
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        c, r = columns + dx, rows + dy
        within = (c >= 0) & (r >= 0) & (c < width) & (r < height)
        parts.append(~(within & masks.contain(r % height, c % width, owner)))
    ends = np.stack(parts, axis=1)
    pixel, direction = np.nonzero(ends)
    step = np.array([(1, 0), (-1, 0), (0, 1), (0, -1)])[direction]
    return columns[pixel], rows[pixel], step[:, 0], step[:, 1], owner[pixel]


def _within(frame: RgbdFrame, columns: Whole, rows: Whole) -> tuple[Whole, Whole]:
    return (
        np.minimum(np.maximum(columns, 0), frame.width - 1),
        np.minimum(np.maximum(rows, 0), frame.height - 1),
    )


def at_border(frame: RgbdFrame, columns: Whole, rows: Whole) -> Flags:
    """Whether pixels lie so near to the image's border that masks may be cut there."""
    right, lower = frame.width - 1 - _BORDER, frame.height - 1 - _BORDER
    return (columns < _BORDER) | (rows < _BORDER) | (columns > right) | (rows > lower)
