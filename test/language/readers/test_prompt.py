# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What the language model is shown, and the numbers that it may write."""

from __future__ import annotations

from smolrgpt_ros.language import question as q
from smolrgpt_ros.language.readers.prompt import (
    amounts_said,
    ids_said,
    reader_prompt,
    units_said,
)


def test_a_prompt_names_classes_and_question_in_small_letters() -> None:
    assert (
        reader_prompt(["pallet", "AGV"], "How far is\n AGV 3?")
        == "pallet, agv\nhow far is agv 3?\n"
    )


def test_ids_are_whole_numbers_in_digits_and_words() -> None:
    assert ids_said("pallet12, #7 and pallet number two") == (12, 7, 2)


def test_amounts_have_decimals_and_halves() -> None:
    assert amounts_said("within 1,5 m or .25 m") == ("1.5", "0.25", "0", "1")
    assert amounts_said("half a metre, at least three") == ("3", "0.5", "0", "1")
    assert amounts_said("how far is the shelf") == ("0", "1")


def test_a_length_is_asked_in_metres_or_in_a_unit_said() -> None:
    assert units_said("how far is the shelf") == (q.Unit.METRE,)
    assert units_said("how many feet, or in CM") == (q.Unit.METRE, q.Unit.CENTIMETRE, q.Unit.FOOT)
