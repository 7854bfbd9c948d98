# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Processes that share steps: the gradients' mean by hand, one writer, one end for all."""

import json
import os
import subprocess
import sys
import time

import pytest
import torch

from smolrgpt_ros.training.mini.processes import ALONE, Processes

#: Two processes fit a weight at 0 to their own targets, 1 and 4: the shared loss has its minimum
#: at 2.5. The second parameter is used by the second process alone; its gradient there is 6.
PROGRAM = """
import json, sys, time
from pathlib import Path
import torch
from smolrgpt_ros.training.mini.loop import Schedule, fit
from smolrgpt_ros.training.mini.processes import Processes

processes = Processes.joined()
model = torch.nn.Linear(1, 2, bias=False)
torch.nn.init.zeros_(model.weight)
other = torch.nn.Linear(1, 1, bias=False)
torch.nn.init.zeros_(other.weight)
rank, folder = processes.rank, Path(sys.argv[1])
means = []

def backward(step):
    target = (1.0, 4.0)[rank]
    loss = (model.weight - target).square().sum()
    if rank == 1:
        loss = loss + 6.0 * other.weight.sum()
    loss.backward()
    return {"loss": float(loss.detach())}

step = torch.optim.AdamW.step
def noted(self, *given, **named):
    means.append([float(model.weight.grad[0, 0]), float(other.weight.grad[0, 0])])
    return step(self, *given, **named)
torch.optim.AdamW.step = noted

deadline = time.time() + 3.0 if rank == 1 and sys.argv[2] == "ends" else None
steps = 10**6 if sys.argv[2] == "ends" else 200
schedule = Schedule(steps=steps, learning_rate=0.1, weight_decay=0.0, clip=1e9)
modules = {"model": model, "other": other}
fit("shared", modules, backward, schedule, folder, deadline=deadline, processes=processes)
with processes.leader_first():
    if rank == 0:
        time.sleep(0.5)
        (folder / "made_by_the_leader").touch()
    there = (folder / "made_by_the_leader").exists()
processes.leave()
connected = torch.distributed.is_initialized()
found = {"first": means[0], "steps": len(means), "weight": float(model.weight[0, 0])}
(folder / f"{rank}.json").write_text(
    json.dumps(found | {"there": there, "connected": connected})
)
"""


def run(tmp_path, how):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    # --standalone: on a free port, whatever trains on this machine beside the tests.
    command = [sys.executable, "-P", "-m", "torch.distributed.run", "--standalone"]
    command += ["--nproc-per-node", "2"]
    subprocess.run(
        [*command, str(program), str(tmp_path), how],
        check=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        timeout=120,
    )
    return [json.loads((tmp_path / f"{rank}.json").read_text()) for rank in (0, 1)]


def test_gradients_are_averaged_and_the_leader_writes(tmp_path):
    one, other = run(tmp_path, "fits")
    # 2 (0 - 1) and 2 (0 - 4), by two; 0 and 6, by two.
    assert one["first"] == other["first"] == [-5.0, 3.0]
    assert one["weight"] == other["weight"] == pytest.approx(2.5, abs=0.1)
    assert one["there"] and other["there"], "the others came before the leader"
    assert not one["connected"] and not other["connected"]
    lines = [json.loads(line) for line in (tmp_path / "shared.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == list(range(20, 201, 20))
    state = torch.load(tmp_path / "shared.ckpt", weights_only=True)
    assert state["step"] == 200
    assert float(state["modules"]["model"]["weight"][0, 0]) == pytest.approx(one["weight"])


def test_where_one_has_no_time_left_all_end_at_the_same_step(tmp_path):
    started = time.monotonic()
    one, other = run(tmp_path, "ends")
    assert one["steps"] == other["steps"] > 0
    assert torch.load(tmp_path / "shared.ckpt", weights_only=True)["step"] == one["steps"]
    assert time.monotonic() - started < 90.0


def test_a_process_alone_changes_no_gradient(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    assert Processes.joined() == ALONE and ALONE.leads
    parameter = torch.nn.Parameter(torch.zeros(2))
    parameter.grad = torch.tensor([1.0, 2.0])
    assert ALONE.average_gradients([parameter], stop=True)
    assert not ALONE.average_gradients([parameter], stop=False)
    assert parameter.grad.tolist() == [1.0, 2.0]
    ALONE.wait()
