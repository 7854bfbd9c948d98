# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A comma is "or" where a list of conditions ends in "or", and nowhere else."""

from __future__ import annotations

import pytest

from smolrgpt_ros.language.reader.or_lists import with_or
from smolrgpt_ros.language.reader.tokens import tokenize
from smolrgpt_ros.language.reader.word_lists import default_word_lists


def joined(text: str) -> str:
    tokens = tokenize(text, ["pallet", "shelf", "buffer"], default_word_lists())
    return " ".join(token.text for token in with_or(tokens))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (
            "pallets that are empty, in buffer 8, or left of shelf 6",
            "pallets that are empty or in buffer 8 , or left of shelf 6",
        ),
        (
            "pallets in buffer 8, buffer 9 or on shelf 6",
            "pallets in buffer 8 or buffer 9 or on shelf 6",
        ),
        (
            "pallets, except those in buffer 8, in buffer 9 or left of shelf 6",
            "pallets , except those in buffer 8 or in buffer 9 or left of shelf 6",
        ),
    ],
)
def test_commas_of_a_list_of_conditions_are_or(text, read):
    assert joined(text) == read


@pytest.mark.parametrize(
    "text",
    [
        "which is taller , pallet 1 or pallet 2",
        "pallet 1 relative to shelf 6 , left or right",
        "pallet 1 , is it left or right of shelf 6",
        "is pallet 1 in buffer 8 , yes or no",
        "is pallet 1 empty , or in buffer 8",
        "list pallets 1 , 2 or 3",
    ],
)
def test_other_commas_stay(text):
    assert joined(text) == text
