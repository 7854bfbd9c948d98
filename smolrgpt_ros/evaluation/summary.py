# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What many outcomes say about a model: shares right with intervals, errors, reliability."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from smolrgpt_ros.simulation.questions.questions import KINDS

from .outcomes import Outcome, Source

_CONFIDENCE_BINS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
"""Edges of the reliability table; most answers are given with high confidence."""


@dataclass(frozen=True)
class KindScore:
    """The answers of one kind, shares in percent.

    Args:
        right: share answered right.
        interval_95: its Wilson interval.
        questions, unanswered: how many.
        errors: of distances, see :class:`DistanceErrors`; ``None`` of other kinds.
    """

    right: float
    interval_95: tuple[float, float]
    questions: int
    unanswered: int
    errors: DistanceErrors | None = None

    def to_json(self) -> dict[str, Any]:
        """As printed."""
        values = {
            "right": self.right,
            "interval_95": list(self.interval_95),
            "questions": self.questions,
            "unanswered": self.unanswered,
        }
        if self.errors is None:
            return values
        return values | {"abs_rel": self.errors.abs_rel, "rmse_m": self.errors.rmse_m}


@dataclass(frozen=True)
class DistanceErrors:
    """Errors of the distances that were answered; ``None`` where there is none to average.

    Args:
        abs_rel: mean of ``|answer - truth| / truth`` over true distances above 0.
        rmse_m: root mean square error, metres.
    """

    abs_rel: float | None
    rmse_m: float | None


@dataclass(frozen=True)
class Scores:
    """The answers of one source.

    Args:
        s1: mean of the kinds present, in percent, as the benchmark reports it; ``None`` without
            questions.
        kinds: the kinds present.
    """

    s1: float | None
    kinds: Mapping[str, KindScore]

    def to_json(self) -> dict[str, Any]:
        """As printed."""
        if self.s1 is None:
            return {}
        return {"S1": self.s1, **{kind: score.to_json() for kind, score in self.kinds.items()}}


@dataclass(frozen=True)
class ReliabilityBin:
    """Answers whose confidence lies in one bin.

    Args:
        low, high: edges of the bin.
        questions: answers in it.
        confidence: their mean.
        right: share of right answers, in [0, 1].
    """

    low: float
    high: float
    questions: int
    confidence: float
    right: float

    def to_json(self) -> dict[str, float]:
        """As printed."""
        return {
            "from": self.low,
            "to": self.high,
            "questions": self.questions,
            "confidence": self.confidence,
            "right": self.right,
        }


@dataclass(frozen=True)
class Summary:
    """Scores of an evaluation.

    Args:
        questions, with_truth: how many were asked, and of how many the truth is known.
        model, measured: scores of the two answers.
        agreed_share: share of questions on which the two agree, in percent.
        agreed: scores of the model where they do.
        reliability: of the model's confidence.
    """

    questions: int
    with_truth: int
    model: Scores
    measured: Scores
    agreed_share: float | None
    agreed: Scores
    reliability: tuple[ReliabilityBin, ...]

    def to_json(self) -> dict[str, Any]:
        """As printed."""
        return {
            "questions": self.questions,
            "with_truth": self.with_truth,
            "model": self.model.to_json(),
            "measured": self.measured.to_json(),
            "agreed": {"share": self.agreed_share, **self.agreed.to_json()},
            "reliability": [row.to_json() for row in self.reliability],
        }


def table(summary: Summary) -> str:
    """The scores for people: a line for each kind, and how reliable confidence is."""
    sources = (
        ("model", summary.model),
        ("measured", summary.measured),
        ("where both agree", summary.agreed),
    )
    head = "".join(f"{name:>26}" for name, _ in sources)
    lines = [f"{summary.questions} questions, {summary.with_truth} with a known answer; % right"]
    lines += ["", f"{'kind':<12}{'questions':>10}{head}"]
    for kind, score in summary.model.kinds.items():
        cells = [_cell(scores.kinds.get(kind)) for _, scores in sources]
        lines.append(f"{kind:<12}{score.questions:>10}" + "".join(f"{cell:>26}" for cell in cells))
    finals = ["" if scores.s1 is None else f"{scores.s1:.2f}" for _, scores in sources]
    lines.append(f"{'S1':<12}{summary.with_truth:>10}" + "".join(f"{text:>26}" for text in finals))
    for name, scores in sources[:2]:
        errors = next((score.errors for score in scores.kinds.values() if score.errors), None)
        if errors is not None and errors.rmse_m is not None and errors.abs_rel is not None:
            lines.append(f"distances, {name}: AbsRel {errors.abs_rel}, RMSE {errors.rmse_m} m")
    if summary.agreed_share is not None:
        lines.append(f"both agree on {summary.agreed_share} % of the questions")
    if summary.reliability:
        lines += ["", f"{'confidence':<16}{'questions':>10}{'mean':>8}{'right':>8}"]
    lines += [
        f"{f'{row.low} to {row.high}':<16}{row.questions:>10}{row.confidence:>8.3f}"
        f"{row.right:>8.3f}"
        for row in summary.reliability
    ]
    return "\n".join(lines)


def _cell(score: KindScore | None) -> str:
    if score is None:
        return ""
    low, high = score.interval_95
    return f"{score.right:.1f} ({low:.1f} to {high:.1f})"


def summarize(outcomes: Sequence[Outcome]) -> Summary:
    """Scores per kind: model, measured, and where the two agree."""
    known = [o for o in outcomes if o.truth is not None]
    agreed = [o for o in known if o.agree]
    return Summary(
        len(outcomes),
        len(known),
        _scores(known, "model"),
        _scores(known, "measured"),
        round(100 * len(agreed) / len(known), 1) if known else None,
        _scores(agreed, "model"),
        tuple(reliability(known)),
    )


def wilson_interval(correct: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson score interval of a share, 95 % by default.

    Args:
        correct: successes, between 0 and ``total``.
        total: trials, at least 1.
        z: standard normal quantile.

    Returns:
        Lower and upper bound in [0, 1].

    Raises:
        ValueError: on counts that are no share.
    """
    if total < 1 or not 0 <= correct <= total:
        raise ValueError(f"need 0 <= correct <= total and total >= 1, found {correct}/{total}")
    share = correct / total
    centre = share + z * z / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def percent_interval(correct: int, total: int, digits: int = 1) -> tuple[float, float]:
    """The 95 % interval of :func:`wilson_interval` in percent, rounded."""
    low, high = wilson_interval(correct, total)
    return round(100 * low, digits), round(100 * high, digits)


def reliability(outcomes: Sequence[Outcome]) -> list[ReliabilityBin]:
    """How often the model is right, by its confidence; empty bins are left out."""
    rows = []
    for low, high in pairwise(_CONFIDENCE_BINS):
        last = high == _CONFIDENCE_BINS[-1]
        chosen = [
            o for o in outcomes if low <= o.confidence < high or (last and o.confidence == high)
        ]
        if not chosen:
            continue
        right = sum(o.is_right("model") for o in chosen)
        confidence = round(float(np.mean([o.confidence for o in chosen])), 3)
        row = ReliabilityBin(low, high, len(chosen), confidence, round(right / len(chosen), 3))
        rows.append(row)
    return rows


def _scores(outcomes: Sequence[Outcome], source: Source) -> Scores:
    kinds = {}
    shares = []
    for kind in KINDS:
        chosen = [o for o in outcomes if o.category == kind]
        if not chosen:
            continue
        right = sum(o.is_right(source) for o in chosen)
        shares.append(right / len(chosen))
        kinds[kind] = KindScore(
            round(100 * right / len(chosen), 1),
            percent_interval(right, len(chosen)),
            len(chosen),
            sum(o.answer(source) is None for o in chosen),
            _distance_errors(chosen, source) if kind == "distance" else None,
        )
    return Scores(round(100 * float(np.mean(shares)), 2) if shares else None, kinds)


def _distance_errors(outcomes: Sequence[Outcome], source: Source) -> DistanceErrors:
    pairs = [
        (float(o.truth), float(found))
        for o in outcomes
        if o.truth is not None and (found := o.answer(source)) is not None
    ]
    relative = [abs(found - truth) / truth for truth, found in pairs if truth > 0]
    squares = [(found - truth) ** 2 for truth, found in pairs]
    return DistanceErrors(
        round(float(np.mean(relative)), 4) if relative else None,
        round(math.sqrt(float(np.mean(squares))), 3) if squares else None,
    )
