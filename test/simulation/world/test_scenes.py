# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from floor_rules import assert_no_centre_is_near_tape, assert_nothing_intersects

from smolrgpt_ros.simulation.world.scenes import FAMILIES, sample_scene
from smolrgpt_ros.simulation.world.spec import CameraPose

SCENES = [sample_scene(seed, family) for family in FAMILIES for seed in range(7)]


def test_same_seed_same_scene_other_seed_other_scene() -> None:
    assert sample_scene(5, "ceiling") == sample_scene(5, "ceiling")
    assert sample_scene(5, "ceiling") != sample_scene(6, "ceiling")
    assert sample_scene(5, "ceiling", attempt=1) != sample_scene(5, "ceiling")


def test_unknown_family_is_refused() -> None:
    with pytest.raises(ValueError, match="drone"):
        sample_scene(0, "drone")


def test_the_rules_of_the_floor_hold() -> None:
    assert_nothing_intersects(SCENES)
    assert_no_centre_is_near_tape(SCENES, ("pallet", "transporter"))


def test_sizes_are_real() -> None:
    pallets = [o for s in SCENES for o in s.objects if o.label == "pallet"]
    racks = [o for s in SCENES for o in s.objects if o.label == "shelf"]
    buffers = [o for s in SCENES for o in s.objects if o.label == "buffer"]
    decks = [o for s in SCENES for o in s.objects if o.label == "transporter"]
    assert all(0.95 < o.size[1] <= o.size[0] < 1.25 and 0.14 < o.size[2] < 1.75 for o in pallets)
    assert all(2.7 < o.size[2] < 3.4 for o in racks)
    assert all(1.9 < o.size[1] < 2.4 and 5.1 < o.size[0] < 6.4 for o in buffers)
    assert all(o.size[2] == 0.23 for o in decks)


def test_carried_pallets_sit_on_the_deck_of_a_loaded_transporter() -> None:
    carried = [(s, o) for s in SCENES for o in s.objects if o.carried_by >= 0]
    assert len(carried) >= 3
    for scene, item in carried:
        below = scene.objects[item.carried_by]
        assert (below.label, below.load) == ("transporter", "loaded")
        assert item.centre[2] - item.size[2] / 2 == pytest.approx(0.23)
        assert np.hypot(item.centre[0] - below.centre[0], item.centre[1] - below.centre[1]) < 0.3


def test_cameras_of_both_families_look_as_described() -> None:
    for scene in SCENES:
        camera = scene.camera
        if scene.family == "ceiling":
            assert 5.9 < camera.position[2] <= 9.0 and 32 <= camera.pitch_deg <= 53
            assert 70 <= camera.hfov_deg <= 95
        else:
            assert 0.4 <= camera.position[2] <= 2.0 and -2 <= camera.pitch_deg <= 14
            assert 60 <= camera.hfov_deg <= 90


def test_rotation_rows_are_right_down_forward() -> None:
    # Looking along +y, 30 degrees down: right is +x, forward sinks.
    rotation = CameraPose((0, 0, 5), 90.0, 30.0, 70.0).rotation()
    assert rotation[0] == pytest.approx([1, 0, 0], abs=1e-12)
    assert rotation[1] == pytest.approx([0, -0.5, -np.sqrt(0.75)], abs=1e-12)
    assert rotation[2] == pytest.approx([0, np.sqrt(0.75), -0.5], abs=1e-12)
    assert np.linalg.det(rotation) == pytest.approx(1.0)
