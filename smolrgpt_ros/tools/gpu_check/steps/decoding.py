"""Decoding by a CUDA graph against decoding step by step, on the same tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..stored_questions import StoredQuestion

if TYPE_CHECKING:
    import torch

    from smolrgpt_ros.model.inference.generator import Generator
    from smolrgpt_ros.model.inference.question_inputs import QuestionInputs

STEPS = 24
TIE = {"mini float32": 1e-3, "full size bfloat16": 0.1}
"""Difference of log-probabilities, by model, within which two tokens are about as likely."""


@dataclass(frozen=True)
class Comparison:
    """Of the tokens that both ways choose after the same tokens.

    Args:
        equal: both chose the same.
        ties: another one that is as likely, within :data:`TIE`.
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
    model: str, mini: Path, device: torch.device, questions: Sequence[StoredQuestion], batch: int
) -> Comparison:
    """Answer a batch about one frame in both ways; the eager way's tokens go into both."""
    import torch

    from smolrgpt_ros.model.inference.decode_steps import StaticSteps, most_likely
    from smolrgpt_ros.model.inference.frame_cache import FrameFeatures

    eager, graph, inputs = _generators(model, mini, device, questions, batch)
    lengths = [len(question.token_ids) for question in inputs]
    with torch.inference_mode():
        features = FrameFeatures(questions[0].frame)
        eager.encode_frame(features, with_regions=True)
        growing, hidden = eager.prefill(features, inputs, STEPS)
        static, _ = graph.prefill(features, inputs, STEPS)
        assert isinstance(static, StaticSteps)
        first = torch.tensor(lengths, device=device) + len(eager.prefix_ids)
        slot = len(eager.prefix_ids) + max(lengths)
        tokens, _ = most_likely(eager.decoder, hidden)
        equal = ties = different = 0
        largest = 0.0
        for step in range(STEPS - 1):
            chosen, expected = growing.step(tokens, first + step, slot + step)
            again, found = static.step(tokens, first + step, slot + step)
            gap = (expected - found).abs()
            same = chosen == again
            close = gap <= TIE[model]
            equal += int((same & close).sum())
            ties += int((~same & close).sum())
            different += int((~close).sum())
            largest = max(largest, float(gap.max()))
            tokens = chosen
        between = f"{min(lengths)} to {max(lengths)}"
        return Comparison(equal, ties, different, largest, static.recorded, between)


def _generators(
    model: str, mini: Path, device: torch.device, questions: Sequence[StoredQuestion], batch: int
) -> tuple[Generator, Generator, list[QuestionInputs]]:
    """An eager and a static generator on the same weights, and what both are asked."""
    import torch

    from smolrgpt_ros.model.architecture.smolrgpt import SmolRGPTForConditionalGeneration
    from smolrgpt_ros.model.bench.case import bench_config, bench_processor
    from smolrgpt_ros.model.checkpoints.loading import load_model
    from smolrgpt_ros.model.inference.fused_decoder import FusedDecoder
    from smolrgpt_ros.model.inference.generator import Generator
    from smolrgpt_ros.model.inference.question_inputs import question_inputs
    from smolrgpt_ros.model.preprocessing.processor import SmolRGPTProcessor

    if model == "mini float32":
        network = load_model(mini).to(device)
        processor = SmolRGPTProcessor.from_pretrained(mini)
    else:
        torch.manual_seed(0)
        with device:
            network = SmolRGPTForConditionalGeneration(bench_config("full"))
        network, processor = network.to(torch.bfloat16), bench_processor(network.config)
    network.eval().requires_grad_(False)
    about = [question for question in questions if question.frame is questions[0].frame]
    asked = [about[index % len(about)] for index in range(batch)]
    decoder = FusedDecoder(network.language_model)
    eager = Generator(network, decoder, processor)
    graph = Generator(network, decoder, processor, static=True)
    inputs = [question_inputs(processor, q.frame, list(q.masks), q.text) for q in asked]
    return eager, graph, inputs
