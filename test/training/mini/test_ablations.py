# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Every variant of a finished run trains and lacks the part that its plan names."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import yaml

from smolrgpt_ros.model.checkpoints.loading import load_model
from smolrgpt_ros.training.mini.ablations import run_ablations
from smolrgpt_ros.training.mini.recipe import STAGES, read_recipe
from smolrgpt_ros.training.mini.run_folder import open_run
from smolrgpt_ros.training.mini.stages import train_stage

STAGE = {"steps": 1, "frames": 2, "learning_rate": 1.0e-3, "questions": 1}
SIZES = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 1}
HEADS = {"num_attention_heads": 2}
BASE = {
    "seed": 1,
    "data": {
        "frames": 4,
        "seed": 40,
        "width": 192,
        "height": 108,
        "looks": {"plain": 1.0},
        "rough_masks": 0.5,
    },
    "named": ["pallet"],
    "score_frames": 1,
    "model": {
        "vision": {**SIZES, **HEADS, "image_size": 64, "patch_size": 16},
        "decoder": {**SIZES, **HEADS, "num_key_value_heads": 2, "head_dim": 16},
        "refiner_stages": 3,
        "depth": True,
        "vocabulary": 300,
    },
}
PLAN: dict[str, Any] = {
    "frames": 3,
    "budget": {"stages": {"sft": {"steps": 2}}},
    "variants": {
        "all_parts": None,
        "without_refiners": {"model": {"refiner_stages": 0}},
        "without_tower_pretraining": {"stages": {"tower": {"steps": 0}}},
    },
}


def test_variants_of_a_run(tmp_path):
    torch.set_num_threads(1)
    base, plan = tmp_path / "base.yaml", tmp_path / "plan.yaml"
    base.write_text(yaml.safe_dump({**BASE, "stages": dict.fromkeys(STAGES, STAGE)}))
    plan.write_text(yaml.safe_dump(PLAN))
    run = open_run(read_recipe(base), tmp_path / "run")
    with pytest.raises(FileNotFoundError, match="run the stage that makes it first"):
        run_ablations(base, plan, run)
    for stage in ("tower", "centres", "language"):
        train_stage(run, stage)
    folders = run_ablations(base, plan, run)
    assert [folder.parent.name for folder in folders] == list(PLAN["variants"])
    whole, coarse, fresh = map(load_model, folders)
    assert not any(name.startswith("rgb_refiner") for name, _ in coarse.named_parameters())
    tower = [dict(model.vision_tower.named_parameters()) for model in (whole, coarse, fresh)]
    name = next(key for key in tower[0] if key.endswith("embeddings.patch_embedding.weight"))
    assert torch.equal(tower[0][name], tower[1][name])
    assert not torch.equal(tower[0][name], tower[2][name])
