# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Answers to questions that the grammar, the language model, or both have read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from smolrgpt_ros.language import question as q
from smolrgpt_ros.language.reader.reader import default_reader
from smolrgpt_ros.language.reader.resolution import View
from smolrgpt_ros.language.readers.protocol import ReadBy
from smolrgpt_ros.language.readers.two_readers import TwoReaders
from smolrgpt_ros.reasoning.reasoner import SpatialReasoner
from smolrgpt_ros.scene.status import QueryError, Status

ELEVEN, TWELVE = q.Ids((11,), "pallet"), q.Ids((12,), "pallet")
DISTANCE = q.HowMuch(q.Distance(TWELVE, ELEVEN))


class Model:
    """A language model that reads every question as the distance of pallets 11 and 12."""

    def read(self, text: str, view: View, placeholders: Sequence[int] = ()) -> q.Question:
        return DISTANCE


def reasoner(**options: bool) -> SpatialReasoner:
    return SpatialReasoner(None, TwoReaders(default_reader(), Model(), **options), "measured")


def test_a_question_that_both_read_is_answered_and_trusted(yard: Any) -> None:
    answer = reasoner().answer(yard.frame, yard.regions, "how far is pallet 11 from pallet 12")
    assert answer.read_by is ReadBy.BOTH and answer.trusted == answer.measured.value
    assert answer.understood == "How far is pallet 11 from pallet 12?"


@pytest.mark.parametrize("trust", [False, True])
def test_what_only_the_model_reads_is_answered_and_trusted_if_that_is_set(
    yard: Any, trust: bool
) -> None:
    text = "pallet eleven, pallet twelve: a mouse runs between them, metres?"
    answer = reasoner(trust_model=trust).answer(yard.frame, yard.regions, text)
    assert answer.read_by is ReadBy.MODEL and answer.measured.answered
    assert answer.understood == "How far is pallet 12 from pallet 11?"
    assert (answer.trusted is not None) is trust
    assert any(note.startswith("reading: model.") for note in answer.notes)


def test_what_the_two_read_differently_is_refused_with_both(yard: Any) -> None:
    with pytest.raises(QueryError) as caught:
        reasoner().answer(yard.frame, yard.regions, "how tall is pallet 11")
    assert caught.value.status is Status.BAD_QUESTION
    assert caught.value.message == (
        "this can be read as 'What is the height of pallet 11?' or 'How far is pallet 12 from "
        "pallet 11?'; ask one of them"
    )
