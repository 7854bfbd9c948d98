# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Every question's canonical sentence is read back as the same question."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from question_strategies import LABELS, QUESTIONS

from smolrgpt_ros.language import question as q
from smolrgpt_ros.language.english import english
from smolrgpt_ros.language.reader.reader import read_question


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(QUESTIONS)
def test_the_canonical_sentence_is_read_back(question: q.Question) -> None:
    assert read_question(english(question), LABELS) == question


def test_what_holds_the_fewest_is_no_person_with_something() -> None:
    fewer = q.Compared(q.Holding(q.Everything()), q.Comparison.LESS, q.Camera())
    things = q.union(q.Everything(), q.Where(q.Ids((1,), "pallet"), fewer))
    second = q.Ranked(things, q.Holding(q.OfClass("buffer")), q.Extreme.LEAST, 2)
    question = q.Which(second)
    assert "with the fewest buffers" in english(question)
    assert read_question(english(question), LABELS) == question
