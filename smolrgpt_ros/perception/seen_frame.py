# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A frame with the regions that were found in it: what queries are asked about."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.region import Region

#: Overlap (intersection over union) from which two masks of one label are of one object.
_SAME_OVERLAP = 0.8


@dataclass(frozen=True, eq=False)
class SeenFrame:
    """One frame and its regions: the detector's, another node's or a client's own.

    Args:
        frame: what the camera saw.
        regions: ids unique; those of remembered objects have an age.
        candidates: what may be objects as well: weak detections, and those seen once so far. Their
            ids are negative.
        placed: geometry of the regions, where places come from several frames; otherwise it is that
            of this frame.
        novelty: how unlike the pictures that the detector was trained on this one is, above 1:
            unlike them; ``None`` where nobody knows, and of regions that no detector here found.
        duplicates: how many regions were left out since a better one is of the same object.
    """

    frame: RgbdFrame
    regions: tuple[Region, ...]
    candidates: tuple[Region, ...] = ()
    placed: FrameGeometry | None = None
    novelty: float | None = None
    duplicates: int = 0

    @cached_property
    def geometry(self) -> FrameGeometry:
        """Depth geometry of the regions; computed at the first access, then shared."""
        return self.placed or FrameGeometry(self.frame, self.regions, self.candidates)


def seen_with(
    frame: RgbdFrame, regions: Sequence[Region], named: Collection[int] = ()
) -> SeenFrame:
    """A frame with regions that another node or a client sent: of one object's, the best stays.

    What is left out, and which have no label, are notes of the frame, which every answer carries.

    Args:
        frame: that they are in.
        regions: ids unique.
        named: ids that a client names, which stay.
    """
    kept: list[Region] = []
    notes = []
    # A score of NaN, a client's, is below every other.
    for region in sorted(regions, key=lambda r: (r.id not in named, not r.score >= 0, -r.score)):
        same = [other.name for other in kept if _is_same(region, other)]
        if not same or region.id in named:
            kept.append(region)
        else:
            notes.append(f"{region.name} was left out: its mask is nearly that of {same[0]}")
    duplicates = len(notes)
    ids = {region.id for region in kept}
    rest = tuple(region for region in regions if region.id in ids)
    if unlabelled := [r.id for r in rest if not r.is_labelled]:
        notes.append(
            f"regions without a label ({', '.join(map(str, unlabelled[:8]))}) are of no class: "
            "nothing is known to stand in them or on them"
        )
    noted = replace(frame, notes=(*frame.notes, *notes)) if notes else frame
    return SeenFrame(noted, rest, duplicates=duplicates)


def _is_same(one: Region, other: Region) -> bool:
    if one.label != other.label or one.box is None:
        return False
    smaller, larger = sorted((one.boxed.area, other.boxed.area))
    if smaller < _SAME_OVERLAP * larger:
        return False
    shared = one.boxed.shared(other.boxed)
    return shared >= _SAME_OVERLAP * (smaller + larger - shared)
