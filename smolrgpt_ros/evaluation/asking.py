# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Asking a reasoner everything about the cases, as clients would."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from smolrgpt_ros.language.answers import Value, normalized_answer
from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.reasoning.answer import SpatialAnswer
from smolrgpt_ros.reasoning.reasoner import SpatialReasoner
from smolrgpt_ros.scene.status import QueryError

from .cases import Case, ScoredQuestion
from .outcomes import Outcome, refusal_of

_AT_ONCE = 4
"""Questions about a frame that are asked at the same time."""


def ask_all(reasoner: SpatialReasoner, cases: Iterable[Case]) -> Iterator[tuple[Case, Outcome]]:
    """Every question of every case; a failure is an outcome too."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for case in cases:
            for outcome in pool.map(lambda q, case=case: ask(reasoner, case, q), case.questions):
                yield case, outcome


def ask(reasoner: SpatialReasoner, case: Case, question: ScoredQuestion) -> Outcome:
    """Ask one question; one whose regions were not found is not asked, and counts as wrong."""
    start = time.monotonic()
    unanswered = Outcome(
        question.id,
        question.category,
        case.image,
        question.text,
        "NOT FOUND: the detector missed a region of the question",
        question.truth,
        model=None,
        measured=None,
        confidence=float("nan"),
        latency_s=0.0,
    )
    if question.region_ids is None:
        return unanswered
    try:
        answer = reasoner.answer(
            case.frame,
            case.regions,
            question.text,
            question.region_ids,
            geometry=case.geometry,
            candidates=case.candidates,
            novelty=case.novelty,
        )
    except QueryError as error:
        seconds = time.monotonic() - start
        return replace(unanswered, text=refusal_of(error), latency_s=seconds)
    return replace(
        unanswered,
        text=answer.text,
        model=_in_benchmark_terms(answer, answer.value),
        measured=_in_benchmark_terms(answer, answer.measured.value),
        confidence=answer.confidence,
        latency_s=answer.latency_s,
    )


def _in_benchmark_terms(answer: SpatialAnswer, value: Value | None) -> Value | None:
    """A value with a chosen region as the index of its placeholder."""
    if answer.kind is not Kind.CHOICE or value is None:
        return value
    return int(normalized_answer(answer.kind, value, answer.prompt_region_ids))
