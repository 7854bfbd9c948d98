# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The bench at full size: the published way, eager steps, CUDA graphs; how far from the best."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..device import chosen_device, give_back, megabytes
from ..options import CheckOptions
from ..record import Record, Table

if TYPE_CHECKING:
    import torch

    from smolrgpt_ros.model.bench.contestant import Contestant
    from smolrgpt_ros.model.bench.options import BenchOptions
    from smolrgpt_ros.model.bench.roofline import Ceilings, Work

BATCHES = (4, 16)
LOGITS_TOLERANCE = 0.1
"""Of the first token's logits against float32, in their standard deviations."""


def run(options: CheckOptions, record: Record) -> None:
    """Measure times, then ceilings, then memory; each is kept as soon as it is there."""
    device = chosen_device(options)
    from smolrgpt_ros.model.bench.options import BenchOptions
    from smolrgpt_ros.model.bench.run import run_bench

    settings = BenchOptions(
        size=options.size,
        dtypes=("float32", "bfloat16") if options.small else ("float32", "bfloat16", "float16"),
        rounds=1 if options.small else 5,
        answer_tokens=4 if options.small else 20,
        published_tokens=4 if options.small else 120,
        memory=False,
        device=str(device),
        graphs=True,
        at_once=BATCHES,
        batch_steps=True,
    )
    report = run_bench(settings, print, lambda found: record.keep("bench", found))
    _answers(report, settings.answer_tokens, device, record)
    give_back(device)
    ceilings, works = _ceilings(settings, options.small, device, record)
    _shares(report, ceilings, works, record)
    if device.type == "cuda":
        _peaks(settings, device, record)
    else:
        record.skip("peak memory", "there is no GPU")
    record.conclude(_headline(report, device))


def _answers(report: dict[str, Any], tokens: int, device: torch.device, record: Record) -> None:
    seconds = report["median_seconds"]
    names = tuple(seconds)
    times = (
        ("tower, RGB and depth", "tower"),
        ("first token of a further question", "first token"),
        (f"a question, {tokens} tokens", "answer"),
        (f"a further question, {tokens} tokens", "next answer"),
        ("4 questions at once", "four answers"),
        ("16 questions at once", "sixteen answers"),
        ("the published way's own length", "always"),
    )
    rates = (
        ("tokens a second", "decode", 1),
        ("tokens a second, 4 at once", "four at once, decode", 4),
        ("tokens a second, 16 at once", "sixteen at once, decode", 16),
    )
    rows = [(label, *(_ms(seconds[name].get(part)) for name in names)) for label, part in times]
    rows += [
        (label, *(_rate(seconds[name].get(step), batch) for name in names))
        for label, step, batch in rates
    ]
    columns = names
    if device.type == "cpu":  # a graph's stand-in
        columns = tuple(_stand_in(name) for name in names)
    record.tabulate(Table("milliseconds", columns, tuple(rows)))
    for name, error in report["logits_error"].items():
        record.check(
            f"logits, {name}", error <= LOGITS_TOLERANCE, f"{error:.4f} standard deviations off"
        )


def _ceilings(
    settings: BenchOptions, small: bool, device: torch.device, record: Record
) -> tuple[Ceilings, dict[str, dict[str, Work]]]:
    """What the device can do, and the work of each number format's parts."""
    import torch

    from smolrgpt_ros.model.bench.case import bench_case, bench_config
    from smolrgpt_ros.model.bench.contestant import SHORT_NAMES
    from smolrgpt_ros.model.bench.options import clock_of
    from smolrgpt_ros.model.bench.roofline import count_work, measure_ceilings

    names = [SHORT_NAMES[dtype] for dtype in settings.dtypes]
    side, copy = (256, 2**24) if small else (8192, 2**31)
    with torch.inference_mode():
        ceilings = measure_ceilings(names, clock_of(settings), device, side, copy)
    give_back(device)
    found = ", ".join(f"{name} {rate / 1e12:.1f}" for name, rate in ceilings.flops.items())
    record.note("copy within memory", f"{ceilings.copy_bytes / 1e9:,.0f} GB/s, read and written")
    record.note(f"product of {side} x {side} matrices", f"{found} TFLOP/s")
    record.keep("ceilings", {"copy_bytes": ceilings.copy_bytes, "flops": ceilings.flops})
    works = {}
    case = bench_case(bench_config(settings.size), settings.question_tokens, max(BATCHES))
    for dtype in settings.dtypes:
        contestant = _contestant(settings, dtype, device)
        works[SHORT_NAMES[dtype]] = count_work(contestant, case.to(device), BATCHES)
        del contestant
        give_back(device)
    return ceilings, works


def _shares(
    report: dict[str, Any],
    ceilings: Ceilings,
    works: dict[str, dict[str, Work]],
    record: Record,
) -> None:
    """How much of each part's time even a perfect implementation would take."""
    names = tuple(report["computed_as"])
    rows = []
    for part in next(iter(works.values())):
        cells = []
        for name in names:
            dtype = name.split()[0]
            least = works[dtype][part].least_seconds(ceilings, dtype)
            taken = report["median_seconds"][name][part]
            cells.append(_ms(least) + (f" ({100 * least / taken:.0f} %)" if taken > 0 else ""))
        rows.append((part, *cells))
    record.tabulate(Table("least milliseconds by these ceilings", names, tuple(rows)))


def _peaks(settings: BenchOptions, device: torch.device, record: Record) -> None:
    import torch

    from smolrgpt_ros.model.bench.case import bench_case, bench_config
    from smolrgpt_ros.model.inference.frame_cache import FrameFeatures

    case = bench_case(bench_config(settings.size), settings.question_tokens, max(BATCHES))
    columns = []
    for dtype in settings.dtypes:
        growing = _contestant(settings, dtype, device)
        cells = {"weights": megabytes(torch.cuda.memory_allocated(device))}
        for way, contestant in (("eager", growing), ("graph", growing.with_graphs())):
            for batch in (1, max(BATCHES)):
                give_back(device)
                contestant.answer(FrameFeatures(case.frame), case.questions[:batch], 20)
                cells[f"{way}, {batch} at once"] = megabytes(
                    torch.cuda.max_memory_allocated(device)
                )
        columns.append(cells)
        del growing, contestant
        give_back(device)
    rows = tuple((name, *(cells[name] for cells in columns)) for name in columns[0])
    record.tabulate(Table("peak memory", settings.dtypes, rows))


def _contestant(settings: BenchOptions, dtype: str, device: torch.device) -> Contestant:
    import torch

    from smolrgpt_ros.model.architecture.smolrgpt import SmolRGPTForConditionalGeneration
    from smolrgpt_ros.model.bench.case import bench_config
    from smolrgpt_ros.model.bench.contestant import Contestant

    torch.manual_seed(0)
    with device:
        model = SmolRGPTForConditionalGeneration(bench_config(settings.size))
    return Contestant(model.eval().requires_grad_(False), dtype)


def _headline(report: dict[str, Any], device: torch.device) -> str:
    best = "bf16 graph"
    parts, published = report["median_seconds"][best], report["median_seconds"]["published"]
    name = _stand_in(best) if device.type == "cpu" else best
    return (
        f"{name}: a question {_ms(parts['answer'])} ms (published way, fp32, "
        f"{_ms(published['answer'])} ms), a further one {_ms(parts['next answer'])} ms"
    )


def _stand_in(name: str) -> str:
    """What a CPU runs in place of a graph."""
    return name.replace("graph", "at fixed addresses, no graph")


def _ms(seconds: float | None) -> str:
    return "" if seconds is None else f"{1e3 * seconds:.3g}"


def _rate(step_seconds: float | None, batch: int) -> str:
    return f"{batch / step_seconds:,.0f}" if step_seconds else ""
