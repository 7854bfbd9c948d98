# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A data set of a few small pictures in the published layout, and a model for it."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
import torch

from smolrgpt_ros.model.architecture.config import SmolRGPTConfig
from smolrgpt_ros.model.architecture.smolrgpt import SmolRGPTForConditionalGeneration
from smolrgpt_ros.model.preprocessing.processor import SmolRGPTProcessor
from smolrgpt_ros.scene.masks import encode_rle
from smolrgpt_ros.training.mini.tokenizer import train_tokenizer

HEIGHT, WIDTH = 24, 32
TURNS = (
    ("Which is left, <mask> or <mask>?", "[Region 0] is left.", 2),
    ("What is <mask>?", "A pallet.", 1),
    ("How far apart are <mask> and <mask>?", "They are 3.40 meters apart.", 2),
)


def mask(number):
    """A block of 6 x 5 pixels, each number at its own place."""
    found = np.zeros((HEIGHT, WIDTH), bool)
    found[4 + number : 10 + number, 3 + 7 * number : 8 + 7 * number] = True
    return found


def write_pictures(folder, number):
    rng = np.random.default_rng(number)
    for part in ("images", "depths"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    picture = rng.integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    cv2.imwrite(str(folder / f"images/{number:06d}.png"), picture)
    depth = rng.integers(0, 256, (HEIGHT, WIDTH)).astype(np.uint8)
    cv2.imwrite(str(folder / f"depths/{number:06d}_depth.png"), depth)


def entry(number):
    question, answer, count = TURNS[number % len(TURNS)]
    return {
        "id": f"{number:032x}",
        "image": f"{number:06d}.png",
        "conversations": [
            {"from": "human", "value": question},
            {"from": "gpt", "value": answer},
        ],
        "rle": [encode_rle(mask(i)) for i in range(count)],
        "category": "left_right",
        "normalized_answer": "left",
        "freeform_answer": answer,
    }


@pytest.fixture
def write_data(tmp_path):
    """``write_data(n, name)`` -> path of a ``train.json`` with ``n`` entries and their pictures."""

    def write(count, name="data"):
        folder = tmp_path / name
        for number in range(count):
            write_pictures(folder, number)
        path = folder / "train.json"
        path.write_text(json.dumps([entry(number) for number in range(count)]))
        return path

    return write


@pytest.fixture
def tiny():
    """A model without geometry, and its processor."""
    tokenizer = train_tokenizer([q + a for q, a, _ in TURNS] * 5, 300)
    ids = {token: int(tokenizer.vocab[token]) for token in tokenizer.all_special_tokens}
    sizes = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2}
    torch.manual_seed(0)
    config = SmolRGPTConfig(
        vision_config={**sizes, "num_attention_heads": 2, "image_size": 32, "patch_size": 8},
        text_config={
            **sizes,
            "num_attention_heads": 2,
            "num_key_value_heads": 1,
            "head_dim": 16,
            "vocab_size": len(tokenizer),
            "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0},
            "tie_word_embeddings": True,
        },
        image_token_id=ids["<|image|>"],
        mask_rgb_token_id=ids["<mask_rgb>"],
        mask_depth_token_id=ids["<mask_depth>"],
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    model = SmolRGPTForConditionalGeneration(config)
    return model, SmolRGPTProcessor.for_config(config, tokenizer)
