# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Which sighting is of which remembered object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .placed_box import PlacedBox

#: Squared standard deviations beyond which a sighting is of something else: 99.9 % of three
#: dimensions.
_GATE = 16.3
#: Metres within which a sighting is of an object all the same: fits jump by so much where little of
#: an object is in view.
_NEAR = 0.25
#: Cost of a sighting that continues the object's track in the image, instead of its distance.
_SAME_TRACK = 0.5
#: More than any cost of an assignment.
_MOST_COST = 100.0
#: Least overlap of two boxes that stand for one object.
_DUPLICATE_OVERLAP = 0.45


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


def duplicates(boxes: Sequence[PlacedBox | None]) -> dict[int, int]:
    """Index of the earlier box that each later one stands in, of boxes that take the same room."""
    found: dict[int, int] = {}
    for later, box in enumerate(boxes):
        for earlier in range(later):
            other = boxes[earlier]
            if box is None or other is None or earlier in found:
                continue
            if box.overlap(other) >= _DUPLICATE_OVERLAP:
                found[later] = earlier
                break
    return found


def is_same_place(known: PlacedBox, seen: PlacedBox) -> bool:
    """Whether a sighting is where an object is expected."""
    gap = seen.centre - known.centre
    return float(np.linalg.norm(gap)) <= _NEAR or _squared_distance(known, seen) <= _GATE


def _cost(known: Candidate, sighting: Candidate) -> float | None:
    """Of taking a sighting for an object; ``None`` where it is of something else."""
    if known.label != sighting.label:
        return None
    if known.track == sighting.track:
        return _SAME_TRACK
    if known.box is None or sighting.box is None or not is_same_place(known.box, sighting.box):
        return None
    # At least the cost of a continued track: two objects do not change places in between.
    return _SAME_TRACK + min(_squared_distance(known.box, sighting.box), _GATE)


def _squared_distance(known: PlacedBox, seen: PlacedBox) -> float:
    gap = seen.centre - known.centre
    return float(gap @ np.linalg.solve(known.covariance + seen.covariance, gap))
