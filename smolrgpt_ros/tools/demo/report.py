# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What the demo shows: a table, a summary, a file of data. Free of ROS."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from .questions import KINDS, is_right
from .terminal import Paint, painted


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


#: Columns of the table, all of it 80 wide; the last four are right-aligned.
_WIDTHS = {"question": 41, "model": 10, "measured": 10, "truth": 8, "s": 4}
_GAP = " "
_RULE = "-" * (sum(_WIDTHS.values()) + len(_GAP) * (len(_WIDTHS) - 1))


def table(rows: Sequence[Row], colored: bool = False) -> str:
    """All rows as text of at most 80 columns; a wrong value is marked with ``!``.

    Args:
        rows: in the order they were asked.
        colored: with the colours of a terminal, green for right and red for wrong.
    """
    lines = [_line(list(_WIDTHS)), _RULE]
    about = None
    for row in rows:
        if (row.frame, row.masks) != about:
            about = (row.frame, row.masks)
            lines.append(painted(f"scene {row.frame}, the {row.masks}'s masks", Paint.DIM, colored))
        lines += _lines_of(row, colored)
    return "\n".join([*lines, _RULE])


def _lines_of(row: Row, colored: bool) -> list[str]:
    """A row, its question wrapped, and a failure below it."""
    first, *more = textwrap.wrap(row.question, _WIDTHS["question"] - 1) or [""]
    model = _mark(row, row.value) if row.asked else "not asked"
    cells = [first, model, _mark(row, row.measured), value_text(row.kind, row.truth)]
    paints = (
        Paint.NONE,
        _paint(row, row.value),
        _paint(row, row.measured),
        Paint.NONE,
        Paint.DIM,
    )
    lines = [_line([*cells, f"{row.latency_s:.1f}"], paints, colored), *(f"  {m}" for m in more)]
    if not row.ok:
        said = textwrap.wrap(f"{row.status}: {row.message}", len(_RULE) - 4)
        lines += [painted(f"    {line}", Paint.RED, colored) for line in said]
    return lines


def _line(cells: Sequence[str], paints: Sequence[Paint] = (), colored: bool = False) -> str:
    """One line of the table; cells are padded before they are painted."""
    texts = [
        cell.ljust(width) if number == 0 else cell.rjust(width)
        for number, (cell, width) in enumerate(zip(cells, _WIDTHS.values(), strict=True))
    ]
    paints = paints or [Paint.NONE] * len(texts)
    return _GAP.join(
        painted(text, paint, colored) for text, paint in zip(texts, paints, strict=True)
    ).rstrip()


def _paint(row: Row, value: float | int | str | None) -> Paint:
    right = is_right(row.kind, value, row.truth)
    if right is None:
        return Paint.DIM
    return Paint.GREEN if right else Paint.RED


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
