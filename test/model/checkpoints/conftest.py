# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A small published checkpoint."""

import pytest
import torch

from smolrgpt_ros.model.architecture.smolrgpt import SmolRGPTForConditionalGeneration
from smolrgpt_ros.model.checkpoints.published import save_published


@pytest.fixture
def checkpoint(tmp_path, published_form_config):
    """A small checkpoint in the published layout with random weights."""
    config = published_form_config
    config.text_config.vocab_size = 128
    config.image_token_id, config.mask_rgb_token_id, config.mask_depth_token_id = 125, 126, 127
    torch.manual_seed(1)
    save_published(SmolRGPTForConditionalGeneration(config), tmp_path / "published")
    return tmp_path / "published"
