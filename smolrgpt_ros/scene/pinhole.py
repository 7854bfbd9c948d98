"""The pinhole camera: pixels to rays and points in its optical frame."""

from __future__ import annotations

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
