# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Points in space of pixels of a frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.camera import rays
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.masks import Mask, box_of

Points = NDArray[np.float64]


def pixels_of(mask: Mask) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """Rows and columns of a mask's pixels, shape ``(N,)`` each."""
    x0, y0, x1, y1 = box_of(mask) or (0, 0, 0, 0)
    rows, columns = np.nonzero(mask[y0:y1, x0:x1])  # of the whole mask it takes far longer
    return rows + y0, columns + x0


def points_of(frame: RgbdFrame, rows: NDArray[np.int_], columns: NDArray[np.int_]) -> Points:
    """Points of pixels, optical frame, metres, shape ``(N, 3)``; NaN without depth.

    Args:
        frame: with registered depth in metres and intrinsics.
        rows, columns: of the pixels, shape ``(N,)``.
    """
    assert frame.depth is not None and frame.intrinsics is not None
    z = frame.depth[rows, columns].astype(np.float64)
    depths = np.where(np.isfinite(z) & (z > 0), z, np.nan)
    points: Points = rays(frame.intrinsics, columns, rows) * depths[:, None]
    return points


def some_points(frame: RgbdFrame, mask: Mask, about: int) -> Points:
    """Points of evenly chosen pixels of a mask that have depth, shape ``(N, 3)``, as above.

    Args:
        mask: shape ``(H, W)``.
        about: how many pixels are chosen, and up to twice as many.
    """
    rows, columns = pixels_of(mask)
    some = slice(None, None, max(1, len(rows) // about))
    points = points_of(frame, rows[some], columns[some])
    return points[np.isfinite(points[:, 2])]


def squared_distances(
    some: NDArray[np.floating], others: NDArray[np.floating]
) -> NDArray[np.floating]:
    """Of points ``(N, 3)`` from points ``(M, 3)``, shape ``(N, M)``; NaN from NaN.

    By the products of both: the differences would take three times the memory.
    """
    lengths = np.einsum("ij,ij->i", some, some)[:, None] + np.einsum("ij,ij->i", others, others)
    squares: NDArray[np.floating] = lengths - 2 * some @ others.T
    return squares
