# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A bare distance beside another reference is open; alone it is one from the camera."""

import pytest
from asked_of_reader import refusal, understood

LABELS = {1: "pallet", 2: "pallet", 4: "transporter", 6: "shelf", 8: "buffer", 9: "buffer"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("which pallet is closest to transporter 4 but not closer than 1 m", "transporter 4"),
        ("which pallet left of shelf 6 is closest", "shelf 6"),
        ("is pallet 1 left of transporter 4 and more than 2 m away", "transporter 4"),
        ("list pallets next to shelf 6, at most 4 m away", "shelf 6"),
        ("find the pallet closest to pallet 2 which is at least 3 m away", "pallet 2"),
    ],
)
def test_beside_another_reference_it_is_refused(text, named):
    assert f'say "from {named}", or "from the camera"' in refusal(text, LABELS)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("which pallet is closest", "Which is the closest pallet to the camera?"),
        (
            "which pallet in buffer 8 is closest",
            "Which is the closest of (pallets that are in buffer 8) to the camera?",
        ),
        ("is pallet 1 more than 2 m away", "Is pallet 1 more than 2 m from the camera?"),
        (
            "which pallet left of shelf 6 is closest to the camera",
            "Which is the closest of (pallets that are left of shelf 6) to the camera?",
        ),
        (
            "is pallet 1 left of transporter 4 and more than 2 m away from it",
            "Is pallet 1 left of transporter 4 and more than 2 m from transporter 4?",
        ),
        (
            "is the pallet nearest to transporter 4 more than 2 m from it",
            "Is (the closest pallet to transporter 4) more than 2 m from transporter 4?",
        ),
    ],
)
def test_what_it_is_from_is_said_or_alone(text, sentence):
    assert understood(text, LABELS) == sentence
