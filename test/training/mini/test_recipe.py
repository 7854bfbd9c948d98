"""Recipes: the shipped one reads, wrong ones say what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from smolrgpt_ros.training.mini.recipe import STAGES, read_recipe

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
    ],
)
def test_a_wrong_recipe_names_the_key(tmp_path, change, words):
    values = yaml.safe_load(MINI.read_text())
    change(values)
    path = tmp_path / "recipe.yaml"
    path.write_text(yaml.safe_dump(values))
    with pytest.raises(ValueError, match=words):
        read_recipe(path)
