# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Crowded scenes: flat views of the field, rows of pallets, loads that cover their vehicles."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from floor_rules import assert_no_centre_is_near_tape, assert_nothing_intersects

from smolrgpt_ros.simulation.warehouse import simulate_frame
from smolrgpt_ros.simulation.world.crowded import low_camera, row_of_spots
from smolrgpt_ros.simulation.world.footprints import Field
from smolrgpt_ros.simulation.world.scenes import FAMILIES, sample_scene
from smolrgpt_ros.simulation.world.site import Site
from smolrgpt_ros.simulation.world.spec import SceneSpec

SEEDS = range(12)


@pytest.fixture(scope="module")
def crowded_scenes() -> list[SceneSpec]:
    return [sample_scene(seed, family, looks="crowded") for family in FAMILIES for seed in SEEDS]


def test_low_cameras_see_the_field_at_a_flat_angle() -> None:
    rng = np.random.default_rng(3)
    for _ in range(50):
        camera = low_camera(rng, Field(0.0, 0.0))
        x, y, height = camera.position
        angle = np.degrees(np.arctan2(height, np.hypot(x, y)))
        assert 1.5 < angle < 12.1 and 0.3 <= height <= 1.5
        # It looks towards the middle of the field, up to a few degrees of pitch.
        ahead = np.radians(camera.heading_deg)
        assert np.cos(ahead) * -x + np.sin(ahead) * -y == pytest.approx(np.hypot(x, y))
        assert abs(camera.pitch_deg - angle) < 16


def test_rows_stand_close_together_on_free_floor() -> None:
    rng, gaps = np.random.default_rng(5), []
    for _ in range(40):
        spots = list(row_of_spots(rng, Site(Field(3.0, 3.0)), 1.26))
        assert 2 <= len(spots) <= 5
        gaps += [b.y - a.y - 1.26 for a, b in pairwise(spots)]
    assert 0.0 <= min(gaps) < 0.05 and 0.25 < max(gaps) <= 0.3 + 1e-9


def test_more_transporters_carry_loads_that_cover_them_than_in_usual_scenes(
    crowded_scenes: list[SceneSpec], usual_scenes: list[SceneSpec]
) -> None:
    loaded, off_middle = {}, []
    for name, scenes in (("crowded", crowded_scenes), ("plain", usual_scenes)):
        vehicles = [o for s in scenes for o in s.objects if o.label == "transporter"]
        loaded[name] = sum(o.load == "loaded" for o in vehicles)
    for scene in crowded_scenes:
        for item in scene.objects:
            if item.carried_by >= 0:
                below = scene.objects[item.carried_by]
                off_middle.append(np.hypot(*np.subtract(item.centre, below.centre)[:2]))
    assert loaded["crowded"] > 1.5 * loaded["plain"]
    assert np.mean(np.array(off_middle) < 0.08) > 0.2


def test_the_rules_of_the_floor_hold(crowded_scenes: list[SceneSpec]) -> None:
    assert_nothing_intersects(crowded_scenes)
    assert_no_centre_is_near_tape(crowded_scenes, ("pallet", "transporter"))


def test_more_pallets_are_seen_and_more_of_them_half_hidden_than_in_usual_scenes(
    can_render,
) -> None:
    shares: dict[str, list[float]] = {"crowded": [], "plain": []}
    for looks, values in shares.items():
        for seed in range(6):
            shot = simulate_frame(seed, "robot", 320, 180, looks=looks)
            seen = [o for o in shot.truth.objects if o.visible_pixels]
            values += [o.visible_share for o in seen if o.label == "pallet"]
    half_hidden = {k: np.mean([0.05 < v < 0.6 for v in values]) for k, values in shares.items()}
    assert len(shares["crowded"]) > 1.3 * len(shares["plain"])
    assert half_hidden["crowded"] > half_hidden["plain"]


def test_a_distance_is_refused() -> None:
    with pytest.raises(ValueError, match=r"found 4\.0 and 'crowded'"):
        sample_scene(0, "robot", looks="crowded", distance=4.0)
