# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""From detections to regions, and to the candidates that weak ones are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from smolrgpt_ros.detection.detector import Detection, Detections
from smolrgpt_ros.detection.tracker import TrackerSettings, TrackerState, update
from smolrgpt_ros.geometry.size_priors import is_flat
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.pose import Pose
from smolrgpt_ros.scene.region import Region

from .box_refinement import refined
from .floor_places.known_places import KnownPlace
from .floor_places.outlines import with_place_outlines
from .mask_trimming import trimmed
from .seen_frame import SeenFrame
from .vehicle_growth import grown
from .vehicle_pieces import joined

#: Share of the smaller one's pixels that a weak detection and a region may have in common: with
#: more, it is a part or a second outline of that region's object.
_MOST_SHARED = 0.5
#: Most candidates of a frame, strongest first: each may cost a question some milliseconds.
_MOST = 8


@dataclass(frozen=True)
class MaskRules:
    """What is made of a detector's masks.

    Args:
        trim: take from them what depth shows out of their objects' reach.
        outline_places: give places on the floor the outlines that lines on it have.
    """

    trim: bool = True
    outline_places: bool = True


@dataclass(frozen=True)
class SeenBefore:
    """What the frames before leave for the next one of their camera.

    Args:
        tracks: of objects in the image.
        places: rectangles of lines on the floor.
    """

    tracks: TrackerState = field(default_factory=TrackerState)
    places: tuple[KnownPlace, ...] = ()


def candidates_of(detections: Sequence[Detection], regions: Sequence[Region]) -> tuple[Region, ...]:
    """Regions, ids -1, -2, ..., of the weak detections that no region and no stronger one explains.

    Args:
        detections: of one frame; those that are not weak are left out.
        regions: of the others.
    """
    weak = sorted((d for d in detections if d.weak), key=lambda d: -d.score)
    found: list[Region] = []
    for detection in weak:
        if len(found) == _MOST:
            break
        candidate = Region(-len(found) - 1, detection.label, detection.mask, detection.score)
        if candidate.box is not None and not any(
            _explains(region, candidate) for region in (*regions, *found)
        ):
            found.append(candidate)
    return tuple(found)


def tracked(
    before: SeenBefore,
    detections: Detections,
    frame: RgbdFrame,
    settings: TrackerSettings | None = None,
    masks: MaskRules | None = None,
    pose: Pose | None = None,
) -> tuple[SeenBefore, SeenFrame]:
    """What is left for the next frame; the frame with regions, whose ids are track ids, and
    candidates.

    Args:
        before: what the frame before left.
        detections: of the frame; boxes without masks are outlined by its depth.
        settings: of the tracker.
        masks: what is made of the detector's; the defaults where ``None``.
        pose: of the camera in a fixed frame, where it is known.
    """
    places = before.places
    outlined = joined(refined(detections.objects, frame), frame)
    masks = masks or MaskRules()
    if masks.trim:
        outlined = trimmed(outlined, frame)
    outlined = grown(outlined, frame)
    if masks.outline_places:
        outlined, places = with_place_outlines(outlined, frame, places, pose)
    found = [detection for detection in outlined if not detection.weak]
    tracks, regions = update(before.tracks, found, settings)
    candidates = candidates_of(outlined, regions)
    return SeenBefore(tracks, places), SeenFrame(
        frame,
        regions,
        candidates,
        novelty=detections.novelty,
        duplicates=detections.duplicates,
    )


def seen_alone(detections: Detections, frame: RgbdFrame) -> SeenFrame:
    """A single frame with its regions, ids 0, 1, ..., and candidates; see :func:`tracked`."""
    return tracked(SeenBefore(TrackerState(next_id=0)), detections, frame)[1]


def _explains(region: Region, candidate: Region) -> bool:
    """Whether a region is the object that a weak detection is of."""
    # What stands on a floor region has its pixels; two floor regions share none.
    if is_flat(region.label) != is_flat(candidate.label):
        return False
    shared = region.boxed.shared(candidate.boxed)
    return shared > _MOST_SHARED * min(region.boxed.area, candidate.boxed.area)
