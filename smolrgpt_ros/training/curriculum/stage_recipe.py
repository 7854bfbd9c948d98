# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""One stage of the curriculum, read from one YAML file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..recipe_values import plan_of, read_values
from .trained_modules import TRAINED, Rates


@dataclass(frozen=True)
class SourcePlan:
    """One source of the mixture.

    Args:
        path: JSON, parquet, or a folder of parquet files.
        weight: passes over it in an epoch.
        pictures: folder with ``images/`` and ``depths/``, where that is not beside the file.
    """

    path: str
    weight: float = 1.0
    pictures: str | None = None


@dataclass(frozen=True)
class ModelPlan:
    """The model a stage starts from: ``folder``, or the two backbones, or ``fresh``.

    Args:
        folder: a model folder, or a checkpoint in the published layout (folder or tar).
        vision, language: folders of a SigLIP vision model and of a Llama with its tokenizer;
            connectors and refiners start fresh.
        fresh: folder of a tokenizer; the published sizes with random weights, to test a set-up.
        tokenizer: folder of the tokenizer, where the model's folder has none.
    """

    folder: str | None = None
    vision: str | None = None
    language: str | None = None
    fresh: str | None = None
    tokenizer: str | None = None

    def __post_init__(self) -> None:
        pair = (self.vision is None) == (self.language is None)
        starts = sum(start is not None for start in (self.folder, self.vision, self.fresh))
        if not pair or starts != 1:
            raise ValueError(
                "model: give either folder, or vision and language, or fresh, found "
                f"folder={self.folder!r}, vision={self.vision!r}, language={self.language!r}, "
                f"fresh={self.fresh!r}"
            )


@dataclass(frozen=True)
class StageRecipe:
    """A stage of the curriculum.

    Args:
        stage: of ``trained_modules.TRAINED``.
        model: where it starts.
        data: sources.
        validation: share of each source's pictures that is held out.
        longest: tokens a text may have.
        epochs: passes; ``max_steps`` above 0 ends earlier.
        global_batch: samples a step, over all processes.
        micro_batch: samples a process computes at once.
        rates: learning rates.
        weight_decay: of AdamW, on matrices.
        warmup_share: of the steps.
        final_learning_rate: last rate as a share of the peak, reached on a cosine.
        clip: gradient norm bound.
        bfloat16: compute in bfloat16 by autocast, weights in float32.
        gradient_checkpointing: recompute activations in the backward pass instead of keeping them.
        save_steps: steps between checkpoints and validations.
        keep: checkpoints that are kept; the best one stays beyond that.
        workers: processes that read samples.
        seed: of fresh weights and of the order.
        trainer: further arguments of transformers' ``TrainingArguments``, e.g. ``fsdp``.
    """

    stage: str
    model: ModelPlan
    data: tuple[SourcePlan, ...]
    global_batch: int
    micro_batch: int
    rates: Rates
    epochs: float = 1.0
    max_steps: int = -1
    validation: float = 0.005
    longest: int = 2048
    weight_decay: float = 0.01
    warmup_share: float = 0.03
    final_learning_rate: float = 0.1
    clip: float = 1.0
    bfloat16: bool = False
    gradient_checkpointing: bool = False
    save_steps: int = 500
    keep: int = 2
    workers: int = 4
    seed: int = 7
    trainer: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.stage not in TRAINED:
            raise ValueError(f"stage must be one of {tuple(TRAINED)}, found {self.stage!r}")
        if not self.data:
            raise ValueError("data: name at least one source")
        counts = {
            "global_batch": self.global_batch,
            "micro_batch": self.micro_batch,
            "save_steps": self.save_steps,
            "longest": self.longest,
        }
        for name, count in counts.items():
            if count < 1:
                raise ValueError(f"{name} must be at least 1, found {count}")

    def accumulation(self, processes: int) -> int:
        """Micro-batches a process computes a step.

        Raises:
            ValueError: if the global batch cannot be made of them.
        """
        together = self.micro_batch * processes
        if self.global_batch % together:
            raise ValueError(
                f"global_batch={self.global_batch} is not a multiple of micro_batch="
                f"{self.micro_batch} times {processes} processes; set micro_batch to a divisor of "
                f"{self.global_batch / processes:g}"
            )
        return self.global_batch // together


def is_stage_recipe(path: Path) -> bool:
    """Whether a YAML file is a recipe of this kind; the mini's has ``stages`` instead."""
    return "stage" in read_values(path)


def read_stage_recipe(path: Path) -> StageRecipe:
    """Reads a recipe.

    Raises:
        ValueError: on a missing, unknown or unfit key, naming it and the file.
    """
    values = read_values(path)
    try:
        values["rates"] = Rates(
            float(values.pop("learning_rate")), values.pop("learning_rates", None) or {}
        )
        values["model"] = plan_of(ModelPlan, values["model"], "model")
        values["data"] = tuple(plan_of(SourcePlan, item, "data") for item in values["data"])
        return plan_of(StageRecipe, values, "recipe")
    except KeyError as error:
        raise ValueError(f"{path}: {error.args[0]} is missing") from error
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error
