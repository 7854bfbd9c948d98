# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Detections of places on the floor with the outlines that their marks have.

From a low camera a network sees a place at a flat angle: its mask ends early, or leaves out what
stands on it, or its score is low. The lines on the floor say where the place is, where enough of
them are in sight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.detection.detector import Detection
from smolrgpt_ros.geometry.size_priors import SIZES, is_flat
from smolrgpt_ros.scene.camera import back_project
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.hulls import hull_mask
from smolrgpt_ros.scene.masks import overlap

from .floor_view import FloorView, Points
from .marks import MarkMap
from .rectangles import PlaceFit, fit_place

#: What a rectangle has to show to be believed: sides, and metres of them; of a weak detection more.
_LEAST_SIDES, _LEAST_SEEN, _LEAST_SEEN_WEAK = 3, 3.5, 5.0
#: Shares of its sides that are marked: of all, and of each.
_LEAST_MARKED, _LEAST_MARKED_SIDE = 0.97, 0.9
#: Overlap from which on two rectangles are one place.
_SAME_PLACE = 0.6
#: Metres around a mask's floor in which lines are looked for, or this share of its extent.
_AROUND, _AROUND_SHARE = 1.6, 0.6
#: Largest side of the floor that is looked at, metres, and fewest pixels of a mask's floor.
_LARGEST, _FEWEST_PIXELS = 22.0, 60
#: Height of the camera over the distance along the floor from which on a view is steep: 25 degrees.
_STEEP = 0.47
#: Share of a box's short side by which its middle lies behind what is seen of it.
_BEHIND = 0.35


def with_place_outlines(detections: Sequence[Detection], frame: RgbdFrame) -> tuple[Detection, ...]:
    """The detections; places that lines outline have that outline, with what stands in them.

    A weak detection of a place that lines outline is weak no longer; of two detections of one
    place, the better stays. All are as they were where the frame has no floor.

    Args:
        detections: of the frame, with masks.
        frame: with depth in metres and intrinsics.
    """
    places = [d for d in detections if is_flat(d.label)]
    standing = [d.mask for d in detections if not (d.weak or is_flat(d.label))]
    view = FloorView.of(frame, standing) if places else None
    if view is None:
        return tuple(detections)
    windows = [(d, *window) for d in places if (window := _window(view, d)) is not None]
    if not windows:
        return tuple(detections)
    _, lows, highs = zip(*windows, strict=True)
    marks = MarkMap.of(view, np.min(lows, axis=0), np.max(highs, axis=0))
    found: list[Detection] = []
    replaced: set[int] = set()
    for place, low, high in sorted(windows, key=lambda window: -window[0].score):
        fit = fit_place(marks.part(low, high), place.mask, SIZES[place.label])
        if fit is not None and _is_believed(fit, place.weak):
            made = _outlined(view, place, fit, detections, frame)
            replaced.add(id(place))
            if not _is_one_of(found, made):
                found.append(made)
    kept = [
        d
        for d in detections
        if id(d) not in replaced and not (is_flat(d.label) and _is_one_of(found, d))
    ]
    return tuple(sorted([*kept, *found], key=lambda d: -d.score))


def _is_one_of(places: Sequence[Detection], detection: Detection) -> bool:
    return any(overlap(detection.mask, place.mask) > _SAME_PLACE for place in places)


def _window(view: FloorView, detection: Detection) -> tuple[Points, Points] | None:
    """Two corners of the floor about a detection; ``None`` where masks are good enough, seen from
    above, and with too little floor or too much."""
    floor = view.floor_of(detection.mask)
    if len(floor) < _FEWEST_PIXELS:
        return None
    if view.plane.offset > _STEEP * float(np.linalg.norm(np.median(floor, axis=0))):
        return None
    low, high = np.percentile(floor, (2, 98), axis=0)
    around = max(_AROUND, _AROUND_SHARE * float((high - low).max()))
    low, high = low - around, high + around
    return (low, high) if (high - low).max() <= _LARGEST else None


def _is_believed(fit: PlaceFit, weak: bool) -> bool:
    """Whether a rectangle shows enough."""
    least = _LEAST_SEEN_WEAK if weak else _LEAST_SEEN
    if fit.sides < _LEAST_SIDES or fit.seen < least:
        return False
    return fit.marked >= _LEAST_MARKED and fit.least_marked >= _LEAST_MARKED_SIDE


def _outlined(
    view: FloorView,
    detection: Detection,
    fit: PlaceFit,
    detections: Sequence[Detection],
    frame: RgbdFrame,
) -> Detection:
    """A detection with a rectangle's outline and the masks of what stands in it."""
    mask = _drawn(view, fit)
    for other in detections:
        if other.weak or is_flat(other.label) or other.label not in SIZES:
            continue
        middle = _middle(view, other, frame)
        if middle is not None and fit.holds(middle[None])[0]:
            mask |= other.mask
    return replace(detection, mask=mask, weak=False)


def _drawn(view: FloorView, fit: PlaceFit) -> NDArray[np.bool_]:
    """A rectangle in the picture, ``(H, W)``; what lies behind the camera is cut."""
    ends = np.linspace(0, 1, 200)[:, None]
    corners = fit.corners
    edges = [a + (b - a) * ends for a, b in zip(corners, np.roll(corners, -1, 0), strict=True)]
    optical, before = view.in_front(np.concatenate(edges))
    return hull_mask(view.camera, optical[before])


def _middle(view: FloorView, detection: Detection, frame: RgbdFrame) -> Points | None:
    """Where an object stands, about, ``(2,)``, metres; ``None`` without depth."""
    assert frame.depth is not None  # a frame with a floor has it
    seen = back_project(frame.depth, view.camera, detection.mask)
    if not len(seen):
        return None
    front = np.median(view.plane.to_floor(seen)[:, :2], axis=0)
    behind = _BEHIND * SIZES[detection.label].short
    middle: Points = front * (1 + behind / max(float(np.linalg.norm(front)), 1e-6))
    return middle
