# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Decoding held to the notation: what may come next, and what it makes."""

from __future__ import annotations

import random

import pytest

from smolrgpt_ros.language import question as q
from smolrgpt_ros.language.readers.constrained import ConstrainedOutput
from smolrgpt_ros.language.readers.notation_grammar import notation_grammar

END = 0


def codes(text: str) -> list[int]:
    return [ord(character) for character in text]


def output(labels: list[str], ids: list[int], numbers: list[str]) -> ConstrainedOutput:
    return ConstrainedOutput(notation_grammar(labels, ids, numbers), codes, END)


def written(result: ConstrainedOutput, text: str) -> ConstrainedOutput:
    for code in codes(text):
        result.take(code)
    return result


def test_only_labels_in_view_and_numbers_said_may_be_written() -> None:
    result = written(output(["pallet", "person"], [12, 14, 3], []), " height( p")
    assert {chr(code) for code in result.allowed} == {"a", "e"}
    written(result, "allet ")
    assert {chr(code) for code in result.allowed} == {"1", "3"}


def test_a_question_without_numbers_names_no_ids() -> None:
    result = written(output(["pallet"], [], []), " height( pallet")
    assert {chr(code) for code in result.allowed} == {")"}


def test_a_refusal_is_no_question() -> None:
    result = written(output(["pallet"], [], []), " refuse")
    assert result.allowed == (END,)
    result.take(END)
    assert result.done and result.value() is None


def test_a_token_that_may_not_come_is_refused() -> None:
    with pytest.raises(ValueError, match="is not one of"):
        written(output(["pallet"], [], []), " how")


def test_a_label_that_begins_like_another() -> None:
    result = written(output(["pallet", "pallet jack"], [7], []), " count( pallet jack 7)")
    result.take(END)
    assert result.value() == q.HowMuch(q.Count(q.Ids((7,), "pallet jack")))


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_taken_makes_a_question(seed: int) -> None:
    rng = random.Random(seed)
    result = output(["pallet", "shelf"], [4], ["2"])
    for _ in range(3000):
        if result.done:
            break
        # Endings first, mostly: random questions are deep.
        closing = [code for code in result.allowed if code in (END, ord(")"), ord(","))]
        options = closing if closing and rng.random() < 0.7 else result.allowed
        result.take(rng.choice(options))
    if result.done:
        value = result.value()
        assert value is None or isinstance(value, q.Question)
