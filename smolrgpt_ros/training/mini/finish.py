# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The end of a run: the model's folder with its forms, its calibration and its card."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from smolrgpt_ros.detection.detector import RegionDetector
from smolrgpt_ros.model.inference.confidence import Calibration
from smolrgpt_ros.model.inference.confidence_curve import FEWEST
from smolrgpt_ros.model.inference.engine import SmolRGPTEngine

from .build import export, load_part
from .card import card_text
from .scoring import ScoredAnswer, curves_of, score, trained_forms
from .stages import TrainingRun

_ANSWERS = "scored_answers.json"
_ESTIMATED_SHARE = 3
"""One in so many of the frames is asked about without measured geometry, too."""


def finish(run: TrainingRun, out: Path, threads: int, detector: RegionDetector | None) -> None:
    """Exports the trained model, scores it on unseen frames, and writes what it may be asked.

    Args:
        run: with every stage trained.
        out: folder of the model; its files are replaced.
        threads: CPU threads.
        detector: gives the masks of every other pair of frames; ``None``: the simulator does.

    Raises:
        FileNotFoundError: if a stage has not run.
    """
    for part, module in run.model.named_children():
        load_part(module, run.part(part))
    export(run.model, run.processor, out)
    frames = run.recipe.score_frames
    with SmolRGPTEngine.load(out, device="cpu", threads=threads) as engine:
        measured = score(engine, run.recipe, detector, frames)
    few = max(1, frames // _ESTIMATED_SHARE)
    with SmolRGPTEngine.load(out, device="cpu", threads=threads, geometry=False) as engine:
        estimated = score(engine, run.recipe, None, few)
    rows = {
        name: [asdict(answer) for answer in answers]
        for name, answers in (("measured", measured), ("estimated", estimated))
    }
    (run.folder / _ANSWERS).write_text(json.dumps(rows))
    run.model.config.question_forms = trained_forms(measured)
    export(run.model, run.processor, out)
    _calibration(measured, estimated, frames).save(out)
    (out / "README.md").write_text(card_text(run, measured, estimated, out))


def _calibration(
    measured: list[ScoredAnswer], estimated: list[ScoredAnswer], frames: int
) -> Calibration:
    described = f"{frames} simulated frames of the training's looks, later seeds"
    return Calibration(
        curves_of(measured, f"{described}, half with the detector's masks"),
        curves_of(estimated, f"{described}, no geometry") if len(estimated) >= FEWEST else None,
    )
