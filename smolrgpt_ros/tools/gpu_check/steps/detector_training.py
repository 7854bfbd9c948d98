# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The detector trained with the time that is left: weights and curve go to the report's folder."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import time
import types
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..device import chosen_device, need
from ..options import ROOT, CheckOptions
from ..record import MissingError, Record

if TYPE_CHECKING:
    from smolrgpt_ros.training.detector.plan import DetectorPlan

RECIPE = ROOT / "config" / "training" / "gpu.yaml"
WEIGHTS, CURVE = "detector.pt", "detector_curve.csv"
_RENDERING_SHARE = 0.35
"""Of the step's time."""
_AFTERWARDS_S = 40.0
"""Kept for the start, the last validations and writing."""
_FEWEST_PICTURES = 8


def run(options: CheckOptions, record: Record) -> None:
    """Render or take frames, then train until the clock ends it."""
    end = time.monotonic() + options.seconds
    if not RECIPE.is_file():
        raise FileNotFoundError(f"{RECIPE} is missing")
    if options.frames is not None and not (options.frames / "images" / "train").is_dir():
        raise FileNotFoundError(
            f"{options.frames} holds no images/train: --frames takes a folder in the YOLO layout"
        )
    need("ultralytics", "torchvision", "yaml")
    device = chosen_device(options)
    from smolrgpt_ros.training.detector.plan import read_detector_plan
    from smolrgpt_ros.training.detector.train import TrainingOptions, train_detector

    plan, seed = read_detector_plan(RECIPE)
    if options.small:
        data = replace(plan.data, frames=_FEWEST_PICTURES, width=192, height=108)
        plan = replace(plan, data=data, image_size=96, batch=4, epochs=1)
    frames = _frames(options, plan, record)
    _without_polars()
    left = end - time.monotonic() - (0 if options.small else _AFTERWARDS_S)
    if left < 10:
        raise MissingError(f"needs more time: {left:.0f} s are left after the frames were made")
    how = TrainingOptions(
        seed=seed,
        # ultralytics stops at the first batch after this time, validates and keeps the weights.
        hours=None if options.small else left / 3600,
        device=str(device),
        workers=0 if device.type == "cpu" else min(8, len(os.sched_getaffinity(0))),
    )
    start = time.monotonic()
    folder = options.work / "detector_training" / "run"
    metrics = train_detector(plan, frames, folder, options.out / WEIGHTS, how)
    seconds = time.monotonic() - start
    curve = folder / "detector" / "results.csv"
    shutil.copy(curve, options.out / CURVE)
    epochs = len(curve.read_text().splitlines()) - 1
    record.keep("metrics", metrics)
    quality = metrics.get("metrics/mAP50-95(M)", float("nan"))
    record.check(
        "training",
        epochs > 0 and (options.out / WEIGHTS).is_file(),
        f"{epochs} epochs in {seconds:.0f} s on {device}, masks mAP50-95 {quality:.3f}",
    )
    record.conclude(f"{epochs} epochs, masks mAP50-95 {quality:.3f}; {WEIGHTS}, {CURVE}")


def _frames(options: CheckOptions, plan: DetectorPlan, record: Record) -> Path:
    """The description of the frames: rendered where that works, else those of ``--frames``."""
    from smolrgpt_ros.training.detector.plan import DETECTED
    from smolrgpt_ros.training.detector.yolo_layout import build_yolo_frames, write_description

    if options.frames is not None:
        # Described in a folder of ours: the given one is not written to.
        linked = options.work / "detector_training" / "frames"
        linked.mkdir(parents=True)
        for name in ("images", "labels"):
            shutil.copytree(options.frames / name, linked / name)
        record.note("frames", f"from {options.frames}: {_count(linked)} pictures")
        return write_description(linked, DETECTED)
    reason = _why_not_rendered()
    if reason:
        raise MissingError(f"needs frames: {reason}; name a folder of them with --frames")
    folder = options.work / "detector_training" / "frames"
    workers = 1 if options.small else len(os.sched_getaffinity(0))
    start = time.monotonic()
    description = build_yolo_frames(
        plan, folder, workers, None if options.small else _RENDERING_SHARE * options.seconds
    )
    count = _count(folder)
    if count < _FEWEST_PICTURES:
        raise RuntimeError(f"only {count} frames were rendered in the time there was")
    record.note(
        "frames", f"{count} rendered by {workers} processes, {_rate(count, start)} a second"
    )
    return description


def _why_not_rendered() -> str:
    """Why MuJoCo cannot draw here, in a few words; empty where it can."""
    missing = [name for name in ("mujoco", "OpenGL") if importlib.util.find_spec(name) is None]
    if missing:
        return f"{', '.join(missing)} missing"
    from smolrgpt_ros.simulation.warehouse import simulate_frame

    try:
        simulate_frame(0, "ceiling", 64, 36)
    except Exception as error:  # whatever a driver's library raises
        return f"MuJoCo cannot render: {type(error).__name__}: {error}"
    return ""


def _without_polars() -> None:
    """Let ultralytics save checkpoints where polars, 54 MB, is not installed.

    It reads its own curve with it, and goes on where that fails, but not where the import does.
    """
    if importlib.util.find_spec("polars") is None:
        sys.modules["polars"] = types.ModuleType("polars")


def _count(folder: Path) -> int:
    return sum(1 for _ in (folder / "labels").rglob("*.txt"))


def _rate(count: int, start: float) -> str:
    return f"{count / max(time.monotonic() - start, 1e-3):.1f}"
