# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Pictures as the vision tower sees them, exactly as in the published training."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

FARTHEST = 255
"""Level of pixels without depth: the published pictures are dense, and pixels that a sensor misses
are more often far, dark or glossy background than something close to the camera."""


def rgb_values(rgb: NDArray[np.uint8], size: int) -> NDArray[np.float32]:
    """Squash ``(H, W, 3)`` uint8 to the tower's square: ``(3, size, size)`` in [-1, 1].

    PIL's antialiased bilinear filter; the aspect ratio is lost, as in training.

    Raises:
        ValueError: on another shape or dtype.
    """
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8:
        raise ValueError(f"rgb must be (H, W, 3) uint8, found {rgb.shape} {rgb.dtype}")
    picture = Image.fromarray(rgb).resize((size, size), Image.Resampling.BILINEAR)
    values = np.asarray(picture, np.float32).transpose(2, 0, 1) / np.float32(255)
    return np.ascontiguousarray((values - np.float32(0.5)) / np.float32(0.5))


def depth_picture(depth: NDArray[np.floating]) -> NDArray[np.uint8] | None:
    """Metric depth -> the benchmark's 8-bit picture: linear, nearest 0, farthest 255.

    Args:
        depth: ``(H, W)``, metres; NaN, infinite or not positive where there is no measurement.

    Returns:
        ``(H, W)`` uint8, pixels without depth at :data:`FARTHEST`; ``None`` if no pixel has depth.
        A frame of one single depth is all 0.
    """
    valid = np.isfinite(depth) & (depth > 0)
    if not valid.any():
        return None
    return _levels(depth, valid, *_range(depth, valid))


def depth_values(depth: NDArray[np.floating] | None, size: int) -> NDArray[np.float32] | None:
    """Metric depth -> the tower's input ``(3, size, size)`` in [0, 1]; ``None`` without depth.

    The same as :func:`picture_depth_values` of :func:`depth_picture`, without the whole picture.
    """
    if depth is None:
        return None
    if depth.ndim != 2:
        raise ValueError(f"depth must be (H, W), found {depth.shape}")
    valid = np.isfinite(depth) & (depth > 0)
    if not valid.any():
        return None
    rows, columns = _nearest(depth.shape[0], size), _nearest(depth.shape[1], size)
    chosen = np.ix_(rows, columns)
    return _three_channels(_levels(depth[chosen], valid[chosen], *_range(depth, valid)))


def picture_depth_values(picture: NDArray[np.uint8], size: int) -> NDArray[np.float32]:
    """8-bit depth picture ``(H, W)`` -> ``(3, size, size)`` in [0, 1], nearest pixel."""
    if picture.ndim != 2 or picture.dtype != np.uint8:
        raise ValueError(
            f"a depth picture must be (H, W) uint8, found {picture.shape} {picture.dtype}"
        )
    rows, columns = _nearest(picture.shape[0], size), _nearest(picture.shape[1], size)
    return _three_channels(picture[np.ix_(rows, columns)])


def _range(depth: NDArray[np.floating], valid: NDArray[np.bool_]) -> tuple[float, float]:
    near = float(np.min(depth, where=valid, initial=np.inf))
    return near, float(np.max(depth, where=valid, initial=-np.inf))


def _levels(
    depth: NDArray[np.floating], valid: NDArray[np.bool_], near: float, far: float
) -> NDArray[np.uint8]:
    scale = 255.0 / (far - near) if far > near else 0.0
    metres = np.where(valid, depth, near)
    levels = np.rint((metres - near) * scale)
    return np.where(valid, levels, FARTHEST).astype(np.uint8)


def _nearest(source: int, size: int) -> NDArray[np.intp]:
    """Source index of each output pixel: the one that holds its centre (PIL's NEAREST)."""
    return ((np.arange(size) + 0.5) * (source / size)).astype(np.intp)


def _three_channels(levels: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.repeat((levels.astype(np.float32) / np.float32(255))[None], 3, axis=0)
