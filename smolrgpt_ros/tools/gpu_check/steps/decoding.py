# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Decoding by a CUDA graph against decoding step by step, on the same tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..stored_questions import StoredQuestion

if TYPE_CHECKING:
    import torch

    from smolrgpt_ros.model.architecture.smolrgpt import SmolRGPTForConditionalGeneration
    from smolrgpt_ros.model.inference.generator import Generator
    from smolrgpt_ros.model.preprocessing.processor import SmolRGPTProcessor


@dataclass(frozen=True)
class Ways:
    """Two generators on the same weights.

    Args:
        name: of the model and its number format.
        eager, graph: step by step, and at fixed addresses.
        tie: difference of log-probabilities within which two tokens are about as likely.
    """

    name: str
    eager: Generator
    graph: Generator
    tie: float


@dataclass(frozen=True)
class Comparison:
    """Of the tokens that both ways choose after the same tokens.

    Args:
        equal: both chose the same.
        ties: another one that is as likely, within ``Ways.tie``.
        different: neither.
        largest: difference of the chosen tokens' log-probabilities.
        recorded: whether a CUDA graph was replayed.
        lengths: of the prompts.
    """

    equal: int
    ties: int
    different: int
    largest: float
    recorded: bool
    lengths: str


def compare_steps(
    ways: Ways, questions: Sequence[StoredQuestion], batch: int, steps: int
) -> Comparison:
    """Answer a batch about one frame in both ways; the eager way's tokens go into both."""
    import torch

    from smolrgpt_ros.model.inference.decode_steps import StaticSteps, most_likely
    from smolrgpt_ros.model.inference.frame_cache import FrameFeatures
    from smolrgpt_ros.model.inference.frame_regions import FrameRegions
    from smolrgpt_ros.model.inference.question_inputs import question_inputs

    eager = ways.eager
    about = [question for question in questions if question.frame is questions[0].frame]
    asked = [about[index % len(about)] for index in range(batch)]
    inputs = [
        question_inputs(FrameRegions(eager.processor, q.frame), list(q.masks), q.text)
        for q in asked
    ]
    lengths = [len(question.token_ids) for question in inputs]
    with torch.inference_mode():
        features = FrameFeatures(questions[0].frame)
        eager.encode_frame(features, with_regions=True)
        growing, hidden = eager.prefill(features, inputs, steps)
        static, _ = ways.graph.prefill(features, inputs, steps)
        assert isinstance(static, StaticSteps)
        first = torch.tensor(lengths, device=eager.device) + len(eager.prefix_ids)
        used = len(eager.prefix_ids) + max(lengths)
        tokens = most_likely(eager.decoder, hidden[:, None]).tokens
        one_each = torch.ones(batch, dtype=torch.long, device=eager.device)
        equal = ties = different = 0
        largest = 0.0
        for step in range(steps - 1):
            expected = growing.step(tokens, first + step, used + step + 1)
            found = static.step(tokens, first + step, used + step + 1)
            gap = (expected.log_probabilities - found.log_probabilities).abs()
            same = expected.tokens == found.tokens
            close = gap <= ways.tie
            equal += int((same & close).sum())
            ties += int((~same & close).sum())
            different += int((~close).sum())
            largest = max(largest, float(gap.max()))
            tokens = expected.tokens
            growing.keep(one_each)
            static.keep(one_each)
    between = f"{min(lengths)} to {max(lengths)}"
    return Comparison(equal, ties, different, largest, static.recorded, between)


def mini_ways(mini: Path, device: torch.device) -> Ways:
    """The mini in float32: trained weights, names that carry features."""
    from smolrgpt_ros.model.checkpoints.loading import load_model
    from smolrgpt_ros.model.preprocessing.processor import SmolRGPTProcessor

    model = load_model(mini).to(device)
    return _ways("mini float32", model, SmolRGPTProcessor.from_pretrained(mini), 1e-3)


def full_size_ways(device: torch.device) -> Ways:
    """The published size in bfloat16 with random weights."""
    import torch

    from smolrgpt_ros.model.architecture.smolrgpt import SmolRGPTForConditionalGeneration
    from smolrgpt_ros.model.bench.case import bench_config, bench_processor

    torch.manual_seed(0)
    with device:
        model = SmolRGPTForConditionalGeneration(bench_config("full"))
    model = model.to(torch.bfloat16)
    return _ways("full size bfloat16", model, bench_processor(model.config), 0.1)


def _ways(
    name: str, model: SmolRGPTForConditionalGeneration, processor: SmolRGPTProcessor, tie: float
) -> Ways:
    from smolrgpt_ros.model.inference.fused_decoder import FusedDecoder
    from smolrgpt_ros.model.inference.generator import Generator

    model.eval().requires_grad_(False)
    decoder = FusedDecoder(model.language_model)
    eager = Generator(model, decoder, processor)
    return Ways(name, eager, Generator(model, decoder, processor, static=True), tie)
