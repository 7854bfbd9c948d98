# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The card of a trained mini: what it was trained on and how, and what it answers right."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from ..card_phrases import looks_in_percent, typed_command
from .scoring import LEAST_ASKED, LEAST_RIGHT, ScoredAnswer
from .stages import TrainingRun

_HEADER = ("---", "license: apache-2.0", "---", "# SmolRGPT mini", "")
_CONTINUED = " Continued from finished weights, whose tower it keeps."
_LEVELS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)


def card_text(
    run: TrainingRun,
    measured: Sequence[ScoredAnswer],
    estimated: Sequence[ScoredAnswer],
    out: Path,
) -> str:
    """The card as Markdown.

    Args:
        run: finished.
        measured, estimated: answers with measured geometry, and by the pictures alone.
        out: folder of the model.
    """
    recipe, data = run.recipe, run.recipe.frames.data
    parameters = sum(p.numel() for p in run.model.parameters())
    size = (out / "model.safetensors").stat().st_size
    right = sum(answer.right for answer in estimated)
    lines = (
        *_HEADER,
        "The embedded default of `smolrgpt_ros`: SmolRGPT's architecture at "
        f"{parameters / 1e6:.1f} M parameters, stored in half precision, {size / 1e6:.1f} MB. It "
        "answers questions of the forms below in canonical English, from RGB, depth and region "
        f"masks; classes other than {', '.join(recipe.named)} are called objects. "
        "`question_forms` in `config.json` lists the forms that it is asked.",
        "",
        f"* **Data:** {data.frames} simulated frames of this package, {data.width}x{data.height} "
        f"(seeds {data.seed} to {data.seed + data.frames - 1}; "
        f"{looks_in_percent(recipe.frames.looks)}; both camera families in turn, sensor noise "
        f"on; {100 * recipe.frames.rough_masks:.0f} % with masks as of a detector). "
        "Questions and answers are drawn anew from each frame's truth in every step. "
        "No real pictures, no other data.",
        f"* **Training:** one run, `{typed_command()}`, seed {recipe.seed}, {platform.machine()}."
        f"{_CONTINUED if run.continues else ''}",
        "",
        "| stage | steps | frames x questions a step | minutes |",
        "|---|---|---|---|",
        *(_stage_row(run, name) for name in run.stages),
        "",
        "## Scores",
        "",
        f"{len(measured)} questions about {recipe.score_frames} frames of later seeds and the "
        "same looks, by form; shares right in percent (lengths within 10 % or 0.1 m). Asked are "
        f"forms with at least {100 * LEAST_RIGHT:.0f} % of at least {LEAST_ASKED} right, on the "
        "simulator's masks and the detector's together.",
        "",
        "| form | simulator's masks | detector's masks | asked |",
        "|---|---|---|---|",
        *_form_rows(measured, run.model.config.question_forms),
        "",
        f"By the tokens of the pictures alone: {_share(right, len(estimated))}.",
        "",
        "| raw confidence | questions | right |",
        "|---|---|---|",
        *_level_rows(measured),
        "",
        "## Licence",
        "",
        "Apache-2.0.",
        "",
    )
    return "\n".join(lines)


def _share(right: int, asked: int) -> str:
    return f"{100 * right / asked:.1f} of {asked}" if asked else "-"


def _form_rows(answers: Sequence[ScoredAnswer], forms: Sequence[str]) -> list[str]:
    rows = []
    for form in sorted({answer.form for answer in answers}):
        cells = []
        for detected in (False, True):
            of_form = [a.right for a in answers if a.form == form and a.detected is detected]
            cells.append(_share(sum(of_form), len(of_form)))
        rows.append(f"| {form} | {' | '.join(cells)} | {'yes' if form in forms else 'no'} |")
    return rows


def _level_rows(answers: Sequence[ScoredAnswer]) -> list[str]:
    rows = []
    for low, high in pairwise(_LEVELS):
        group = [a.right for a in answers if low < a.confidence <= high]
        if group:
            rows.append(f"| {low:g}-{high:g} | {len(group)} | {sum(group) / len(group):.2f} |")
    return rows


def _stage_row(run: TrainingRun, name: str) -> str:
    plan = run.recipe.stages[name]
    each = f"{plan.frames} x {plan.questions}" if plan.questions else f"{plan.frames}"
    return f"| {name} | {plan.steps} | {each} | {_minutes(run.folder / f'{name}.jsonl'):.0f} |"


def _minutes(log: Path) -> float:
    """Minutes of a stage by its log; each continuation counts its own seconds."""
    seconds = [float(json.loads(line)["seconds"]) for line in log.read_text().splitlines()]
    last = [a for a, b in pairwise([*seconds, 0.0]) if b < a]
    return sum(last) / 60
