# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Held-out scenes stay unseen: no training names them, and they share no mesh or texture."""

from __future__ import annotations

import ast
import importlib
import inspect
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import yaml

from smolrgpt_ros.evaluation.cases import true_case
from smolrgpt_ros.simulation.warehouse import simulate_frames
from smolrgpt_ros.simulation.world import heldout
from smolrgpt_ros.simulation.world.assets import PAINTED
from smolrgpt_ros.simulation.world.heldout import HELD_OUT
from smolrgpt_ros.simulation.world.scenes import FAMILIES, LOOKS, sample_scene
from smolrgpt_ros.simulation.world.varied.makers import VARIED
from smolrgpt_ros.training.data.simulated_frames import check_looks
from smolrgpt_ros.training.detector.plan import DetectorPlan
from smolrgpt_ros.training.mini.training_frames import MiniFrames

ROOT = Path(__file__).parents[3]
#: Files of the training that may name the looks: what refuses them, and what scores on them.
MAY_NAME = {"data/simulated_frames.py", "detector/score.py"}


def strings(tree: ast.AST) -> set[str]:
    """The string constants of a program, its documentation left out."""
    documented = ast.Module | ast.ClassDef | ast.FunctionDef
    words = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in words
    }


def test_no_recipe_names_the_held_out_looks():
    recipes = sorted((ROOT / "config" / "training").rglob("*.yaml"))
    assert len(recipes) >= 5
    for file in recipes:
        assert "heldout" not in str(yaml.safe_load(file.read_text())), file


def test_no_program_of_the_training_names_them():
    folder = ROOT / "smolrgpt_ros" / "training"
    named = {
        str(file.relative_to(folder))
        for file in folder.rglob("*.py")
        if "heldout" in strings(ast.parse(file.read_text()))
    }
    assert named == MAY_NAME
    for plan in (MiniFrames, DetectorPlan):  # the plans that have looks to choose
        assert "looks" in plan.__dataclass_fields__
    with pytest.raises(ValueError, match="looks must be shares"):
        check_looks({"plain": 0.5, "heldout": 0.5})


def test_its_builders_take_no_builder_of_the_training_set():
    folder = Path(str(heldout.__file__)).parent
    taken: set[object] = set()
    for file in folder.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("varied"):
                module = importlib.import_module(f"smolrgpt_ros.simulation.world.{node.module}")
                taken |= {getattr(module, alias.name) for alias in node.names}
    # Types alone: a builder is a function.
    assert taken and not any(inspect.isfunction(name) for name in taken)


def test_its_textures_are_its_own():
    scenes = [sample_scene(seed, f, looks="heldout") for seed in range(6) for f in FAMILIES]
    for scene in scenes:
        assert {part.material for part in scene.parts} <= {"", *PAINTED}
        assert scene.floor in PAINTED
    for seed, other in combinations(range(3), 2):
        ours = HELD_OUT.paint(np.random.default_rng(seed))
        for theirs in (VARIED.paint(np.random.default_rng(s)) for s in (seed, other)):
            assert set(ours) == set(theirs) == set(PAINTED)
            assert not any(np.array_equal(ours[name], theirs[name]) for name in PAINTED)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_questions_are_asked_of_all_looks(family):
    kinds = {
        looks: {
            question.category
            for shot in simulate_frames((930_000, 930_001), (family,), 192, 108, looks=looks)
            for question in true_case(shot).questions
        }
        for looks in LOOKS
    }
    assert kinds["heldout"] == kinds["plain"] == {"left_right", "distance", "count", "mcq"}
