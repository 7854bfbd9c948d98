# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Words of which it is open how far they reach are refused, and their neighbours are not."""

from __future__ import annotations

import pytest
from asked_of_reader import refusal, understood


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("list pallets not in buffer 8 or left of shelf 6", '"not" reaches behind "or"'),
        ("which pallets aren't in buffer 8 or on a transporter", '"not" reaches behind "or"'),
        ("list pallets that are not in buffer 8 or empty", '"not" reaches behind "or"'),
        ("which pallets are not in every buffer", '"not" with "every"'),
        ("is pallet 1 not left of all shelves", '"not" with "all"'),
        ("does buffer 8 just hold pallets", '"just" can mean'),
        ("which buffers hold just pallets", '"just" can mean'),
        ("do just the empty pallets stand in buffer 8", '"just" can mean'),
        ("is pallet 1 taller than pallet 2 in buffer 8", 'behind "pallet 2" is said of'),
        ("is pallet 1 closer to shelf 6 than pallet 2 in buffer 8", 'behind "pallet 2"'),
    ],
)
def test_an_open_reach_is_refused(text, named):
    assert named in refusal(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("list pallets not in buffer 8 or 9", "List pallets that are not in buffers 8 or 9."),
        (
            "List pallets that are (not in buffer 8) or left of shelf 6.",
            "List pallets that are (not in buffer 8) or left of shelf 6.",
        ),
        (
            "List pallets that are not (in buffer 8 or left of shelf 6).",
            "List pallets that are not (in buffer 8 or left of shelf 6).",
        ),
        ("is pallet 1 taller than pallet 2", "Is pallet 1 more than pallet 2 in height?"),
        ("list just the pallets in buffer 8", "List pallets that are in buffer 8."),
        (
            "is just one of the pallets next to shelf 6",
            "Is (the number of (pallets that are next to shelf 6)) equal to 1?",
        ),
    ],
)
def test_what_is_not_open_is_read(text, sentence):
    assert understood(text) == sentence
