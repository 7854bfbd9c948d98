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

SHORT = {"float32": "fp32", "bfloat16": "bf16", "float16": "fp16", "int8": "int8"}
_CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}
_FLOATS = {"bfloat16": torch.bfloat16, "float16": torch.float16}
_NUMBERS = {4: "four", 16: "sixteen"}
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
        device: where all of it computes.
        graphs: whether each number format is also measured with steps at fixed addresses, which on
            a GPU a CUDA graph replays.
        at_once: sizes of the batches of questions.
        batch_steps: whether a decoding step of these batches is measured too.
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
    device: str = "cpu"
    graphs: bool = False
    at_once: tuple[int, ...] = (4,)
    batch_steps: bool = False


class Contestant:
    """One number format of ours; ``dtype`` is what the host makes of it.

    Args:
        model: float32; taken over, on the device to measure.
        dtype: number format.
    """

    def __init__(self, model: SmolRGPTForConditionalGeneration, dtype: str) -> None:
        on_cpu = model.device.type == "cpu"
        # The engine offers no float16 on a GPU; here it is measured beside bfloat16.
        self.dtype = choose_dtype(dtype, model.device) if on_cpu else dtype
        if self.dtype in _FLOATS and (self.dtype == "bfloat16" or not on_cpu):
            model = model.to(_FLOATS[self.dtype])  # type: ignore[arg-type]
        if self.dtype == "int8":
            quantise(model.vision_tower)
        decoder = FusedDecoder(model.language_model, WEIGHTS.get(self.dtype) if on_cpu else None)
        self.generator = Generator(model, decoder, bench_processor(model.config))
        self.generator.eos = NEVER

    def with_graphs(self) -> Contestant:
        """The same weights, decoding at fixed addresses."""
        other = copy.copy(self)
        one = self.generator
        other.generator = Generator(one.model, one.decoder, one.processor, static=True)
        other.generator.eos = NEVER
        return other

    def answer(self, features: FrameFeatures, questions: list[PreparedQuestion], n: int) -> None:
        """Answer questions about a frame, whose features are used or filled in."""
        self.generator.see(features, with_regions=True)
        for _ in self.generator.generate(features, questions, n):
            pass


def clock_of(options: BenchOptions) -> Callable[[], float]:
    """Seconds; on a GPU only after everything that was given to it is done."""
    clock = _CLOCKS[options.clock]
    if torch.device(options.device).type != "cuda":
        return clock

    def synchronised() -> float:
        torch.cuda.synchronize()
        return clock()

    return synchronised


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
    clock = clock_of(options)
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    config = bench_config(options.size)
    device = torch.device(options.device)
    load_before = os.getloadavg()
    say(f"building the {options.size} model with random weights")
    torch.manual_seed(0)
    with device:
        base = SmolRGPTForConditionalGeneration(config).eval().requires_grad_(False)
    memory = _memory(base, say) if options.memory else None
    published = PublishedWay(base, clock)
    contestants: dict[str, Contestant] = {}
    # The float32 contestant shares the weights of the published way, so it comes last.
    for dtype in sorted(options.dtypes, key="float32".__eq__):
        say(f"preparing {dtype}")
        model = base if dtype == "float32" else copy.deepcopy(base)
        one = contestants[SHORT[dtype]] = Contestant(model, dtype)
        if options.graphs:
            contestants[f"{SHORT[dtype]} graph"] = one.with_graphs()
    case = bench_case(config, options.question_tokens, max(1, *options.at_once)).to(device)
    found = Measurements()
    report: dict[str, Any] = {}
    for number in range(options.rounds + 1):
        say("warming up" if number == 0 else f"round {number} of {options.rounds}")
        into = Measurements() if number == 0 else found
        _round_published(into, published, case, options, short=number == 0)
        for name, contestant in contestants.items():
            _round_ours(into, name, contestant, case, options, clock, short=number == 0)
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
    clock: Callable[[], float],
    short: bool,
) -> None:
    count = 2 if short else options.answer_tokens
    pictures = torch.cat((case.rgb, case.depth))

    def timed(part: str, what: Callable[[], object]) -> None:
        start = clock()
        with torch.inference_mode():
            what()
        into.add(name, part, clock() - start)

    def ask(
        questions: list[PreparedQuestion], tokens: int, known: FrameFeatures | None = None
    ) -> Callable[[], None]:
        return lambda: who.answer(known or FrameFeatures(case.frame), questions, tokens)

    timed("tower", lambda: who.generator.model.encode_images(pictures))
    features = FrameFeatures(case.frame)
    timed("vision", lambda: who.generator.see(features, with_regions=True))
    one, parts = case.questions[:1], into.seconds[name]
    timed("first token", ask(one, 1, features))
    timed("next answer", ask(one, count, features))
    timed("answer", ask(one, count))
    into.add(name, "decode", _step(parts, "first token", "next answer", count))
    for size in options.at_once:
        many, word = case.questions[:size], _NUMBERS.get(size, str(size))
        timed(f"{word} answers", ask(many, count))
        if options.batch_steps:
            timed(f"{word} first tokens", ask(many, 1, features))
            timed(f"{word} next answers", ask(many, count, features))
            step = _step(parts, f"{word} first tokens", f"{word} next answers", count)
            into.add(name, f"{word} at once, decode", step)


def _step(parts: dict[str, list[float]], first: str, whole: str, tokens: int) -> float:
    """Seconds of a decoding step, from the newest measurements."""
    return max(0.0, parts[whole][-1] - parts[first][-1]) / max(tokens - 1, 1)


@torch.inference_mode()
def _logits_errors(contestants: dict[str, Contestant], case: BenchCase) -> dict[str, float]:
    """Root mean square of the first token's logit errors, in standard deviations of the logits."""
    logits = {}
    for name, who in contestants.items():
        features = FrameFeatures(case.frame)
        who.generator.see(features, with_regions=True)
        started = who.generator.start(features, case.questions[:1], 1)
        logits[name] = who.generator.decoder.logits(started.hidden)
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
