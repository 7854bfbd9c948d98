"""Left or right: which of the two regions is asked about, however the question is turned."""

from __future__ import annotations

import pytest

from smolrgpt_ros.language.grounding import RegionView, ground
from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.scene.status import QueryError, Status

VIEWS = [
    RegionView(3, "pallet", (100.0, 200.0)),
    RegionView(7, "pallet", (320.0, 200.0)),
    RegionView(9, "transporter", (450.0, 200.0)),
]


def roles(question: str) -> tuple[int, int]:
    """Region ids of what is asked about and of what it is left or right of."""
    grounding = ground(question, VIEWS)
    meaning = grounding.meaning
    assert meaning.kind is Kind.LEFT_RIGHT, question
    assert meaning.subject is not None and meaning.reference is not None
    subject, reference = meaning.subject.single, meaning.reference.single
    assert subject is not None and reference is not None
    return subject, reference


@pytest.mark.parametrize(
    "question",
    [  # each asks on which side of 7 the 3 is
        "is 3 left of 7",
        "is pallet 3 to the left of pallet 7 or to its right",
        "decide: 3 left of 7, or right of it?",
        "with pallet 7 as the reference, is pallet 3 to the left?",
        "using 7 as an anchor, is 3 on its left or its right",
        "if I face pallet 7, do I see pallet 3 to its left",
        "pallet 7: is pallet 3 on its right side",
        "is pallet 3 on pallet 7's left",
        "is pallet 3 on pallet 7\u2019s left",
        "does pallet 7 have pallet 3 on its left",
        "pallet 7 has pallet 3 on which side",
        "right or left of pallet 7, where does pallet 3 stand?",
        "in which direction from 7 is 3, left or right",
        "do I have to turn left or right to go from pallet 7 to pallet 3",
        "to get to pallet 3 from pallet 7, do I turn left or right",
        "which way must pallet 7 look to find pallet 3, left or right",
        "relative to 7, does 3 appear on the left",
        "w.r.t. pallet 7, pallet 3 is left or right?",
        "compared with 7, is 3 further left",
        "I stand at pallet 7. Is pallet 3 on my left?",
        "look at 3. is it left of 7?",
        "pallet 3 vs. pallet 7: left or right?",
        "from where the robot looks, is 3 more to the left or more to the right than 7",
        "to get from pallet 7 to pallet 3, must a robot turn left or right",
    ],
)
def test_subject_and_reference(question: str) -> None:
    assert roles(question) == (3, 7)
    swapped = question.translate(str.maketrans("37", "73"))
    assert roles(swapped) == (7, 3)


@pytest.mark.parametrize(
    "question",
    [
        "is pallet 3 to its left",
        "are the pallets left of transporter 9",
        "is the pallet right of transporter 9 left of pallet 3",
        "seen from transporter 9, is pallet 3 left of pallet 7",  # sides are the image's
    ],
)
def test_two_single_regions_are_needed(question: str) -> None:
    with pytest.raises(QueryError) as caught:
        ground(question, VIEWS)
    assert caught.value.status is Status.BAD_QUESTION
