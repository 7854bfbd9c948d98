"""What each part of the mini brings: the stages that see pictures, again without it, on a budget.

All variants start from one run's frames, decoder and geometry encoder as it left them, and its
tower where they have one. Connectors, refiners and what reads geometry off the pictures are fresh.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from .build import build_mini, export, load_part, save_part
from .recipe import recipe_of
from .stages import TrainingRun, run_stage

_SHARED = ("geometry_encoder.centres", "geometry_encoder", "language_model", "vision_tower")
_STAGES = ("region_geometry", "rgb_alignment", "region_alignment", "sft")


def run_ablations(base: Path, plan: Path, run: TrainingRun) -> list[Path]:
    """Train every variant and write its model for ``smolrgpt evaluate``; finished ones stay.

    Args:
        base: the recipe of ``run``.
        plan: YAML: ``frames`` of the run to use, ``budget`` and ``variants``: changes to the base
            recipe, for all and by name.
        run: finished, or with its language stage at least; the variants' runs lie in its folder.

    Returns:
        Folders of the models.

    Raises:
        FileNotFoundError: if a stage they share has not run.
        ValueError: on a plan that does not fit the recipe.
    """
    planned = yaml.safe_load(plan.read_text())
    frames = run.frames.first(int(planned["frames"]))
    models = []
    for name, change in planned["variants"].items():
        values = merged(yaml.safe_load(base.read_text()), planned["budget"])
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
            run_stage(variant, stage)
        export(model, processor, out)
    return models


def merged(values: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """``values`` with those of ``change`` in their place, key by key on every level."""
    new = dict(values)
    for key, value in change.items():
        old = new.get(key)
        both = isinstance(old, dict) and isinstance(value, dict)
        new[key] = merged(old, value) if both else value  # type: ignore[arg-type]
    return new
