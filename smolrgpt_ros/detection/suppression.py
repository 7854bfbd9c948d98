# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""One detection per object: weaker ones whose mask is that of a stronger one are dropped."""

from __future__ import annotations

from collections.abc import Sequence

from smolrgpt_ros.scene.masks import BoxedMask

from .detector import Detection, Detections

SAME_IOU = 0.6
"""Overlap (intersection over union) of two masks of one object, whatever their labels."""
SAME_SHARE = 0.5
"""Share of the smaller mask in the larger one at which a pallet in a pallet is a part of it."""

#: Labels whose region has no holes: a buffer is its tape rectangle with all that stands on it.
WHOLE_LABELS = frozenset({"buffer"})


def suppressed(detections: Sequence[Detection]) -> Detections:
    """The detections without duplicates, best first, and how many duplicates there were.

    A detection is dropped where a better one has nearly the same mask, of any label, or where a
    better one of its own label contains it. Masks of :data:`WHOLE_LABELS` contain those of objects
    that stand there, and are compared among themselves alone. Weak ones are not counted.
    """
    kept: list[tuple[Detection, BoxedMask]] = []
    duplicates = 0
    for detection in sorted(detections, key=lambda d: -d.score):
        mask = BoxedMask.of(detection.mask)
        if mask.box is None:
            continue
        if not any(_same(detection, mask, other) for other in kept):
            kept.append((detection, mask))
        elif not detection.weak:
            duplicates += 1
    return Detections(tuple(detection for detection, _ in kept), duplicates=duplicates)


def _same(detection: Detection, mask: BoxedMask, other: tuple[Detection, BoxedMask]) -> bool:
    better, better_mask = other
    same_label = detection.label == better.label
    if not same_label and not WHOLE_LABELS.isdisjoint((detection.label, better.label)):
        return False
    shared = mask.shared(better_mask)
    if shared >= SAME_IOU * (mask.area + better_mask.area - shared):
        return True
    return same_label and shared >= SAME_SHARE * min(mask.area, better_mask.area)
