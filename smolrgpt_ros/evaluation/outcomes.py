"""One question asked, and what many of them say about a model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from smolrgpt_ros.simulation.questions.questions import KINDS

from .intervals import wilson
from .score import is_close

Value = float | int | str

_BINS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
"""Edges of the reliability table; most answers are given with high confidence."""


@dataclass(frozen=True)
class Outcome:
    """One question asked: truth beside what was answered.

    Args:
        id: of the question in its data set.
        category: left_right, distance, count or mcq.
        image: of the frame: its seed and camera family, or the name of its picture.
        question, text: asked and generated; ``text`` holds the error where nothing was generated.
        truth: normalized answer; ``None`` in a split without answers.
        model, measured: normalized answers, ``None`` where there was none.
        confidence: of the model, NaN where it failed.
        latency_s: of the whole answer.
    """

    id: str
    category: str
    image: str
    question: str
    text: str
    truth: Value | None
    model: Value | None
    measured: Value | None
    confidence: float
    latency_s: float

    @property
    def agree(self) -> bool:
        """Whether model and measurement tell the same, by the rule that scores them."""
        if self.model is None or self.measured is None:
            return False
        return is_correct(self.category, self.measured, self.model)


def is_correct(category: str, truth: Value | None, found: Value | None) -> bool:
    """The benchmark's rule: distances within 10 % (a true 0 needs 0), everything else exact."""
    if found is None or truth is None:
        return False
    if category == "distance":
        return is_close(float(truth), float(found))
    return str(found) == str(truth)


def summary(outcomes: Sequence[Outcome]) -> dict[str, object]:
    """Shares right per kind with 95 % intervals: model, measured, and where the two agree.

    S1 is the mean of the kinds present, in percent, as the benchmark reports it.
    """
    known = [o for o in outcomes if o.truth is not None]
    table: dict[str, object] = {"questions": len(outcomes), "with_truth": len(known)}
    for source in ("model", "measured"):
        table[source] = _scores(known, source)
    agreed = [o for o in known if o.agree]
    table["agreed"] = {
        "share": _percent(len(agreed), len(known)),
        **_scores(agreed, "model"),
    }
    table["reliability"] = reliability(known)
    return table


def _scores(outcomes: Sequence[Outcome], source: str) -> dict[str, object]:
    kinds: dict[str, object] = {}
    shares = []
    for kind in KINDS:
        chosen = [o for o in outcomes if o.category == kind]
        if not chosen:
            continue
        right = sum(is_correct(kind, o.truth, getattr(o, source)) for o in chosen)
        low, high = wilson(right, len(chosen))
        shares.append(right / len(chosen))
        kinds[kind] = {
            "right": round(100 * right / len(chosen), 1),
            "interval_95": [round(100 * low, 1), round(100 * high, 1)],
            "questions": len(chosen),
            "unanswered": sum(getattr(o, source) is None for o in chosen),
        }
        if kind == "distance":
            kinds[kind] |= distance_errors(chosen, source)  # type: ignore[operator]
    return {"S1": round(100 * float(np.mean(shares)), 2), **kinds} if shares else kinds


def distance_errors(outcomes: Sequence[Outcome], source: str) -> dict[str, float | None]:
    """AbsRel (over true distances above 0) and RMSE in metres, of the answers that were given."""
    pairs = [
        (float(o.truth), float(found))
        for o in outcomes
        if o.truth is not None and (found := getattr(o, source)) is not None
    ]
    relative = [abs(found - truth) / truth for truth, found in pairs if truth > 0]
    squares = [(found - truth) ** 2 for truth, found in pairs]
    return {
        "abs_rel": round(float(np.mean(relative)), 4) if relative else None,
        "rmse_m": round(math.sqrt(float(np.mean(squares))), 3) if squares else None,
    }


def reliability(outcomes: Sequence[Outcome]) -> list[dict[str, float]]:
    """How often the model is right, by how sure it was; empty bins are left out."""
    rows = []
    for low, high in pairwise(_BINS):
        last = high == _BINS[-1]
        chosen = [
            o for o in outcomes if low <= o.confidence < high or (last and o.confidence == high)
        ]
        if not chosen:
            continue
        right = sum(is_correct(o.category, o.truth, o.model) for o in chosen)
        rows.append(
            {
                "from": low,
                "to": high,
                "questions": len(chosen),
                "confidence": round(float(np.mean([o.confidence for o in chosen])), 3),
                "right": round(right / len(chosen), 3),
            }
        )
    return rows


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None
