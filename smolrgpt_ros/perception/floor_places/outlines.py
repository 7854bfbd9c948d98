# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Detections of places on the floor with the outlines that their marks have.

From a low camera a network sees a place at a flat angle: its mask ends early, or leaves out what
stands on it, or its score is low. The lines on the floor say where the place is, where enough of
them are in sight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from smolrgpt_ros.detection.detector import Detection
from smolrgpt_ros.geometry.size_priors import SIZES, is_flat
from smolrgpt_ros.scene.camera import back_project
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.masks import overlap
from smolrgpt_ros.scene.pose import Pose

from .floor_view import FloorView, Points
from .known_places import SAME_PLACE, KnownPlace, is_still_marked, kept, with_sighting
from .marks import MarkMap
from .place_fit import PlaceFit, fit_place
from .rectangle import FloorRectangle

Window = tuple[Points, Points]
"""Two corners of a part of the floor, metres."""
Expected = tuple[KnownPlace, FloorRectangle]
"""A known place, and where a frame has it."""

#: What a rectangle has to show to be believed: sides, and metres of them; of a weak detection more.
_LEAST_SIDES, _LEAST_SEEN, _LEAST_SEEN_WEAK = 3, 3.5, 5.0
#: Shares of its sides that are marked: of all, and of each.
_LEAST_MARKED, _LEAST_MARKED_SIDE = 0.97, 0.9
#: Frames that have to show a rectangle before a later one takes it from them; so many are many, and
#: count for so much overlap.
_LEAST_SIGHTINGS, _MANY_SIGHTINGS, _SIGHTINGS_WEIGHT = 2, 5, 0.5
#: Least overlap of a mask with a rectangle that frames before have shown.
_LEAST_OVERLAP = 0.1
#: Metres around a mask's floor in which lines are looked for, or this share of its extent.
_AROUND, _AROUND_SHARE = 1.6, 0.6
#: Largest side of the floor that is looked at, metres, and fewest pixels of a mask's floor.
_LARGEST, _FEWEST_PIXELS = 22.0, 60
#: Height of the camera over the distance along the floor from which on a view is steep: 25 degrees.
_STEEP = 0.47
#: Score of a mask from which on lines that agree less with it than this are those of another place.
_SURE_SCORE, _LEAST_ALIKE = 0.6, 0.6
#: Metres from the middle of a line to its outer edge: a place reaches there.
_HALF_LINE = 0.05
#: Share of a box's short side by which its middle lies behind what is seen of it.
_BEHIND = 0.35


@dataclass(frozen=True, eq=False)
class Fit:
    """A detection of a place, the floor about it, and the rectangle of lines there, if any."""

    place: Detection
    window: Window
    rectangle: FloorRectangle | None


def with_place_outlines(
    detections: Sequence[Detection],
    frame: RgbdFrame,
    known: Sequence[KnownPlace] = (),
    pose: Pose | None = None,
) -> tuple[tuple[Detection, ...], tuple[KnownPlace, ...]]:
    """The detections; places that lines outline have that outline, with what stands in them,
    unless it is another one than that of a mask with a good score.

    A weak detection of a place that lines outline is weak no longer; of two detections of one
    place, the better stays. All are as they were where the frame has no floor.

    Args:
        detections: of the frame, with masks.
        frame: with depth in metres and intrinsics.
        known: rectangles that frames before have shown.
        pose: of the camera in a fixed frame; without one, nothing is taken from frames before.

    Returns:
        The detections, best first; the rectangles for the frame after.
    """
    known = tuple(known) if pose is None else kept(known, pose.frame_id, frame.stamp_ns)
    places = [d for d in detections if is_flat(d.label)]
    standing = [d.mask for d in detections if not (d.weak or is_flat(d.label))]
    view = FloorView.of(frame, standing) if places else None
    windows = [] if view is None else [(d, w) for d in places if (w := _window(view, d))]
    if view is None or not windows:
        return tuple(detections), known
    fits = _fits(view, windows)
    expected: list[Expected] = []
    if pose is not None:
        known = _with_sightings(known, fits, view, pose, frame.stamp_ns)
        several = [place for place in known if place.sightings >= _LEAST_SIGHTINGS]
        expected = [(place, place.rectangle(view, pose)) for place in several]
    found: list[Detection] = []
    replaced: set[int] = set()
    for fit in fits:
        rectangle = _chosen(view, fit, expected)
        if rectangle is not None:
            made = _outlined(view, fit.place, rectangle, detections, frame)
            if _contradicts(made, fit.place):
                continue
            replaced.add(id(fit.place))
            if not _is_one_of(found, made):
                found.append(made)
    others = [
        d
        for d in detections
        if id(d) not in replaced and not (is_flat(d.label) and _is_one_of(found, d))
    ]
    return tuple(sorted([*others, *found], key=lambda d: -d.score)), known


def _fits(view: FloorView, windows: Sequence[tuple[Detection, Window]]) -> list[Fit]:
    """The detections, best first, each with the rectangle of lines that it is of."""
    lows, highs = zip(*(window for _, window in windows), strict=True)
    marks = MarkMap.of(view, np.min(lows, axis=0), np.max(highs, axis=0))
    fits: list[Fit] = []
    for place, window in sorted(windows, key=lambda pair: -pair[0].score):
        fit = fit_place(marks.part(*window), place.mask, SIZES[place.label])
        believed = fit is not None and _is_believed(fit, place.weak)
        fits.append(Fit(place, window, fit.rectangle if fit is not None and believed else None))
    return fits


def _with_sightings(
    known: tuple[KnownPlace, ...],
    fits: Sequence[Fit],
    view: FloorView,
    pose: Pose,
    stamp_ns: int,
) -> tuple[KnownPlace, ...]:
    """What is known after a frame; of two detections of one place, one counts."""
    counted: list[FloorRectangle] = []
    for fit in fits:
        rectangle = fit.rectangle
        if rectangle is None or any(rectangle.overlap(c) > SAME_PLACE for c in counted):
            continue
        counted.append(rectangle)
        known = with_sighting(known, fit.place.label, rectangle, view, pose, stamp_ns)
    return known


def _chosen(view: FloorView, fit: Fit, expected: Sequence[Expected]) -> FloorRectangle | None:
    """The rectangle of a detection: of those that its mask covers in part, what more frames have
    shown counts for more."""
    place, (low, high) = fit.place, fit.window
    options = (
        [] if fit.rectangle is None else [(_overlap(view, place, fit.rectangle), fit.rectangle)]
    )
    for known, rectangle in expected:
        corners = rectangle.corners
        apart = (corners.max(axis=0) < low).any() or (corners.min(axis=0) > high).any()
        if known.label != place.label or apart:
            continue
        covers = _overlap(view, place, rectangle)
        if covers >= _LEAST_OVERLAP and is_still_marked(rectangle, view):
            share = min(known.sightings, _MANY_SIGHTINGS) / _MANY_SIGHTINGS
            options.append((covers + _SIGHTINGS_WEIGHT * share, rectangle))
    return max(options, key=lambda option: option[0])[1] if options else None


def _overlap(view: FloorView, place: Detection, rectangle: FloorRectangle) -> float:
    """Of a mask and a rectangle, of the floor in sight: intersection over union."""
    covered = place.mask[:: view.every, :: view.every][view.in_sight]
    inside = rectangle.holds(view.ground_in_sight)
    union = np.count_nonzero(covered | inside)
    return float(np.count_nonzero(covered & inside) / union) if union else 0.0


def _contradicts(made: Detection, place: Detection) -> bool:
    """Whether the outline of lines is another one than that of a mask that is sure."""
    sure = not place.weak and place.score >= _SURE_SCORE
    return sure and overlap(made.mask, place.mask) < _LEAST_ALIKE


def _is_one_of(places: Sequence[Detection], detection: Detection) -> bool:
    return any(overlap(detection.mask, place.mask) > SAME_PLACE for place in places)


def _window(view: FloorView, detection: Detection) -> Window | None:
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
    rectangle: FloorRectangle,
    detections: Sequence[Detection],
    frame: RgbdFrame,
) -> Detection:
    """A detection with a rectangle's outline and the masks of what stands in it."""
    mask = view.filled(rectangle.beyond(view.ground) - _HALF_LINE)
    for other in detections:
        if other.weak or is_flat(other.label) or other.label not in SIZES:
            continue
        middle = _middle(view, other, frame)
        if middle is not None and rectangle.holds(middle[None])[0]:
            mask |= other.mask
    return replace(detection, mask=mask, weak=False)


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
