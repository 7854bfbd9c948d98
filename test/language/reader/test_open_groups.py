# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What a question leaves open of several objects is refused; what is clear is read."""

import pytest
from asked_of_reader import LABELS, refusal, understood

VIEW = LABELS | {5: "transporter", 11: "person", 13: "forklift"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("does forklift twelve carry a pallet", "a forklift carries"),
        ("which forklift carries a pallet", "a forklift carries"),
        ("is pallet 3 on forklift 12", "a forklift carries"),
        ("how many people are there per forklift", "a forklift carries"),
        ("are there more people than forklifts in buffer eight", "this can be read as"),
        ("are there fewer people than forklifts next to shelf 6", "this can be read as"),
        ("are there as many people as forklifts in buffer 8", "this can be read as"),
        ("do pallets outnumber people left of shelf six", "this can be read as"),
        ("are the pallets closest to transporter 4 empty", "say how many"),
        ("average height of the pallets closest to transporter 4", "say how many"),
        ("are the people closest to forklift 12 in buffer 8", "say how many"),
        ("which forklift and person are closest to each other", "of one kind"),
        ("what are the closest pallet and transporter", "closest to what"),
        (
            "which buffers with two pallets and a person are left of shelf six",
            'what "and" joins',
        ),
        ("is the transporter carrying the tallest pallet left of shelf six", "which transporter"),
    ],
)
def test_what_is_open_is_refused_with_what_to_say(text, said):
    assert said in refusal(text, VIEW)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "are there more people in buffer 8 than in buffer 9",
            "Is (the number of (persons that are in buffer 8)) more than (the number of (persons "
            "that are in buffer 9))?",
        ),
        (
            "are there more people than forklifts",
            "Is (the number of persons) more than (the number of forklifts)?",
        ),
        ("is forklift 12 loaded", "Is forklift 12 loaded?"),
        (
            "which two of (forklifts and persons) are closest together",
            "Which two of (forklifts and persons) are closest together?",
        ),
        ("is pallet 3 on transporter 4", "Is pallet 3 on top of transporter 4?"),
    ],
)
def test_what_is_clear_is_read(text, sentence):
    assert understood(text, VIEW) == sentence
