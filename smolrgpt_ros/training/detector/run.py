# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""One run from nothing to weights with their card: frames, training, scores."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from .card import TrainingRecord, card_text
from .familiar_pictures import write_statistics
from .plan import read_detector_plan
from .real_pictures import read_real_pictures, split_by_place
from .score import score_detector, score_table
from .train import TrainingOptions, train_detector
from .yolo_layout import build_yolo_frames

_SCORING_S, _ENDING_S = 12.0, 300.0
"""Kept for a frame of each kind, rendered, detected and compared; for validation, real pictures,
statistics of features."""


@dataclass(frozen=True)
class DetectorRun:
    """What a run is asked for.

    Args:
        recipe: the YAML file.
        folder: of the run; frames, checkpoints and curve stay there, and an interrupted run
            continues with them.
        weights: the file to write; the card ``README.md`` goes beside it.
        real, benchmark: folders of real pictures and of the benchmark's frames; ``None``: without.
        start: weights to continue from; ``None``: from scratch.
        device, threads, workers: of the training; CPU threads of it; processes that render.
        minutes: for everything, by the clock, with as many epochs as these allow; ``None``: as
            long as the recipe takes.
        session_minutes: after which this session ends, and another one continues, with the epochs
            of the recipe; ``None``: in one session.
        score_frames: frames of each kind that the weights are scored on.
    """

    recipe: Path
    folder: Path
    weights: Path
    real: Path | None
    benchmark: Path | None
    start: Path | None
    device: str
    threads: int
    workers: int
    minutes: float | None
    score_frames: int
    session_minutes: float | None = None


def run_detector(run: DetectorRun) -> str:
    """Runs it; returns the table of scores.

    Raises:
        ValueError: on a faulty recipe, with both kinds of minutes, or where ``minutes`` are over
            before the training begins.
        UnfinishedTrainingError: where a session is over before the training.
        FileNotFoundError: if a folder is missing.
    """
    from smolrgpt_ros.detection.ultralytics_detector import UltralyticsDetector

    if run.minutes is not None and run.session_minutes is not None:
        raise ValueError(
            f"--minutes {run.minutes:g} fits the epochs to the time and --session "
            f"{run.session_minutes:g} keeps those of the recipe: set one of them"
        )
    begin = time.monotonic()
    plan, seed = read_detector_plan(run.recipe)
    pictures = [] if run.real is None else split_by_place(read_real_pictures(run.real))[0]
    description = build_yolo_frames(plan, run.folder / "yolo", run.workers, pictures=pictures)
    rendered = time.monotonic()
    options = TrainingOptions(
        seed=seed,
        start=run.start,
        hours=_hours_left(run, rendered - begin),
        session_end=None if run.session_minutes is None else begin + 60 * run.session_minutes,
        device=run.device,
        workers=0 if run.device == "cpu" else run.workers,
        threads=run.threads,
    )
    metrics = train_detector(plan, description, run.folder, run.weights, options)
    trained = time.monotonic()
    statistics = write_statistics(run.weights, plan, run.folder / "yolo", pictures, run.device)
    detector = UltralyticsDetector.load(run.weights, device=run.device)
    table = score_table(score_detector(detector, run.score_frames, run.real, run.benchmark))
    record = TrainingRecord(
        plan,
        seed,
        run.weights,
        len(pictures),
        rendered - begin,
        trained - rendered,
        run.device,
        "" if run.start is None else f"continued from {run.start.name}",
        metrics,
        statistics,
    )
    (run.weights.parent / "README.md").write_text(card_text(record, table))
    return table


def _hours_left(run: DetectorRun, frames_s: float) -> float | None:
    """Hours that frames and scores leave for the training; ``None`` without a bound."""
    if run.minutes is None:
        return None
    scores_s = _SCORING_S * run.score_frames + _ENDING_S
    hours = (60 * run.minutes - frames_s - scores_s) / 3600
    if hours <= 0:
        raise ValueError(
            f"--minutes {run.minutes:g}: frames took {frames_s / 60:.1f} of them, "
            f"scores take {scores_s / 60:.1f}; set more, or fewer --score-frames"
        )
    return hours
