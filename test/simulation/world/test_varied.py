# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Varied and held-out scenes: every class in many looks, under the rules of all scenes."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from floor_rules import assert_no_centre_is_near_tape

from smolrgpt_ros.simulation.warehouse import simulate_frame
from smolrgpt_ros.simulation.world.assets import FLOORS, MATERIALS, PAINTED, POOL
from smolrgpt_ros.simulation.world.heldout import HELD_OUT
from smolrgpt_ros.simulation.world.scenes import FAMILIES, LABELS, OTHER_LABELS, sample_scene
from smolrgpt_ros.simulation.world.spec import SceneSpec
from smolrgpt_ros.simulation.world.varied.makers import VARIED

NEW = ("varied", "heldout")


@pytest.fixture(scope="module")
def scenes() -> list[SceneSpec]:
    return [
        sample_scene(seed, family, looks=looks)
        for looks in NEW
        for family in FAMILIES
        for seed in range(6)
    ]


def test_all_classes_occur_and_some_scenes_have_none_to_measure(scenes: list[SceneSpec]) -> None:
    for looks in (scenes[:12], scenes[12:]):
        assert {o.label for s in looks for o in s.objects} == {*LABELS, *OTHER_LABELS}
    measured = [any(o.label in LABELS for o in scene.objects) for scene in scenes[:12]]
    assert not all(measured) and sum(measured) > 8


def test_what_a_scene_uses_is_in_the_model(scenes: list[SceneSpec]) -> None:
    for scene in scenes:
        assert set(scene.pictures) == set(PAINTED)
        assert {p.material for p in scene.parts} <= {"", *MATERIALS, *FLOORS, *PAINTED}
        for shape, most in POOL.items():
            assert sum(p.shape == shape for p in scene.parts) <= most


def test_no_centre_of_a_vehicle_lies_near_the_tape(scenes: list[SceneSpec]) -> None:
    assert_no_centre_is_near_tape(scenes, ("transporter",))


def test_pallets_of_a_stack_stand_on_each_other(scenes: list[SceneSpec]) -> None:
    stacked = 0
    for scene in scenes:
        pallets = [o for o in scene.objects if o.label == "pallet" and o.carried_by < 0]
        for item in pallets:
            base = item.centre[2] - item.size[2] / 2
            if base < 0.01:
                continue
            stacked += 1
            tops = [o.centre[2] + o.size[2] / 2 for o in pallets]
            assert min(abs(base - top) for top in tops) < 1e-6
    assert stacked > 3


def test_the_held_out_set_shares_no_builder_with_the_training_set() -> None:
    for field in fields(VARIED):
        if field.name != "stream":
            ours, theirs = getattr(VARIED, field.name), getattr(HELD_OUT, field.name)
            assert ".varied." in ours.__module__ or ".objects" in ours.__module__
            assert ".heldout." in theirs.__module__
    assert VARIED.stream != HELD_OUT.stream


def test_same_seed_same_frame_and_plain_scenes_stay_as_they_are(can_render) -> None:
    plain = simulate_frame(5, "ceiling", 320, 180)
    for looks in NEW:
        first = simulate_frame(8, "ceiling", 320, 180, looks=looks)
        simulate_frame(9, "robot", 320, 180, looks=looks)
        again = simulate_frame(8, "ceiling", 320, 180, looks=looks)
        assert first.truth == again.truth
        assert np.array_equal(first.frame.rgb, again.frame.rgb)
        other = simulate_frame(9, "ceiling", 320, 180, looks=looks)
        assert not np.array_equal(first.frame.rgb, other.frame.rgb)
    after = simulate_frame(5, "ceiling", 320, 180)
    assert np.array_equal(plain.frame.rgb, after.frame.rgb)


def test_unknown_looks_are_refused() -> None:
    with pytest.raises(ValueError, match="found 'shiny'"):
        sample_scene(0, "robot", looks="shiny")
