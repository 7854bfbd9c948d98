# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Recipes: the shipped one reads, wrong ones say what is wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from smolrgpt_ros.training.mini.ablations import merged
from smolrgpt_ros.training.mini.recipe import STAGES, read_recipe, recipe_of

MINI = Path(__file__).parents[3] / "config" / "training" / "mini.yaml"


def test_the_shipped_recipe_plans_every_stage():
    recipe = read_recipe(MINI)
    assert set(recipe.stages) == set(STAGES)
    assert recipe.vision["image_size"] % recipe.vision["patch_size"] == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda v: v.pop("seed"), "seed is missing"),
        (lambda v: v["data"].pop("width"), "data"),
        (lambda v: v["stages"]["sft"].update(step=3), r"stages.sft: unknown \['step'\]"),
        (lambda v: v.update(named=[*"abcdefghi"]), "named may have 8 classes, found .*'i'"),
    ],
)
def test_a_wrong_recipe_names_the_key(tmp_path, change, words):
    values = yaml.safe_load(MINI.read_text())
    change(values)
    path = tmp_path / "recipe.yaml"
    path.write_text(yaml.safe_dump(values))
    with pytest.raises(ValueError, match=words):
        read_recipe(path)


def test_ablations_change_what_they_name_and_nothing_else():
    plan = yaml.safe_load((MINI.parent / "ablations.yaml").read_text())
    base = read_recipe(MINI)
    budget = merged(yaml.safe_load(MINI.read_text()), plan["budget"])
    of = {
        name: recipe_of(merged(budget, change or {}), MINI)
        for name, change in plan["variants"].items()
    }
    complete = of["all_parts"]
    assert complete == replace(base, stages=complete.stages)
    assert of["without_depth"] == replace(complete, depth=False)
    assert of["without_refiners"] == replace(complete, refiner_stages=0)
    assert of["without_stage_2"].stages["region_alignment"].steps == 0
    assert of["without_tower_pretraining"].stages["tower"].steps == 0
    assert of["without_tower_pretraining"].stages["sft"] == complete.stages["sft"]
