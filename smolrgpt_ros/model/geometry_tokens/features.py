# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Raw geometry of a region: a fixed list of numbers from its mask, metric depth and the camera."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.camera import CameraIntrinsics, rays
from smolrgpt_ros.scene.floor_fit import fit_ground_plane
from smolrgpt_ros.scene.masks import box_of
from smolrgpt_ros.scene.plane import Plane
from smolrgpt_ros.scene.statistics import trimmed_summary

from .outline_shares import SIDES, outline_shares
from .surroundings import PARTS, Body, surroundings

ALONG_DEGREES = (0.0, 90.0, 45.0, 135.0, 22.5, 67.5, 112.5, 157.5)
"""Directions along the floor, from right (0) over ahead (90) to the left."""

MOST_CLASSES = 8
"""Classes that a model can know."""

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
    "up_x",  # 19-21: the floor's normal in the optical frame
    "up_y",
    "up_z",
    "low_height",  # 22-24: 5th percentile, median and 95th percentile above the floor, metres
    "median_height",
    "high_height",
    "low_right",  # 25-32: 5th and 95th percentile along the floor, metres from below the camera:
    "low_ahead",  # to the right, ahead, and along the two diagonals between them
    "low_right_ahead",
    "low_left_ahead",
    "high_right",
    "high_ahead",
    "high_right_ahead",
    "high_left_ahead",
    "floor",  # 33: 1 where 19-32 were measured; 0 (and 19-32 zero) where no floor was found
    # 34-49: 1st and 99th percentile along the floor, in the four directions of 25-32 and the four
    # between them, 22.5, 67.5, 112.5 and 157.5 degrees from the right to the left
    *(f"least_{int(degrees)}" for degrees in ALONG_DEGREES),
    *(f"most_{int(degrees)}" for degrees in ALONG_DEGREES),
    "least_height",  # 50-51: 1st and 99th percentile above the floor, metres
    "most_height",
    *(f"cut_{side}" for side in SIDES),  # 52-55: share of the outline on the image's border
    *(f"hidden_{side}" for side in SIDES),  # 56-59: and of that behind something nearer
    "shape",  # 60: 1 where 34-59 and 61-66 were measured; 0 (and those zero) without a floor
    # 61-66: what is above the region and not part of it, and what is below, see ``surroundings``
    *(f"above_{part}" for part in PARTS),
    *(f"below_{part}" for part in PARTS),
    # 67-74: 1 for the class of the region, by its place among the classes that a model knows; all
    # zero for any other class
    *(f"class_{index}" for index in range(MOST_CLASSES)),
)
"""The first ``BASIC_COUNT`` make tokens and can be told from pictures; the others show the box and
the state of an object to ``CentreEstimator``."""
FEATURE_COUNT = len(FEATURE_NAMES)
METRIC = FEATURE_NAMES.index("metric")
FLOOR = FEATURE_NAMES.index("floor")
SHAPE = FEATURE_NAMES.index("shape")
BASIC_COUNT = FLOOR + 1
MEDIAN, LOW, HIGH, STD = slice(0, 3), slice(3, 6), slice(6, 9), slice(9, 12)
VALID, CENTROID, SIZE = slice(12, 13), slice(13, 15), slice(15, 18)
UP, HEIGHTS, LOW_ALONG, HIGH_ALONG = slice(19, 22), slice(22, 25), slice(25, 29), slice(29, 33)
LEAST_ALONG, MOST_ALONG, SPAN, OUTLINE = slice(34, 42), slice(42, 50), slice(50, 52), slice(52, 60)
AROUND, CLASS = slice(61, 67), slice(67, 67 + MOST_CLASSES)
IN_IMAGE = tuple(13 <= index <= 17 for index in range(FEATURE_COUNT))
"""Which features come from the mask alone."""
FROM_DEPTH = tuple(not in_image and index < CLASS.start for index, in_image in enumerate(IN_IMAGE))
"""Which features come from depth."""
FLAGS = tuple(index in (METRIC, FLOOR, SHAPE) for index in range(FEATURE_COUNT))
"""Which features are flags: whether others were measured."""

FEATURE_SCALES: tuple[float, ...] = tuple(
    16.0 if name.startswith(("centroid", "box")) else 1.0 for name in FEATURE_NAMES[:BASIC_COUNT]
)
"""Factors of the basic ones in the encoder's input: shares of the image then span about as much as
metres."""

_MOST_PIXELS = 2000
_FEWEST_POINTS = 5
_ALONG_FLOOR = np.stack([np.cos(np.radians(ALONG_DEGREES)), np.sin(np.radians(ALONG_DEGREES))], 1)


def region_geometry(
    depth: NDArray[np.floating] | None,
    intrinsics: CameraIntrinsics | None,
    mask: NDArray[np.bool_],
    floor: Plane | None = None,
) -> NDArray[np.float32]:
    """The numbers of ``FEATURE_NAMES`` for one region.

    Args:
        depth: ``(H, W)``, metres along the optical axis, NaN (or not positive) where invalid;
            or ``None``.
        intrinsics: of the image the mask lies in; ``None`` without calibration.
        mask: ``(H, W)`` bool.
        floor: of the frame, where one was found.

    Returns:
        ``(FEATURE_COUNT,)`` float32, always finite, no class marked; see :func:`class_marks`. An
        empty mask gives zeros.

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
    features[CENTROID] = (columns.mean() + x0 + 0.5) / width, (rows.mean() + y0 + 0.5) / height
    features[SIZE] = (x1 - x0) / width, (y1 - y0) / height, area / (width * height)
    if depth is None:
        return features
    if area > _MOST_PIXELS:
        # One pixel of each run of pixels, jittered by a fixed sequence: a plain stride would take
        # a single column of a box whose width divides it.
        order = np.arange(_MOST_PIXELS)
        chosen = ((order + order * 0.6180339887498949 % 1.0) * (area / _MOST_PIXELS)).astype(int)
        rows, columns = rows[chosen], columns[chosen]
    rows, columns = rows + y0, columns + x0
    z = depth[rows, columns].astype(np.float64)
    valid = np.isfinite(z) & (z > 0)
    features[VALID] = valid.mean()
    if intrinsics is None or valid.sum() < _FEWEST_POINTS:
        return features
    z, rows, columns = z[valid], rows[valid], columns[valid]
    points = rays(intrinsics, columns, rows).T * z
    if floor is not None:
        on_floor = floor.to_floor(points.T).T
        ordered = np.concatenate((on_floor[2:], _ALONG_FLOOR @ on_floor[:2]))
        ordered.sort(axis=1)
        last = ordered.shape[1] - 1
        least, low, high, most = (
            ordered[:, round(share * last)] for share in (0.01, 0.05, 0.95, 0.99)
        )
        middle = (ordered[0, last // 2] + ordered[0, (last + 1) // 2]) / 2
        features[UP], features[HEIGHTS] = floor.up, (low[0], middle, high[0])
        features[LOW_ALONG], features[HIGH_ALONG] = low[1:5], high[1:5]
        features[FLOOR] = 1.0
        features[LEAST_ALONG], features[MOST_ALONG] = least[1:], most[1:]
        features[SPAN] = least[0], most[0]
        features[OUTLINE] = outline_shares(depth, mask, box)
        body = Body(_ALONG_FLOOR, low[1:], high[1:], low[0], high[0], float(np.median(z)))
        features[AROUND] = surroundings(depth, intrinsics, mask, box, floor, body)
        features[SHAPE] = 1.0
    low, middle, high, spread = trimmed_summary(points)  # after the floor: it sorts the points
    features[MEDIAN], features[LOW], features[HIGH], features[STD] = middle, low, high, spread
    features[METRIC] = 1.0
    return features


def frame_geometry(
    depth: NDArray[np.floating] | None,
    intrinsics: CameraIntrinsics | None,
    masks: NDArray[np.bool_] | list[NDArray[np.bool_]],
) -> NDArray[np.float32]:
    """``region_geometry`` of every mask, above the floor that the whole picture shows.

    Returns:
        ``(M, FEATURE_COUNT)`` float32.
    """
    floor = picture_floor(depth, intrinsics) if len(masks) else None
    return geometry_above(floor, depth, intrinsics, masks)


def picture_floor(
    depth: NDArray[np.floating] | None, intrinsics: CameraIntrinsics | None
) -> Plane | None:
    """The floor that the whole picture shows: it must not depend on a question's regions."""
    return fit_ground_plane(depth, intrinsics)


def geometry_above(
    floor: Plane | None,
    depth: NDArray[np.floating] | None,
    intrinsics: CameraIntrinsics | None,
    masks: NDArray[np.bool_] | list[NDArray[np.bool_]],
) -> NDArray[np.float32]:
    """:func:`frame_geometry` where the picture's floor is known, or known to be missing."""
    if not len(masks):
        return np.zeros((0, FEATURE_COUNT), np.float32)
    return np.stack(
        [region_geometry(depth, intrinsics, np.asarray(mask, bool), floor) for mask in masks]
    )


def class_marks(labels: Sequence[str], known: Sequence[str]) -> NDArray[np.float32]:
    """The columns ``CLASS`` of regions.

    Args:
        labels: of the regions.
        known: classes that the model knows, at most ``MOST_CLASSES``.

    Returns:
        ``(len(labels), MOST_CLASSES)`` float32.

    Raises:
        ValueError: if more classes are known.
    """
    if len(known) > MOST_CLASSES:
        raise ValueError(f"at most {MOST_CLASSES} classes have marks, found {list(known)}")
    marks = np.zeros((len(labels), MOST_CLASSES), np.float32)
    for row, label in enumerate(labels):
        if label in known:
            marks[row, known.index(label)] = 1.0
    return marks
