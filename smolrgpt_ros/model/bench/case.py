# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Inputs of the benchmark: a model of the published size, a frame of noise, questions about it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from smolrgpt_ros.scene.frame import RgbdFrame

from ..architecture.config import PUBLISHED_TEXT, PUBLISHED_VISION, SmolRGPTConfig
from ..inference.frame_regions import FrameRegions
from ..inference.question_inputs import QuestionInputs
from ..preprocessing.processor import (
    IMAGE_TOKEN,
    MASK_DEPTH_TOKEN,
    MASK_RGB_TOKEN,
    TURN_END,
    TURN_START,
    SmolRGPTProcessor,
)


def bench_config(size: str) -> SmolRGPTConfig:
    """The published sizes, or a model of a few hundred thousand parameters."""
    if size == "full":
        return SmolRGPTConfig()
    if size != "tiny":
        raise ValueError(f"size must be 'full' or 'tiny', found {size!r}")
    vision = {"hidden_size": 24, "intermediate_size": 32, "num_hidden_layers": 2}
    text = {"hidden_size": 30, "intermediate_size": 32, "num_hidden_layers": 2, "head_dim": 2}
    return SmolRGPTConfig(
        vision_config={**PUBLISHED_VISION, **vision}, text_config={**PUBLISHED_TEXT, **text}
    )


@dataclass(frozen=True)
class BenchCase:
    """A frame and questions about it, as values and as tensors.

    Args:
        frame: of noise.
        rgb, depth: its pictures for the tower, ``(1, 3, S, S)``.
        weights: of three masks, ``(3, mask_grid, mask_grid)``.
        ids: the whole prompt of the first question, ``(1, T)``.
        questions: with the three masks each.
    """

    frame: RgbdFrame
    rgb: Tensor
    depth: Tensor
    weights: Tensor
    ids: Tensor
    questions: list[QuestionInputs]

    def to(self, device: torch.device) -> BenchCase:
        """With its tensors there; those of the questions follow when they are asked."""
        return replace(
            self,
            rgb=self.rgb.to(device),
            depth=self.depth.to(device),
            weights=self.weights.to(device),
            ids=self.ids.to(device),
        )


def bench_case(config: SmolRGPTConfig, question_tokens: int, questions: int = 4) -> BenchCase:
    """A frame of noise and questions with three masks each."""
    rng = np.random.default_rng(0)
    frame = RgbdFrame(
        rgb=rng.integers(0, 256, (480, 640, 3)).astype(np.uint8),
        depth=rng.uniform(1, 9, (480, 640)).astype(np.float32),
        intrinsics=None,
    )
    masks = np.zeros((3, 480, 640), bool)
    masks[0, 100:200, 50:150] = masks[1, 220:300, 300:420] = masks[2, 60:400, 440:600] = True
    processor = bench_processor(config)
    regions = FrameRegions(processor, frame).of(list(masks))
    region = [config.mask_rgb_token_id, config.mask_depth_token_id]
    inputs = []
    for _ in range(questions):
        words = rng.integers(10, 1000, question_tokens - 6).tolist()
        ids = words[:5] + region + words[5:9] + region + words[9:12] + region + words[12:]
        inputs.append(QuestionInputs(ids, regions))
    weights = torch.stack([region.weights for region in regions])
    rgb, depth = processor.rgb(frame.rgb), processor.depth(frame.depth)
    assert depth is not None
    prompt = processor.encode(processor.prefix) + inputs[0].token_ids
    return BenchCase(frame, rgb[None], depth[None], weights, torch.tensor([prompt]), inputs)


def bench_processor(config: SmolRGPTConfig) -> SmolRGPTProcessor:
    """A processor whose vocabulary is that of the prefix: 67 tokens with 64 image tokens."""
    vocabulary = {
        "<unk>": 0,
        TURN_START: 1,
        TURN_END: config.eos_token_id,
        "user": 3,
        "\n": 4,
        IMAGE_TOKEN: config.image_token_id,
        MASK_RGB_TOKEN: config.mask_rgb_token_id,
        MASK_DEPTH_TOKEN: config.mask_depth_token_id,
    }
    backend = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.Split("\n", "isolated")
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend,
        unk_token="<unk>",
        bos_token=TURN_START,
        eos_token=TURN_END,
        pad_token=TURN_END,
        additional_special_tokens=[IMAGE_TOKEN, MASK_RGB_TOKEN, MASK_DEPTH_TOKEN],
    )
    return SmolRGPTProcessor.for_config(config, tokenizer)
