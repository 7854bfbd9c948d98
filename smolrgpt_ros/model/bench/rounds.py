# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""One round of the benchmark: each part once, baseline and contestants in turn."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch

from ..inference.decode_steps import WIDTHS
from ..inference.frame_cache import FrameFeatures
from ..inference.question_inputs import QuestionInputs
from .case import BenchCase
from .contestant import Contestant
from .options import BenchOptions
from .published_baseline import PublishedBaseline
from .report import Measurements

_NUMBERS = {4: "four", 8: "eight", 16: "sixteen"}


def measure_baseline(
    into: Measurements,
    baseline: PublishedBaseline,
    case: BenchCase,
    options: BenchOptions,
    short: bool,
) -> None:
    """Add the seconds of the baseline's parts; ``short``: few tokens, to warm up."""
    clock = baseline.clock
    start = clock()
    with torch.inference_mode():
        for picture in (case.rgb, case.depth):
            baseline.model.vision_encoder.encode(picture)
    tower = clock() - start
    into.add("published", "tower", tower)
    start = clock()
    baseline.vision(case.rgb, case.depth, case.weights)
    vision = clock() - start
    into.add("published", "vision", vision)
    count = 2 if short else max(options.published_tokens, options.answer_tokens)
    times = baseline.answer(case.rgb, case.depth, case.weights, case.ids, count)
    into.add("published", "prefill", max(times[0] - vision, 1e-9))
    into.add("published", "decode", (times[-1] - times[0]) / max(len(times) - 1, 1))
    into.add("published", "answer", times[min(options.answer_tokens, count) - 1])
    into.add("published", "always", times[-1])


def measure_contestant(
    into: Measurements,
    name: str,
    contestant: Contestant,
    case: BenchCase,
    options: BenchOptions,
    clock: Callable[[], float],
    short: bool,
) -> None:
    """Add the seconds of a contestant's parts; ``short``: few tokens, to warm up."""
    count = 2 if short else options.answer_tokens
    pictures = torch.cat((case.rgb, case.depth))

    def measure(part: str, work: Callable[[], object]) -> None:
        start = clock()
        with torch.inference_mode():
            work()
        into.add(name, part, clock() - start)

    def ask(
        questions: list[QuestionInputs], tokens: int, known: FrameFeatures | None = None
    ) -> Callable[[], None]:
        return lambda: contestant.answer(known or FrameFeatures(case.frame), questions, tokens)

    measure("tower", lambda: contestant.generator.vision.encode(pictures))
    features = FrameFeatures(case.frame)
    measure("vision", lambda: contestant.generator.encode_frame(features, with_regions=True))
    one, parts = case.questions[:1], into.seconds[name]
    measure("first token", ask(one, 1, features))
    measure("next answer", ask(one, count, features))
    measure("answer", ask(one, count))
    into.add(name, "decode", _step(parts, "first token", "next answer", count))
    for width in WIDTHS[1:]:
        steps, *arguments = contestant.checking(features, one, width)
        measure(step_name(1, width), partial(steps.step, *arguments))
    for size in options.at_once:
        many, word = case.questions[:size], batch_word(size)
        measure(f"{word} answers", ask(many, count))
        if options.batch_steps:
            measure(f"{word} first tokens", ask(many, 1, features))
            measure(f"{word} next answers", ask(many, count, features))
            step = _step(parts, f"{word} first tokens", f"{word} next answers", count)
            into.add(name, step_name(size), step)


def batch_word(size: int) -> str:
    """Number of questions of a batch, in names of parts."""
    return _NUMBERS.get(size, str(size))


def step_name(size: int, width: int = 1) -> str:
    """Name of a decoding step of a batch, or of one that checks guesses: ``width`` tokens."""
    step = "decode" if width == 1 else f"decode, {batch_word(width)} tokens checked"
    return step if size == 1 else f"{batch_word(size)} at once, {step}"


def _step(parts: dict[str, list[float]], first: str, whole: str, tokens: int) -> float:
    """Seconds of a decoding step, from the newest measurements."""
    return max(0.0, parts[whole][-1] - parts[first][-1]) / max(tokens - 1, 1)
