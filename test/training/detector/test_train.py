# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A training that was interrupted, or whose session was over, goes on where it was, with the epochs
it had."""

from __future__ import annotations

import csv
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from smolrgpt_ros.training.detector import augmentation
from smolrgpt_ros.training.detector import train as training
from smolrgpt_ros.training.detector.real_pictures import read_real_pictures
from smolrgpt_ros.training.detector.train import (
    TrainingOptions,
    UnfinishedTrainingError,
    train_detector,
)
from smolrgpt_ros.training.detector.yolo_layout import build_yolo_frames


class PowerCutError(Exception):
    """Ends a training from outside."""


@pytest.mark.slow
def test_an_interrupted_training_is_resumed(tmp_path, small_plan, monkeypatch):
    pytest.importorskip("ultralytics")
    description = build_yolo_frames(small_plan, tmp_path / "yolo")
    plan, weights = replace(small_plan, epochs=3), tmp_path / "weights.pt"
    original = training._use_cpu_well

    def cut(trainer: Any) -> None:
        if trainer.epoch == 1:
            raise PowerCutError

    def cut_in_the_second_epoch(threads: int, trainer: Any) -> None:
        original(threads, trainer)
        trainer.add_callback("on_train_epoch_start", cut)

    monkeypatch.setattr(training, "_use_cpu_well", cut_in_the_second_epoch)
    with pytest.raises(PowerCutError):
        train_detector(plan, description, tmp_path, weights, TrainingOptions())
    curve = tmp_path / "detector" / "results.csv"
    assert len(curve.read_text().splitlines()) == 2 and not weights.exists()
    monkeypatch.setattr(training, "_use_cpu_well", original)
    train_detector(plan, description, tmp_path, weights, TrainingOptions(hours=1.0))
    epochs = [int(line.split(",")[0]) for line in curve.read_text().splitlines()[1:]]
    assert epochs == [1, 2, 3] and weights.is_file()


@pytest.mark.slow
def test_sessions_train_the_epochs_of_the_recipe(tmp_path, small_plan):
    pytest.importorskip("ultralytics")
    description = build_yolo_frames(small_plan, tmp_path / "yolo")
    plan, weights = replace(small_plan, epochs=3), tmp_path / "weights.pt"
    for done in (1, 2):
        over = time.monotonic()
        with pytest.raises(UnfinishedTrainingError, match=f"{done} of 3 epochs"):
            train_detector(plan, description, tmp_path, weights, TrainingOptions(session_end=over))
        assert not weights.exists()
    later = time.monotonic() + 3600
    train_detector(plan, description, tmp_path, weights, TrainingOptions(session_end=later))
    with (tmp_path / "detector" / "results.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["epoch"]) for row in rows] == [1, 2, 3] and weights.is_file()
    # From 1e-3 to a fiftieth of it over the three epochs, as in one session.
    rates = [float(row["lr/pg0"]) for row in rows[1:]]
    assert rates == pytest.approx([1e-3 * (1 - 0.98 / 3), 1e-3 * (1 - 2 * 0.98 / 3)], rel=1e-3)


@pytest.mark.slow
def test_every_picture_of_a_training_is_changed_with_its_heights(
    tmp_path, small_plan, pallet_folder, monkeypatch
):
    pytest.importorskip("ultralytics")
    pictures = read_real_pictures(pallet_folder)
    description = build_yolo_frames(small_plan, tmp_path / "yolo", pictures=pictures)
    seen, change = [], augmentation.change_picture

    def kept(labels: dict[str, Any]) -> dict[str, Any]:
        seen.append((Path(labels["im_file"]).name, labels["img"].shape[2]))
        return change(labels)

    monkeypatch.setattr(augmentation, "change_picture", kept)
    plan = replace(small_plan, epochs=2)
    train_detector(plan, description, tmp_path, tmp_path / "weights.pt", TrainingOptions())
    # One simulated frame and two of real pictures, in each epoch; the others are for validation.
    assert sorted(seen) == [(f"00000{i}.png", 4) for i in (2, 2, 3, 3, 4, 4)]


def test_the_rate_falls_at_every_step():
    group = {"lr": 0.0, "initial_lr": 1e-3}
    trainer = SimpleNamespace(
        epoch=0,
        train_loader=range(4),
        optimizer=SimpleNamespace(param_groups=[group]),
        lf=lambda epochs: 1 - epochs / 2,
    )
    rate, rates = training._FallingRate(), []
    for trainer.epoch in (0, 1):
        rate.begin_epoch(trainer)
        for _ in trainer.train_loader:
            rate.begin_step(trainer)
            rates.append(group["lr"] / 1e-3)
    assert rates == pytest.approx([1.0, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125])


def test_a_session_ends_before_an_epoch_that_would_end_too_late():
    trainer = SimpleNamespace(stop=False, epoch=0, epochs=3, epoch_time=60.0)
    training._end_session(time.monotonic() + 90, trainer)
    with pytest.raises(UnfinishedTrainingError, match="1 of 3 epochs"):
        training._end_session(time.monotonic() + 30, trainer)
    trainer.stop = True
    training._end_session(time.monotonic() + 30, trainer)


def test_a_training_ends_at_its_time():
    early, late = SimpleNamespace(stop=False), SimpleNamespace(stop=False)
    for seconds, trainer in ((60, early), (-1, late)):
        training._stop_after(time.monotonic() + seconds, trainer)
    assert not early.stop and late.stop
