# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""One random question with its truth and its answers, and what many of them say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from smolrgpt_ros.evaluation.summary import percent_interval
from smolrgpt_ros.language import question as q
from smolrgpt_ros.reasoning.answer import SpatialAnswer
from smolrgpt_ros.reasoning.measuring.evaluation import SURE, Evaluation
from smolrgpt_ros.simulation.true_answers.true_answers import Answer

NOTHING_FITS = "refused"
"""The truth of a question about an object that is not there, or several where one is needed."""


@dataclass(frozen=True)
class TypedOutcome:
    """One question as it was asked and answered.

    Args:
        form: of the question.
        frame: camera family and seed.
        question: canonical English.
        truth: the answer, or :data:`NOTHING_FITS`.
        answer: of the reasoner; ``None`` where it refused.
        refusal: code and sentence where it refused; else empty.
        read: whether the sentence was read as the question that it stands for.
        right: whether the measured answer, or the refusal, is right.
        seconds: reading and measuring, without the model.
    """

    form: str
    frame: str
    question: str
    truth: Answer
    answer: SpatialAnswer | None
    refusal: str
    read: bool
    right: bool
    seconds: float

    @property
    def is_sure(self) -> bool:
        """Whether the measured answer is given as at least ``SURE`` probable."""
        if self.answer is None or not self.answer.measured.answered:
            return False
        certainty = self.answer.measured.certainty
        return certainty is None or certainty >= SURE

    def is_trusted(self, policy: str) -> bool:
        """Whether a policy lets a value through."""
        return self.answer is not None and (replace(self.answer, policy=policy).trusted is not None)

    def to_json(self) -> dict[str, Any]:
        """One line of the file of all questions."""
        row: dict[str, Any] = {
            "form": self.form,
            "frame": self.frame,
            "question": self.question,
            "truth": _plain(self.truth),
            "refusal": self.refusal,
            "read": self.read,
            "right": self.right,
            "milliseconds": round(1e3 * self.seconds, 2),
        }
        if self.answer is None:
            return row
        measured = self.answer.measured
        return row | {
            "measured": measured.value,
            "unit": measured.unit,
            "std": measured.std,
            "probability": measured.probability,
            "region_ids": list(measured.region_ids),
            "values": list(measured.values),
            "text": self.answer.measured_text,
            "reason": measured.reason,
            "caveats": list(self.answer.notes),
            "model_asked": bool(self.answer.model and self.answer.prompt),
            "model_text": self.answer.text,
            "model": self.answer.value,
            "agreement": self.answer.agreement,
        }


def _plain(truth: Answer) -> object:
    if isinstance(truth, dict):
        return [[i, value] for i, value in truth.items()]
    return sorted(truth) if isinstance(truth, frozenset) else truth


def form_of(question: q.Question) -> str:
    """The form of a question, with that of its number or its statement."""
    name = type(question).__name__
    match question:
        case q.HowMuch(inner) | q.Whether(inner):
            return f"{name} {type(inner).__name__}"
    return name


def summary_of(outcomes: Sequence[TypedOutcome]) -> dict[str, Any]:
    """What is printed: all questions, then each form."""
    times = 1e3 * np.array([o.seconds for o in outcomes])
    asked = [o for o in outcomes if o.answer is not None and o.answer.model and o.answer.prompt]
    policies = {
        f"trusted_by_{policy}": {
            "questions": sum(o.is_trusted(policy) for o in outcomes),
            "wrong": sum(o.is_trusted(policy) and not o.right for o in outcomes),
        }
        for policy in ("agree", "measured")
    }
    return {
        "all": _shares(outcomes),
        "not_read": sum(not o.read for o in outcomes),
        "sure_and_wrong": sum(o.is_sure and not o.right for o in outcomes),
        "model_asked": len(asked),
        **policies,
        "reading_and_measuring_ms": {
            "median": round(float(np.median(times)), 2),
            "p99": round(float(np.quantile(times, 0.99)), 2),
            "longest": round(float(times.max()), 2),
        },
        "forms": {
            form: _shares([o for o in outcomes if o.form == form])
            for form in sorted({o.form for o in outcomes})
        },
    }


def table_of(summary: Mapping[str, Any]) -> str:
    """What :func:`summary_of` gives, for people: forms from the least right one, then the rest."""
    forms = sorted(summary["forms"].items(), key=lambda item: float(item[1]["right"]))
    lines = [f"{'form':<28}{'questions':>10}{'right %':>9}  95 %"]
    for form, shares in [*forms, ("all", summary["all"])]:
        low, high = shares["interval_95"]
        lines.append(
            f"{form:<28}{shares['questions']:>10}{shares['right']:>9.2f}  {low:.1f} to {high:.1f}"
        )
    rest = {name: value for name, value in summary.items() if name not in ("all", "forms")}
    for name, value in rest.items():
        parts = value.items() if isinstance(value, Mapping) else [("", value)]
        figures = ", ".join(f"{part} {number}".strip() for part, number in parts)
        lines.append(f"{name.replace('_', ' ')}: {figures}")
    return "\n".join(lines)


def _shares(outcomes: Sequence[TypedOutcome]) -> Mapping[str, object]:
    right = sum(o.right for o in outcomes)
    return {
        "questions": len(outcomes),
        "right": round(100 * right / len(outcomes), 2),
        "interval_95": list(percent_interval(right, len(outcomes), digits=2)),
    }


# -- what is right --------------------------------------------------------------------------


def is_right(question: q.Question, found: Evaluation, true: Answer) -> bool:
    """Whether a measured answer is the true one.

    Lengths within 10 % or 0.1 m, products of sizes within twice that; everything else exactly.
    """
    if found.reason or true == NOTHING_FITS:
        return False
    match question:
        case q.HowMuch():
            assert isinstance(found.value, (int, float)) and isinstance(true, (int, float))
            if found.unit == "count":
                return found.value == true
            scale = 2.0 if isinstance(question.quantity, q.Size) else 1.0
            return abs(found.value - true) <= scale * _tolerance(true)
        case q.Which() | q.Listing() | q.Pair():
            return frozenset(found.region_ids) == true
        case q.Order():
            return found.region_ids == true
        case q.Each():
            assert isinstance(true, dict)
            values = dict(zip(found.region_ids, found.values, strict=True))
            wide = found.unit in ("m2", "m3")
            return values.keys() == true.keys() and all(
                _is_close(values[i], true[i]) or (wide and _is_close(values[i] / true[i], 1.0))
                for i in true
            )
        case q.WhereIs():
            assert isinstance(true, tuple) and isinstance(true[0], float)
            return _is_close(found.values[0], true[0]) and found.region_ids[1:] == true[1:]
        case q.Dimensions():
            assert isinstance(true, tuple)
            sizes = [size for size in true if isinstance(size, float)]
            return all(_is_close(a, b) for a, b in zip(found.values, sizes, strict=True))
        case _:
            return found.value == true


def _is_close(found: float, true: float) -> bool:
    return abs(found - true) <= _tolerance(true)


def _tolerance(true: float) -> float:
    return max(0.1, 0.1 * abs(true))
