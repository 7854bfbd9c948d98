"""``smolrgpt bench``: parts and whole answers against the published way, interleaved."""

from __future__ import annotations

import copy
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ..architecture.smolrgpt import SmolRGPTForConditionalGeneration
from ..checkpoints.published import save_published
from ..inference.frame_cache import FrameFeatures
from ..inference.fused_decoder import FusedDecoder
from ..inference.generator import Generator, PreparedQuestion
from ..inference.hardware import choose_dtype
from ..inference.quantisation import WEIGHTS, quantise
from .case import BenchCase, bench_case, bench_config, bench_processor
from .load_memory import measure_load
from .published_baseline import PublishedWay
from .report import Measurements, ratios_of

SHORT = {"float32": "fp32", "bfloat16": "bf16", "int8": "int8"}
_CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}
NEVER = -1
"""End-of-turn id that random weights cannot generate: answers then have the length asked for."""


@dataclass(frozen=True)
class BenchOptions:
    """What to measure.

    Args:
        size: ``full`` (as published) or ``tiny`` (to try the benchmark itself).
        dtypes: number formats of ours.
        rounds: of the interleaved runs; medians are over them.
        threads: of torch; ``None`` leaves its own choice.
        question_tokens: of a prompt behind its 67-token prefix.
        answer_tokens: of ours, and of the published way stopped there.
        published_tokens: what the published way always generates.
        clock: ``wall``, or ``cpu`` for the processor time of this process: with one thread it can
            be compared even where other work holds the cores.
        memory: whether to measure loading as well (writes a file of the model's size to a
            temporary folder).
    """

    size: str = "full"
    dtypes: tuple[str, ...] = ("float32", "bfloat16", "int8")
    rounds: int = 3
    threads: int | None = None
    question_tokens: int = 68
    answer_tokens: int = 20
    published_tokens: int = 120
    clock: str = "wall"
    memory: bool = True


class Contestant:
    """One number format of ours; ``dtype`` is what the host makes of it."""

    def __init__(self, model: SmolRGPTForConditionalGeneration, dtype: str) -> None:
        self.dtype = choose_dtype(dtype, torch.device("cpu"))
        if self.dtype == "bfloat16":
            model = model.to(torch.bfloat16)  # type: ignore[arg-type]
        if self.dtype == "int8":
            quantise(model.vision_tower)
        decoder = FusedDecoder(model.language_model, WEIGHTS.get(self.dtype))
        self.generator = Generator(model, decoder, bench_processor(model.config))
        self.generator.eos = NEVER

    def answer(self, features: FrameFeatures, questions: list[PreparedQuestion], n: int) -> None:
        """Answer questions about a frame, whose features are used or filled in."""
        self.generator.see(features, with_regions=True)
        for _ in self.generator.generate(features, questions, n):
            pass


def run_bench(
    options: BenchOptions,
    say: Callable[[str], None] = print,
    keep: Callable[[dict[str, Any]], None] = lambda report: None,
) -> dict[str, Any]:
    """Measure, and return what ``--json`` writes.

    Args:
        options: what to measure.
        say: gets a line of progress.
        keep: gets the report after each round, so that a run that is ended early leaves its rounds.
    """
    clock = _CLOCKS[options.clock]
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    config = bench_config(options.size)
    load_before = os.getloadavg()
    say(f"building the {options.size} model with random weights")
    torch.manual_seed(0)
    base = SmolRGPTForConditionalGeneration(config).eval().requires_grad_(False)
    memory = _memory(base, say) if options.memory else None
    published = PublishedWay(base, clock)
    contestants: dict[str, Contestant] = {}
    # The float32 contestant shares the weights of the published way, so it comes last.
    for dtype in sorted(options.dtypes, key="float32".__eq__):
        say(f"preparing {dtype}")
        model = base if dtype == "float32" else copy.deepcopy(base)
        contestants[SHORT[dtype]] = Contestant(model, dtype)
    case = bench_case(config, options.question_tokens)
    found = Measurements()
    report: dict[str, Any] = {}
    for number in range(options.rounds + 1):
        say("warming up" if number == 0 else f"round {number} of {options.rounds}")
        into = Measurements() if number == 0 else found
        _round_published(into, published, case, options, short=number == 0)
        for name, contestant in contestants.items():
            _round_ours(into, name, contestant, case, options, short=number == 0)
        if number:
            report = _report(options, base, case, found, contestants, memory, load_before, number)
            keep(report)
    return report


def _report(
    options: BenchOptions,
    base: SmolRGPTForConditionalGeneration,
    case: BenchCase,
    found: Measurements,
    contestants: dict[str, Contestant],
    memory: dict[str, Any] | None,
    load_before: tuple[float, float, float],
    rounds: int,
) -> dict[str, Any]:
    return {
        "size": options.size,
        "parameters": sum(p.numel() for p in base.parameters()),
        "prompt_tokens": int(case.ids.shape[1]),
        "threads": torch.get_num_threads(),
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "torch": torch.__version__,
        "load_average": {"before": list(load_before), "after": list(os.getloadavg())},
        "rounds": rounds,
        "clock": options.clock,
        "computed_as": {name: who.dtype for name, who in contestants.items()},
        "median_seconds": found.medians(),
        "ratios": ratios_of(found, list(contestants), memory),
        "memory": memory,
        "logits_error": _logits_errors(contestants, case),
    }


def _round_published(
    into: Measurements, way: PublishedWay, case: BenchCase, options: BenchOptions, short: bool
) -> None:
    clock = way.clock
    start = clock()
    with torch.inference_mode():
        for picture in (case.rgb, case.depth):
            way.model.encode_images(picture)
    tower = clock() - start
    into.add("published", "tower", tower)
    start = clock()
    way.vision(case.rgb, case.depth, case.weights)
    vision = clock() - start
    into.add("published", "vision", vision)
    count = 2 if short else max(options.published_tokens, options.answer_tokens)
    times = way.answer(case.rgb, case.depth, case.weights, case.ids, count)
    into.add("published", "prefill", max(times[0] - vision, 1e-9))
    into.add("published", "decode", (times[-1] - times[0]) / max(len(times) - 1, 1))
    into.add("published", "answer", times[min(options.answer_tokens, count) - 1])
    into.add("published", "always", times[-1])


def _round_ours(
    into: Measurements,
    name: str,
    who: Contestant,
    case: BenchCase,
    options: BenchOptions,
    short: bool,
) -> None:
    count = 2 if short else options.answer_tokens
    pictures = torch.cat((case.rgb, case.depth))

    def timed(part: str, what: Callable[[], object]) -> None:
        start = clock()
        with torch.inference_mode():
            what()
        into.add(name, part, clock() - start)

    clock = _CLOCKS[options.clock]
    timed("tower", lambda: who.generator.model.encode_images(pictures))
    features = FrameFeatures(case.frame)
    timed("vision", lambda: who.generator.see(features, with_regions=True))
    timed("first token", lambda: who.answer(features, case.questions[:1], 1))
    one = case.questions[:1]
    timed("next answer", lambda: who.answer(features, one, count))
    timed("answer", lambda: who.answer(FrameFeatures(case.frame), one, count))
    four = case.questions
    timed("four answers", lambda: who.answer(FrameFeatures(case.frame), four, count))
    parts = into.seconds[name]
    step = (parts["next answer"][-1] - parts["first token"][-1]) / max(count - 1, 1)
    into.add(name, "decode", step)


@torch.inference_mode()
def _logits_errors(contestants: dict[str, Contestant], case: BenchCase) -> dict[str, float]:
    """Root mean square of the first token's logit errors, in standard deviations of the logits."""
    logits = {}
    for name, who in contestants.items():
        features = FrameFeatures(case.frame)
        who.generator.see(features, with_regions=True)
        first = len(who.generator.prefix_ids)
        steps = who.generator._steps(1, first + len(case.questions[0].token_ids))
        assert features.prefix is not None
        steps.cache.keys[:, :, :, :first] = features.prefix.keys
        steps.cache.values[:, :, :, :first] = features.prefix.values
        steps.cache.seen[:, :first] = True
        hidden = who.generator._prefill(features, case.questions[:1], steps, first)
        logits[name] = who.generator.decoder.logits(hidden)
    if "fp32" not in logits:
        return {}
    exact = logits.pop("fp32")
    scale = exact.std()
    return {
        name: float((values - exact).square().mean().sqrt() / scale)
        for name, values in logits.items()
    }


def _memory(
    base: SmolRGPTForConditionalGeneration, say: Callable[[str], None]
) -> dict[str, dict[str, float]]:
    """Peak of loading the published layout and our own, in a process each."""
    result = {}
    for layout in ("published", "converted"):
        with tempfile.TemporaryDirectory(prefix="smolrgpt-bench-") as folder:
            say(f"measuring the memory of loading ({layout} layout)")
            if layout == "published":
                save_published(base, folder)
            else:
                base.save_pretrained(folder, max_shard_size="100GB")
            found = measure_load(Path(folder), layout == "published")
            result[layout] = {
                "file_bytes": found.file,
                "peak_bytes": found.peak,
                "steady_bytes": found.steady,
                "peak_vs_file": found.peak_vs_file,
            }
    return result
