"""Where a region lies: a fixed list of numbers from its mask, metric depth and the camera."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..scene.frame import CameraIntrinsics
from ..scene.masks import box_of

FEATURE_NAMES: tuple[str, ...] = (
    "median_x",  # 0-2: median position in the optical frame (REP-103), metres
    "median_y",
    "median_z",
    "low_x",  # 3-5: 5th percentile, metres
    "low_y",
    "low_z",
    "high_x",  # 6-8: 95th percentile, metres
    "high_y",
    "high_z",
    "std_x",  # 9-11: standard deviation of the points between those percentiles, metres
    "std_y",
    "std_z",
    "valid_share",  # 12: share of the mask's pixels with depth
    "centroid_u",  # 13-14: mask centroid, share of the image's width and height
    "centroid_v",
    "box_width",  # 15-16: mask box, share of the image's width and height
    "box_height",
    "area_share",  # 17: mask pixels, share of the image
    "metric",  # 18: 1 where 0-11 were measured; 0 (and 0-11 zero) without depth or calibration
)
FEATURE_COUNT = len(FEATURE_NAMES)
METRIC = FEATURE_NAMES.index("metric")

FEATURE_SCALES: tuple[float, ...] = tuple(
    16.0 if name.startswith(("centroid", "box")) else 1.0 for name in FEATURE_NAMES
)
"""What the encoder multiplies the features with: shares of the image then span as metres do."""

_MOST_PIXELS = 2000
_FEWEST_POINTS = 5


def region_geometry(
    depth: NDArray[np.floating] | None,
    intrinsics: CameraIntrinsics | None,
    mask: NDArray[np.bool_],
) -> NDArray[np.float32]:
    """The numbers of ``FEATURE_NAMES`` for one region.

    Args:
        depth: ``(H, W)``, metres along the optical axis, NaN (or not positive) where invalid;
            or ``None``.
        intrinsics: of the image the mask lies in; ``None`` without calibration.
        mask: ``(H, W)`` bool.

    Returns:
        ``(FEATURE_COUNT,)`` float32, always finite. An empty mask gives zeros.

    Raises:
        ValueError: if the sizes of depth, intrinsics and mask differ.
    """
    height, width = mask.shape
    if depth is not None and depth.shape != mask.shape:
        raise ValueError(f"depth is {depth.shape}, the mask {mask.shape}")
    if intrinsics is not None and (intrinsics.height, intrinsics.width) != mask.shape:
        raise ValueError(
            f"intrinsics are for {intrinsics.width}x{intrinsics.height}, "
            f"the mask is {width}x{height}"
        )
    features = np.zeros(FEATURE_COUNT, np.float32)
    box = box_of(mask)
    if box is None:
        return features
    x0, y0, x1, y1 = box
    rows, columns = np.nonzero(mask[y0:y1, x0:x1])
    area = rows.size
    features[13] = (columns.mean() + x0 + 0.5) / width
    features[14] = (rows.mean() + y0 + 0.5) / height
    features[15] = (x1 - x0) / width
    features[16] = (y1 - y0) / height
    features[17] = area / (width * height)
    if depth is None:
        return features
    if area > _MOST_PIXELS:
        # One pixel of each run of pixels, jittered by a fixed sequence: a plain stride could fall
        # on a single column of a box whose width divides it.
        order = np.arange(_MOST_PIXELS)
        chosen = ((order + order * 0.6180339887498949 % 1.0) * (area / _MOST_PIXELS)).astype(int)
        rows, columns = rows[chosen], columns[chosen]
    rows, columns = rows + y0, columns + x0
    z = depth[rows, columns].astype(np.float64)
    valid = np.isfinite(z) & (z > 0)
    features[12] = valid.mean()
    if intrinsics is None or valid.sum() < _FEWEST_POINTS:
        return features
    z, rows, columns = z[valid], rows[valid], columns[valid]
    points = np.stack(
        (
            (columns - intrinsics.cx) * z / intrinsics.fx,
            (rows - intrinsics.cy) * z / intrinsics.fy,
            z,
        )
    )
    points.sort(axis=1)  # each axis by itself: percentiles are then single elements
    count = points.shape[1]
    low, high = round(0.05 * (count - 1)), round(0.95 * (count - 1))
    features[0:3] = points[:, (count - 1) // 2] / 2 + points[:, count // 2] / 2
    features[3:6] = points[:, low]
    features[6:9] = points[:, high]
    features[9:12] = points[:, low : high + 1].std(axis=1)
    features[18] = 1.0
    return features


def frame_geometry(
    depth: NDArray[np.floating] | None,
    intrinsics: CameraIntrinsics | None,
    masks: NDArray[np.bool_] | list[NDArray[np.bool_]],
) -> NDArray[np.float32]:
    """``region_geometry`` of every mask: ``(M, FEATURE_COUNT)`` float32."""
    rows = [region_geometry(depth, intrinsics, np.asarray(mask, bool)) for mask in masks]
    return np.stack(rows) if rows else np.zeros((0, FEATURE_COUNT), np.float32)
