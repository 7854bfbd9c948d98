# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What may be an object without being a region: weak detections, what carries a pallet; and which
regions may be no objects, or gone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from smolrgpt_ros.geometry.carried_loads import loads_near
from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.geometry.object_estimate import ObjectEstimate
from smolrgpt_ros.geometry.resting import CENTRED
from smolrgpt_ros.geometry.size_priors import is_flat
from smolrgpt_ros.language.question import (
    Everything,
    Holding,
    Ids,
    OfClass,
    Question,
    State,
    parts_of,
)
from smolrgpt_ros.scene.region import Region

_VEHICLE = "transporter"
#: Ids below those of weak detections, as what carriers are tried.
_CARRIER_ID = -1_000_000


@dataclass(frozen=True, eq=False)
class PossibleObject:
    """What may be an object of a question.

    Args:
        region: as which it would take part in the answer.
        words: the beginning of a sentence about it.
    """

    region: Region
    words: str


def possible_objects(question: Question, geometry: FrameGeometry) -> Iterator[PossibleObject]:
    """What may belong to what a question is about; none where it names its objects.

    Args:
        question: as it was read.
        geometry: of the frame, with candidates.
    """
    asked = _labels_asked(question)
    for candidate in geometry.candidates:
        if asked is None or candidate.label in asked:
            name = f"A possible {candidate.label or 'object'} (score {candidate.score:.2f})"
            yield PossibleObject(candidate, f"{name} {_side(candidate, geometry)}")
    if asked is None or _VEHICLE in asked:
        yield from _carriers(geometry)


def doubtful_regions(
    question: Question, regions: Sequence[Region], sure_score: float
) -> list[Region]:
    """Regions that a question may be about and that may be no objects, least sure first.

    Those that it names by their ids are believed, and those whose score is not known.

    Args:
        question: as it was read.
        regions: of the frame.
        sure_score: from which a region is surely an object.
    """
    # NaN and 0 stand for a score that is not known.
    doubtful = [r for r in _not_named(question, regions) if 0 < r.score < sure_score]
    return sorted(doubtful, key=lambda region: region.score)


def remembered_regions(question: Question, regions: Sequence[Region]) -> list[Region]:
    """Regions that a question may be about and that are only remembered, the longest unseen first.

    Those that it names by their ids are believed to be where they were.

    Args:
        question: as it was read.
        regions: of the frame.
    """
    remembered = [r for r in _not_named(question, regions) if r.only_remembered]
    return sorted(remembered, key=lambda region: -region.seen_age_s)


def is_about_a_set(question: Question) -> bool:
    """Whether a question is about all objects of a kind, whichever these are."""
    return _labels_asked(question) != set()


def labels_that_stand(question: Question) -> tuple[str, ...]:
    """Labels of what may stand in places, of the objects that a question is about: those that
    change its answer if there is one more. None where it names its objects by their ids."""
    asked = _labels_asked(question)
    return ("pallet",) if asked is None else tuple(sorted(a for a in asked if not is_flat(a)))


def _not_named(question: Question, regions: Sequence[Region]) -> list[Region]:
    """Regions that a question may be about, but for those that it names by their ids."""
    asked = _labels_asked(question)
    named = {i for part in parts_of(question) if isinstance(part, Ids) for i in part.ids}
    return [r for r in regions if r.id not in named and (asked is None or r.label in asked)]


def _labels_asked(question: Question) -> set[str] | None:
    """Labels of the objects that a question is about; ``None``: whatever they are."""
    parts = parts_of(question)
    if any(isinstance(part, Everything | State | Holding) for part in parts):
        return None
    return {part.label for part in parts if isinstance(part, OfClass)}


def _carriers(geometry: FrameGeometry) -> Iterator[PossibleObject]:
    """What carries a pallet that is off the floor, where it is no region."""
    weak = [candidate for candidate in geometry.candidates if candidate.label == _VEHICLE]
    for region in geometry.regions:
        if region.label != "pallet" or region.seen_age_s or region.box is None:
            continue
        found = geometry.estimate(region.id)
        if isinstance(found, str) or not found.rides or _is_carried(region, found, geometry):
            continue
        if not any(region.id in loads_near(vehicle, geometry.regions) for vehicle in weak):
            # Where the load is, about, a vehicle is too.
            carrier = Region(_CARRIER_ID - region.id, _VEHICLE, region.boxed)
            words = (
                f"{region.name} is {found.bottom:.2f} m above the floor and no region carries it:"
            )
            yield PossibleObject(carrier, f"{words} a {_VEHICLE} below it")


def _is_carried(load: Region, found: ObjectEstimate, geometry: FrameGeometry) -> bool:
    """Whether a region is where a pallet is, and may carry it."""
    for region in geometry.regions:
        below = geometry.estimate(region.id) if region.id != load.id else ""
        if isinstance(below, str) or below.footprint is None or found.footprint is None:
            continue
        apart = float(np.linalg.norm(below.footprint.centre - found.footprint.centre))
        within = below.footprint.depth_of(found.footprint.centre) > 0
        if below.top > 0.0 and (apart < CENTRED or within):
            return True
    return False


def _side(region: Region, geometry: FrameGeometry) -> str:
    """Where in the picture a region is, for a person who looks at it."""
    centroid = region.centroid
    if centroid is None:
        return "in view"
    side = ("on the left", "in the middle", "on the right")[
        min(int(3 * centroid[0] / geometry.frame.width), 2)
    ]
    return f"{side} of the picture"
