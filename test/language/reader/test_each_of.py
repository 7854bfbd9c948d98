# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Questions about each of several objects are read so, or refused with what to say."""

import pytest
from asked_of_reader import LABELS, refusal, understood

VIEW = LABELS | {5: "transporter", 11: "person", 13: "forklift"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "Do both buffers 8 and 9 contain a pallet",
            "Are all buffers 8 and 9 holding at least 1 of pallets?",
        ),
        (
            "Do both buffers 8 and 9 contain exactly two pallets",
            "Are all buffers 8 and 9 holding equal to 2 of pallets?",
        ),
        (
            "Is there a pallet in both buffers 8 and 9",
            "Are all buffers 8 and 9 holding at least 1 of pallets?",
        ),
        (
            "Is there a pallet in buffer 8 and in buffer 9",
            "Are all buffers 8 and 9 holding at least 1 of pallets?",
        ),
        (
            "Is there a pallet on both transporters",
            "Are all transporters 4 and 5 holding at least 1 of pallets?",
        ),
        (
            "do buffers eight and nine hold at least one pallet",
            "Are all buffers 8 and 9 holding at least 1 of pallets?",
        ),
        (
            "do buffers 8 and 9 hold more than two pallets in total",
            "Is (the number of (pallets that are in buffers 8 or 9)) more than 2?",
        ),
        (
            "are any pallets in buffers 8 and 9",
            "Are there any pallets that are in buffers 8 or 9?",
        ),
        (
            "does buffer 8 contain a person and a pallet",
            "Is buffer 8 holding at least 1 of persons and holding at least 1 of pallets?",
        ),
        (
            "is there a buffer with a pallet and a person",
            "Are there any buffers that are holding at least 1 of pallets and holding at least 1 "
            "of persons?",
        ),
        (
            "does buffer 8 hold more pallets than people",
            "Is (the number of (pallets that are in buffer 8)) more than (the number of (persons "
            "that are in buffer 8))?",
        ),
        (
            "which buffers hold more pallets than people",
            "List buffers that are holding more pallets than persons.",
        ),
        (
            "is any of the three tallest pallets in buffer 8",
            "Are there any of ((the 3 tallest pallets) that are in buffer 8)?",
        ),
        (
            "how many of the two tallest pallets are in buffer 8",
            "What is the number of ((the 2 tallest pallets) that are in buffer 8)?",
        ),
        (
            "how many pallets of 1, 2 and 3 are empty",
            "What is the number of (pallets 1, 2 and 3 that are empty)?",
        ),
    ],
)
def test_each_of_several_is_meant(text, sentence):
    assert understood(text, VIEW) == sentence
    assert understood(sentence, VIEW) == sentence


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("do buffers 8 and 9 hold more than two pallets", 'say "each of", or "in total"'),
        ("is there a person in buffers 8 and 9", 'say "each of", or "in total"'),
        ("do both shelves have a pallet in front of them", "ask once for each"),
        ("does any buffer hold more than two pallets and a person", 'what "and" joins'),
        ("does any buffer hold more people than pallets", "which counts are compared"),
        ("how many of the three tallest pallets in buffer 8 are empty", "of the 3 ..., which"),
    ],
)
def test_what_is_open_is_refused_with_what_to_say(text, said):
    assert said in refusal(text, VIEW)
