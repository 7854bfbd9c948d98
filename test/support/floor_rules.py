# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Rules of the floor that scenes of all looks keep."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from smolrgpt_ros.simulation.world.footprints import overlap
from smolrgpt_ros.simulation.world.site import CLEARLY_INSIDE, CLEARLY_OUTSIDE
from smolrgpt_ros.simulation.world.spec import SceneSpec


def assert_nothing_intersects(scenes: Iterable[SceneSpec]) -> None:
    """Objects on the floor share none of it; buffers are floor, and a load is on its carrier."""
    for scene in scenes:
        solid = [o for o in scene.objects if o.label != "buffer" and o.carried_by < 0]
        for a, b in combinations(solid, 2):
            assert not overlap(a.footprint, b.footprint), (a, b)


def assert_no_centre_is_near_tape(scenes: Iterable[SceneSpec], labels: Iterable[str]) -> None:
    """Whether an object that nothing carries stands in a buffer is beyond dispute."""
    for scene in scenes:
        buffers = [o.footprint for o in scene.objects if o.label == "buffer"]
        for item in scene.objects:
            if item.label in labels and item.carried_by < 0:
                depths = [buffer.depth_of(item.centre[0], item.centre[1]) for buffer in buffers]
                assert all(d > CLEARLY_INSIDE or d < -CLEARLY_OUTSIDE for d in depths), item
