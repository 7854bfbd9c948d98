# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Matching of detected regions with true objects."""

from __future__ import annotations

from collections.abc import Sequence

from smolrgpt_ros.scene.masks import overlap
from smolrgpt_ros.scene.region import Region

from .truth import FrameTruth, ObjectTruth

SAME_OBJECT_IOU = 0.5


def match_objects(truth: FrameTruth, regions: Sequence[Region]) -> dict[int, ObjectTruth]:
    """The true object of each region, by region id, where exactly one matches.

    A match has the same label and an overlap of at least ``SAME_OBJECT_IOU``. Of several regions
    that match an object, the first gets it.
    """
    found: dict[int, ObjectTruth] = {}
    objects = [(item, item.mask()) for item in truth.regions]
    for region in regions:
        same = [
            item
            for item, mask in objects
            if item.label == region.label and overlap(region.mask, mask) >= SAME_OBJECT_IOU
        ]
        if len(same) == 1 and same[0] not in found.values():
            found[region.id] = same[0]
    return found
