# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The detector's part of the shipped recipes; a wrong one names the key."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from smolrgpt_ros.training.data.simulated_frames import FramesPlan
from smolrgpt_ros.training.detector.plan import read_detector_plan
from smolrgpt_ros.training.detector.yolo_layout import split_of
from smolrgpt_ros.training.mini.recipe import read_recipe

RECIPES = Path(__file__).parents[3] / "config" / "training"


def test_the_recipes_of_the_detector_are_for_it_alone(tmp_path):
    plan, seed = read_detector_plan(RECIPES / "gpu.yaml")
    assert (plan.image_size, plan.batch, plan.data.width, seed) == (640, 64, 640, 7)
    small, seed = read_detector_plan(RECIPES / "detector.yaml")
    written = yaml.safe_load((RECIPES / "detector.yaml").read_text())
    assert (small.image_size, small.data.frames, seed) == (
        640,
        written["detector"]["data"]["frames"],
        written["seed"],
    )
    # One network, more data and steps on a GPU.
    assert (small.architecture, small.width) == (plan.architecture, plan.width)
    assert small.frames * small.epochs < plan.frames * plan.epochs
    with pytest.raises(ValueError, match=r"gpu\.yaml: model is missing"):
        read_recipe(RECIPES / "gpu.yaml")
    (tmp_path / "empty.yaml").write_text("seed: 1\n")
    with pytest.raises(ValueError, match="detector is missing"):
        read_detector_plan(tmp_path / "empty.yaml")


@pytest.mark.parametrize(
    ("part", "value", "message"),
    [
        ("data", {"step": 3}, r"detector\.data: unknown \['step'\]"),
        (
            "looks",
            {"heldout": 0.5},
            r"looks must be shares of \['plain', 'rich', 'crowded', 'varied'\]",
        ),
        ("looks", {"plain": 0.5}, "add up to 1"),
        ("data", {"robots": 1.5}, r"robots must be a share from 0 to 1, found 1\.5"),
    ],
)
def test_a_wrong_part_names_the_key(tmp_path, part, value, message):
    values = yaml.safe_load((RECIPES / "detector.yaml").read_text())
    values["detector"][part].update(value)
    path = tmp_path / "recipe.yaml"
    path.write_text(yaml.safe_dump(values))
    with pytest.raises(ValueError, match=message):
        read_detector_plan(path)


@pytest.mark.parametrize(
    ("share", "families"),
    [(0.5, "crcrcrcr"), (0.75, "crrrcrrr"), (0.25, "cccrcccr"), (0.0, "cccc"), (1.0, "rrrr")],
)
def test_robots_frames_are_spread_evenly(share, families):
    plan = FramesPlan(8, 1, 64, 64, robots=share)
    assert "".join(plan.family(i)[0] for i in range(len(families))) == families


def test_both_families_are_held_out_where_most_frames_are_a_robots():
    plan, _ = read_detector_plan(RECIPES / "detector.yaml")
    held_out = [i for i in range(plan.data.frames) if split_of(i) == "val"]
    assert {plan.data.family(i) for i in held_out} == {"ceiling", "robot"}
