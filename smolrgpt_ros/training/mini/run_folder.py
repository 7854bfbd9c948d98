# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The folder of a mini's run: frames, tokenizer and model, made once and reopened later."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from transformers import PreTrainedTokenizerFast

from smolrgpt_ros.simulation.questions.questions import generate_questions

from .build import build_mini
from .descriptions import caption_question, region_question
from .frames import CachedFrames, build_cache
from .recipe import MiniRecipe
from .stages import TrainingRun
from .tokenizer import train_tokenizer

_TOKENIZER_FRAMES = 400


def open_run(recipe: MiniRecipe, folder: Path, workers: int = 1) -> TrainingRun:
    """Opens a run; simulates the frames and trains the tokenizer on the first call.

    Args:
        recipe: of the run.
        folder: of the run; reused where it holds the same frames.
        workers: processes that simulate.
    """
    vision = recipe.vision
    # The grid of the published refiner; a model that refines less pools these weights.
    grid = vision["image_size"] // vision["patch_size"] // 2 * 8
    frames = build_cache(
        recipe.data,
        folder / "cache",
        image_size=vision["image_size"],
        mask_grid=grid,
        patch_size=vision["patch_size"],
        workers=workers,
    )
    tokenizer_folder = folder / "tokenizer"
    if (tokenizer_folder / "tokenizer.json").exists():
        tokenizer = PreTrainedTokenizerFast.from_pretrained(str(tokenizer_folder))
    else:
        tokenizer = train_tokenizer(_texts(frames, recipe.seed), recipe.vocabulary)
        tokenizer.save_pretrained(str(tokenizer_folder))
    model, processor = build_mini(recipe, tokenizer)
    return TrainingRun(recipe, frames, model, processor, folder, folder / "tower_features.npy")


def _texts(frames: CachedFrames, seed: int) -> list[str]:
    """Questions and answers of the stages and the fixed words of prompts, for the tokenizer."""
    rng = np.random.default_rng(seed)
    texts = ["user\n", "\nassistant\n"] * 500
    for truth in frames.truths[:_TOKENIZER_FRAMES]:
        for question in generate_questions(truth, rng):
            texts += [question.text, question.answer]
        texts += [*caption_question(truth, rng), *region_question(truth.regions[:4], rng)]
    return texts
