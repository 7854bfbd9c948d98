# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What the demo shows: a table, a summary, a file of data. Free of ROS."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from .demo_questions import KINDS, is_right


@dataclass(frozen=True)
class Row:
    """One question and what came back.

    Args:
        frame: number of the scene in this run, from 0.
        seed: of the scene.
        masks: ``"simulator"`` or ``"detector"``.
        kind: distance, left_right, count or choice.
        question: with ids in the place of masks.
        status: name of the status code.
        message: what the service said beside its answer.
        asked: whether the model was asked; it is not where it was not trained on the form.
        text: the model's sentence.
        value: read from the sentence; metres, a count, "left"/"right" or a region id; ``None``
            where there is none.
        measured: the same from depth.
        truth: the same from the simulator.
        latency_s: from the request to the response at the client, seconds.
        picture: file name of the annotated picture.
    """

    frame: int
    seed: int
    masks: str
    kind: str
    question: str
    status: str
    message: str
    asked: bool
    text: str
    value: float | int | str | None
    measured: float | int | str | None
    truth: float | int | str
    latency_s: float
    picture: str = ""

    @property
    def ok(self) -> bool:
        """Whether the service answered."""
        return self.status == "OK"

    @property
    def said(self) -> str:
        """The model's sentence, or why there is none."""
        return (self.text or "(nothing)") if self.asked else "(not asked)"


_WIDTHS = {
    "frame": 5,
    "masks": 9,
    "kind": 10,
    "question": 44,
    "answer of the model": 44,
    "value": 8,
    "measured": 8,
    "truth": 8,
    "s": 5,
}


def table(rows: Sequence[Row]) -> str:
    """All rows as text; a wrong value is marked with ``!``."""
    rule = "-+-".join("-" * width for width in _WIDTHS.values())
    lines = [" | ".join(name.ljust(width) for name, width in _WIDTHS.items()), rule]
    for row in rows:
        said = row.said if row.ok else f"{row.status}: {row.message}"
        cells = [
            str(row.frame),
            row.masks,
            row.kind,
            row.question,
            said,
            _mark(row, row.value),
            _mark(row, row.measured),
            value_text(row.kind, row.truth),
            f"{row.latency_s:.2f}",
        ]
        wrapped = [
            textwrap.wrap(cell, width) or [""]
            for cell, width in zip(cells, _WIDTHS.values(), strict=True)
        ]
        for index in range(max(map(len, wrapped))):
            lines.append(
                " | ".join(
                    (cell[index] if index < len(cell) else "").ljust(width)
                    for cell, width in zip(wrapped, _WIDTHS.values(), strict=True)
                )
            )
        lines.append(rule)
    return "\n".join(lines)


def summary(rows: Sequence[Row]) -> str:
    """How many values of each kind were right, measured and generated, by whose masks."""
    lines = []
    for masks in dict.fromkeys(row.masks for row in rows):
        lines.append(f"on the {masks}'s masks:")
        for kind in KINDS:
            asked = [r for r in rows if r.masks == masks and r.kind == kind]
            if asked:
                measured = sum(is_right(r.kind, r.measured, r.truth) is True for r in asked)
                lines.append(
                    f"  {kind:<10}  measured right {measured}/{len(asked)}, {_of_model(asked)}"
                )
    answered = sum(row.ok for row in rows)
    latencies = sorted(row.latency_s for row in rows)
    middle = latencies[len(latencies) // 2] if latencies else float("nan")
    lines.append(f"{answered} of {len(rows)} answered, median {middle:.2f} s")
    return "\n".join(lines)


def _of_model(rows: Sequence[Row]) -> str:
    """How many of the questions that the model was asked it answered rightly."""
    asked = [row for row in rows if row.asked]
    if not asked:
        return "model not asked"
    right = sum(is_right(r.kind, r.value, r.truth) is True for r in asked)
    rest = len(rows) - len(asked)
    return f"model right {right}/{len(asked)}" + (f", not asked {rest}" if rest else "")


def write_json(rows: Sequence[Row], path: Path) -> None:
    """All rows as a JSON list of objects."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")


def value_text(kind: str, value: float | int | str | None) -> str:
    """A value for people: metres with the unit, a region's id in brackets."""
    if value is None:
        return "-"
    if kind == "distance":
        return f"{float(value):.2f} m"
    return f"[{value}]" if kind == "choice" else str(value)


def _mark(row: Row, value: float | int | str | None) -> str:
    text = value_text(row.kind, value)
    return f"{text} !" if is_right(row.kind, value, row.truth) is False else text
