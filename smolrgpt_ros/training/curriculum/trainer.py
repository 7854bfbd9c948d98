# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Training of a stage with transformers' Trainer, in a run folder that records its origin.

Trainer brings what a run of days on several GPUs needs: processes, gradient accumulation, sharding,
mixed precision, checkpoints, validation. ``training.mini.loop`` says why the mini has its own loop.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
from functools import partial
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
import transformers
from torch import Tensor
from torch.utils.data import Sampler
from transformers import Trainer, TrainingArguments, set_seed
from transformers.trainer_utils import get_last_checkpoint

from smolrgpt_ros.model.architecture.smolrgpt import SmolRGPTForConditionalGeneration
from smolrgpt_ros.model.preprocessing.processor import SmolRGPTProcessor

from ..data.examples import IGNORED, collate
from ..data.mixture import Mixture, MixtureSampler, skipped_by_reason, split
from ..data.sources import open_source
from .stage_recipe import StageRecipe
from .start import starting_model
from .trained_modules import freeze, parameter_groups


class StageTrainer(Trainer):
    """Trainer with a given sampler and a learning rate per module.

    Args:
        recipe: of the stage.
        sampler: order of the training samples.
    """

    def __init__(self, recipe: StageRecipe, sampler: Sampler[int], **kwargs: Any) -> None:
        super().__init__(**kwargs, compute_loss_func=answer_loss)
        self._recipe, self._sampler = recipe, sampler

    def _get_train_sampler(self, *args: Any, **kwargs: Any) -> Sampler[int]:
        return self._sampler

    def create_optimizer(self, *args: Any, **kwargs: Any) -> Any:
        if self.optimizer is None:  # type: ignore[has-type]
            model = self.accelerator.unwrap_model(self.model)
            learning = freeze(model, self._recipe.stage)
            self.optimizer = torch.optim.AdamW(
                parameter_groups(learning, self._recipe.rates, self._recipe.weight_decay),
                lr=self._recipe.rates.default,
            )
        return self.optimizer


def answer_loss(
    outputs: Any, labels: Tensor, num_items_in_batch: Tensor | int | None = None
) -> Tensor:
    """Cross-entropy of the answer tokens, averaged over those of the whole step.

    Args:
        outputs: with ``logits`` ``(B, T, V)``.
        labels: ``(B, T)``, ``IGNORED`` where there is no loss; shifted here.
        num_items_in_batch: labelled tokens of the step, all micro-batches and processes together;
            ``None`` (validation) averages over this batch.
    """
    logits = outputs["logits"][:, :-1].flatten(0, 1).float()
    targets = labels[:, 1:].flatten().to(logits.device)
    total = F.cross_entropy(logits, targets, ignore_index=IGNORED, reduction="sum")
    count = (targets != IGNORED).sum() if num_items_in_batch is None else num_items_in_batch
    return total / count


def run_stage(recipe: StageRecipe, recipe_file: Path, out: Path) -> dict[str, float]:
    """Trains a stage, or continues an interrupted one; the best model ends in ``out/model``.

    Args:
        recipe: read from ``recipe_file``, which is copied into the run.
        out: folder of the run: ``checkpoint-N/``, ``model/``, TensorBoard's ``runs/``,
            ``recipe.yaml``, ``versions.json``, ``skipped.jsonl``.

    Returns:
        Trainer's metrics, and ``eval_loss`` of the best model where pictures are held out.

    Raises:
        FileNotFoundError: if data or model are missing.
        ValueError: if batch sizes and processes do not fit, if processes would share a GPU, or if
            there is no data.
    """
    if torch.cuda.is_available() and not recipe.trainer.get("use_cpu", False):
        check_one_gpu_each(int(os.environ.get("LOCAL_WORLD_SIZE", 1)), torch.cuda.device_count())
    set_seed(recipe.seed)
    model, processor = starting_model(recipe.model)
    skipped = out / "skipped.jsonl"
    training, held = mixtures(recipe, processor, skipped)
    arguments = training_arguments(recipe, out, validates=held is not None)
    if arguments.process_index == 0:
        out.mkdir(parents=True, exist_ok=True)
        shutil.copy(recipe_file, out / "recipe.yaml")
        (out / "versions.json").write_text(json.dumps(versions(), indent=2) + "\n")
    freeze(model, recipe.stage)
    trainer = StageTrainer(
        recipe,
        MixtureSampler(training, recipe.seed),
        model=model,
        args=arguments,
        train_dataset=training,
        eval_dataset=held,
        data_collator=partial(collate, processor=processor),
        processing_class=processor,
    )
    last = get_last_checkpoint(str(out)) if out.is_dir() else None
    metrics = dict(trainer.train(resume_from_checkpoint=last).metrics)
    if held is not None:
        metrics |= trainer.evaluate()
    trainer.save_model(str(out / "model"))
    if arguments.process_index == 0:
        metrics |= {f"skipped_{k}": v for k, v in skipped_by_reason(skipped).items()}
        (out / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
    return metrics


def check_one_gpu_each(processes: int, gpus: int) -> None:
    """Refuses to train with more processes of this host than it has GPUs.

    Raises:
        ValueError: naming both numbers.
    """
    if processes > gpus:
        raise ValueError(
            f"{processes} processes were started on this host, which shows {gpus} GPUs: each needs "
            f"one of its own; start torchrun with --nproc-per-node {gpus}, or set "
            "CUDA_VISIBLE_DEVICES to more"
        )


def mixtures(
    recipe: StageRecipe, processor: SmolRGPTProcessor, skipped: Path | None = None
) -> tuple[Mixture, Mixture | None]:
    """Training and validation data of a recipe; ``None`` where nothing is held out."""
    pairs = [
        split(open_source(plan.path, plan.pictures), plan.weight, recipe.validation)
        for plan in recipe.data
    ]
    if skipped is not None:
        skipped.parent.mkdir(parents=True, exist_ok=True)
    training = Mixture([pair[0] for pair in pairs], processor, recipe.longest, skipped)
    parts = [pair[1] for pair in pairs if len(pair[1].indices)]
    return training, Mixture(parts, processor, recipe.longest, skipped) if parts else None


def training_arguments(recipe: StageRecipe, out: Path, validates: bool) -> TrainingArguments:
    """The recipe as transformers' arguments."""
    kept = "steps" if validates else "no"
    values: dict[str, Any] = {
        "output_dir": str(out),
        "num_train_epochs": recipe.epochs,
        "max_steps": recipe.max_steps,
        "per_device_train_batch_size": recipe.micro_batch,
        "per_device_eval_batch_size": recipe.micro_batch,
        "learning_rate": recipe.rates.default,
        "warmup_steps": recipe.warmup_share,
        "lr_scheduler_type": "cosine_with_min_lr",
        "lr_scheduler_kwargs": {"min_lr_rate": recipe.final_learning_rate},
        "max_grad_norm": recipe.clip,
        "bf16": recipe.bfloat16,
        "activation_checkpointing": recipe.gradient_checkpointing,
        "activation_checkpointing_kwargs": {"use_reentrant": False},
        "logging_steps": max(1, min(10, recipe.save_steps)),
        "save_steps": recipe.save_steps,
        "save_total_limit": recipe.keep,
        "eval_strategy": kept,
        "eval_steps": recipe.save_steps,
        "load_best_model_at_end": validates,
        "metric_for_best_model": "eval_loss" if validates else None,
        "greater_is_better": False if validates else None,
        "prediction_loss_only": True,
        "remove_unused_columns": False,
        "dataloader_num_workers": recipe.workers,
        "ddp_find_unused_parameters": True,
        "report_to": ["tensorboard"],
        "seed": recipe.seed,
        "data_seed": recipe.seed,
    }
    values |= recipe.trainer
    arguments = TrainingArguments(**values)
    arguments.gradient_accumulation_steps = recipe.accumulation(arguments.world_size)
    return arguments


def versions() -> dict[str, str]:
    """Versions of the software of a run."""
    commit = ""
    if shutil.which("git"):
        command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
        found = subprocess.run(command, capture_output=True, text=True, check=False)
        commit = found.stdout.strip()
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "commit": commit or "unknown: not run from a clone",
        "model_class": SmolRGPTForConditionalGeneration.__name__,
    }
