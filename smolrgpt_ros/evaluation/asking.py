"""Asking a reasoner everything about the cases, as clients would."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from smolrgpt_ros.language.answers import Value, normalized_answer
from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.reasoning.answer import SpatialAnswer
from smolrgpt_ros.reasoning.reasoner import SpatialReasoner
from smolrgpt_ros.scene.status import QueryError

from .cases import Case, Query
from .outcomes import Outcome

_TOGETHER = 4
"""Questions about a frame that are asked at the same time."""


def ask_all(reasoner: SpatialReasoner, cases: Iterable[Case]) -> Iterator[tuple[Case, Outcome]]:
    """Every question of every case; a failure is an outcome too."""
    with ThreadPoolExecutor(_TOGETHER) as pool:
        for case in cases:
            for outcome in pool.map(lambda q, case=case: ask(reasoner, case, q), case.queries):
                yield case, outcome


def ask(reasoner: SpatialReasoner, case: Case, query: Query) -> Outcome:
    """Ask one question; one whose regions were not found is not asked, and counts as wrong."""
    start = time.monotonic()

    def outcome(text: str, **found: object) -> Outcome:
        values: dict[str, object] = {
            "model": None,
            "measured": None,
            "confidence": float("nan"),
            "latency_s": time.monotonic() - start,
        } | found
        return Outcome(
            query.id,
            query.category,
            case.image,
            query.text,
            text,
            query.truth,
            **values,  # type: ignore[arg-type]
        )

    if query.region_ids is None:
        return outcome("NOT FOUND: the detector missed a region of the question")
    try:
        answer = reasoner.answer(case.frame, case.regions, query.text, query.region_ids)
    except QueryError as error:
        return outcome(f"{error.status.name}: {error.message}")
    return outcome(
        answer.text,
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
