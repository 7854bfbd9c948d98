# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Which sighting is of which remembered object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from smolrgpt_ros.scene.masks import BoxedMask

from .placed_box import PlacedBox

#: Squared standard deviations beyond which a sighting is of something else, or elsewhere: 99.9 % of
#: three dimensions.
_GATE = 16.3
#: Metres within which a sighting is of an object all the same, at a new place: fits jump by so much
#: where little of an object is in view, and so does the pose of a camera that finds its way anew.
_NEAR = 0.25
#: Overlap of two boxes from which on they are of one object, however sure both are of their places:
#: two objects do not take the same room.
_SAME_ROOM = 0.3
#: Cost of a sighting that continues the object's track in the image, instead of its distance.
_SAME_TRACK = 0.5
#: More than any cost of an assignment.
_MOST_COST = 100.0
#: Least overlap of two boxes that stand for one object.
_DUPLICATE_OVERLAP = 0.45
#: Share of the smaller of two masks of one frame that is in the other where both are of one object:
#: the boxes of stacked objects may take the same room, their masks share no pixel.
_DUPLICATE_SHARE = 0.5


@dataclass(frozen=True, eq=False)
class Candidate:
    """A sighting, or an object as predicted for the time of the sightings.

    Args:
        label: its class.
        track: camera, and track id of its image tracker.
        box: its place; ``None`` where only the image shows it.
    """

    label: str
    track: tuple[str, int]
    box: PlacedBox | None


def associate(objects: Sequence[Candidate], sightings: Sequence[Candidate]) -> dict[int, int]:
    """Index of the object of each sighting that is of a known one; each object once at most.

    As many as possible are assigned, with the least sum of squared Mahalanobis distances (maximum
    weight matching); a continued track counts for a near one.
    """
    costs = {
        (i, j): cost
        for i, sighting in enumerate(sightings)
        for j, known in enumerate(objects)
        if (cost := _cost(known, sighting)) is not None
    }
    of_sighting = {i: j for i, j in costs}
    if len(of_sighting) == len(costs) == len({j for _, j in costs}):
        return of_sighting  # nothing competes, as always where tracks alone tell
    # 300 modules, 12 MiB.
    import networkx as nx

    graph = nx.Graph()
    for (i, j), cost in costs.items():
        graph.add_edge(("sighting", i), ("object", j), weight=_MOST_COST - cost)
    pairs = (dict(pair) for pair in nx.max_weight_matching(graph, maxcardinality=True))
    return {pair["sighting"]: pair["object"] for pair in pairs}


def duplicates(
    boxes: Sequence[PlacedBox | None], masks: Sequence[BoxedMask] | None = None
) -> dict[int, int]:
    """Index of the earlier box that each later one stands in, of boxes that take the same room.

    Args:
        boxes: ``None`` takes no room.
        masks: of all boxes, where one frame shows them: two that hardly share pixels are of two
            objects, whatever room their boxes take.
    """
    found: dict[int, int] = {}
    for later, box in enumerate(boxes):
        for earlier in range(later):
            other = boxes[earlier]
            if box is None or other is None or earlier in found:
                continue
            if masks is not None and not _share_pixels(masks[later], masks[earlier]):
                continue
            if box.overlap(other) >= _DUPLICATE_OVERLAP:
                found[later] = earlier
                break
    return found


def agrees(known: PlacedBox, seen: PlacedBox) -> bool:
    """Whether a sighting is where an object is expected, as far as their deviations tell."""
    return known.squared_distance(seen) <= _GATE


def _is_near(known: PlacedBox, seen: PlacedBox) -> bool:
    """Whether a sighting may be of an object: where it is expected, or hardly elsewhere."""
    apart = float(np.linalg.norm(seen.centre - known.centre))
    return apart <= _NEAR or agrees(known, seen) or known.overlap(seen) >= _SAME_ROOM


def _share_pixels(one: BoxedMask, other: BoxedMask) -> bool:
    return one.shared(other) >= _DUPLICATE_SHARE * min(one.area, other.area)


def _cost(known: Candidate, sighting: Candidate) -> float | None:
    """Of taking a sighting for an object; ``None`` where it is of something else."""
    if known.label != sighting.label:
        return None
    if known.track == sighting.track:
        return _SAME_TRACK
    if known.box is None or sighting.box is None or not _is_near(known.box, sighting.box):
        return None
    # At least the cost of a continued track: two objects do not change places in between.
    return _SAME_TRACK + min(known.box.squared_distance(sighting.box), _GATE)
