# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""One detection of a vehicle of which several pieces were found around its load.

Of a vehicle under a lifted pallet a strip shows on one side of the pallet and a strip on another,
and a detector often takes them for two vehicles, or finds but one of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from smolrgpt_ros.detection.detector import Detection
from smolrgpt_ros.geometry.size_priors import most_usual
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.masks import Mask

from .sampled_points import Points, some_points

VEHICLE, LOAD = "transporter", "pallet"
WITHIN_PERCENT = 95.0
"""Of the distances from piece to piece, so many one vehicle's diagonal covers at least: the rest is
what a mask has of something else."""
#: Share of both pieces' rims that the same load takes at least.
_LEAST_RIM = 0.15
#: The rim: what a square of so many pixels adds to a mask. Masks end a pixel or two apart.
_RIM = np.ones((5, 5), np.uint8)
#: Fewest points with depth of a piece, and about as many as a decision is made on.
_FEWEST, _SAMPLES = 8, 150


def joined(detections: Sequence[Detection], frame: RgbdFrame) -> tuple[Detection, ...]:
    """The detections, those of one vehicle's pieces as one: the best, with the masks of all.

    Pieces are of one vehicle where all of them together are no larger than a vehicle is, and the
    same pallet is at the rims of both. All detections are kept as they are where the frame has no
    depth in metres or no intrinsics.

    Args:
        detections: of the frame, best first, with masks.
        frame: registered depth and intrinsics.
    """
    pieces = [i for i, d in enumerate(detections) if d.label == VEHICLE and not d.box_only]
    loads = [d.mask for d in detections if d.label == LOAD and not d.weak]
    if len(pieces) < 2 or frame.depth is None or frame.intrinsics is None or not frame.metric:
        return tuple(detections)
    masks = {i: detections[i].mask for i in pieces}
    points = {i: some_points(frame, masks[i], _SAMPLES) for i in pieces}
    vehicles: list[list[int]] = []
    for i in pieces:
        for vehicle in vehicles:
            fits = all(_in_one(points[i], points[other]) for other in vehicle)
            if fits and any(_share_load(masks[i], masks[other], loads) for other in vehicle):
                vehicle.append(i)
                break
        else:
            vehicles.append([i])
    whole = {
        best: np.logical_or.reduce([masks[i] for i in (best, *others)])
        for best, *others in vehicles
        if others
    }
    dropped = {i for _, *others in vehicles for i in others}
    return tuple(
        replace(d, mask=whole[i]) if i in whole else d
        for i, d in enumerate(detections)
        if i not in dropped
    )


def with_rim(mask: Mask) -> Mask:
    """A mask and the pixels around it, as far as another one's that touches it can begin."""
    wider: Mask = cv2.dilate(mask.view(np.uint8), _RIM) > 0
    return wider


def _in_one(one: Points, other: Points) -> bool:
    """Whether two pieces, shapes ``(N, 3)`` and ``(M, 3)``, fit into one vehicle's footprint."""
    if min(len(one), len(other)) < _FEWEST:
        return False
    long, short, _ = most_usual(VEHICLE)
    apart = np.linalg.norm(one[:, None] - other, axis=2)
    return bool(np.percentile(apart, WITHIN_PERCENT) <= math.hypot(long, short))


def _share_load(one: Mask, other: Mask, loads: Sequence[Mask]) -> bool:
    rims = [with_rim(mask) & ~mask for mask in (one, other)]
    return any(
        all(np.count_nonzero(rim & load) >= _LEAST_RIM * np.count_nonzero(rim) for rim in rims)
        for load in loads
    )
