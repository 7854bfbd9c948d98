# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The training loop of the mini's stages: schedule, logging, checkpoints, resume.

A loop of its own beside transformers' Trainer (``training.curriculum.trainer``), because a step of
the mini does not have Trainer's form: it runs several backward passes (the shared image prefix,
then chunks of questions), draws its samples from the step number instead of a data set, so that a
resumed run needs no state of a loader, and trains single modules in minutes on one core, where
building a Trainer and its evaluation would cost more than it gives. Nothing is written twice:
schedule and checkpoints of the curriculum are Trainer's own, and which parameters decay is decided
in ``training.weight_decay`` for both.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import torch
from torch import nn
from tqdm import tqdm

from ..weight_decay import split_by_decay
from .processes import ALONE, Processes


@dataclass(frozen=True)
class Schedule:
    """Linear warm-up, then cosine to a share of the peak rate.

    Args:
        steps: optimizer steps in all.
        learning_rate: peak rate of AdamW.
        weight_decay: on matrices only.
        warmup_share: share of the steps spent warming up.
        final_share: last rate as a share of the peak.
        clip: gradient norm bound.
    """

    steps: int
    learning_rate: float
    weight_decay: float = 0.01
    warmup_share: float = 0.03
    final_share: float = 0.05
    clip: float = 1.0

    def factor(self, step: int) -> float:
        """Learning-rate factor of a step, in (0, 1]; a closed form, so resuming needs no state."""
        warmup = max(1, round(self.steps * self.warmup_share))
        if step < warmup:
            return (step + 1) / warmup
        progress = min(1.0, (step - warmup) / max(1, self.steps - warmup))
        cosine = 0.5 * (1 + math.cos(math.pi * progress))
        return self.final_share + (1 - self.final_share) * cosine


def parameter_groups(modules: Iterable[nn.Module], weight_decay: float) -> list[dict[str, Any]]:
    """AdamW groups of all trainable parameters; vectors and embeddings do not decay."""
    named = chain.from_iterable(module.named_parameters() for module in modules)
    decayed, plain = split_by_decay(named, embeddings_decay=False)
    return [
        {"params": decayed, "weight_decay": weight_decay},
        {"params": plain, "weight_decay": 0.0},
    ]


@dataclass(frozen=True, eq=False)
class _Checkpoint:
    """The state of a stage in a file.

    Args:
        path: of the file.
        modules: whose weights are saved, by name.
        optimizer: of the modules.
    """

    path: Path
    modules: dict[str, nn.Module]
    optimizer: torch.optim.Optimizer

    def restore(self) -> int:
        """Loads the state where the file exists; returns the steps that were done."""
        if not self.path.exists():
            return 0
        state = torch.load(self.path, weights_only=True)
        for name, module in self.modules.items():
            module.load_state_dict(state["modules"][name])
        self.optimizer.load_state_dict(state["optimizer"])
        return int(state["step"])

    def save(self, step: int) -> None:
        """Writes the state; the file is replaced when the new one is complete."""
        state = {
            "step": step,
            "modules": {name: module.state_dict() for name, module in self.modules.items()},
            "optimizer": self.optimizer.state_dict(),
        }
        partial = self.path.with_suffix(".partial")
        torch.save(state, partial)
        partial.rename(self.path)


def fit(
    name: str,
    modules: dict[str, nn.Module],
    backward: Callable[[int], dict[str, float]],
    schedule: Schedule,
    run_dir: Path,
    *,
    checkpoint_every: int = 200,
    log_every: int = 20,
    deadline: float | None = None,
    processes: Processes = ALONE,
) -> None:
    """Trains until the schedule or the deadline ends; an interrupted run is resumed.

    Args:
        name: of the stage; names its files in ``run_dir``.
        modules: all are saved; parameters that require gradients are trained.
        backward: called with the step; computes the loss, calls ``backward()`` and returns the
            numbers to log. It must derive its randomness from the step, so that a resumed run sees
            the same data as an uninterrupted one.
        schedule: steps and learning rate.
        run_dir: gets ``<name>.jsonl`` (log) and ``<name>.ckpt`` (state).
        checkpoint_every: steps between saved states.
        log_every: steps averaged into one logged line.
        deadline: ``time.time()`` after which the run saves its state and returns.
        processes: share each step: ``backward`` sees its part; their gradients are averaged.
    """
    run_dir.mkdir(parents=True, exist_ok=True)
    groups = parameter_groups(modules.values(), schedule.weight_decay)
    optimizer = torch.optim.AdamW(groups, lr=schedule.learning_rate, betas=(0.9, 0.98))
    trained = [p for group in optimizer.param_groups for p in group["params"]]
    checkpoint = _Checkpoint(run_dir / f"{name}.ckpt", modules, optimizer)
    start = checkpoint.restore()
    sums: dict[str, float] = {}
    began = time.time()
    path = run_dir / f"{name}.jsonl" if processes.leads else Path(os.devnull)
    with path.open("a") as log:
        steps = range(start, schedule.steps)
        progress = tqdm(
            steps, initial=start, total=schedule.steps, desc=name, disable=not processes.leads
        )
        for step in progress:
            for group in optimizer.param_groups:
                group["lr"] = schedule.learning_rate * schedule.factor(step)
            optimizer.zero_grad(set_to_none=True)
            numbers = backward(step)
            over = deadline is not None and time.time() > deadline
            over = processes.average_gradients(trained, over)
            numbers["gradient_norm"] = float(nn.utils.clip_grad_norm_(trained, schedule.clip))
            optimizer.step()
            for key, value in numbers.items():
                sums[key] = sums.get(key, 0.0) + value
            if (step + 1) % log_every == 0:
                line = {"step": step + 1, "seconds": round(time.time() - began, 1)}
                line |= {key: round(value / log_every, 5) for key, value in sums.items()}
                log.write(json.dumps(line) + "\n")
                log.flush()
                sums = {}
            if processes.leads and ((step + 1) % checkpoint_every == 0 or over):
                checkpoint.save(step + 1)
            if over:
                return
    if processes.leads:
        checkpoint.save(schedule.steps)
