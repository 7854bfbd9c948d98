# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Prompts: the numbers of regions in answers, and the canonical sentence of a meaning."""

from __future__ import annotations

import pytest

from smolrgpt_ros.language.meaning import CAMERA, Kind, Meaning, Order, Pick
from smolrgpt_ros.language.prompts import Prompt, write_prompt
from smolrgpt_ros.language.vocabulary import Vocabulary

LABELS = {3: "pallet", 7: "pallet", 12: "pallet", 4: "transporter", 2: "shelf", 8: "buffer"}


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
            Meaning(Kind.DISTANCE, Pick((12,)), CAMERA),
            "How far is the pallet <mask> from the camera?",
            (12,),
        ),
        (
            Meaning(Kind.LEFT_RIGHT, Pick((7, 3), Order.RIGHTMOST), Pick((2,))),
            "Given the pallets <mask> <mask>, is the rightmost pallet to the left or right of the "
            "shelf <mask>?",
            (7, 3, 2),
        ),
        (
            Meaning(Kind.COUNT, counted=(3, 12)),
            "How many of the pallets <mask> <mask> are in view?",
            (3, 12),
        ),
        (
            Meaning(Kind.CHOICE, Pick((7, 3, 12), Order.FARTHEST, 2, Pick((4,)))),
            "Which of the pallets <mask> <mask> <mask> is second farthest from the transporter "
            "<mask>?",
            (7, 3, 12, 4),
        ),
        (
            Meaning(Kind.DIRECTION, Pick((8,)), Pick((4,))),
            "Seen from the transporter <mask>, at what o'clock is the buffer region <mask>?",
            (4, 8),
        ),
    ],
)
def test_a_meaning_has_one_sentence(
    meaning: Meaning, text: str, region_ids: tuple[int, ...]
) -> None:
    assert write_prompt(meaning, LABELS, Vocabulary.default()) == Prompt(text, region_ids)
