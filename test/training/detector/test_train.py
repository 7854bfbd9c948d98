# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A training that was interrupted goes on where it was, with the epochs it had, by the clock."""

from __future__ import annotations

import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from smolrgpt_ros.training.detector import train as training
from smolrgpt_ros.training.detector.train import train_detector
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
        train_detector(description, tmp_path, weights, plan=plan)
    curve = tmp_path / "detector" / "results.csv"
    assert len(curve.read_text().splitlines()) == 2 and not weights.exists()
    monkeypatch.setattr(training, "_use_cpu_well", original)
    train_detector(description, tmp_path, weights, plan=plan, hours=1.0)
    epochs = [int(line.split(",")[0]) for line in curve.read_text().splitlines()[1:]]
    assert epochs == [1, 2, 3] and weights.is_file()


def test_a_training_ends_at_its_time():
    early, late = SimpleNamespace(stop=False), SimpleNamespace(stop=False)
    for seconds, trainer in ((60, early), (-1, late)):
        training._stop_after(time.monotonic() + seconds, trainer)
    assert not early.stop and late.stop
