# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Rich scenes hold the usual ones and more, under the same rules."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from floor_rules import assert_no_centre_is_near_tape, assert_nothing_intersects

from smolrgpt_ros.simulation.warehouse import simulate_frame
from smolrgpt_ros.simulation.world.assets import POOL
from smolrgpt_ros.simulation.world.objects import PALLET_HEIGHT
from smolrgpt_ros.simulation.world.scenes import FAMILIES, sample_scene
from smolrgpt_ros.simulation.world.spec import SceneSpec

SEEDS = range(12)


@pytest.fixture(scope="module")
def rich_scenes() -> list[SceneSpec]:
    return [sample_scene(seed, family, looks="rich") for family in FAMILIES for seed in SEEDS]


def test_everything_of_the_usual_scene_is_still_there(
    rich_scenes: list[SceneSpec], usual_scenes: list[SceneSpec]
) -> None:
    for rich, usual in zip(rich_scenes, usual_scenes, strict=True):
        assert rich.objects[: len(usual.objects)] == usual.objects
        assert rich.camera == usual.camera
    more = [len(r.objects) - len(u.objects) for r, u in zip(rich_scenes, usual_scenes, strict=True)]
    assert np.mean(more) > 4


def test_racks_stand_in_rows_beside_the_field(
    rich_scenes: list[SceneSpec], usual_scenes: list[SceneSpec]
) -> None:
    rows = 0
    for rich, usual in zip(rich_scenes, usual_scenes, strict=True):
        added = [o for o in rich.objects[len(usual.objects) :] if o.label == "shelf"]
        half_x = max(abs(o.centre[0]) + o.size[1] / 2 for o in rich.objects if o.label == "buffer")
        for rack in added:
            # Along the field, with a lane of more than a metre between.
            assert abs(np.cos(rack.yaw)) < 1e-9
            assert abs(rack.centre[0]) - rack.size[1] / 2 > half_x + 1.0
        places = Counter(round(o.centre[0], 1) for o in added)
        rows += sum(count > 1 for count in places.values())
    assert rows >= 5


def test_the_rules_of_the_floor_hold(rich_scenes: list[SceneSpec]) -> None:
    assert_nothing_intersects(rich_scenes)
    assert_no_centre_is_near_tape(rich_scenes, ("pallet", "transporter"))


def test_film_fits_its_load(rich_scenes: list[SceneSpec]) -> None:
    films = {"clear": 0, "dark": 0}
    for scene in rich_scenes:
        for item in scene.objects:
            if item.label != "pallet":
                continue
            low = item.centre[2] - item.size[2] / 2 + PALLET_HEIGHT
            for part in scene.parts:
                wide = abs(part.half[0] * 2 - item.size[0] * 1.004) < 1e-9
                if not wide or part.centre[:2] != item.centre[:2]:
                    continue
                assert part.centre[2] - part.half[2] == pytest.approx(low)
                assert part.half[2] * 2 == pytest.approx(item.size[2] - PALLET_HEIGHT + 0.004)
                # What is seen through is not measured.
                assert (part.alpha < 1) == (part.owner == -1)
                films["clear" if part.alpha < 1 else "dark"] += 1
    assert min(films.values()) >= 5


def test_the_renderer_has_enough_shapes(rich_scenes: list[SceneSpec]) -> None:
    for scene in rich_scenes:
        for shape, count in Counter(part.shape for part in scene.parts).items():
            assert count < 0.95 * POOL[shape]


def test_rich_frames_are_rendered_and_repeat(can_render) -> None:
    first = simulate_frame(6, "ceiling", 320, 180, looks="rich")
    usual = simulate_frame(6, "ceiling", 320, 180)
    again = simulate_frame(6, "ceiling", 320, 180, looks="rich")
    assert first.truth == again.truth and np.array_equal(first.frame.rgb, again.frame.rgb)
    assert len(first.regions) > len(usual.regions)
