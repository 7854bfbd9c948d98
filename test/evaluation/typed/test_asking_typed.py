# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Random questions of the whole query language on simulated frames, against the exact truth."""

from __future__ import annotations

from collections import Counter

import pytest

from smolrgpt_ros.evaluation.typed.asking_typed import ask_typed
from smolrgpt_ros.evaluation.typed.typed_outcomes import summary_of
from smolrgpt_ros.simulation.warehouse import simulate_frame


@pytest.mark.usefixtures("can_render")
def test_random_questions_are_read_and_answered_as_the_truth_says() -> None:
    shots = [
        simulate_frame(93000 + i, "ceiling" if i % 2 else "robot", 640, 480) for i in range(10)
    ]
    outcomes = list(ask_typed(shots, per_frame=100))
    wrong = [o.to_json() for o in outcomes if not o.right]
    summary = summary_of(outcomes)
    assert len(outcomes) == 1000 and len(summary["forms"]) >= 20
    assert len(wrong) <= 10, wrong  # 99 %
    assert summary["not_read"] == 0, [o.question for o in outcomes if not o.read]
    assert sum(o.is_trusted("measured") for o in outcomes if not o.right) <= 2, wrong
    for outcome in outcomes:
        if outcome.answer is not None and outcome.answer.measured.answered:
            text = outcome.answer.measured_text
            assert not text[0].islower() and text.endswith(".") and "None" not in text, text
    assert min(Counter(o.frame for o in outcomes).values()) == 100
