"""The detector's part of the shipped recipes; a wrong one names the key."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from smolrgpt_ros.training.detector.plan import read_detector_plan
from smolrgpt_ros.training.mini.recipe import read_recipe

MINI = Path(__file__).parents[3] / "config" / "training" / "mini.yaml"


def test_the_gpu_recipe_plans_the_detector_alone(tmp_path):
    path = MINI.with_name("gpu.yaml")
    plan, seed = read_detector_plan(path)
    assert (plan.image_size, plan.batch, plan.data.width, seed) == (640, 64, 640, 7)
    mini, seed = read_detector_plan(MINI)
    assert (mini.image_size, mini.batch, mini.data.frames, seed) == (512, 8, 4800, 7)
    with pytest.raises(ValueError, match=r"gpu\.yaml: model is missing"):
        read_recipe(path)
    (tmp_path / "empty.yaml").write_text("seed: 1\n")
    with pytest.raises(ValueError, match="detector is missing"):
        read_detector_plan(tmp_path / "empty.yaml")


def test_a_wrong_part_names_the_key(tmp_path):
    values = yaml.safe_load(MINI.read_text())
    values["detector"]["data"].update(step=3)
    path = tmp_path / "recipe.yaml"
    path.write_text(yaml.safe_dump(values))
    with pytest.raises(ValueError, match=r"detector\.data: unknown \['step'\]"):
        read_detector_plan(path)
