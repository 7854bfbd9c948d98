# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Training of a reader's adapter: low-rank changes of a small language model."""

from __future__ import annotations

import json
import math
import os
import socket
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, distributed, nn

from smolrgpt_ros.language.readers.encoding import ReaderEncoding
from smolrgpt_ros.model.reader.adapter import adapter_state, add_adapter
from smolrgpt_ros.model.reader.base_model import BaseModel
from smolrgpt_ros.runtime.process import end_with_parent

from .batches import MAX_TOKENS, Batch, batch_of, encoded
from .examples import examples
from .recipe import ReaderRecipe

STATE = "state.pt"
ADAPTER = "adapter.safetensors"
SAVE_SECONDS = 180.0
LOG_STEPS = 10
ROWS = 8
STEPS_IN_SEED = 1_000_000
LoadBase = Callable[[], BaseModel]


def train_reader(recipe: ReaderRecipe, folder: Path, load: LoadBase, processes: int = 1) -> None:
    """Trains, or continues a run, until the recipe's minutes are over.

    Args:
        recipe: sizes and schedule.
        folder: of the run: ``state.pt`` to continue from, ``adapter.safetensors``, ``log.jsonl``.
        load: reads the base model; each process calls it.
        processes: that share each step's examples, a thread each.

    Raises:
        ValueError: for more processes than a step has examples.
    """
    if not 1 <= processes <= recipe.batch:
        raise ValueError(
            f"the reader trains with 1 to {recipe.batch} threads, one example each at least; "
            f"found --threads {processes}"
        )
    folder.mkdir(parents=True, exist_ok=True)
    if processes == 1:
        torch.set_num_threads(1)
        _train(0, 1, recipe, folder, load)
        return
    os.environ.setdefault("MASTER_ADDR", "127.0.0.1")
    os.environ.setdefault("MASTER_PORT", _free_port())
    torch.multiprocessing.spawn(
        _process, (processes, os.getpid(), recipe, folder, load), nprocs=processes
    )


def _free_port() -> str:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return str(found.getsockname()[1])


def _process(
    rank: int, processes: int, parent: int, recipe: ReaderRecipe, folder: Path, load: LoadBase
) -> None:
    end_with_parent(parent)
    torch.set_num_threads(1)
    distributed.init_process_group("gloo", rank=rank, world_size=processes)
    try:
        _train(rank, processes, recipe, folder, load)
    finally:
        distributed.destroy_process_group()


def _train(rank: int, processes: int, recipe: ReaderRecipe, folder: Path, load: LoadBase) -> None:
    torch.manual_seed(recipe.seed)
    loaded = load()
    model, encoding = loaded.model, ReaderEncoding(loaded.tokenizer)
    trained = add_adapter(model, recipe.rank, recipe.first_layer)
    optimizer = torch.optim.AdamW(trained, recipe.learning_rate, (0.9, 0.98), weight_decay=0.0)
    step, minutes = _resume(folder / STATE, trained, optimizer)
    started = saved = time.monotonic()
    share = recipe.batch // processes
    running = float("nan")
    while True:
        now = torch.tensor(minutes + (time.monotonic() - started) / 60)
        if processes > 1:
            distributed.broadcast(now, 0)
        if float(now) >= recipe.minutes:
            break
        rate = _rate(recipe, step, float(now))
        for group in optimizer.param_groups:
            group["lr"] = rate
        seed = (recipe.seed * STEPS_IN_SEED + step) * processes + rank
        loss = _step(model, encoding, seed, share)
        _average(trained, processes)
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        running = loss if math.isnan(running) else 0.95 * running + 0.05 * loss
        if rank == 0 and step % LOG_STEPS == 0:
            _log(folder, step, float(now), running, rate)
        if rank == 0 and time.monotonic() - saved > SAVE_SECONDS:
            saved = time.monotonic()
            _save(folder, model, trained, optimizer, step, float(now))
    if rank == 0:
        _save(folder, model, trained, optimizer, step, recipe.minutes)


def _rate(recipe: ReaderRecipe, step: int, minutes: float) -> float:
    """The learning rate of a step."""
    rise = min(1.0, (step + 1) / recipe.warmup_steps)
    fall = 0.5 + 0.5 * math.cos(math.pi * min(1.0, minutes / recipe.minutes))
    return recipe.learning_rate * rise * max(fall, 0.01)


def _step(model: nn.Module, encoding: ReaderEncoding, seed: int, count: int) -> float:
    """Gradients of one process's share of a step; the mean loss per token."""
    drawn = (encoded(example, encoding) for example in examples(seed))
    some = list(islice((e for e in drawn if len(e[0]) + len(e[1]) <= MAX_TOKENS), count))
    loss = _loss(model, batch_of(some, next(model.parameters()).dtype, ROWS))
    loss.backward()
    return float(loss.detach())


def _loss(model: nn.Module, batch: Batch) -> Tensor:
    """Mean cross entropy of the outputs' tokens, among the tokens that the batch has.

    Decoding is constrained, so that most of the vocabulary can never be written.
    """
    hidden = model(
        input_ids=batch.tokens,
        position_ids=batch.positions,
        attention_mask=batch.mask,
        use_cache=False,
    ).last_hidden_state
    wanted = hidden[batch.learned]
    candidates, targets = torch.unique(
        torch.cat([batch.targets, batch.tokens.flatten()]), return_inverse=True
    )
    embedding = model.get_submodule("embed_tokens")
    assert isinstance(embedding, nn.Embedding)
    logits = wanted @ embedding.weight[candidates].T
    return nn.functional.cross_entropy(logits.float(), targets[: len(batch.targets)])


def _average(trained: Sequence[nn.Parameter], processes: int) -> None:
    """The gradients' mean over the processes."""
    if processes == 1:
        return
    flat = torch.cat([p.grad.flatten() for p in trained if p.grad is not None])
    distributed.all_reduce(flat)
    at = 0
    for parameter in trained:
        count = parameter.numel()
        parameter.grad = (flat[at : at + count] / processes).view_as(parameter)
        at += count


def _resume(
    file: Path, trained: Sequence[nn.Parameter], optimizer: torch.optim.Optimizer
) -> tuple[int, float]:
    """Steps done and minutes spent; zero where the run is new."""
    if not file.exists():
        return 0, 0.0
    state = torch.load(file, weights_only=True)
    with torch.no_grad():
        for parameter, value in zip(trained, state["trained"], strict=True):
            parameter.copy_(value)
    optimizer.load_state_dict(state["optimizer"])
    return int(state["step"]), float(state["minutes"])


def _save(
    folder: Path,
    model: nn.Module,
    trained: Sequence[nn.Parameter],
    optimizer: torch.optim.Optimizer,
    step: int,
    minutes: float,
) -> None:
    state = {
        "trained": [parameter.detach() for parameter in trained],
        "optimizer": optimizer.state_dict(),
        "step": step,
        "minutes": minutes,
    }
    torch.save(state, folder / f"{STATE}.part")
    (folder / f"{STATE}.part").replace(folder / STATE)
    save_file(adapter_state(model), folder / f"{ADAPTER}.part")
    (folder / f"{ADAPTER}.part").replace(folder / ADAPTER)


def _log(folder: Path, step: int, minutes: float, loss: float, rate: float) -> None:
    line = {"step": step, "minutes": round(minutes, 2), "loss": round(loss, 4), "rate": rate}
    with (folder / "log.jsonl").open("a") as log:
        log.write(json.dumps(line) + "\n")
    print(line, flush=True)
