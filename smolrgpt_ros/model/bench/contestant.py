# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""This package's generator as the benchmark measures it."""

from __future__ import annotations

import copy

import torch
from torch import Tensor

from ..architecture.smolrgpt import SmolRGPTForConditionalGeneration
from ..inference.decode_steps import GrowingSteps, StaticSteps
from ..inference.frame_cache import FrameFeatures
from ..inference.fused_decoder import FusedDecoder
from ..inference.generator import Generator
from ..inference.hardware import choose_dtype, floating_type
from ..inference.quantisation import WEIGHTS, quantise_tower
from ..inference.question_inputs import QuestionInputs
from .case import bench_processor

SHORT_NAMES = {"float32": "fp32", "bfloat16": "bf16", "float16": "fp16", "int8": "int8"}
"""Names of contestants by number format."""
NO_END_OF_TURN = -1
"""Token that random weights cannot generate: answers then have the length asked for."""
_FLOATS = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
"""On a GPU."""


class Contestant:
    """This package's generator in one number format.

    Args:
        model: float32, on the device to measure; changed in place.
        dtype: number format.

    Attributes:
        dtype: the number format that this host uses for the one asked for.
    """

    def __init__(self, model: SmolRGPTForConditionalGeneration, dtype: str) -> None:
        on_cpu = model.device.type == "cpu"
        # The engine offers no float16 on a GPU; here it is measured beside bfloat16.
        self.dtype = choose_dtype(dtype, model.device) if on_cpu else dtype
        if on_cpu:
            model = model.to(floating_type(self.dtype, model.device))
        else:
            model = model.to(_FLOATS[self.dtype])
        quantise_tower(model.vision_tower, self.dtype)
        decoder = FusedDecoder(model.language_model, WEIGHTS.get(self.dtype) if on_cpu else None)
        self._model = model
        self.generator = Generator(model, decoder, bench_processor(model.config))
        self.generator.end_of_turn = NO_END_OF_TURN

    def with_graphs(self) -> Contestant:
        """The same weights, decoding at fixed addresses."""
        other = copy.copy(self)
        growing = self.generator
        other.generator = Generator(self._model, growing.decoder, growing.processor, static=True)
        other.generator.end_of_turn = NO_END_OF_TURN
        return other

    def answer(self, features: FrameFeatures, questions: list[QuestionInputs], tokens: int) -> None:
        """Answer questions about a frame, whose features are used or filled in.

        Args:
            features: of the frame.
            questions: one batch.
            tokens: of each answer.
        """
        self.generator.encode_frame(features, with_regions=True)
        for _ in self.generator.generate(features, questions, [tokens] * len(questions)):
            pass

    @torch.inference_mode()
    def checking(
        self, features: FrameFeatures, questions: list[QuestionInputs], width: int
    ) -> tuple[GrowingSteps | StaticSteps, Tensor, Tensor, int]:
        """Steps behind a prompt, and a step's arguments that check ``width`` tokens there."""
        steps, hidden = self.generator.prefill(features, questions, width)
        used = len(self.generator.prefix_ids) + len(questions[0].token_ids)
        tokens = hidden.new_ones((len(questions), width), dtype=torch.long)
        positions = torch.full((len(questions),), used, device=hidden.device)
        steps.step(tokens, positions, used + width)  # a graph is recorded by its first step
        return steps, tokens, positions, used + width
