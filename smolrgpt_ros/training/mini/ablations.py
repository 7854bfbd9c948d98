# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Ablations: the stages that see pictures, trained again without one part, on a budget.

All variants start from the frames, the decoder and the geometry encoder of one run, and from its
tower unless they train their own. Connectors, refiners and the estimator of geometry from pictures
start fresh.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..recipe_values import read_values
from .build import build_mini, export, load_part, save_part
from .recipe import recipe_of
from .stages import TrainingRun, train_stage

_SHARED = ("geometry_encoder.centres", "geometry_encoder", "language_model", "vision_tower")
_STAGES = ("region_geometry", "rgb_alignment", "region_alignment", "sft")


def run_ablations(base: Path, plan: Path, run: TrainingRun) -> list[Path]:
    """Trains every variant and writes its model for ``smolrgpt evaluate``; finished ones are kept.

    Args:
        base: the recipe of ``run``.
        plan: YAML: ``frames``, the number of the run's frames to use; ``budget`` and ``variants``,
            changes to the base recipe, for all variants and by name.
        run: finished, or at least up to its language stage; gets the variants' runs in its folder.

    Returns:
        Folders of the models.

    Raises:
        FileNotFoundError: if a stage they share has not run.
        ValueError: on a plan that does not fit the recipe.
    """
    planned = read_values(plan)
    frames = run.frames.first(int(planned["frames"]))
    models = []
    for name, change in planned["variants"].items():
        values = merged(read_values(base), planned["budget"])
        recipe = recipe_of(merged(values, change or {}), plan)
        folder = run.folder / "ablations" / name
        out = folder / "mini"
        models.append(out)
        if (out / "config.json").exists():
            continue
        model, processor = build_mini(recipe, run.processor.tokenizer)
        own_tower = recipe.stages["tower"].steps == 0
        features = (folder if own_tower else run.folder) / "tower_features.npy"
        variant = TrainingRun(recipe, frames, model, processor, folder, features)
        for part in _SHARED:
            if not (own_tower and part == "vision_tower"):
                module = model.get_submodule(part)
                load_part(module, run.part(part))
                save_part(module, variant.part(part))
        for stage in (*(("tower",) if own_tower else ()), *_STAGES):
            train_stage(variant, stage)
        export(model, processor, out)
    return models


def merged(values: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """``values`` with those of ``change`` replaced, key by key on every level."""
    new = dict(values)
    for key, value in change.items():
        old = new.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            new[key] = merged(old, value)
        else:
            new[key] = value
    return new
