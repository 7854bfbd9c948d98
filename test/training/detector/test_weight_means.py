# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Weights half-way between two, and which of several means is shipped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from smolrgpt_ros.training.detector import train as training
from smolrgpt_ros.training.detector.train import TrainingOptions, train_detector
from smolrgpt_ros.training.detector.weight_means import PRECISE_MASKS, write_mean


class Network(nn.Module):
    """As much of an ultralytics network as a checkpoint needs."""

    def __init__(self, weights: list[float], steps: int = 0) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.tensor([weights]).half(), requires_grad=False)
        self.register_buffer("steps", torch.tensor(steps))
        self.args: dict[str, object] = {}
        self.yaml: dict[str, object] = {}


def checkpoint(path: Path, network: Network) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"model": network, "epoch": -1, "train_args": {"lr0": 0.5}, "git": {}}, path)
    return path


def read(path: Path) -> dict[str, object]:
    return torch.load(path, weights_only=False)


def test_a_quarter_of_the_start(tmp_path):
    trained = checkpoint(tmp_path / "trained.pt", Network([1.0, -2.0], steps=7))
    start = checkpoint(tmp_path / "start.pt", Network([3.0, 2.0], steps=4))
    write_mean(trained, start, 0.25, tmp_path / "mean.pt")
    mean = read(tmp_path / "mean.pt")
    assert mean["model"].weights.tolist() == [[1.5, -1.0]]
    assert mean["model"].weights.dtype == torch.float16
    # What is no weight is that of the trained one.
    assert mean["model"].steps == 7 and mean["train_args"] == {"lr0": 0.5}


def test_other_networks_have_no_mean(tmp_path):
    trained = checkpoint(tmp_path / "trained.pt", Network([1.0]))
    start = checkpoint(tmp_path / "start.pt", Network([3.0, 2.0]))
    with pytest.raises(ValueError, match="different networks"):
        write_mean(trained, start, 0.5, tmp_path / "mean.pt")


@pytest.mark.parametrize(
    ("start", "best", "shipped"), [(True, 0.5, 2.0), (True, 0.0, 1.0), (False, 0.5, 1.0)]
)
def test_the_mean_that_validates_best_is_shipped(
    tmp_path, small_plan, monkeypatch, start, best, shipped
):
    pytest.importorskip("ultralytics")
    checkpoint(tmp_path / "detector" / "weights" / "best.pt", Network([1.0]))
    begun = checkpoint(tmp_path / "start.pt", Network([3.0]))
    asked = []

    def validated(weights: Path, *_: object) -> dict[str, float]:
        share = (float(read(weights)["model"].weights) - 1) / 2
        asked.append(share)
        return {PRECISE_MASKS: 1 - abs(share - best)}

    monkeypatch.setattr(training, "_validated", validated)
    plan = replace(small_plan, start_shares=(0.0, 0.25, 0.5))
    options = TrainingOptions(start=begun if start else None)
    out = tmp_path / "shipped.pt"
    metrics = train_detector(plan, tmp_path / "frames.yaml", tmp_path, out, options)
    assert asked == ([0.0, 0.25, 0.5] if start else [0.0])
    assert read(out)["model"].weights.tolist() == [[shipped]]
    assert metrics["start share"] == (best if start else 0.0)
