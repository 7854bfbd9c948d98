# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A frame with the regions that were found in it: what queries are asked about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.region import Region


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
    """

    frame: RgbdFrame
    regions: tuple[Region, ...]
    candidates: tuple[Region, ...] = ()
    placed: FrameGeometry | None = None
    novelty: float | None = None

    @cached_property
    def geometry(self) -> FrameGeometry:
        """Depth geometry of the regions; computed at the first access, then shared."""
        return self.placed or FrameGeometry(self.frame, self.regions, self.candidates)
