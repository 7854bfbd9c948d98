# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Results of the benchmark: seconds, ratios, and a table of them."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Measurements:
    """Seconds by contestant and part, one per round."""

    seconds: dict[str, dict[str, list[float]]] = field(default_factory=dict)

    def add(self, contestant: str, part: str, seconds: float) -> None:
        self.seconds.setdefault(contestant, {}).setdefault(part, []).append(seconds)

    def ratio(self, numerator: tuple[str, str], denominator: tuple[str, str]) -> float:
        """Median over the rounds of one time divided by another of the same round.

        Args:
            numerator, denominator: contestant and part.
        """
        above = self.seconds[numerator[0]][numerator[1]]
        below = self.seconds[denominator[0]][denominator[1]]
        return statistics.median(a / b for a, b in zip(above, below, strict=True))

    def medians(self) -> dict[str, dict[str, float]]:
        """Seconds by contestant and part."""
        return {
            contestant: {part: statistics.median(values) for part, values in parts.items()}
            for contestant, parts in self.seconds.items()
        }


def ratios_of(
    found: Measurements, names: list[str], memory: dict[str, Any] | None
) -> dict[str, Any]:
    """The ratios of the report, each by number format.

    Args:
        found: of all rounds.
        names: of the contestants other than the baseline.
        memory: of loading, where it was measured.
    """
    pairs = {
        "one_question_20": ("answer", "answer"),
        "one_question_vs_120": ("always", "answer"),
        "next_question_same_frame": ("answer", "next answer"),
    }
    ratios: dict[str, Any] = {
        key: {name: found.ratio(("published", published), (name, part)) for name in names}
        for key, (published, part) in pairs.items()
    }
    ratios["four_questions_vs_one"] = {
        name: found.ratio((name, "four answers"), (name, "answer"))
        for name in names
        if "four answers" in found.seconds[name]
    }
    ratios["load_peak_vs_file"] = None if memory is None else memory["published"]["peak_vs_file"]
    return ratios


def table(report: dict[str, Any]) -> str:
    """The report as text."""
    medians, loads = report["median_seconds"], report["load_average"]
    names = list(medians)
    parts = list(dict.fromkeys(part for values in medians.values() for part in values))
    lines = [
        f"{report['parameters'] / 1e6:.1f} M parameters, "
        f"prompt of {report['prompt_tokens']} tokens, "
        f"{report['host']['processor']} ({' '.join(report['host']['features'])}), "
        f"{report['host']['threads']} threads, "
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
            cells = [f"{values[name]:12.2f}" for name in names[1:] if name in values]
            lines.append(f"{key:28s}" + "".join(cells))
        elif values is not None:
            lines.append(f"{key:28s}{values:12.2f}")
    for name, error in report["logits_error"].items():
        dtype = report["computed_as"][name]
        lines.append(f"logits of {name} ({dtype}): error of {error:.4f} standard deviations")
    if (roofline := report.get("roofline")) is not None:
        rates = ", ".join(f"{name} {rate / 1e9:.0f}" for name, rate in roofline["flops"].items())
        lines.append(
            f"copy within memory: {roofline['copy_bytes_per_second'] / 1e9:.1f} GB/s, read and "
            f"written; large products: {rates} GFLOP/s; least ms by these:"
        )
        for name, least in roofline["least_seconds"].items():
            listed = ", ".join(f"{part} {seconds * 1e3:.1f}" for part, seconds in least.items())
            lines.append(f"  {name}: {listed}")
    for name, found in (report["memory"] or {}).items():
        peak, steady, answered = (
            found[f"{key}_bytes"] / 1e9 for key in ("peak", "steady", "answered")
        )
        lines.append(
            f"memory of {name}: {peak:.2f} GB while loading, {steady:.2f} then, {answered:.2f} "
            f"after a question, beside {found['libraries_bytes'] / 1e9:.2f} of libraries"
        )
    return "\n".join(lines)
