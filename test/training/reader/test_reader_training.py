# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Training of a reader's adapter, on a small random model."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from reader_models import base_model, encoding
from safetensors.torch import load_file

from smolrgpt_ros.training.reader.batches import batch_of
from smolrgpt_ros.training.reader.recipe import ReaderRecipe, read_reader_recipe
from smolrgpt_ros.training.reader.train import train_reader

RECIPE = ReaderRecipe(
    seed=1, rank=2, first_layer=0, batch=2, learning_rate=0.01, warmup_steps=2, minutes=0.02
)


def test_a_batch_holds_examples_apart() -> None:
    batch = batch_of([([8], [9, 0]), ([5, 6], [7, 0])], torch.float32, rows=1)
    assert batch.tokens.tolist() == [[5, 6, 7, 0, 8, 9, 0]]
    assert batch.positions.tolist() == [[0, 1, 2, 3, 0, 1, 2]]
    # The last of each prompt learns the first of its output.
    assert [places.tolist() for places in batch.learned] == [[0, 0, 0, 0], [1, 2, 4, 5]]
    assert batch.targets.tolist() == [7, 0, 9, 0]
    seen = batch.mask[0, 0] == 0
    assert seen[5].tolist() == [False, False, False, False, True, True, False]


def test_examples_fill_rows_evenly() -> None:
    examples = [([3], [4, 0]), ([5, 6, 7], [8, 0]), ([9], [1])]
    batch = batch_of(examples, torch.float32, rows=2)
    assert batch.tokens.tolist() == [[5, 6, 7, 8, 0], [3, 4, 0, 9, 1]]
    assert batch.positions.tolist() == [[0, 1, 2, 3, 4], [0, 1, 2, 0, 1]]
    assert [places.tolist() for places in batch.learned] == [[0, 0, 1, 1, 1], [2, 3, 0, 1, 3]]
    assert batch.targets.tolist() == [8, 0, 4, 0, 1]
    assert (batch.mask[1, 0, 3] == 0).tolist() == [False, False, False, True, False]


def test_a_run_is_continued(tmp_path: Path) -> None:
    train_reader(RECIPE, tmp_path, base_model)
    first = load_file(tmp_path / "adapter.safetensors")
    state = torch.load(tmp_path / "state.pt", weights_only=True)
    assert state["step"] > 0 and state["minutes"] == pytest.approx(0.02)
    train_reader(RECIPE, tmp_path, base_model)
    again = torch.load(tmp_path / "state.pt", weights_only=True)
    assert again["step"] == state["step"]
    longer = ReaderRecipe(**{**RECIPE.__dict__, "minutes": 0.04})
    train_reader(longer, tmp_path, base_model)
    after = torch.load(tmp_path / "state.pt", weights_only=True)
    assert after["step"] > state["step"]
    changed = load_file(tmp_path / "adapter.safetensors")
    assert any(not torch.equal(first[name], changed[name]) for name in first)


def test_the_recipe_that_ships_is_read() -> None:
    recipe = read_reader_recipe(Path("config/training/reader.yaml"))
    assert recipe.minutes <= 150


def test_an_unknown_key_is_named(tmp_path: Path) -> None:
    file = tmp_path / "recipe.yaml"
    file.write_text("reader: {seed: 1, ranks: 2}")
    with pytest.raises(ValueError, match=r"unknown \['ranks'\]"):
        read_reader_recipe(file)


def test_the_stand_in_encodes_letters() -> None:
    assert encoding().output([" a", ")"]) == [32, 97, 41, 0]
