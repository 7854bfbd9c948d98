"""What the depth image shows of one region: surface samples, and its rim with what lies beyond."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..scene.frame import RgbdFrame
from ..scene.geometry import Plane, rays

Box = tuple[int, int, int, int]
_MAX_SAMPLES, _MAX_RIM = 140, 120
_INWARD = (2, 1, 0)  # pixels from the rim to where the object's own depth is read, best last
_PROBES = (3, 6)  # pixels from the rim to what surrounds it
_FLOOR_BAND = 0.06  # metres
_BESIDE = np.array([(0, 1), (0, -1), (1, 0), (-1, 0)])
_AROUND = np.array(
    [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx]
    + [(dy, dx) for dy in (-3, 0, 3) for dx in (-3, 0, 3) if dy or dx]
)


@dataclass(frozen=True, eq=False)
class Surface:
    """Evenly spread pixels of a region with trustworthy depth.

    Args:
        points: shape ``(N, 3)``, metres, optical frame.
        sigma: standard deviation of their depth, metres, shape ``(N,)``.
        valid_ratio: share of the region's pixels that have depth.
        grain: distance of neighbouring pixels at the median depth, metres.
    """

    points: NDArray[np.float64]
    sigma: NDArray[np.float64]
    valid_ratio: float
    grain: float


def surface_of(frame: RgbdFrame, mask: NDArray[np.bool_], box: Box, noise: float = 0.0) -> Surface:
    """Samples a region; pixels that mix near and far are left out where enough others remain.

    Args:
        frame: with depth and intrinsics.
        mask: shape ``(H, W)``, bool.
        box: around the mask.
        noise: spread of a pixel's depth over depth squared, 1/metres; samples of a noisy picture
            are means over their neighbours.
    """
    depth, camera = frame.depth, frame.intrinsics
    assert depth is not None and camera is not None
    x0, y0, x1, y1 = box
    step = max(1, int(np.sqrt((x1 - x0) * (y1 - y0) / (1.5 * _MAX_SAMPLES))))
    first = step // 2
    rows, columns = np.nonzero(mask[y0 + first : y1 : step, x0 + first : x1 : step])
    rows, columns = rows * step + y0 + first, columns * step + x0 + first
    raw = depth[rows, columns]
    valid = np.isfinite(raw) & (raw > 0)
    ratio = float(valid.mean()) if len(valid) else 0.0
    rows, columns = rows[valid], columns[valid]
    z, sigma, jump = _calm(depth, mask, rows, columns, noise)
    if (~jump).sum() >= 30:
        rows, columns, z, sigma = rows[~jump], columns[~jump], z[~jump], sigma[~jump]
    points = rays(camera, columns, rows) * z[:, None]
    grain = float(np.median(z)) / camera.fx if len(z) else 0.0
    return Surface(points, sigma, ratio, grain)


def _calm(
    depth: NDArray[np.float32],
    mask: NDArray[np.bool_],
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    noise: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Depth of pixels, its standard deviation, and whether a neighbour is much nearer or farther.

    In a noisy picture it is the mean over those neighbours of the same region that differ by no
    more than noise. NaN stays NaN.
    """
    height, width = depth.shape
    steps = _AROUND if noise > 0 else _BESIDE
    r = np.minimum(np.maximum(rows[:, None] + steps[:, 0], 0), height - 1)
    c = np.minimum(np.maximum(columns[:, None] + steps[:, 1], 0), width - 1)
    around = depth[r, c].astype(np.float64)
    z = depth[rows, columns].astype(np.float64)
    sigma = noise * z * z
    with np.errstate(invalid="ignore"):
        apart = np.abs(around - z[:, None])
        jump = (apart > (np.maximum(0.08, 0.05 * z) + 4 * sigma)[:, None]).any(axis=1)
        alike = mask[r, c] & (apart < (0.03 + 4 * sigma)[:, None])
    if noise > 0:
        count = 1 + alike.sum(axis=1)
        z = (z + np.where(alike, around, 0.0).sum(axis=1)) / count
        sigma = sigma / np.sqrt(count)
    return z, sigma, jump


@dataclass(frozen=True, eq=False)
class Rim:
    """Where a mask ends: pairs of a pixel inside and its neighbour outside.

    Args:
        columns, rows: of the inner pixels, shape ``(M,)``.
        directions: rays through the edge between the two pixels, of depth 1, shape ``(M, 3)``.
        points: of the object just inside, optical frame, shape ``(M, 3)``; NaN where it has no
            depth.
        sigma: standard deviation of their depth, metres, shape ``(M,)``.
        upper: whether the pixel outside is the one above.
        border: whether the picture ends there.
        cut: whether the object goes on there: at the border, or behind something nearer.
        beyond: depth of what shows outside, metres, where it is not nearer and the object surely
            ends; NaN elsewhere.
        hangs: whether nothing nearer shows right below the pixel.
    """

    columns: NDArray[np.int64]
    rows: NDArray[np.int64]
    directions: NDArray[np.float64]
    points: NDArray[np.float64]
    sigma: NDArray[np.float64]
    upper: NDArray[np.bool_]
    border: NDArray[np.bool_]
    cut: NDArray[np.bool_]
    beyond: NDArray[np.float64]
    hangs: NDArray[np.bool_]


def rim_of(
    frame: RgbdFrame,
    mask: NDArray[np.bool_],
    box: Box,
    plane: Plane,
    noise: float = 0.0,
    below_load: bool = False,
) -> Rim:
    """Follows the rim of a region.

    Args:
        frame: with depth and intrinsics.
        mask, box: the region.
        plane: the floor.
        noise: spread of a pixel's depth over depth squared, 1/metres.
        below_load: the object may be hidden by what stands on it.
    """
    depth, camera = frame.depth, frame.intrinsics
    assert depth is not None and camera is not None
    columns, rows, dx, dy = rim_pixels(mask, box)
    border = at_border(frame, columns, rows)
    directions = rays(camera, columns + 0.5 * dx, rows + 0.5 * dy)
    held_columns, held_rows = columns, rows
    for inward in _INWARD:
        c = np.minimum(np.maximum(columns - inward * dx, 0), frame.width - 1)
        r = np.minimum(np.maximum(rows - inward * dy, 0), frame.height - 1)
        usable = mask[r, c] & np.isfinite(depth[r, c])
        held_columns, held_rows = np.where(usable, c, held_columns), np.where(usable, r, held_rows)
    z, sigma, _ = _calm(depth, mask, held_rows, held_columns, noise)
    cut, farther = border.copy(), np.full(len(z), np.nan)
    near = z - np.maximum(np.maximum(0.08, 0.02 * z), 4 * noise * z * z)
    if below_load:  # what a vehicle carries starts right where its deck ends
        near = z + 0.03
    for reach in _PROBES:
        c = np.minimum(np.maximum(columns + reach * dx, 0), frame.width - 1)
        r = np.minimum(np.maximum(rows + reach * dy, 0), frame.height - 1)
        beyond = depth[r, c].astype(np.float64)
        height = (rays(camera, c, r) * beyond[:, None]) @ plane.up + plane.offset
        with np.errstate(invalid="ignore"):
            outside = ~mask[r, c] & np.isfinite(beyond)
            band = _FLOOR_BAND + 3 * plane.residual + 3 * noise * beyond * plane.offset
            nearer = outside & (np.abs(height) > band) & (beyond < near)
        cut |= nearer
        farther = np.fmax(farther, np.where(outside & ~nearer, beyond, np.nan))
    below = np.minimum(rows + 4, frame.height - 1)
    under = depth[below, columns].astype(np.float64)
    with np.errstate(invalid="ignore"):
        hangs = ~mask[below, columns] & np.isfinite(under) & (dy > 0)
        hangs &= ~(under < z - np.maximum(np.maximum(0.05, 0.01 * z), 3 * noise * z * z))
    points = rays(camera, held_columns, held_rows) * z[:, None]
    farther[cut] = np.nan
    return Rim(columns, rows, directions, points, sigma, dy < 0, border, cut, farther, hangs & ~cut)


def rim_pixels(
    mask: NDArray[np.bool_], box: Box
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """At most ``_MAX_RIM`` places where a mask ends: columns and rows of the pixel inside, and the
    step to the pixel outside. Inner holes are left out."""
    x0, y0, x1, y1 = box
    patch = np.ascontiguousarray(mask[y0:y1, x0:x1]).view(np.uint8)
    outlines, _ = cv2.findContours(patch, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    pixels = np.concatenate(outlines).reshape(-1, 2).astype(np.int64)
    framed = np.zeros((y1 - y0 + 2, x1 - x0 + 2), bool)
    framed[1:-1, 1:-1] = mask[y0:y1, x0:x1]
    found = []
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        ends = ~framed[pixels[:, 1] + 1 + dy, pixels[:, 0] + 1 + dx]
        steps = np.broadcast_to(np.array([dx, dy]), (int(ends.sum()), 2))
        found.append(np.concatenate([pixels[ends], steps], axis=1))
    rim = np.concatenate(found)
    rim = rim[:: max(1, -(-len(rim) // _MAX_RIM))]
    return rim[:, 0] + x0, rim[:, 1] + y0, rim[:, 2], rim[:, 3]


def at_border(
    frame: RgbdFrame, columns: NDArray[np.int64], rows: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Whether pixels lie within three pixels of the image border."""
    return (columns < 3) | (rows < 3) | (columns > frame.width - 4) | (rows > frame.height - 4)
