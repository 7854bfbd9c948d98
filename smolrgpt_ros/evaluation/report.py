# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The scores as one HTML page, with the worst answers drawn."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence

from smolrgpt_ros.rendering.drawing import draw_regions
from smolrgpt_ros.scene.pictures import jpeg_of
from smolrgpt_ros.simulation.questions.questions import KINDS

from .cases import Case
from .outcomes import Outcome
from .summary import KindScore, ReliabilityBin, Summary

_STYLE = """
body { font: 15px/1.45 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; }
table { border-collapse: collapse; margin: 1em 0; }
td, th { border: 1px solid #bbb; padding: .3em .8em; text-align: right; }
th:first-child, td:first-child { text-align: left; }
figure { margin: 1.5em 0; } img { max-width: 100%; }
.wrong { color: #b00020; }
"""


class WorstCases:
    """The answers that were wrong with the most confidence, a few of each kind.

    Args:
        each: how many of a kind are kept.
    """

    def __init__(self, each: int = 3) -> None:
        self._each = each
        self._kept: dict[str, list[tuple[Outcome, bytes]]] = {kind: [] for kind in KINDS}

    def add(self, case: Case, outcome: Outcome) -> None:
        """Keep the outcome's picture if it is among the worst so far."""
        kept = self._kept.get(outcome.category)
        if kept is None or outcome.model is None:
            return
        if outcome.is_right("model"):
            return
        if len(kept) == self._each and outcome.confidence <= kept[-1][0].confidence:
            return
        kept.append((outcome, _picture(case, outcome)))
        kept.sort(key=lambda item: -item[0].confidence)
        del kept[self._each :]

    def all(self) -> list[tuple[Outcome, bytes]]:
        """Outcomes with their pictures (JPEG), by kind, most confident first."""
        return [item for kept in self._kept.values() for item in kept]


def html_report(title: str, summary: Summary, worst: Sequence[tuple[Outcome, bytes]]) -> str:
    """A page that needs no other file.

    Args:
        title: what was evaluated.
        summary: of the outcomes.
        worst: outcomes with their pictures.
    """
    parts = [
        f"<!doctype html><meta charset=utf-8><title>{html.escape(title)}</title>",
        f"<style>{_STYLE}</style><h1>{html.escape(title)}</h1>",
        f"<p>{summary.questions} questions.</p>",
        _score_table(summary),
        "<h2>Confidence</h2>",
        _reliability_table(summary.reliability),
        "<h2>Wrong with the most confidence</h2>",
    ]
    for outcome, picture in worst:
        data = base64.b64encode(picture).decode()
        parts.append(
            f"<figure><img src='data:image/jpeg;base64,{data}'><figcaption>"
            f"<b>{html.escape(outcome.category)}</b>, frame {html.escape(outcome.image)}: "
            f"{html.escape(outcome.question)}<br><span class=wrong>{html.escape(outcome.text)}"
            f"</span> (confidence {outcome.confidence:.2f})<br>truth {outcome.truth}, measured "
            f"{outcome.measured}</figcaption></figure>"
        )
    return "\n".join(parts)


def _score_table(summary: Summary) -> str:
    rows = ["<tr><th>kind<th>questions<th>model<th>95 %<th>measured<th>95 %<th>agreed</tr>"]
    for kind in KINDS:
        model, measured = summary.model.kinds.get(kind), summary.measured.kinds.get(kind)
        if not model or not measured:
            continue
        agreed = summary.agreed.kinds.get(kind)
        rows.append(
            f"<tr><td>{kind}<td>{model.questions}<td>{model.right}<td>{_interval(model)}"
            f"<td>{measured.right}<td>{_interval(measured)}"
            f"<td>{agreed.right if agreed else '-'}</tr>"
        )
    sources = (summary.model, summary.measured, summary.agreed)
    ends = ["-" if source.s1 is None else source.s1 for source in sources]
    rows.append(f"<tr><td>S1<td><td>{ends[0]}<td><td>{ends[1]}<td><td>{ends[2]}</tr>")
    note = f"<p>Model and measurement agree on {summary.agreed_share} % of the questions.</p>"
    return f"<table>{''.join(rows)}</table>{note}"


def _interval(score: KindScore) -> str:
    low, high = score.interval_95
    return f"{low} to {high}"


def _reliability_table(rows: Sequence[ReliabilityBin]) -> str:
    cells = ["<tr><th>confidence<th>questions<th>mean<th>right</tr>"]
    cells += [
        f"<tr><td>{row.low:.2f} to {row.high:.2f}<td>{row.questions}"
        f"<td>{row.confidence:.2f}<td>{row.right:.2f}</tr>"
        for row in rows
    ]
    return f"<table>{''.join(cells)}</table>"


def _picture(case: Case, outcome: Outcome) -> bytes:
    asked = next(q for q in case.questions if q.id == outcome.id)
    return jpeg_of(draw_regions(case.frame.rgb, case.regions, set(asked.region_ids or ())))
