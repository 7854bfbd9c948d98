# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Words that leave open what is asked are refused, and their neighbours are not."""

import pytest
from asked_of_reader import refusal, understood


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("is pallet 1 at the back of buffer 8", '("back of")'),
        ("how many pallets are in the rear of buffer 9", '("rear of")'),
        ("which pallets are at the front of buffer 8", '("front of")'),
        ("is pallet 1 in the back of shelf 6", '("back of")'),
        ("which pallet is on the rear of transporter 4", '("rear of")'),
        ("how many more pallets are there", '"more" leaves open than what'),
        ("How many more transporters are loaded?", '"more" leaves open than what'),
        ("is pallet 1 well over 0.8 m tall", 'leave out "well"'),
        ("is pallet 1 Well Within buffer 8", 'leave out "Well"'),
        ("is pallet 1 roughly the same height as pallet 2", 'leave out "roughly"'),
        ("which pallets are hidden behind shelf 6", 'leave out "hidden"'),
        ("which pallets are not taller than all pallets in buffer 8", '"not" with "than all"'),
        ("which transporter is empty and which is loaded", "two questions"),
        ("which pallets are in buffer 8 and which in buffer 9", "two questions"),
    ],
)
def test_what_is_open_is_refused_with_its_word(text, named):
    assert named in refusal(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("is pallet 1 in front of buffer 8", "Is pallet 1 in front of buffer 8?"),
        (
            "how many more pallets are in buffer 8 than in buffer 9",
            "What is the difference between (the number of (pallets that are in buffer 8)) and "
            "(the number of (pallets that are in buffer 9))?",
        ),
        ("how far above the floor is pallet 1", "What is the height above the floor of pallet 1?"),
        ("which pallets are behind shelf 6", "List pallets that are behind shelf 6."),
        (
            "list the pallets that are empty and which are in buffer 8",
            "List pallets that are empty and in buffer 8.",
        ),
        (
            "is pallet 1 taller than all other pallets",
            "Is pallet 1 more than pallets 1, 2 and 3 in height?",
        ),
    ],
)
def test_their_neighbours_are_read(text, sentence):
    assert understood(text) == sentence
