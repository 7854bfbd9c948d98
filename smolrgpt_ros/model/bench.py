"""``smolrgpt bench``: parts and whole answers against the published way, interleaved."""

from __future__ import annotations

import copy
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from ..scene.frame import RgbdFrame
from .bench_memory import measure_load
from .bench_published import PublishedWay
from .config import PUBLISHED_TEXT, PUBLISHED_VISION, SmolRGPTConfig
from .frame_features import FrameFeatures
from .fused_decoder import FusedDecoder
from .generation import Generator, PreparedQuestion
from .modeling import SmolRGPTForConditionalGeneration
from .processing import (
    IMAGE_TOKEN,
    MASK_DEPTH_TOKEN,
    MASK_RGB_TOKEN,
    TURN_END,
    TURN_START,
    SmolRGPTProcessor,
)
from .published import save_published
from .quantisation import quantise

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


@dataclass
class Measurements:
    """Seconds by contestant and part, one per round."""

    seconds: dict[str, dict[str, list[float]]] = field(default_factory=dict)

    def add(self, who: str, part: str, value: float) -> None:
        self.seconds.setdefault(who, {}).setdefault(part, []).append(value)

    def ratio(self, above: tuple[str, str], below: tuple[str, str]) -> float:
        """Median over the rounds of one time divided by another of the same round."""
        pairs = zip(self.seconds[above[0]][above[1]], self.seconds[below[0]][below[1]], strict=True)
        return statistics.median(a / b for a, b in pairs)

    def medians(self) -> dict[str, dict[str, float]]:
        return {
            who: {part: statistics.median(values) for part, values in parts.items()}
            for who, parts in self.seconds.items()
        }


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


class Contestant:
    """One number format of ours."""

    def __init__(self, model: SmolRGPTForConditionalGeneration, dtype: str) -> None:
        if dtype == "bfloat16":
            model = model.to(torch.bfloat16)  # type: ignore[arg-type]
        if dtype == "int8":
            quantise(model.vision_tower)
        decoder = FusedDecoder(model.language_model, int8=dtype == "int8")
        self.generator = Generator(model, decoder, _processor(model.config))
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
    contestants: dict[str, Contestant] = {}
    # The float32 contestant shares the weights of the published way, so it comes last.
    for dtype in sorted(options.dtypes, key="float32".__eq__):
        say(f"preparing {dtype}")
        model = base if dtype == "float32" else copy.deepcopy(base)
        contestants[SHORT[dtype]] = Contestant(model, dtype)
    case = _case(config, options)
    found = Measurements()
    published = PublishedWay(base, clock)
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
    case: _Case,
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
        "median_seconds": found.medians(),
        "ratios": _ratios(found, list(contestants), memory),
        "memory": memory,
        "logits_error": _logits_errors(contestants, case),
    }


@dataclass(frozen=True)
class _Case:
    frame: RgbdFrame
    rgb: Tensor
    depth: Tensor
    weights: Tensor
    ids: Tensor
    questions: list[PreparedQuestion]


def _case(config: SmolRGPTConfig, options: BenchOptions) -> _Case:
    """A frame of noise and four questions with three masks each."""
    rng = np.random.default_rng(0)
    frame = RgbdFrame(
        rgb=rng.integers(0, 256, (480, 640, 3)).astype(np.uint8),
        depth=rng.uniform(1, 9, (480, 640)).astype(np.float32),
        intrinsics=None,
    )
    masks = np.zeros((3, 480, 640), bool)
    masks[0, 100:200, 50:150] = masks[1, 220:300, 300:420] = masks[2, 60:400, 440:600] = True
    processor = _processor(config)
    weights, _ = processor.masks(list(masks))
    region = [config.mask_rgb_token_id, config.mask_depth_token_id]
    questions = []
    for _ in range(4):
        words = rng.integers(10, 1000, options.question_tokens - 6).tolist()
        ids = words[:5] + region + words[5:9] + region + words[9:12] + region + words[12:]
        questions.append(PreparedQuestion(ids, weights, None, ()))
    rgb, depth = processor.rgb(frame.rgb), processor.depth(frame.depth)
    assert depth is not None
    prompt = processor.encode(processor.prefix) + questions[0].token_ids
    return _Case(frame, rgb[None], depth[None], weights, torch.tensor([prompt]), questions)


def _round_published(
    into: Measurements, way: PublishedWay, case: _Case, options: BenchOptions, short: bool
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
    into: Measurements, name: str, who: Contestant, case: _Case, options: BenchOptions, short: bool
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


def _ratios(found: Measurements, names: list[str], memory: dict[str, Any] | None) -> dict[str, Any]:
    pairs = {
        "one_question_20": ("answer", "answer"),
        "one_question_vs_120": ("always", "answer"),
        "next_question_same_frame": ("answer", "next answer"),
    }
    ratios: dict[str, Any] = {
        key: {name: found.ratio(("published", theirs), (name, ours)) for name in names}
        for key, (theirs, ours) in pairs.items()
    }
    ratios["four_questions_vs_one"] = {
        name: found.ratio((name, "four answers"), (name, "answer")) for name in names
    }
    ratios["load_peak_vs_file"] = None if memory is None else memory["published"]["peak_vs_file"]
    return ratios


@torch.inference_mode()
def _logits_errors(contestants: dict[str, Contestant], case: _Case) -> dict[str, float]:
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


def _processor(config: SmolRGPTConfig) -> SmolRGPTProcessor:
    """A processor whose tokenizer knows the prefix alone: 67 tokens with 64 image tokens."""
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


def table(report: dict[str, Any]) -> str:
    """The report for people."""
    medians, loads = report["median_seconds"], report["load_average"]
    names = list(medians)
    parts = list(dict.fromkeys(part for values in medians.values() for part in values))
    lines = [
        f"{report['parameters'] / 1e6:.1f} M parameters, "
        f"prompt of {report['prompt_tokens']} tokens, "
        f"{report['threads']} threads, {report['cpu_capability']}, "
        f"load {loads['before'][0]:.1f} -> {loads['after'][0]:.1f}",
        "",
        f"{'median ms (' + report['clock'] + ')':24s}" + "".join(f"{name:>12s}" for name in names),
    ]
    for part in parts:
        cells = [
            f"{medians[name][part] * 1e3:12.1f}" if part in medians[name] else " " * 12
            for name in names
        ]
        lines.append(f"{part:24s}" + "".join(cells))
    lines += ["", f"{'ratio':28s}" + "".join(f"{name:>12s}" for name in names[1:])]
    for key, values in report["ratios"].items():
        if isinstance(values, dict):
            cells = [f"{values[name]:12.2f}" for name in names[1:]]
            lines.append(f"{key:28s}" + "".join(cells))
        elif values is not None:
            lines.append(f"{key:28s}{values:12.2f}")
    for name, error in report["logits_error"].items():
        lines.append(f"logits of {name}: error of {error:.4f} standard deviations")
    return "\n".join(lines)
