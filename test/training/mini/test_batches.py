# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The loss with a shared prefix and chunks equals the plain one, gradients included."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from smolrgpt_ros.training.data.simulated_frames import FramesPlan
from smolrgpt_ros.training.mini.batches import (
    FrameQuestion,
    FrameTokens,
    backpropagate_answers,
    encode,
)
from smolrgpt_ros.training.mini.build import build_mini
from smolrgpt_ros.training.mini.recipe import MiniRecipe
from smolrgpt_ros.training.mini.tokenizer import train_tokenizer
from smolrgpt_ros.training.mini.training_frames import MiniFrames

QUESTIONS: tuple[tuple[int, list[int], str, str], ...] = (
    (0, [0, 2], "How far is <mask> from <mask>?", "They are 5.23 meters apart."),
    (0, [1], "What is <mask>?", "A pallet."),
    (1, [1, 0, 1], "Which of <mask> <mask> <mask> is the leftmost?", "The leftmost is [Region 1]."),
    (1, [], "Describe the scene.", "In view: 2 pallets."),
)


@pytest.fixture
def tiny():
    tokenizer = train_tokenizer([q + a for _, _, q, a in QUESTIONS] * 5, 300)
    sizes = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2}
    recipe = MiniRecipe(
        seed=1,
        frames=MiniFrames(FramesPlan(1, 1, 64, 64), {"plain": 1.0}, 0.0),
        named=("pallet",),
        score_frames=1,
        vision={**sizes, "num_attention_heads": 2, "image_size": 32, "patch_size": 8},
        decoder={**sizes, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 16},
        refiner_stages=3,
        depth=True,
        vocabulary=300,
        stages={},
    )
    return build_mini(recipe, tokenizer)


def _examples(processor, width):
    rng = np.random.default_rng(2)
    made = []
    for slot, rows, question, answer in QUESTIONS:
        ids, start = encode(processor, question, answer)
        geometry = rng.normal(size=(len(rows), width)).astype(np.float32)
        has_depth = rows != [1]
        made.append(FrameQuestion(slot, np.array(rows, np.int64), ids, start, geometry, has_depth))
    return made


def _frames(model):
    patches = torch.randn(2, 16, 32, generator=torch.Generator().manual_seed(4))
    masks = torch.rand(3, 16, 16, generator=torch.Generator().manual_seed(5))
    found = model.vision_encoder.picture_tokens(patches, patches.flip(0), [masks, masks[:2]])
    return [FrameTokens(f.image, f.rgb, f.depth) for f in found]


def _plain_loss(model, processor, examples, frames):
    """One question at a time through ``forward``, the whole prompt each time."""
    prefix = processor.encode(processor.prefix)
    total = sum(len(e.ids) - e.answer_start for e in examples)
    loss = torch.zeros(())
    for example in examples:
        frame, rows = frames[example.slot], torch.from_numpy(example.rows)
        ids = torch.tensor([prefix + example.ids])
        labels = ids.clone()
        labels[:, : len(prefix) + example.answer_start] = -100
        some = len(rows) > 0
        output = model(
            input_ids=ids,
            labels=labels,
            image_tokens=[frame.image],
            region_rgb_tokens=[frame.rgb[rows] if some else None],
            region_depth_tokens=[frame.depth[rows] if some and example.has_depth else None],
            region_geometry=[torch.from_numpy(example.geometry) if some else None],
        )
        loss = loss + output.loss * (len(example.ids) - example.answer_start) / total
    return loss


@pytest.mark.parametrize("together", [3, 9])
def test_shared_prefix_and_chunks_change_nothing(tiny, together):
    model, processor = tiny
    examples = _examples(processor, model.config.geometry_features)
    plain = _plain_loss(model, processor, examples, _frames(model))
    plain.backward()
    expected = {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}
    model.zero_grad()
    prefix = processor.encode(processor.prefix)
    numbers = backpropagate_answers(model, prefix, examples, _frames(model), together=together)
    assert numbers["loss"] == pytest.approx(float(plain.detach()), abs=1e-5)
    found = {n: p.grad for n, p in model.named_parameters() if p.grad is not None}
    assert set(found) == set(expected)
    assert any("rgb_refiner" in name for name in found)
    for name, gradient in expected.items():
        assert torch.allclose(found[name], gradient, atol=1e-5), name


def test_without_pictures_only_language_and_geometry_learn(tiny):
    model, processor = tiny
    examples = _examples(processor, model.config.geometry_features)
    backpropagate_answers(model, processor.encode("<|im_start|>user\n"), examples, None)
    learned = {n.split(".")[0] for n, p in model.named_parameters() if p.grad is not None}
    assert learned == {"language_model", "geometry_encoder"}
