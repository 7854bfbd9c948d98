# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Masks of standing objects without what depth shows too far away to be of them.

A network's mask of a half-hidden object often has a part of what stands before, beside or behind
it. Where depth parts the two by more than the object's class can reach, the larger one is kept.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from smolrgpt_ros.detection.detector import Detection
from smolrgpt_ros.geometry.size_priors import SIZES
from smolrgpt_ros.scene.frame import RgbdFrame

from .sampled_points import Points, pixels_of, points_of, some_points, squared_distances

#: Reach of an object from the middle of what is seen of it, in half diagonals of its class's box.
_REACH = 1.3
#: Metres to both sides of the reach, and the share of a mask's points there from which on the
#: object goes on beyond it: it is larger than its class.
_GAP, _MOST_IN_GAP = 0.15, 0.05
#: Share of a mask that is kept at least; with less, depth has not found the object.
_LEAST_KEPT = 0.25
#: Fewest points with depth, and about as many as a decision is made on.
_FEWEST, _SAMPLES = 30, 300
#: Sides of the cells of space in which the middle is looked for, metres.
_CELL = 0.25


def trimmed(detections: Sequence[Detection], frame: RgbdFrame) -> tuple[Detection, ...]:
    """The detections, those of standing classes of known size without what is out of their reach.

    All are kept as they are where the frame has no depth in metres or no intrinsics.

    Args:
        detections: of the frame, with masks.
        frame: registered depth and intrinsics.
    """
    if frame.depth is None or frame.intrinsics is None or not frame.metric:
        return tuple(detections)
    return tuple(_trimmed(detection, frame) for detection in detections)


def _trimmed(detection: Detection, frame: RgbdFrame) -> Detection:
    prior = SIZES.get(detection.label)
    if prior is None or prior.flat:
        return detection
    points = some_points(frame, detection.mask, _SAMPLES)
    if len(points) < _FEWEST:
        return detection
    reach = _REACH * math.hypot(prior.long, prior.short, prior.height) / 2
    middle = _middle(points, reach)
    distances = np.linalg.norm(points - middle, axis=1)
    in_gap, far = np.abs(distances - reach) < _GAP, distances > reach
    if not far.any() or in_gap.mean() > _MOST_IN_GAP or far.mean() > 1 - _LEAST_KEPT:
        return detection
    # NaN, without depth, is not far.
    rows, columns = pixels_of(detection.mask)
    cut = np.linalg.norm(points_of(frame, rows, columns) - middle, axis=1) > reach
    mask = detection.mask.copy()
    mask[rows[cut], columns[cut]] = False
    return replace(detection, mask=mask)


def _middle(points: Points, reach: float) -> Points:
    """Mean of the points around the place that has most of them within reach, shape ``(3,)``."""
    cells = np.floor(points / _CELL)
    keys = cells @ (1e8, 1e4, 1.0)  # unique by rows takes ten times as long
    _, first, counts = np.unique(keys, return_index=True, return_counts=True)
    centres = (cells[first] + 0.5) * _CELL
    near = squared_distances(centres, centres) < reach**2
    middle: Points = centres[int(np.argmax(near @ counts))]
    for _ in range(2):
        middle = points[np.linalg.norm(points - middle, axis=1) < reach].mean(axis=0)
    return middle
