# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Numbers that the words leave open are refused with what to say; said whole, they are read."""

import pytest
from asked_of_reader import refusal, understood


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("sort the pallets within 3 m of transporter 4 by distance", 'say "from transporter 4"'),
        ("the two pallets nearest to buffer 8, nearest first", 'say "from buffer 8"'),
        ("how far are the pallets that are within 5 m of transporter 4", '"from the camera"'),
        ("is the closest person to forklift 12 more than 3 m away", 'say "from forklift 12"'),
        (
            "which is closer, the closest pallet to shelf 6 or the closest pallet to shelf 7",
            'say "from shelf 6"',
        ),
        ("are person 10 and forklift 12 closer than 2 m", 'say "apart"'),
        ("are the transporters closer than 2 m", 'say "apart"'),
        ("is pallet 1 larger than 1 m", "taller, wider or longer"),
        ("how many buffers are bigger than 4 m", "taller, wider or longer"),
        ("what is the gap between the two closest pallets", "between surfaces"),
        ("which buffer has the largest area", '"floor area"'),
        ("how much area is there in buffer 8", '"floor area"'),
        ("is the area of buffer 8 larger than the area of buffer 9", '"floor area"'),
        ("as seen from pallet 1, is pallet 2 on the left", 'leave out "seen from ..."'),
        ("viewed from transporter 4, which pallets are in front", "where the camera looks"),
        ("is transporter 4's load taller than transporter 5's", '"5\'s" leaves open'),
        ("is pallet one's nearest shelf taller than pallet two's", '"two\'s" leaves open'),
        ("is pallet 1 within 10 cm of pallet 2 in height", "how tall they are"),
        ("is transporter 4 the closest one to pallet 1 or pallet 2", "gives a choice"),
        ("is any machine within 2 m of person 10", "a transporter or a forklift"),
        ("is everything in buffer 8 taller than the one in buffer 9", "which class"),
    ],
)
def test_what_is_open_is_refused(text, reason):
    assert reason in refusal(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "sort the pallets within 3 m of transporter 4 by distance from transporter 4",
            "Sort (pallets that are less than 3 m from transporter 4) by distance from "
            "transporter 4.",
        ),
        (
            "sort the pallets within 3 m of transporter 4 by distance from me",
            "Sort (pallets that are less than 3 m from transporter 4) by distance from the camera.",
        ),
        ("sort the pallets by distance", "Sort pallets by distance from the camera."),
        (
            "are person 10 and forklift 12 less than 2 m apart",
            "Is (the distance between person 10 and forklift 12) less than 2 m?",
        ),
        ("is pallet 1 wider than 1 m", "Is pallet 1 more than 1 m in width?"),
        ("which area is the largest", "Which is the biggest buffer?"),
        (
            "is pallet 1's height more than pallet 2's",
            "Is (the height of pallet 1) more than (the height of pallet 2)?",
        ),
        (
            "is transporter 4 closer to pallet 1 or pallet 2",
            "Which is the closest of pallets 1 and 2 to transporter 4?",
        ),
        (
            "is pallet 2 closer to transporter 4 than to the other transporter",
            "Is pallet 2 closer to transporter 4 than to (the only transporter that is not one of "
            "transporter 4)?",
        ),
        ("how many fork lifts are there", "What is the number of forklifts?"),
    ],
)
def test_what_is_said_whole_is_read(text, sentence):
    assert understood(text) == sentence
