"""What the depth image shows of one region: surface samples, and its outline on the floor."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..scene.frame import RgbdFrame
from ..scene.geometry import Plane, rays
from .boxes import Outline

Box = tuple[int, int, int, int]
_MAX_SAMPLES, _MAX_OUTLINE = 600, 200
_PROBE = 4  # pixels from the outline to what surrounds it


@dataclass(frozen=True, eq=False)
class Surface:
    """Evenly spread pixels of a region with trustworthy depth.

    Args:
        points: shape ``(N, 3)``, metres, optical frame.
        valid_ratio: share of the region's pixels that have depth.
        grain: distance of neighbouring pixels at the median depth, metres.
    """

    points: NDArray[np.float64]
    valid_ratio: float
    grain: float


def surface_of(frame: RgbdFrame, mask: NDArray[np.bool_], box: Box) -> Surface:
    """Samples a region; pixels that mix near and far are left out where enough others remain.

    Args:
        frame: with depth and intrinsics.
        mask: shape ``(H, W)``, bool.
        box: around the mask.
    """
    depth, camera = frame.depth, frame.intrinsics
    assert depth is not None and camera is not None
    x0, y0, x1, y1 = box
    step = max(1, int(np.sqrt((x1 - x0) * (y1 - y0) / (1.5 * _MAX_SAMPLES))))
    first = step // 2
    rows, columns = np.nonzero(mask[y0 + first : y1 : step, x0 + first : x1 : step])
    rows, columns = rows * step + y0 + first, columns * step + x0 + first
    z = depth[rows, columns]
    valid = np.isfinite(z) & (z > 0)
    ratio = float(valid.mean()) if len(valid) else 0.0
    rows, columns, z = rows[valid], columns[valid], z[valid]
    clean = ~_beside_jump(depth, rows, columns, z)
    if clean.sum() >= 30:
        rows, columns, z = rows[clean], columns[clean], z[clean]
    points = rays(camera, columns, rows) * z[:, None].astype(np.float64)
    grain = float(np.median(z)) / camera.fx if len(z) else 0.0
    return Surface(points, ratio, grain)


@dataclass(frozen=True, eq=False)
class Rim:
    """The outline of a region in pixels, with what surrounds it.

    Args:
        columns, rows: pixels just inside the mask, shape ``(M,)``.
        outline: the same in the floor frame.
        hangs: whether nothing nearer shows right below the pixel, so that the object ends there;
            shape ``(M,)``.
    """

    columns: NDArray[np.int64]
    rows: NDArray[np.int64]
    outline: Outline
    hangs: NDArray[np.bool_]


def rim_of(
    frame: RgbdFrame, mask: NDArray[np.bool_], box: Box, plane: Plane, below_load: bool = False
) -> Rim:
    """Follows the outline of a standing object; only pixels with depth are kept.

    Args:
        frame: with depth and intrinsics.
        mask, box: the region.
        plane: the floor.
        below_load: the object may be hidden by what stands on it.
    """
    depth, camera = frame.depth, frame.intrinsics
    assert depth is not None and camera is not None
    columns, rows = outline_pixels(mask, box)
    z = depth[rows, columns]
    valid = np.isfinite(z) & (z > 0)
    columns, rows, z = columns[valid], rows[valid], z[valid].astype(np.float64)
    local = plane.to_floor(rays(camera, columns, rows) * z[:, None])
    border = at_border(frame, columns, rows)
    cut = border.copy()
    hangs = np.zeros(len(z), bool)
    for dx, dy in ((_PROBE, 0), (-_PROBE, 0), (0, -_PROBE), (0, _PROBE)):
        c = np.minimum(np.maximum(columns + dx, 0), frame.width - 1)  # np.clip is far slower
        r = np.minimum(np.maximum(rows + dy, 0), frame.height - 1)
        beyond = depth[r, c].astype(np.float64)
        height = (rays(camera, c, r) * beyond[:, None]) @ plane.up + plane.offset
        outside = ~mask[r, c] & np.isfinite(beyond)
        on_floor = np.abs(height) < 0.06 + 3 * plane.residual
        nearer = beyond < z - np.maximum(0.08, 0.02 * z)
        if below_load:  # what a vehicle carries starts right where its deck ends
            nearer |= beyond < z + 0.03
        cut |= outside & ~on_floor & nearer
        if dy > 0:
            hangs = outside & ~(beyond < z - np.maximum(0.05, 0.01 * z))
    outline = Outline(local[:, :2], local[:, 2], cut, border)
    return Rim(columns, rows, outline, hangs & ~cut)


def outline_pixels(
    mask: NDArray[np.bool_], box: Box
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Columns and rows of at most ``_MAX_OUTLINE`` pixels along the inner edge of a mask."""
    x0, y0, x1, y1 = box
    patch = np.ascontiguousarray(mask[y0:y1, x0:x1]).view(np.uint8)
    if min(x1 - x0, y1 - y0) > 12:
        kernel = np.ones((3, 3), np.uint8)
        inner = cv2.erode(patch, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0)
        patch = np.asarray(inner, np.uint8) if inner.any() else patch
    outlines, _ = cv2.findContours(patch, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    pixels = np.concatenate(outlines).reshape(-1, 2).astype(np.int64)
    pixels = pixels[:: max(1, len(pixels) // _MAX_OUTLINE)]
    return pixels[:, 0] + x0, pixels[:, 1] + y0


def at_border(
    frame: RgbdFrame, columns: NDArray[np.int64], rows: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Whether pixels lie within three pixels of the image border."""
    return (columns < 3) | (rows < 3) | (columns > frame.width - 4) | (rows > frame.height - 4)


def _beside_jump(
    depth: NDArray[np.float32],
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    z: NDArray[np.float32],
) -> NDArray[np.bool_]:
    """Whether a neighbour is much nearer or farther: there a sensor mixes the two."""
    height, width = depth.shape
    jump = np.zeros(len(z), bool)
    limit = np.maximum(0.08, 0.05 * z)
    for dr, dc in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        r = np.minimum(np.maximum(rows + dr, 0), height - 1)
        c = np.minimum(np.maximum(columns + dc, 0), width - 1)
        other = depth[r, c]
        jump |= np.abs(other - z) > limit
    return jump
