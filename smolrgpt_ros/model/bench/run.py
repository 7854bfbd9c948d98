# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``smolrgpt bench``: parts and whole answers against the published baseline, interleaved."""

from __future__ import annotations

import copy
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from ..architecture.smolrgpt import SmolRGPTForConditionalGeneration
from ..checkpoints.published import save_published
from ..inference.frame_cache import FrameFeatures
from .case import BenchCase, bench_case, bench_config
from .contestant import SHORT_NAMES, Contestant
from .host import host_of
from .load_memory import LoadMemory, measure_load
from .options import BenchOptions, clock_of
from .published_baseline import PublishedBaseline
from .report import Measurements, ratios_of
from .roofline import DTYPES, count_work, measure_ceilings
from .rounds import measure_baseline, measure_contestant


def run_bench(
    options: BenchOptions,
    on_progress: Callable[[str], None] = print,
    on_report: Callable[[dict[str, Any]], None] = lambda report: None,
) -> dict[str, Any]:
    """Measure, and return the report that ``--json`` writes.

    Args:
        options: what to measure.
        on_progress: called with a line of progress.
        on_report: called with the report after each round, so that a run that is ended early
            leaves its rounds.
    """
    clock = clock_of(options)
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    config = bench_config(options.size)
    device = torch.device(options.device)
    load_before = os.getloadavg()
    on_progress(f"building the {options.size} model with random weights")
    torch.manual_seed(0)
    with device:
        base = SmolRGPTForConditionalGeneration(config).eval().requires_grad_(False)
    memory = _memory(base, options.dtypes, on_progress) if options.memory else None
    published = PublishedBaseline(base, clock)
    contestants: dict[str, Contestant] = {}
    # The float32 contestant shares the weights of the baseline, so it comes last.
    for dtype in sorted(options.dtypes, key="float32".__eq__):
        on_progress(f"preparing {dtype}")
        model = base if dtype == "float32" else copy.deepcopy(base)
        one = contestants[SHORT_NAMES[dtype]] = Contestant(model, dtype)
        if options.graphs:
            contestants[f"{SHORT_NAMES[dtype]} graph"] = one.with_graphs()
    case = bench_case(config, options.question_tokens, max(1, *options.at_once)).to(device)
    found = Measurements()
    report: dict[str, Any] = {}
    for number in range(options.rounds + 1):
        on_progress("warming up" if number == 0 else f"round {number} of {options.rounds}")
        into = Measurements() if number == 0 else found
        measure_baseline(into, published, case, options, short=number == 0)
        for name, contestant in contestants.items():
            measure_contestant(into, name, contestant, case, options, clock, short=number == 0)
        if number:
            report = _report(options, base, case, found, contestants, memory, load_before, number)
            on_report(report)
    if options.roofline:
        on_progress("measuring rates and counting work")
        report["roofline"] = _roofline(options, contestants, case)
        on_report(report)
    return report


@torch.inference_mode()
def _roofline(
    options: BenchOptions, contestants: dict[str, Contestant], case: BenchCase
) -> dict[str, Any]:
    """Rates of the device, and by number format the least seconds of parts; not of int8."""
    side, copied = (2048, 2**30) if options.size == "full" else (64, 2**20)
    device = torch.device(options.device)
    counted = {name: one for name, one in contestants.items() if name in DTYPES}
    ceilings = measure_ceilings(list(counted), clock_of(options), device, side, copied)
    least = {}
    for name, contestant in counted.items():
        work = count_work(contestant, case, options.at_once)
        least[name] = {part: one.least_seconds(ceilings, name) for part, one in work.items()}
    return {
        "copy_bytes_per_second": ceilings.copy_bytes,
        "flops": ceilings.flops,
        "least_seconds": least,
    }


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
        "host": host_of(torch.device(options.device)).to_json(),
        "load_average": {"before": list(load_before), "after": list(os.getloadavg())},
        "rounds": rounds,
        "clock": options.clock,
        "computed_as": {name: contestant.dtype for name, contestant in contestants.items()},
        "single_rows_as_vectors": [
            n for n, c in contestants.items() if c.generator.decoder.vectors
        ],
        "median_seconds": found.medians(),
        "ratios": ratios_of(found, list(contestants), memory),
        "memory": memory,
        "logits_error": _logits_errors(contestants, case),
    }


@torch.inference_mode()
def _logits_errors(contestants: dict[str, Contestant], case: BenchCase) -> dict[str, float]:
    """Root mean square of the first token's logit errors, in standard deviations of the logits."""
    logits = {}
    for name, contestant in contestants.items():
        generator, features = contestant.generator, FrameFeatures(case.frame)
        generator.encode_frame(features, with_regions=True)
        _, hidden = generator.prefill(features, case.questions[:1], max_new_tokens=1)
        logits[name] = generator.decoder.logits(hidden)
    if "fp32" not in logits:
        return {}
    exact = logits.pop("fp32")
    scale = exact.std()
    return {
        name: float((values - exact).square().mean().sqrt() / scale)
        for name, values in logits.items()
    }


def _memory(
    base: SmolRGPTForConditionalGeneration,
    dtypes: Sequence[str],
    on_progress: Callable[[str], None],
) -> dict[str, dict[str, float]]:
    """Memory of loading, in a process each: the published layout, and by number format our own."""
    result = {}
    with tempfile.TemporaryDirectory(prefix="smolrgpt-bench-") as folder:
        on_progress("measuring the memory of loading (published layout)")
        save_published(base, folder)
        result["published"] = _bytes_of(measure_load(Path(folder)))
    with tempfile.TemporaryDirectory(prefix="smolrgpt-bench-") as folder:
        base.save_pretrained(folder, max_shard_size="100GB")
        for dtype in dtypes:
            on_progress(f"measuring the memory of loading ({dtype})")
            result[SHORT_NAMES[dtype]] = _bytes_of(measure_load(Path(folder), dtype))
    return result


def _bytes_of(found: LoadMemory) -> dict[str, float]:
    return {
        "file_bytes": found.file,
        "libraries_bytes": found.before,
        "peak_bytes": found.peak,
        "steady_bytes": found.steady,
        "answered_bytes": found.answered,
        "peak_vs_file": found.peak_vs_file,
    }
