# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A tiny model and tokenizer with every special token; random weights, fixed seed."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from external_data import external_folder
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from smolrgpt_ros.model.architecture.config import SmolRGPTConfig
from smolrgpt_ros.model.architecture.smolrgpt import SmolRGPTForConditionalGeneration
from smolrgpt_ros.model.geometry_tokens.features import FEATURE_COUNT, FEATURE_NAMES
from smolrgpt_ros.model.preprocessing.processor import SmolRGPTProcessor

# Tiny products gain nothing from threads and lose much where the cores are busy.
torch.set_num_threads(1)

SPECIAL = ["<unk>", "<|im_start|>", "<|im_end|>", "<|image|>", "<mask_rgb>", "<mask_depth>"]
SPECIAL += ["<mask_geometry>"]
HEADINGS = (12, 17, 22, 28, 34, 39, 83, 88, 94, 101, 104, 109, 113, 118, 124)
"""Ordinary characters: one for each of ``quantities.QUANTITIES``."""


def tiny_config(geometry: bool = True) -> SmolRGPTConfig:
    """64-px pictures, 4x4 patches, 2x2 image tokens, a 16x16 mask grid, 128 tokens."""
    return SmolRGPTConfig(
        vision_config={
            "hidden_size": 24,
            "intermediate_size": 48,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "image_size": 64,
            "patch_size": 16,
        },
        text_config={
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "head_dim": 8,
            "vocab_size": 128,
            "initializer_range": 0.3,
            "max_position_embeddings": 512,
        },
        image_token_id=3,
        mask_rgb_token_id=4,
        mask_depth_token_id=5,
        mask_geometry_token_id=6 if geometry else None,
        geometry_features=FEATURE_COUNT if geometry else 0,
        picture_geometry=geometry,
        region_relations=40 if geometry else 0,
        # Ordinary characters, so that generated text is full of names and headings.
        region_name_token_id=40 if geometry else None,
        region_names=40 if geometry else 0,
        list_separator_token_ids=(20, 30, 81) if geometry else (),
        heading_token_ids=HEADINGS if geometry else (),
    )


@pytest.fixture
def published_form_config() -> SmolRGPTConfig:
    return tiny_config(geometry=False)


@pytest.fixture(scope="session")
def tokenizer() -> PreTrainedTokenizerFast:
    """One token per character of printable ASCII."""
    characters = ["\n", *map(chr, range(32, 127))]
    vocabulary = {token: i for i, token in enumerate(SPECIAL + characters)}
    backend = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    backend.decoder = decoders.Fuse()
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        unk_token="<unk>",
        bos_token="<|im_start|>",
        eos_token="<|im_end|>",
        pad_token="<|im_end|>",
        additional_special_tokens=SPECIAL[3:],
    )


@pytest.fixture(scope="session")
def model() -> SmolRGPTForConditionalGeneration:
    torch.manual_seed(0)
    return SmolRGPTForConditionalGeneration(tiny_config()).eval()


@pytest.fixture(scope="session")
def processor(tokenizer: PreTrainedTokenizerFast) -> SmolRGPTProcessor:
    return SmolRGPTProcessor.for_config(tiny_config(), tokenizer)


@pytest.fixture(scope="session")
def reference_checkpoint() -> Path:
    return external_folder("fixtures/reference_checkpoint")


@pytest.fixture(scope="session")
def region() -> Callable[..., torch.Tensor]:
    """Makes raw features of a region: its median at (x, y, z) m, edges ``half`` m around it."""

    def make(
        x: float, y: float, z: float, half: float, u: float = 0, v: float = 0, metric: float = 1
    ) -> torch.Tensor:
        raw = torch.zeros(FEATURE_COUNT)
        raw[0:3] = torch.tensor([x, y, z])
        raw[3:6], raw[6:9] = raw[0:3] - half, raw[0:3] + half
        raw[FEATURE_NAMES.index("centroid_u")] = u
        raw[FEATURE_NAMES.index("centroid_v")] = v
        raw[FEATURE_NAMES.index("metric")] = metric
        return raw

    return make
