# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The report of a run: one JSON file and one Markdown table, written anew after each step."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .record import SKIPPED, Finding, Table

JSON_FILE, TABLE_FILE = "gpu_check.json", "gpu_check.md"
FAILURES = ("failed", "late", "died", "stopped")
"""Results that make the run fail."""


@dataclass(frozen=True)
class StepReport:
    """How a step ended.

    Args:
        name: of the step.
        result: ``passed``, ``skipped``, ``not run``, or one of :data:`FAILURES`.
        seconds: it took.
        headline: its result, or why there is none.
        findings, tables: what it found until it ended.
        data: its numbers.
    """

    name: str
    result: str
    seconds: float
    headline: str
    findings: tuple[Finding, ...] = ()
    tables: tuple[Table, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        return self.result in FAILURES


def write_report(folder: Path, title: str, steps: Sequence[StepReport], to_come: int) -> None:
    """Write both files.

    Args:
        title: says on what the run ran.
        steps: that have ended.
        to_come: how many have not.
    """
    folder.mkdir(parents=True, exist_ok=True)
    values = {"title": title, "to_come": to_come, "steps": [asdict(step) for step in steps]}
    _replace(folder / JSON_FILE, json.dumps(values, indent=1) + "\n")
    _replace(folder / TABLE_FILE, table(title, steps, to_come))


def table(title: str, steps: Sequence[StepReport], to_come: int) -> str:
    """The report for people, in Markdown."""
    failed = [step.name for step in steps if step.failed]
    verdict = f"Failed: {', '.join(failed)}." if failed else "No step failed."
    if to_come:
        verdict += f" {to_come} steps have not ended: the run was cut, or goes on."
    rows = [(step.name, step.result, f"{step.seconds:.0f}", step.headline) for step in steps]
    lines = [f"# GPU check: {title}", "", verdict, "", *_grid(("step", "result", "s", ""), rows)]
    for step in steps:
        if step.findings or step.tables:
            lines += ["", f"## {step.name}"]
        if step.findings:
            lines += ["", *_grid(("", "found", ""), [_line(found) for found in step.findings])]
        for measured in step.tables:
            lines += ["", *_grid((measured.title, *measured.columns), measured.rows)]
    return "\n".join(lines) + "\n"


def _grid(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    cells = [" | ".join(_cell(cell) for cell in row) for row in (heads, *rows)]
    return [f"| {cells[0]} |", "|---" * len(heads) + "|", *(f"| {row} |" for row in cells[1:])]


def _line(found: Finding) -> tuple[str, str, str]:
    return found.what, found.found, _mark(found.verdict)


def _mark(verdict: str) -> str:
    return {"good": "as it should be", "bad": "**wrong**", SKIPPED: "skipped"}.get(verdict, "")


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _replace(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(text)
    part.replace(path)
