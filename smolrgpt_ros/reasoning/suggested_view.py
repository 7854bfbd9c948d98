# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Why an answer cannot be given in full, and from where it could: hidden parts and a viewpoint."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.geometry.object_estimate import ObjectEstimate
from smolrgpt_ros.geometry.viewpoints import Viewpoint, find_viewpoint
from smolrgpt_ros.language.question import Question
from smolrgpt_ros.scene.pose import Pose

from .hidden_parts import LEAST_HIDDEN, hidden_part, rough_place
from .measuring.evaluation import SURE, Evaluation
from .places_seen import places_asked


@dataclass(frozen=True, eq=False)
class SuggestedView:
    """What of an answer's objects is hidden, and where it would show.

    Args:
        hidden: sentences, the most hidden object first.
        viewpoint: ``None`` where none was found.
    """

    hidden: tuple[str, ...] = ()
    viewpoint: Viewpoint | None = None

    def pose(self, geometry: FrameGeometry, camera: Pose | None = None) -> Pose | None:
        """Where a camera would stand, x ahead, level, and z up; ``None`` without a viewpoint.

        Args:
            geometry: of the frame.
            camera: its pose in the frame that is wanted; ``None``: the camera's optical frame.
        """
        plane = geometry.plane
        if self.viewpoint is None or plane is None:
            return None
        return self.viewpoint.pose(plane, camera or Pose.identity(geometry.frame.frame_id))


def suggested_view(
    question: Question,
    measured: Evaluation,
    complete: bool,
    named: Iterable[int],
    geometry: FrameGeometry,
) -> SuggestedView:
    """What hides the objects of an answer that is missing, not complete or not sure.

    Args:
        question: as it was read.
        measured: its answer.
        complete: whether nothing seems to be missing from it.
        named: ids of the regions that the question names.
        geometry: of the frame.
    """
    certain = measured.certainty is None or measured.certainty >= SURE
    cut = measured.lower_bound or any(measured.lower_bounds)
    whole = measured.answered and complete and certain and not cut
    if whole or geometry.why_not or geometry.plane is None or geometry.plausibility.reason:
        return SuggestedView()
    found = {
        region_id: place
        for region_id in _about(question, measured, complete, named, geometry)
        if (place := _place(region_id, geometry)) is not None
    }
    parts = [hidden_part(geometry.region(i), place, geometry) for i, place in found.items()]
    hidden = [part for part in parts if part.share >= LEAST_HIDDEN and part.sentence]
    hidden.sort(key=lambda part: -part.share)
    if not hidden:
        return SuggestedView()
    geometry.prepare(region.id for region in geometry.regions)
    obstacles = [p for r in geometry.regions if (p := _place(r.id, geometry)) is not None]
    to_be_seen = [part.region_id for part in hidden]
    camera = geometry.frame.intrinsics
    assert camera is not None  # why_not is empty
    others = [found[i] for i in found if i not in to_be_seen]
    view = find_viewpoint([found[i] for i in to_be_seen], others, obstacles, geometry.plane, camera)
    return SuggestedView(tuple(part.sentence for part in hidden), view)


def _about(
    question: Question,
    measured: Evaluation,
    complete: bool,
    named: Iterable[int],
    geometry: FrameGeometry,
) -> tuple[int, ...]:
    """Regions of which every part matters to an answer, the most important first."""
    places = tuple(region.id for region in places_asked(question, geometry.regions))
    if measured.answered and not complete:
        return places  # what stands in them is not all seen
    if measured.lower_bound or any(measured.lower_bounds):
        return measured.region_ids
    return tuple(dict.fromkeys((*places, *named, *measured.region_ids)))


def _place(region_id: int, geometry: FrameGeometry) -> ObjectEstimate | None:
    """Where an object is on the floor; roughly where depth could not place it better."""
    found = geometry.estimate(region_id)
    if isinstance(found, ObjectEstimate) and found.footprint is not None:
        return found
    return rough_place(geometry.region(region_id), geometry)
