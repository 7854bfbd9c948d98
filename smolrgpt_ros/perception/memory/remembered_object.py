# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What object memory holds, and how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .placed_box import PlacedBox

USES = ("off", "positions", "objects")
"""What is used of memory: ids alone, places of what is in view, or all remembered objects."""
CLOCK_RESET_S = 1.0
"""A stamp so many seconds older than the newest of its camera is a clock that was set back."""


@dataclass(frozen=True)
class MemorySettings:
    """What is remembered, and for how long.

    Args:
        use: one of :data:`USES`.
        confirm_sightings: frames in which an object has to be found before it counts.
        time_limit_s: a remembered object is kept so long without being seen.
        moving_time_limit_s: the same of what drives or walks.

    Raises:
        ValueError: on a value outside its range.
    """

    use: str = "objects"
    confirm_sightings: int = 2
    time_limit_s: float = 60.0
    moving_time_limit_s: float = 5.0

    def __post_init__(self) -> None:
        if self.use not in USES:
            raise ValueError(f"memory.use must be one of {USES}, found {self.use!r}")
        if self.confirm_sightings < 1:
            raise ValueError(
                f"memory.confirm_sightings must be at least 1, found {self.confirm_sightings}"
            )


@dataclass(frozen=True, eq=False)
class RememberedObject:
    """One object over time.

    Args:
        id: constant while the object is remembered.
        track: camera and track id of the newest sighting.
        label_scores: sum of the scores of its sightings by label.
        score: of the newest sighting.
        sightings: frames in which it was found.
        last_ns: stamp of the newest of them, nanoseconds.
        box: in the fixed frame; ``None`` where no sighting could be placed there.
        box_score: the best score of the sightings that the box is of; a place on the floor has the
            box of that one.
        empty_looks: frames in a row that saw through it.
    """

    id: int
    track: tuple[str, int]
    label_scores: Mapping[str, float]
    score: float
    sightings: int
    last_ns: int
    box: PlacedBox | None
    box_score: float = 0.0
    empty_looks: int = 0

    @property
    def label(self) -> str:
        """The label with the largest sum of scores."""
        return max(self.label_scores, key=lambda label: self.label_scores[label])

    def age_s(self, stamp_ns: int) -> float:
        """Seconds from its newest sighting to a stamp."""
        return max(stamp_ns - self.last_ns, 0) / 1e9


@dataclass(frozen=True)
class MemoryState:
    """All remembered objects.

    Args:
        objects: by age of their ids.
        next_id: ids are never used again.
        last_ns: newest stamp observed of each camera; cameras' clocks may differ.
        frame_id: the fixed frame that boxes are in; empty where there is none.
    """

    objects: tuple[RememberedObject, ...] = ()
    next_id: int = 1
    last_ns: Mapping[str, int] = field(default_factory=dict)
    frame_id: str = ""
