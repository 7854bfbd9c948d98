# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Training at full size: the largest micro-batch, fifty steps of ``sft``, one process per card."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from ..device import chosen_device, give_back, megabytes, need, synchronise
from ..options import ROOT, CheckOptions
from ..record import Record
from ..stored_questions import write_own_answers

if TYPE_CHECKING:
    import torch

    from smolrgpt_ros.training.curriculum.stage_recipe import StageRecipe

STEPS = 50
LARGEST_MICRO_BATCH = 128
_TRAINING_SHARE = 0.4
"""Of the step's time, for the steps of ``sft``."""
CHANCE = 10.8
"""Loss of a model that finds each of the 49152 words as likely."""
_KEPT_FREE = 0.1
"""Share of the memory that a micro-batch must leave: texts of other samples are longer."""


@dataclass(frozen=True)
class Trial:
    """A training step of one micro-batch: samples a second, and bytes at the peak."""

    micro_batch: int
    rate: float
    peak: int


def run(options: CheckOptions, record: Record) -> None:
    """Find the micro-batch, train, and start two processes."""
    if not (options.questions / "train.json").is_file():
        raise FileNotFoundError(f"{options.questions / 'train.json'} is missing")
    need("accelerate", "yaml")
    device = chosen_device(options)
    recipe = _recipe(options)
    trials = _trials(recipe, options, device, record)
    fitting = [
        trial
        for trial in trials
        if trial.peak < (1 - _KEPT_FREE) * _total(device)
        and recipe.max_steps * trial.micro_batch / trial.rate < _TRAINING_SHARE * options.seconds
    ]
    best = max(fitting or trials[:1], key=lambda trial: trial.rate)
    record.note(
        "largest micro-batch",
        f"{trials[-1].micro_batch}; the fastest is {best.micro_batch} with {best.rate:.1f} "
        f"samples/s and {megabytes(best.peak)} at the peak",
    )
    give_back(device)
    recipe = replace(recipe, micro_batch=best.micro_batch, global_batch=best.micro_batch)
    text = _train(recipe, options, device, record)
    _two_processes(options, device, record)
    record.conclude(text)


def _recipe(options: CheckOptions) -> StageRecipe:
    """``sft`` from random backbones of the published sizes; the mini on a CPU."""
    from smolrgpt_ros.training.curriculum.stage_recipe import ModelPlan, SourcePlan, StageRecipe
    from smolrgpt_ros.training.curriculum.trained_modules import Rates

    small = options.small
    mini = str(options.mini)
    data = options.questions / "train.json"
    if small:  # a trained model is surprised by sentences that are not its own
        data = options.work / "training" / "own_answers.json"
        data.parent.mkdir(parents=True, exist_ok=True)
        write_own_answers(options.questions, options.mini, data)
    trainer: dict[str, Any] = {
        "save_strategy": "no",
        "eval_strategy": "no",
        "report_to": [],
        "disable_tqdm": True,
        "logging_steps": 1 if small else 10,
    }
    if options.device == "cpu":
        trainer["use_cpu"] = True
    return StageRecipe(
        stage="sft",
        model=ModelPlan(folder=mini) if small else ModelPlan(fresh=mini),
        data=(SourcePlan(str(data), float(math.ceil(STEPS / 2)), str(options.questions)),),
        rates=Rates(2e-4, {}),
        max_steps=2 if small else STEPS,
        epochs=1000.0,
        validation=0.0,
        global_batch=1,
        micro_batch=1,
        bfloat16=not small,
        workers=0 if small else min(8, len(os.sched_getaffinity(0))),
        trainer=trainer,
    )


def _trials(
    recipe: StageRecipe, options: CheckOptions, device: torch.device, record: Record
) -> list[Trial]:
    """Double the micro-batch until memory is short, time is, or nothing is gained."""
    import torch

    from smolrgpt_ros.training.curriculum.start import starting_model
    from smolrgpt_ros.training.curriculum.trained_modules import freeze, parameter_groups
    from smolrgpt_ros.training.curriculum.trainer import mixtures

    model, processor = starting_model(recipe.model)
    model = model.to(device)
    samples, _ = mixtures(recipe, processor)
    learning = freeze(model, recipe.stage)
    optimizer = torch.optim.AdamW(parameter_groups(learning, recipe.rates, recipe.weight_decay))
    model.train()
    trials: list[Trial] = []
    micro, end = 1, time.monotonic() + options.seconds / 3
    largest = 2 if options.small else LARGEST_MICRO_BATCH
    while micro <= largest and (not trials or time.monotonic() < end):
        batch = _batch(samples, processor, micro, device)
        give_back(device)
        try:
            rate = _rate(model, optimizer, batch, recipe, device)
        except torch.OutOfMemoryError as error:
            record.note(f"micro-batch {micro}", f"out of memory: {str(error).splitlines()[0]}")
            optimizer.zero_grad(set_to_none=True)
            break
        peak = _peak(device)
        trials.append(Trial(micro, rate, peak))
        record.note(f"micro-batch {micro}", f"{rate:.1f} samples/s, {megabytes(peak)} at the peak")
        if len(trials) > 1 and rate < 1.03 * trials[-2].rate:
            break  # larger ones gain nothing
        micro *= 2
    record.keep("trials", [vars(trial) for trial in trials])
    if not trials:
        raise RuntimeError("not even one sample can be trained on in this memory")
    return trials


def _batch(samples: Any, processor: Any, count: int, device: torch.device) -> dict[str, Any]:
    """A batch on the device, its per-sample parts too."""
    import torch

    from smolrgpt_ros.training.data.examples import collate

    def moved(value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            return value.to(device)
        return [moved(item) for item in value] if isinstance(value, list) else value

    examples = [samples[index % len(samples)] for index in range(count)]
    return {name: moved(value) for name, value in collate(examples, processor).items()}


def _rate(
    model: Any, optimizer: Any, batch: dict[str, Any], recipe: StageRecipe, device: torch.device
) -> float:
    """Samples a second of whole training steps; the first one, which warms up, is left out."""
    import torch

    from smolrgpt_ros.training.curriculum.trainer import answer_loss

    labels = batch["labels"]
    inputs = {name: value for name, value in batch.items() if name != "labels"}
    times = []
    for _ in range(2 if device.type == "cpu" else 4):
        synchronise(device)
        start = time.perf_counter()
        with torch.autocast(device.type, torch.bfloat16, enabled=recipe.bfloat16):
            outputs = model(**inputs)
            loss = answer_loss(outputs, labels)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        synchronise(device)
        times.append(time.perf_counter() - start)
    return len(labels) * len(times[1:]) / sum(times[1:])


def _peak(device: torch.device) -> int:
    import resource

    import torch

    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(device))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _total(device: torch.device) -> float:
    import torch

    if device.type == "cuda":
        return float(torch.cuda.get_device_properties(device).total_memory)
    return math.inf


def _train(recipe: StageRecipe, options: CheckOptions, device: torch.device, record: Record) -> str:
    from smolrgpt_ros.training.curriculum.trainer import run_stage

    folder = options.work / "training" / "run"
    folder.mkdir(parents=True)
    file = options.work / "training" / "recipe.json"
    file.write_text(json.dumps(asdict(recipe)))
    metrics = run_stage(recipe, file, folder)
    record.keep("metrics", metrics)
    loss, rate = metrics["train_loss"], metrics["train_samples_per_second"]
    steps = recipe.max_steps
    record.check(
        f"{steps} steps of sft",
        math.isfinite(loss) and loss < CHANCE,
        f"mean loss {loss:.2f}, {rate:.1f} samples/s with reading, micro-batch "
        f"{recipe.micro_batch}, {megabytes(_peak(device))} at the peak",
    )
    return f"sft: {rate:.1f} samples/s, micro-batch {recipe.micro_batch}, mean loss {loss:.2f}"


def _two_processes(options: CheckOptions, device: torch.device, record: Record) -> None:
    """What ``torchrun --nproc-per-node N+1`` would start on N cards must refuse at once."""
    import torch

    from smolrgpt_ros.training.curriculum.trainer import check_one_gpu_each

    if device.type == "cpu":
        try:
            check_one_gpu_each(2, 1)
            said = ""
        except ValueError as error:
            said = str(error)
        record.check("two processes on one card, asked without one", "--nproc" in said, said)
        return
    cards = torch.cuda.device_count()
    recipe = options.work / "training" / "two.yaml"
    data = options.questions / "train.json"
    recipe.write_text(
        f"stage: sft\nmodel: {{fresh: '{options.mini}'}}\ndata: [{{path: '{data}'}}]\n"
        "global_batch: 2\nmicro_batch: 1\nlearning_rate: 1.0e-4\nmax_steps: 1\n"
    )
    ranks = {"WORLD_SIZE": cards + 1, "LOCAL_WORLD_SIZE": cards + 1, "RANK": cards}
    ranks |= {"LOCAL_RANK": cards, "MASTER_PORT": 29611}
    command = [sys.executable, "-P", str(ROOT / "scripts" / "smolrgpt"), "train"]
    command += ["--config", str(recipe), "--run-dir", str(recipe.with_suffix(""))]
    found = subprocess.run(
        command,
        env={**os.environ, **{k: str(v) for k, v in ranks.items()}, "MASTER_ADDR": "127.0.0.1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    lines = found.stderr.strip().splitlines() or ["no message"]
    record.check(
        f"{cards + 1} processes on {cards} card(s) are refused",
        found.returncode != 0 and "--nproc-per-node" in found.stderr,
        f"exit code {found.returncode}: {lines[-1]}",
    )
