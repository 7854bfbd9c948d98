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
        x, y = _interpolated(lens_rays(camera), u, v)
    else:
        x, y = (u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy
    return np.stack([x, y, np.ones(len(u))], axis=1)


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
    table = lens_rays(camera)
    widest = 1.1 * np.sqrt(float(np.nanmax(np.square(table).sum(axis=-1))))
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
    """Slopes of all pixels' rays, right and down, of shapes that broadcast to ``(H, W)``."""
    if camera.lens is not None:
        table = lens_rays(camera).astype(np.float32)
        return table[..., 0], table[..., 1]
    x = (np.arange(camera.width) - camera.cx) / camera.fx
    y = (np.arange(camera.height) - camera.cy) / camera.fy
    return x.astype(np.float32), y.astype(np.float32)[:, None]


def within_lens(depth: NDArray[np.float32], camera: CameraIntrinsics) -> NDArray[np.float32]:
    """Depth without that of pixels whose direction the lens's calibration does not give.

    Args:
        depth: shape ``(H, W)``, metres, NaN where unknown.
        camera: of the same image.
    """
    if camera.lens is None:
        return depth
    known = np.isfinite(lens_rays(camera)[..., 0])
    return depth if known.all() else np.where(known, depth, np.float32("nan"))


@lru_cache(maxsize=4)
def lens_rays(camera: CameraIntrinsics) -> Points:
    """Directions at depth 1 of the pixels of a camera with a lens, shape ``(H, W, 2)``, read-only.

    OpenCV needs about a microsecond for a pixel, so the cameras in use are kept.
    """
    assert camera.lens is not None
    rows, columns = np.mgrid[: camera.height, : camera.width]
    bent = np.stack(
        [(columns - camera.cx) / camera.fx, (rows - camera.cy) / camera.fy], axis=-1
    ).reshape(-1, 2)
    table = camera.lens.undistorted(bent).reshape(camera.height, camera.width, 2)
    table.setflags(write=False)
    return table


def _interpolated(table: Points, u: Points, v: Points) -> tuple[Points, Points]:
    """A table's values between pixels, linear, and continued by half a pixel beyond the border."""
    height, width = table.shape[:2]
    left = np.clip(np.floor(u), 0, max(width - 2, 0)).astype(np.intp)
    top = np.clip(np.floor(v), 0, max(height - 2, 0)).astype(np.intp)
    right, bottom = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    a, b = (u - left)[:, None], (v - top)[:, None]
    upper = _between(table[top, left], table[top, right], a)
    lower = _between(table[bottom, left], table[bottom, right], a)
    xy = _between(upper, lower, b)
    return xy[:, 0], xy[:, 1]


def _between(first: Points, second: Points, share: Points) -> Points:
    """Linear; a pixel itself does not mind a neighbour without direction."""
    return np.where(share == 0.0, first, first + share * (second - first))
