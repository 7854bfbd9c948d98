# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Steps of a stage and an estimate of its memory, before it is started."""

from __future__ import annotations

import math
from dataclasses import dataclass

from smolrgpt_ros.model.architecture.config import SmolRGPTConfig
from smolrgpt_ros.model.architecture.smolrgpt import SmolRGPTForConditionalGeneration

from .stage_recipe import StageRecipe
from .trained_modules import freeze

_TEXT_TOKENS = 160
"""Of a question and its answer in the warehouse benchmark, rounded up."""
_KEPT_PER_LAYER = 17
"""Activations a transformer layer keeps for its backward pass, in multiples of its width: inputs of
two norms, four projections, attention output and the gated network (about 2.7 widths, three times).
"""


@dataclass(frozen=True)
class ResourceEstimate:
    """Steps and memory of a stage on a number of processes.

    Args:
        processes: one per GPU.
        micro_batch: samples a process computes at once; smaller than the recipe's where that does
            not divide the process's share of a step.
        accumulation: micro-batches a process computes a step.
        steps: optimizer steps in all.
        learning, parameters: number of trainable parameters, and of all.
        gigabytes: estimated memory of a process, without sharding.
    """

    processes: int
    micro_batch: int
    accumulation: int
    steps: int
    learning: int
    parameters: int
    gigabytes: float


def estimate_resources(
    recipe: StageRecipe, model: SmolRGPTForConditionalGeneration, samples: int, processes: int
) -> ResourceEstimate:
    """Estimates the steps and the memory of a stage.

    Args:
        samples: of an epoch.

    Raises:
        ValueError: if the global batch cannot be split among the processes.
    """
    if recipe.global_batch % processes:
        raise ValueError(
            f"global_batch={recipe.global_batch} cannot be split among {processes} processes"
        )
    share = recipe.global_batch // processes
    micro = max(m for m in range(1, min(recipe.micro_batch, share) + 1) if share % m == 0)
    steps = math.ceil(recipe.epochs * math.ceil(samples / recipe.global_batch))
    freeze(model, recipe.stage)
    everything = sum(p.numel() for p in model.parameters())
    learning = sum(p.numel() for p in model.parameters() if p.requires_grad)
    # float32 weights; of those that learn also gradients and AdamW's two moments.
    weights = 4 * everything + 12 * learning
    kept = micro * sample_bytes(
        model.config, recipe.bfloat16, recipe.gradient_checkpointing, _tower_learns(model)
    )
    return ResourceEstimate(
        processes,
        micro,
        share // micro,
        steps if recipe.max_steps < 1 else min(steps, recipe.max_steps),
        learning,
        everything,
        (weights + kept) / 1e9,
    )


def sample_bytes(
    config: SmolRGPTConfig, bfloat16: bool, checkpointing: bool, tower_learns: bool
) -> int:
    """Estimated activations of one sample, its logits included."""
    size = 2 if bfloat16 else 4
    text, vision = config.text, config.vision
    tokens = config.image_token_count + _TEXT_TOKENS
    per_layer = 1 if checkpointing else _KEPT_PER_LAYER
    decoder = tokens * text.hidden_size * text.num_hidden_layers * per_layer * size
    logits = tokens * text.vocab_size * (size + 4 + 4)  # with a float32 copy and its gradient
    patches = 2 * config.patch_grid**2
    layers = vision.num_hidden_layers if tower_learns else 1
    tower = patches * vision.hidden_size * layers * per_layer * size
    # Of each doubling the refiner keeps its input, a norm's and an activation's.
    maps = sum((config.token_grid * 2**k) ** 2 for k in range(1, config.refiner_stages + 1))
    refiners = 2 * 3 * maps * text.hidden_size * size
    return int(decoder + logits + tower + refiners)


def table(estimates: list[ResourceEstimate], recipe: StageRecipe, samples: int) -> str:
    """The estimates as a table in text."""
    first = estimates[0]
    lines = [
        f"stage {recipe.stage}: {samples} samples an epoch, {recipe.epochs:g} epochs, "
        f"{recipe.global_batch} samples a step",
        f"{first.learning / 1e6:.1f} M of {first.parameters / 1e6:.1f} M parameters learn",
        "",
        f"{'GPUs':>5}{'micro-batch':>13}{'accumulation':>14}{'steps':>9}{'memory/GPU, about':>19}",
    ]
    lines += [
        f"{p.processes:5d}{p.micro_batch:13d}{p.accumulation:14d}{p.steps:9d}{p.gigabytes:16.1f} GB"
        for p in estimates
    ]
    return "\n".join(lines)


def _tower_learns(model: SmolRGPTForConditionalGeneration) -> bool:
    return any(p.requires_grad for p in model.vision_tower.parameters())
