"""The bench at full size: the published way, eager steps, CUDA graphs; how far from the best."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..device import chosen_device, give_back, megabytes
from ..options import CheckOptions
from ..record import Record

if TYPE_CHECKING:
    import torch

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
        published_tokens=21 if options.small else 120,
        memory=False,
        device=str(device),
        graphs=True,
        at_once=BATCHES,
        batch_steps=True,
    )
    report = run_bench(settings, print, lambda found: record.keep("bench", found))
    _answers(report, device, record)
    give_back(device)
    ceilings, works = _ceilings(settings, options.small, device, record)
    _shares(report, ceilings, works, record)
    if device.type == "cuda":
        _peaks(settings, device, record)
    else:
        record.skip("peak memory", "there is no GPU")
    record.conclude(_headline(report))


def _answers(report: dict[str, Any], device: torch.device, record: Record) -> None:
    seconds = report["median_seconds"]
    record.note(
        "published way, fp32",
        f"a question {_ms(seconds['published']['answer'])} for 20 tokens, "
        f"{_ms(seconds['published']['always'])} for all of its tokens",
    )
    for name in report["computed_as"]:
        parts = seconds[name]
        kind = name if device.type == "cuda" else name.replace("graph", "fixed addresses, no graph")
        record.note(
            kind,
            f"first question {_ms(parts['answer'])}, further {_ms(parts['next answer'])}, "
            f"4 at once {_ms(parts['four answers'])}, 16 at once {_ms(parts['sixteen answers'])}; "
            f"tokens a second: {_rate(parts, 'decode', 1)} alone, "
            f"{_rate(parts, 'four at once, decode', 4)} of 4, "
            f"{_rate(parts, 'sixteen at once, decode', 16)} of 16",
        )
    for name, error in report["logits_error"].items():
        record.check(
            f"logits, {name}", error <= LOGITS_TOLERANCE, f"{error:.4f} standard deviations off"
        )


def _ceilings(
    settings: BenchOptions, small: bool, device: torch.device, record: Record
) -> tuple[Ceilings, dict[str, dict[str, Work]]]:
    """What the device can do, and the work of each number format's parts."""
    import torch

    from smolrgpt_ros.model.bench.case import bench_case
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
    for dtype in settings.dtypes:
        who = _contestant(settings, dtype, device)
        case = bench_case(who.generator.model.config, settings.question_tokens, max(BATCHES))
        works[SHORT_NAMES[dtype]] = count_work(who, case.to(device), BATCHES)
        del who
        give_back(device)
    return ceilings, works


def _shares(
    report: dict[str, Any],
    ceilings: Ceilings,
    works: dict[str, dict[str, Work]],
    record: Record,
) -> None:
    """How much of each part's time even a perfect implementation would take."""
    for name in report["computed_as"]:
        dtype = name.split()[0]
        parts = report["median_seconds"][name]
        shares = []
        for part, work in works[dtype].items():
            least = work.least_seconds(ceilings, dtype)
            share = f"{100 * least / parts[part]:.0f} %" if parts[part] > 0 else "no time measured"
            shares.append(f"{part} {_ms(least)} of {_ms(parts[part])}: {share}")
        record.note(f"least time by these ceilings, {name}", "; ".join(shares))


def _peaks(settings: BenchOptions, device: torch.device, record: Record) -> None:
    import torch

    from smolrgpt_ros.model.bench.case import bench_case
    from smolrgpt_ros.model.inference.frame_cache import FrameFeatures

    for dtype in settings.dtypes:
        who = _contestant(settings, dtype, device)
        case = bench_case(who.generator.model.config, settings.question_tokens, max(BATCHES))
        found = [f"weights {megabytes(torch.cuda.memory_allocated(device))}"]
        for way, contestant in (("eager", who), ("graph", who.with_graphs())):
            for batch in (1, max(BATCHES)):
                give_back(device)
                contestant.answer(FrameFeatures(case.frame), case.questions[:batch], 20)
                peak = torch.cuda.max_memory_allocated(device)
                found.append(f"{way}, {batch} at once {megabytes(peak)}")
        record.note(f"peak memory, {dtype}", "; ".join(found))
        del who, contestant
        give_back(device)


def _contestant(settings: BenchOptions, dtype: str, device: torch.device) -> Any:
    import torch

    from smolrgpt_ros.model.architecture.smolrgpt import SmolRGPTForConditionalGeneration
    from smolrgpt_ros.model.bench.case import bench_config
    from smolrgpt_ros.model.bench.contestant import Contestant

    torch.manual_seed(0)
    with device:
        model = SmolRGPTForConditionalGeneration(bench_config(settings.size))
    return Contestant(model.eval().requires_grad_(False), dtype)


def _headline(report: dict[str, Any]) -> str:
    best = "bf16 graph"
    parts, published = report["median_seconds"][best], report["median_seconds"]["published"]
    return (
        f"{best}: a question {_ms(parts['answer'])} (published way, fp32, "
        f"{_ms(published['answer'])}), a further one {_ms(parts['next answer'])}"
    )


def _ms(seconds: float) -> str:
    return f"{1e3 * seconds:.3g} ms"


def _rate(parts: dict[str, float], step: str, batch: int) -> str:
    return f"{batch / parts[step]:,.0f}" if parts[step] > 0 else "-"
