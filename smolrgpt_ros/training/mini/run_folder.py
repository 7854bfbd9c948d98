# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The folder of a mini's run: frames, tokenizer and model, made once and reopened later."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from transformers import PreTrainedTokenizerFast

from smolrgpt_ros.simulation.true_answers.true_answers import TrueAnswers

from .build import build_mini, load_finished
from .descriptions import caption_question, region_question
from .frame_cache import build_cache
from .frames import CachedFrames
from .processes import ALONE, Processes
from .recipe import MiniRecipe
from .stages import TrainingRun
from .tokenizer import REGION_NAMES, train_tokenizer
from .worked_examples import draw_example

_TOKENIZER_FRAMES, _TOKENIZER_QUESTIONS = 400, 12


def open_run(
    recipe: MiniRecipe,
    folder: Path,
    workers: int = 1,
    processes: Processes = ALONE,
    start: Path | None = None,
) -> TrainingRun:
    """Opens a run; simulates the frames and trains the tokenizer on the first call.

    Args:
        recipe: of the run.
        folder: of the run; reused where it holds the same frames.
        workers: processes that simulate.
        processes: that share the run; the others wait for what the first call makes.
        start: folder of a finished model to continue from, with its tokenizer; ``None``: from
            fresh weights.

    Raises:
        ValueError: if ``start`` has other sizes than the recipe.
    """
    vision = recipe.vision
    # The grid of the published refiner; a model that refines less pools these weights.
    grid = vision["image_size"] // vision["patch_size"] // 2 * 8
    with processes.leader_first():
        frames = build_cache(
            recipe.frames,
            folder / "cache",
            image_size=vision["image_size"],
            mask_grid=grid,
            patch_size=vision["patch_size"],
            workers=workers,
        )
        tokenizer = (
            _tokenizer(folder / "tokenizer", frames, recipe)
            if start is None
            else PreTrainedTokenizerFast.from_pretrained(str(start))
        )
    model, processor = build_mini(recipe, tokenizer)
    features = folder / "tower_features.npy"
    run = TrainingRun(
        recipe, frames, model, processor, folder, features, processes, start is not None
    )
    if start is not None:
        load_finished(model, start)
        with processes.leader_first():
            run.keep_parts()
    return run


def _tokenizer(folder: Path, frames: CachedFrames, recipe: MiniRecipe) -> PreTrainedTokenizerFast:
    """The run's tokenizer, trained on the first call."""
    if (folder / "tokenizer.json").exists():
        return PreTrainedTokenizerFast.from_pretrained(str(folder))
    tokenizer = train_tokenizer(_texts(frames, recipe), recipe.vocabulary)
    tokenizer.save_pretrained(str(folder))
    return tokenizer


def _texts(frames: CachedFrames, recipe: MiniRecipe) -> list[str]:
    """Questions and answers of the stages and the fixed words of prompts, for the tokenizer."""
    rng = np.random.default_rng(recipe.seed)
    texts = ["user\n", "\nassistant\n"] * 500
    for frame, truth in enumerate(frames.truths[:_TOKENIZER_FRAMES]):
        objects, answers = frames.objects(frame), TrueAnswers(truth)
        for number in range(_TOKENIZER_QUESTIONS):
            words = () if number % 4 == 0 else recipe.named
            found = draw_example(answers, objects, rng, words, most_regions=REGION_NAMES)
            if found is not None:
                texts += [found.prompt.text, found.answer]
        texts += [*caption_question(objects, rng), *region_question(objects[:4], rng)]
    return texts
