# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Examples for training a reader: wordings filled at random, with what they ask."""

from __future__ import annotations

import random
from itertools import islice

from smolrgpt_ros.language.readers.prompt import amounts_said, ids_said
from smolrgpt_ros.language.readers.reading_notation import read_notation
from smolrgpt_ros.training.reader.examples import Draw, examples
from smolrgpt_ros.training.reader.nouns import absent, shares_a_word
from smolrgpt_ros.training.reader.typing_habits import typed
from smolrgpt_ros.training.reader.wordings import question_wordings


def test_every_wording_can_be_filled() -> None:
    labels = ["pallet", "buffer", "transporter", "shelf"]
    for wording in {w.notation: w for w in question_wordings()}.values():
        example = Draw(random.Random(4), labels).example(wording)
        assert "{" not in example.text, wording
        assert (example.question is None) is wording.is_refusal, wording


def test_a_target_says_nothing_that_the_question_does_not() -> None:
    for example in islice(examples(9), 300):
        if example.question is None:
            continue
        said = ids_said(example.text), amounts_said(example.text)
        assert read_notation(example.target, example.labels) == example.question
        digits = [w.strip(",()") for w in example.target.split() if w.strip(",()")[0].isdigit()]
        for number in digits:
            assert number in said[1] or int(number) in said[0], (example.text, example.target)


def test_about_a_third_are_refusals() -> None:
    refused = sum(example.target == "refuse" for example in islice(examples(2), 600))
    assert 150 < refused < 250


def test_held_out_wordings_are_apart() -> None:
    held_out = [w for w in question_wordings() if w.is_held_out]
    assert 100 < len(held_out) < 200
    assert next(examples(1, held_out=True)).text


def test_the_same_seed_draws_the_same() -> None:
    assert list(islice(examples(5), 3)) == list(islice(examples(5), 3))


def test_an_absent_noun_is_no_word_for_what_is_in_view() -> None:
    rng = random.Random(1)
    labels = ["transporter", "cardboard box", "shelf"]
    for _ in range(300):
        noun = absent(labels, rng)
        assert noun not in ("agv", "rack", "box", "forklift")
    assert shares_a_word("box", "cardboard box") and not shares_a_word("box", "shelf")


def test_typing_keeps_numbers() -> None:
    rng = random.Random(3)
    for _ in range(200):
        assert "47" in typed("how far is pallet 47 from the shelf", rng)
