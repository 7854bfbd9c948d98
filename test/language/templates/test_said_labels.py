# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The class of each placeholder, as the words about it say."""

import pytest

from smolrgpt_ros.language.templates.said_labels import said_labels


@pytest.mark.parametrize(
    ("question", "labels"),
    [
        ("How far is the pallet <mask> from the shelf <mask>?", ["pallet", "shelf"]),
        (
            "Buffer regions <mask> <mask>, pallets <mask>: how many are in the left one?",
            ["buffer", "buffer", "pallet"],
        ),
        ("Which pallet among <mask> <mask> is the nearest?", ["pallet", "pallet"]),
        (
            "Which of the pallets <mask> <mask> is the nearest to the transporter <mask>?",
            ["pallet", "pallet", "transporter"],
        ),
        (
            "The pallets are <mask> <mask>, the buffer regions are <mask>. How many are in it?",
            ["pallet", "pallet", "buffer"],
        ),
        ("Which pallet out of <mask> is the nearest to <mask>?", ["pallet", ""]),
        ("How far is the pallet <mask> from <mask>?", ["pallet", ""]),
        ("How far is <mask> from the rack <mask>?", ["", "shelf"]),
        ("Is <mask> left of region <mask>?", ["", ""]),
        ("How many pallets are in view?", []),
    ],
)
def test_what_the_words_before_a_placeholder_say(question, labels):
    assert list(said_labels(question)) == labels
