# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The recipe of a reader's training."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..recipe_values import plan_of, read_values


@dataclass(frozen=True)
class ReaderRecipe:
    """Sizes and schedule.

    Args:
        seed: of weights and examples.
        rank: of the adapter.
        first_layer: the first layer with an adapter; those below stay as they are.
        batch: examples a step, of all processes together.
        learning_rate: peak rate of AdamW; it falls to zero along a half cosine.
        warmup_steps: steps to the peak rate.
        minutes: how long to train. The schedule follows the clock: a slower machine sees fewer
            examples.
    """

    seed: int
    rank: int
    first_layer: int
    batch: int
    learning_rate: float
    warmup_steps: int
    minutes: float


def is_reader_recipe(path: Path) -> bool:
    """Whether a recipe is one of a reader."""
    return "reader" in read_values(path)


def read_reader_recipe(path: Path) -> ReaderRecipe:
    """The recipe in a YAML file.

    Raises:
        ValueError: on a missing or unknown key, naming it and the file.
    """
    return plan_of(ReaderRecipe, read_values(path).get("reader"), f"{path}: reader")
