# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Prompts: the numbers of regions in answers, and the one sentence of a meaning."""

from __future__ import annotations

import pytest

from smolrgpt_ros.language.meaning import Kind, Meaning, Order, Pick
from smolrgpt_ros.language.model_form import is_trained
from smolrgpt_ros.language.prompts import Prompt, write_prompt
from smolrgpt_ros.language.vocabulary import Vocabulary

LABELS = {
    **dict.fromkeys((3, 7, 12), "pallet"),
    **dict.fromkeys((8, 9), "buffer"),
    4: "transporter",
    2: "shelf",
}


def test_an_answer_is_renumbered_for_another_prompt() -> None:
    asked, client = Prompt("<mask> <mask> <mask>", (8, 3, 7)), Prompt("", (3, 7, 8))
    text = "[Region 0] holds [Region 2], not [Region 1] or [Region 5]."
    assert asked.renumbered_for(client, text) == (
        "[Region 2] holds [Region 1], not [Region 0] or [Region 5]."
    )
    assert asked.renumbered_for(asked, text) == text


def test_a_region_with_two_placeholders_keeps_both_numbers() -> None:
    asked, client = Prompt("", (3, 3, 1)), Prompt("", (1, 3, 3))
    text = "[Region 0] and [Region 1] are in [Region 2]."
    assert asked.renumbered_for(client, text) == "[Region 1] and [Region 2] are in [Region 0]."


@pytest.mark.parametrize(
    ("meaning", "text", "region_ids"),
    [
        (
            Meaning(Kind.DISTANCE, Pick((7, 3, 12), Order.RIGHTMOST, 2), Pick((8,))),
            "Given the pallets <mask> <mask> <mask>, how far is the second rightmost pallet from "
            "the buffer region <mask>?",
            (7, 3, 12, 8),
        ),
        (
            Meaning(Kind.LEFT_RIGHT, Pick((7, 3), Order.RIGHTMOST), Pick((2,))),
            "Given the pallets <mask> <mask>, is the rightmost pallet to the left or right of the "
            "shelf <mask>?",
            (7, 3, 2),
        ),
        (
            Meaning(
                Kind.COUNT,
                reference=Pick((9, 8), Order.FARTHEST, 2, Pick((2,))),
                counted=(3, 12),
            ),
            "Given the buffer regions <mask> <mask> and the pallets <mask> <mask>, how many "
            "pallets are in the buffer region second farthest from the shelf <mask>?",
            (9, 8, 3, 12, 2),
        ),
        (
            Meaning(Kind.CHOICE, Pick((9, 8), Order.NEAREST, 1, Pick((12, 3), Order.LEFTMOST))),
            "Given the pallets <mask> <mask>, which of the buffer regions <mask> <mask> is nearest "
            "to the leftmost pallet?",
            (12, 3, 9, 8),
        ),
        (
            Meaning(Kind.CHOICE, Pick((12, 4, 2), Order.RIGHTMOST)),
            "Which of the pallet <mask>, the transporter <mask>, and the shelf <mask> is the "
            "rightmost?",
            (12, 4, 2),
        ),
    ],
)
def test_a_meaning_has_one_sentence(
    meaning: Meaning, text: str, region_ids: tuple[int, ...]
) -> None:
    assert is_trained(meaning, LABELS)
    assert write_prompt(meaning, LABELS, Vocabulary.default()) == Prompt(text, region_ids)
