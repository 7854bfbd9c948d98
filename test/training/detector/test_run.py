# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A run goes from frames to weights, table and card, and ends where the minutes are over."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from smolrgpt_ros.checkpoints.checksums import sha256_of
from smolrgpt_ros.detection.feature_statistics import (
    FeatureSpread,
    FeatureStatistics,
    statistics_of,
)
from smolrgpt_ros.training.detector import run as runs
from smolrgpt_ros.training.detector.card import TrainingRecord, card_text
from smolrgpt_ros.training.detector.plan import DetectorPlan
from smolrgpt_ros.training.detector.run import DetectorRun, run_detector

SPREAD = FeatureSpread(np.zeros(2, np.float32), np.eye(2, dtype=np.float32), 1.0)
STATISTICS = FeatureStatistics(SPREAD, None, 3, 2, "")


def asked(folder: Path, plan: DetectorPlan, **changes: object) -> DetectorRun:
    recipe = folder / "recipe.yaml"
    recipe.write_text(yaml.safe_dump({"seed": 5, "detector": asdict(plan)}))
    weights = folder / "out" / "weights.pt"
    run = DetectorRun(recipe, folder, weights, None, None, None, "cpu", 1, 1, None, 1)
    return replace(run, **changes)  # type: ignore[arg-type]


@pytest.mark.slow
def test_from_nothing_to_weights_table_and_card(tmp_path, small_plan, pallet_folder, monkeypatch):
    monkeypatch.setattr("sys.argv", ["smolrgpt", "train", "--run-dir", "/home/someone/run"])
    run = asked(tmp_path, small_plan, real=pallet_folder)
    table = run_detector(run)
    assert "| heldout, robot |" in table and "of 1 found" in table
    card = (tmp_path / "out" / "README.md").read_text()
    assert table in card and "CC BY 4.0" in card and "AGPL-3.0" in card and "someone" not in card
    statistics, missing = statistics_of(run.weights, sha256_of(run.weights))
    assert statistics is not None, missing
    assert "pictures unlike these" in card.lower()
    curve = (tmp_path / "detector" / "results.csv").read_text()
    # A finished run is not trained again.
    assert run_detector(run) and (tmp_path / "detector" / "results.csv").read_text() == curve


def test_no_training_where_the_minutes_are_over(tmp_path, small_plan, monkeypatch):
    monkeypatch.setattr(runs, "build_yolo_frames", lambda *_, **__: tmp_path / "x.yaml")
    run = asked(tmp_path, small_plan, minutes=0.1)
    with pytest.raises(ValueError, match="fewer --score-frames"):
        run_detector(run)


def test_minutes_of_a_session_and_of_the_run_exclude_each_other(tmp_path, small_plan):
    run = asked(tmp_path, small_plan, minutes=60.0, session_minutes=30.0)
    with pytest.raises(ValueError, match=r"--minutes 60 .* --session 30 .* set one of them"):
        run_detector(run)


def test_the_card_of_a_run_without_real_pictures_says_so(tmp_path, small_plan):
    weights = tmp_path / "weights.pt"
    weights.write_bytes(b"0" * 2_500_000)
    record = TrainingRecord(
        small_plan, 5, weights, 0, 120.0, 1800.0, "cpu", "", {"mAP50": 0.5}, STATISTICS
    )
    card = card_text(record, "| table |")
    assert "`weights.feature_statistics.safetensors`: features of 3 training pictures" in card
    assert "2.5 MB" in card and "No real pictures." in card and "mAP50 0.500" in card
    assert "2 min for the frames and 30 min of training" in card and "seeds 11 to 13" in card
    real = card_text(replace(record, real_pictures=4), "")
    assert (
        "2 frames composed of 4 real pictures (courtyard and office; the kitchen is held out"
        in real
    )
