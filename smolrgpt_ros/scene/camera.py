# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The camera: pixels to rays and points in its optical frame, and back.

What needs a direction asks :func:`rays`, what needs a pixel asks :func:`project`: the lens is
undone there and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .lens import Lens

Points = NDArray[np.float64]

_OUTSIDE = -1e4  # a slope outside every image


@dataclass(frozen=True)
class CameraIntrinsics:
    """Intrinsics of an image, in pixels.

    Pixel centres lie on whole numbers: without a lens the ray through column ``u`` and row ``v`` is
    ``((u - cx) / fx, (v - cy) / fy, 1)`` in the optical frame (REP-103: z forward, x right, y
    down).

    Args:
        width, height: of the image.
        fx, fy, cx, cy: focal lengths and principal point.
        lens: distortion; ``None`` for a pinhole and for rectified images.

    Raises:
        ValueError: if a focal length or a size is not positive, or a value is not finite.
    """

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    lens: Lens | None = None

    def __post_init__(self) -> None:
        if self.width <= 0 or self.height <= 0:
            raise ValueError(f"image size must be positive, found {self.width}x{self.height}")
        values = (self.fx, self.fy, self.cx, self.cy)
        if not np.all(np.isfinite(values)) or self.fx <= 0 or self.fy <= 0:
            raise ValueError(
                "focal lengths must be positive and finite, "
                f"found fx={self.fx}, fy={self.fy}, cx={self.cx}, cy={self.cy}; "
                "is the camera calibrated (camera_info.k)?"
            )

    def scaled(self, width: int, height: int) -> CameraIntrinsics:
        """The same camera seen through an image resized to ``width`` x ``height``."""
        sx, sy = width / self.width, height / self.height
        return CameraIntrinsics(
            width=width,
            height=height,
            fx=self.fx * sx,
            fy=self.fy * sy,
            cx=(self.cx + 0.5) * sx - 0.5,
            cy=(self.cy + 0.5) * sy - 0.5,
            lens=self.lens,
        )


def rays(
    camera: CameraIntrinsics, columns: NDArray[np.generic], rows: NDArray[np.generic]
) -> Points:
    """Directions through pixels, scaled to depth 1, shape ``(N, 3)``; NaN where a lens has none."""
    u, v = np.asarray(columns, dtype=np.float64), np.asarray(rows, dtype=np.float64)
    if camera.lens is not None:
        x, y = _between_nodes(camera, u, v)
    else:
        x, y = (u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy
    directions = np.ones((len(u), 3))
    directions[:, 0], directions[:, 1] = x, y
    return directions


def project(camera: CameraIntrinsics, points: Points) -> tuple[Points, Points]:
    """Columns and rows where points in front of the camera appear, ``(N,)`` each, not rounded.

    Args:
        camera: of the image; what lies outside it has columns and rows outside it.
        points: shape ``(N, 3)``, optical frame, of positive depth.
    """
    xy = points[:, :2] / points[:, 2:]
    if camera.lens is None:
        return xy[:, 0] * camera.fx + camera.cx, xy[:, 1] * camera.fy + camera.cy
    bent = camera.lens.distorted(xy)
    # Beyond the widest ray a polynomial may bend directions back into the image.
    widest = 1.1 * np.sqrt(float(np.nanmax(np.square(_nodes(camera)).sum(axis=-1))))
    bent[~(np.hypot(xy[:, 0], xy[:, 1]) < widest)] = _OUTSIDE
    return bent[:, 0] * camera.fx + camera.cx, bent[:, 1] * camera.fy + camera.cy


def back_project(
    depth: NDArray[np.float32],
    camera: CameraIntrinsics,
    mask: NDArray[np.bool_] | None = None,
) -> Points:
    """Points of the pixels with depth.

    Args:
        depth: shape ``(H, W)``, metres along the optical axis, NaN where unknown.
        camera: of the same image.
        mask: shape ``(H, W)``, bool; every pixel if left out.

    Returns:
        Shape ``(N, 3)``: x right, y down, z forward, metres, optical frame (REP-103).
    """
    good = np.isfinite(depth) & (depth > 0)
    if mask is not None:
        good &= mask
    rows, columns = np.nonzero(good)
    return rays(camera, columns, rows) * depth[rows, columns].astype(np.float64)[:, None]


def ray_grid(camera: CameraIntrinsics) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Slopes of all pixels' rays, right and down: ``(1, W)`` and ``(H, 1)`` of a pinhole, else
    ``(H, W)``; not to be written to."""
    if camera.lens is not None:
        table = _all_slopes(camera)
        return table[0], table[1]
    x = ((np.arange(camera.width) - camera.cx) / camera.fx).astype(np.float32)[None]
    y = ((np.arange(camera.height) - camera.cy) / camera.fy).astype(np.float32)[:, None]
    x.setflags(write=False)
    y.setflags(write=False)
    return x, y


def within_lens(depth: NDArray[np.float32], camera: CameraIntrinsics) -> NDArray[np.float32]:
    """Depth without that of pixels whose direction the lens's calibration does not give.

    Args:
        depth: shape ``(H, W)``, metres, NaN where unknown.
        camera: of the same image.
    """
    if camera.lens is None or np.isfinite(_nodes(camera)).all():
        return depth
    return np.where(np.isfinite(_all_slopes(camera)[0]), depth, np.float32("nan"))


# OpenCV undoes a lens by iteration, microseconds for a pixel: it is asked for every so many-th
# pixel, and the cameras in use are kept.
_NODE_STEP = 4


@lru_cache(maxsize=8)
def _nodes(camera: CameraIntrinsics) -> Points:
    """Slopes of the rays of every fourth pixel of a camera with a lens, shape ``(h, w, 2)``."""
    assert camera.lens is not None
    rows, columns = np.mgrid[
        : camera.height + _NODE_STEP : _NODE_STEP, : camera.width + _NODE_STEP : _NODE_STEP
    ]
    bent = np.stack([(columns - camera.cx) / camera.fx, (rows - camera.cy) / camera.fy], axis=-1)
    nodes = camera.lens.undistorted(bent.reshape(-1, 2)).reshape(bent.shape)
    nodes.setflags(write=False)
    return nodes


@lru_cache(maxsize=2)
def _all_slopes(camera: CameraIntrinsics) -> NDArray[np.float32]:
    """Slopes of all rays of a camera with a lens, right and down, shape ``(2, H, W)``."""
    rows, columns = (axis.ravel() for axis in np.mgrid[: camera.height, : camera.width])
    slopes = np.stack(_between_nodes(camera, columns.astype(float), rows.astype(float)))
    table = slopes.astype(np.float32).reshape(2, camera.height, camera.width)
    table.setflags(write=False)
    return table


def _between_nodes(camera: CameraIntrinsics, u: Points, v: Points) -> tuple[Points, Points]:
    """Slopes at columns and rows, linear between nodes: within hundredths of a pixel."""
    nodes = _nodes(camera)
    u, v = u / _NODE_STEP, v / _NODE_STEP
    left = np.clip(np.floor(u), 0, nodes.shape[1] - 2).astype(np.intp)
    top = np.clip(np.floor(v), 0, nodes.shape[0] - 2).astype(np.intp)
    a, b = (u - left)[:, None], (v - top)[:, None]
    upper = _between(nodes[top, left], nodes[top, left + 1], a)
    lower = _between(nodes[top + 1, left], nodes[top + 1, left + 1], a)
    xy = _between(upper, lower, b)
    return xy[:, 0], xy[:, 1]


def _between(first: Points, second: Points, share: Points) -> Points:
    """Linear; a node itself does not mind a neighbour without direction."""
    return np.where(share == 0.0, first, first + share * (second - first))
