# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Gives objects identities that last from frame to frame.

A pure function: state and detections in, new state and regions out. Detections are matched to the
tracks of the same label by mask overlap, best overlap first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from smolrgpt_ros.scene.masks import BoxedMask
from smolrgpt_ros.scene.region import Region

from .detector import Detection


@dataclass(frozen=True)
class TrackerSettings:
    """When a detection joins a track, and when a track ends.

    Args:
        min_iou: least mask overlap (intersection over union) that joins a detection to a track.
        max_missed: frames a track is kept without a detection before its id is given up.

    Raises:
        ValueError: on a value outside its range.
    """

    min_iou: float = 0.25
    max_missed: int = 10

    def __post_init__(self) -> None:
        if not 0.0 < self.min_iou <= 1.0:
            raise ValueError(f"tracker min_iou must be in (0, 1], found {self.min_iou}")
        if self.max_missed < 0:
            raise ValueError(f"tracker max_missed must not be negative, found {self.max_missed}")


@dataclass(frozen=True, eq=False)
class Track:
    """One object as it was last detected.

    Args:
        id: of the object.
        label: its class.
        mask: where it was.
        missed: frames since then.
    """

    id: int
    label: str
    mask: BoxedMask
    missed: int = 0


@dataclass(frozen=True)
class TrackerState:
    """All tracks and the next free id. Ids are never used again."""

    tracks: tuple[Track, ...] = ()
    next_id: int = 1


def update(
    state: TrackerState,
    detections: Sequence[Detection],
    settings: TrackerSettings | None = None,
) -> tuple[TrackerState, tuple[Region, ...]]:
    """Gives every detection of one frame an identity.

    Args:
        state: after the previous frame; ``TrackerState()`` at the start.
        detections: of one frame. Those with an empty mask are dropped.
        settings: the defaults where ``None``.

    Returns:
        The state for the next frame, and one region for each detection in their order. Tracks of
        another image size are dropped: their pixels are others.
    """
    settings = settings or TrackerSettings()
    found = [(detection, BoxedMask.of(detection.mask)) for detection in detections]
    seen = [(detection, mask) for detection, mask in found if mask.box is not None]
    tracks = [t for t in state.tracks if all(t.mask.shape == mask.shape for _, mask in seen)]
    matches = _match(tracks, seen, settings.min_iou)

    next_id = state.next_id
    current: list[Track] = []
    for index, (detection, mask) in enumerate(seen):
        track = matches.get(index)
        if track is None:
            identity, next_id = next_id, next_id + 1
        else:
            identity = track.id
        current.append(Track(identity, detection.label, mask))
    matched = {track.id for track in matches.values()}
    lost = [
        replace(track, missed=track.missed + 1)
        for track in tracks
        if track.id not in matched and track.missed < settings.max_missed
    ]
    regions = tuple(
        Region(track.id, track.label, track.mask, detection.score)
        for track, (detection, _) in zip(current, seen, strict=True)
    )
    return TrackerState((*current, *lost), next_id), regions


def _match(
    tracks: Sequence[Track],
    seen: Sequence[tuple[Detection, BoxedMask]],
    min_iou: float,
) -> dict[int, Track]:
    """The track of each matched detection, by detection index; each track once at most."""
    pairs = []
    for index, (detection, mask) in enumerate(seen):
        for track in tracks:
            if track.label == detection.label:
                iou = track.mask.iou(mask)
                if iou >= min_iou:
                    # Ties go to the track seen last, then to the older id.
                    pairs.append((-iou, track.missed, track.id, index, track))
    matches: dict[int, Track] = {}
    taken: set[int] = set()
    for _, _, track_id, index, track in sorted(pairs, key=lambda pair: pair[:4]):
        if index not in matches and track_id not in taken:
            matches[index] = track
            taken.add(track_id)
    return matches
