# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Fresh weights."""

import pytest
import torch

from smolrgpt_ros.model.architecture.config import SmolRGPTConfig
from smolrgpt_ros.model.architecture.smolrgpt import SmolRGPTForConditionalGeneration
from smolrgpt_ros.model.geometry_tokens.features import FEATURE_COUNT


def test_fresh_features_are_as_large_as_token_embeddings():
    torch.manual_seed(0)
    config = SmolRGPTConfig(
        vision_config={
            "hidden_size": 96,
            "intermediate_size": 96,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "image_size": 128,
            "patch_size": 16,
        },
        text_config={
            "hidden_size": 128,
            "intermediate_size": 64,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "num_key_value_heads": 1,
            "vocab_size": 300,
            "initializer_range": 0.05,
        },
        image_token_id=290,
        mask_rgb_token_id=291,
        mask_depth_token_id=292,
        mask_geometry_token_id=293,
        geometry_features=FEATURE_COUNT,
    )
    model = SmolRGPTForConditionalGeneration(config)
    embeddings = model.get_input_embeddings().weight.std().item()
    assert embeddings == pytest.approx(0.05, rel=0.05)
    tokens = model.rgb_connector(model.vision_encoder.encode(torch.randn(4, 3, 128, 128)))
    assert tokens.std().item() == pytest.approx(0.05, rel=0.2)
    assert model.depth_refiner(tokens).std().item() == pytest.approx(0.05, rel=0.2)
    metres, shares = torch.randn(100, 12) * 3, torch.rand(100, 7)
    without_floor = torch.zeros(100, FEATURE_COUNT - 19)
    raw = torch.cat((metres, shares, without_floor), 1)
    assert model.geometry_encoder is not None
    geometry, _ = model.geometry_encoder(raw)
    assert 0.04 < geometry.std().item() < 0.1
