# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Rules of the house that no linter knows: sizes of files, and names that have been replaced."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "smolrgpt_ros").rglob("*.py"))
MOST_LINES, LEAST_LINES = 350, 30

#: Names of an earlier dialect, by what they are called now.
REPLACED = {
    "Scheduler": ("WaitingLine", "Job"),
    "FitProblem, FitBatch, RectangleBatch": ("Prospect", "Pack", "Tries", "seat", "calm"),
    "box_evidence, ground_rectangles": ("lying",),
    "depth_sampling": ("seeing",),
    "QueryService, RegionPose": ("QueryDesk", "Place", "glance", "places_of"),
    "models, reported, displayed, has_subscribers": ("Parts", "told", "shown", "heard"),
    "ParsedQuestion, NounPhrase": ("Mention", "mentions"),
    "question_forms": ("own_wording", "canonical_prompts"),
    "perturb_geometry, rationales, augment_text": ("frayed", "spelled", "as_typed"),
    "prompt_embedding, vision_encoder": ("PromptSide", "VisionSide"),
    "reasoning evaluator": ("_Gauge",),
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_one_idea_long(path: Path) -> None:
    lines = len(path.read_text().splitlines())
    face = path.name == "__init__.py"
    most = MOST_LINES + 1  # the licence's
    assert lines <= most and (face or lines >= LEAST_LINES), f"{path.name}: {lines} lines"


def identifiers(tree: ast.AST) -> set[str]:
    """Names of classes, functions, parameters and variables that a file defines."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found


def test_replaced_names_do_not_come_back() -> None:
    old = {name for names in REPLACED.values() for name in names}
    found = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in FILES
        for name in identifiers(ast.parse(path.read_text())) & old
    }
    assert found == set()
    assert {path.stem for path in FILES} & old == set()
