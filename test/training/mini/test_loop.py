# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The loop: its schedule by hand, and a killed run that ends where an uninterrupted one does."""

from __future__ import annotations

import time

import pytest
import torch
from torch import nn

from smolrgpt_ros.training.mini.loop import Schedule, fit, parameter_groups


def test_schedule_warms_up_then_falls_to_its_final_share():
    schedule = Schedule(steps=100, learning_rate=1.0, warmup_share=0.1, final_share=0.2)
    assert schedule.factor(0) == pytest.approx(0.1)
    assert schedule.factor(9) == pytest.approx(1.0)
    assert schedule.factor(55) == pytest.approx(0.2 + 0.8 * 0.5)
    assert schedule.factor(100) == pytest.approx(0.2)


def test_vectors_and_embeddings_do_not_decay():
    class Tiny(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = nn.Embedding(3, 2)
            self.linear = nn.Linear(2, 4)
            self.frozen = nn.Linear(2, 2).requires_grad_(False)

    decayed, plain = parameter_groups([Tiny()], 0.3)
    assert [tuple(p.shape) for p in decayed["params"]] == [(4, 2)]
    assert sorted(tuple(p.shape) for p in plain["params"]) == [(3, 2), (4,)]
    assert (decayed["weight_decay"], plain["weight_decay"]) == (0.3, 0.0)


def _train(folder, steps_until_kill=None):
    torch.manual_seed(3)
    model = nn.Linear(3, 1)

    def backward(step):
        if step == steps_until_kill:
            raise KeyboardInterrupt
        generator = torch.Generator().manual_seed(step)
        x = torch.randn(5, 3, generator=generator)
        loss = ((model(x) - x.sum(1, keepdim=True)) ** 2).mean()
        loss.backward()
        return {"loss": float(loss.detach())}

    schedule = Schedule(steps=12, learning_rate=0.05)
    fit("toy", {"model": model}, backward, schedule, folder, checkpoint_every=4, log_every=3)
    return model


def test_a_killed_run_ends_like_an_uninterrupted_one(tmp_path):
    whole = _train(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        _train(tmp_path / "killed", steps_until_kill=6)
    resumed = _train(tmp_path / "killed")
    assert torch.equal(whole.weight, resumed.weight)
    assert torch.equal(whole.bias, resumed.bias)


def test_a_deadline_saves_the_state_and_stops(tmp_path):
    seen = []
    model = nn.Linear(1, 1)

    def backward(step):
        seen.append(step)
        model(torch.ones(1, 1)).sum().backward()
        return {}

    schedule = Schedule(steps=5, learning_rate=0.01)
    fit("toy", {"m": model}, backward, schedule, tmp_path, deadline=time.time() - 1)
    fit("toy", {"m": model}, backward, schedule, tmp_path)
    assert seen == [0, 1, 2, 3, 4]
