# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Sides, relations and sizes as people type them: which of the two objects is asked about."""

from __future__ import annotations

import pytest

from smolrgpt_ros.language.english import english
from smolrgpt_ros.language.reader.reader import read_question
from smolrgpt_ros.scene.status import QueryError, Status

LABELS = {7: "pallet", 3: "pallet", 12: "pallet", 9: "transporter", 2: "shelf", 8: "buffer"}


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("is pallet 3 in front of the rack", "Is pallet 3 in front of the shelf?"),
        ("pallet 3 behind forklift 9?", "Is pallet 3 behind transporter 9?"),
        (
            "is #12 closer to the camera than #7",
            "Is pallet 12 closer to the camera than pallet 7 is?",
        ),
        (
            "is the leftmost pallet in front of the transporter",
            "Is the leftmost pallet in front of the transporter?",
        ),
        ("is pallet 7 above or below transporter 9", "Is pallet 7 above or below transporter 9?"),
        ("Is [Region 12] higher up than [Region 3]?", "Is pallet 12 above pallet 3?"),
        ("pallet 3 bigger than pallet 12?", "Is pallet 3 more than pallet 12 in size?"),
        (
            "does the shelf take more space than region 7",
            "Is the shelf more than pallet 7 in size?",
        ),
        ("is the rack taller than pallet 3", "Is the shelf more than pallet 3 in height?"),
        (
            "compared with pallet 3, is pallet 7 taller?",
            "Is pallet 7 more than pallet 3 in height?",
        ),
        ("is 3 wider or narrower than 12", "Is pallet 3 wider or thinner than pallet 12?"),
        ("how wide is pallet 3", "What is the width of pallet 3?"),
        ("width of the rack in m", "What is the width of the shelf?"),
        ("how tall is the rightmost pallet?", "What is the height of the rightmost pallet?"),
        ("whats the height of region 9", "What is the height of transporter 9?"),
        (
            "horizontal distance pallet 3 pallet 7",
            "What is the horizontal distance between pallet 3 and pallet 7?",
        ),
        (
            "how far is it along the floor from 3 to 9",
            "What is the horizontal distance between pallet 3 and transporter 9?",
        ),
        (
            "vertical distance between pallet 12 and the shelf",
            "What is the vertical distance between pallet 12 and the shelf?",
        ),
        (
            "clearance between pallet 3 and the rack",
            "What is the clearance between pallet 3 and the shelf?",
        ),
        (
            "distance surface to surface between pallets 7 and 12",
            "What is the clearance between pallet 7 and pallet 12?",
        ),
        (
            "at what o'clock is the rack, seen from transporter 9",
            "At what o'clock is the shelf from transporter 9?",
        ),
        (
            "Standing at transporter 9, which clock hour is pallet 3 at?",
            "At what o'clock is pallet 3 from transporter 9?",
        ),
        (
            "clock direction from pallet 7 to pallet 3",
            "At what o'clock is pallet 3 from pallet 7?",
        ),
    ],
)
def test_relations_and_sizes(question: str, sentence: str) -> None:
    assert english(read_question(question, LABELS)) == sentence


@pytest.mark.parametrize(
    ("question", "sentence"),
    [  # each asks on which side of 7 the 3 is
        ("is 3 left of 7", "Is pallet 3 left of pallet 7?"),
        (
            "is pallet 3 to the left of pallet 7 or to its right",
            "Is pallet 3 left or right of pallet 7?",
        ),
        ("decide: 3 left of 7, or right of it?", "Is pallet 3 left or right of pallet 7?"),
        (
            "with pallet 7 as the reference, is pallet 3 to the left?",
            "Is pallet 3 left of pallet 7?",
        ),
        (
            "using 7 as an anchor, is 3 on its left or its right",
            "Is pallet 3 left or right of pallet 7?",
        ),
        ("if I face pallet 7, do I see pallet 3 to its left", "Is pallet 3 left of pallet 7?"),
        ("pallet 7: is pallet 3 on its right side", "Is pallet 3 right of pallet 7?"),
        ("is pallet 3 on pallet 7's left", "Is pallet 3 left of pallet 7?"),
        ("is pallet 3 on pallet 7\u2019s left", "Is pallet 3 left of pallet 7?"),
        ("does pallet 7 have pallet 3 on its left", "Is pallet 3 left of pallet 7?"),
        ("pallet 7 has pallet 3 on which side", "Is pallet 3 left or right of pallet 7?"),
        (
            "right or left of pallet 7, where does pallet 3 stand?",
            "Is pallet 3 left or right of pallet 7?",
        ),
        (
            "in which direction from 7 is 3, left or right",
            "Is pallet 3 left or right of pallet 7?",
        ),
        (
            "do I have to turn left or right to go from pallet 7 to pallet 3",
            "Is pallet 3 left or right of pallet 7?",
        ),
        (
            "to get to pallet 3 from pallet 7, do I turn left or right",
            "Is pallet 3 left or right of pallet 7?",
        ),
        (
            "which way must pallet 7 look to find pallet 3, left or right",
            "Is pallet 3 left or right of pallet 7?",
        ),
        ("relative to 7, does 3 appear on the left", "Is pallet 3 left of pallet 7?"),
        ("w.r.t. pallet 7, pallet 3 is left or right?", "Is pallet 3 left or right of pallet 7?"),
        ("compared with 7, is 3 further left", "Is pallet 3 left of pallet 7?"),
        ("I stand at pallet 7. Is pallet 3 on my left?", "Is pallet 3 left of pallet 7?"),
        ("look at 3. is it left of 7?", "Is pallet 3 left of pallet 7?"),
        ("pallet 3 vs. pallet 7: left or right?", "Is pallet 3 left or right of pallet 7?"),
        (
            "from where the robot looks, is 3 more to the left or more to the right than 7",
            "Is pallet 3 left or right of pallet 7?",
        ),
        (
            "to get from pallet 7 to pallet 3, must a robot turn left or right",
            "Is pallet 3 left or right of pallet 7?",
        ),
    ],
)
def test_sides(question: str, sentence: str) -> None:
    assert english(read_question(question, LABELS)) == sentence
    swap = str.maketrans("37", "73")
    swapped = english(read_question(question.translate(swap), LABELS))
    assert swapped == sentence.translate(swap)


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("that is not carrying any load", "empty"),
        ("that doesn't carry anything on it", "empty"),
        ("that has no cargo on it", "empty"),
        ("without any freight", "empty"),
        ("with nothing on it", "empty"),
        ("not yet loaded", "empty"),
        ("with a load", "loaded"),
        ("that carries no pallet", "holding equal to 0 of pallets"),
        ("without a pallet on top", "holding equal to 0 of pallets"),
        ("carrying a pallet", "holding at least 1 of pallets"),
        ("that has a pallet on it", "holding at least 1 of pallets"),
    ],
)
def test_load_states(words: str, state: str) -> None:
    found = english(read_question(f"how far is the agv {words} from pallet 3", LABELS))
    assert found == f"How far is (the transporter that is {state}) from pallet 3?"


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("is pallet 3 taller", Status.BAD_QUESTION),
        ("how tall is it", Status.BAD_QUESTION),
        ("is pallet 3 to its left", Status.BAD_QUESTION),
        ("seen from transporter 9, is pallet 3 left of pallet 7", Status.BAD_QUESTION),
        ("how wide is pallet 99", Status.UNKNOWN_REGION),
        ("is the elephant in front of the rack", Status.UNKNOWN_REGION),
    ],
)
def test_refusals_list_what_is_in_view(question: str, status: Status) -> None:
    with pytest.raises(QueryError) as caught:
        read_question(question, LABELS)
    assert caught.value.status is status
    assert "in view: " in caught.value.message
