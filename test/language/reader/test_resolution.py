# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What a reading names is looked up among the regions in view."""

from __future__ import annotations

import pytest

from smolrgpt_ros.language import question as q
from smolrgpt_ros.language.reader.reader import read_question
from smolrgpt_ros.language.reader.resolution import View
from smolrgpt_ros.scene.status import QueryError, Status

VIEW = {3: "buffer", 4: "pallet", 7: "pallet", 12: "shelf"}


@pytest.mark.parametrize(
    ("question", "status", "message"),
    [
        ("how tall is pallet 9", Status.UNKNOWN_REGION, "region 9 is not in view"),
        ("how tall is pallet 12", Status.UNKNOWN_REGION, "region 12 is a shelf, not a pallet"),
        ("how tall is the transporter", Status.UNKNOWN_REGION, "nothing called 'transporter'"),
        ("how tall is it", Status.BAD_QUESTION, "name that"),
        ("how tall is the robot", Status.BAD_QUESTION, "which robot is meant"),
        ("where is the jack", Status.UNKNOWN_REGION, 'the word "jack" of the question'),
        ("pallet 4 or", Status.BAD_QUESTION, "is not understood, it is incomplete"),
        ("wie weit ist pallet 4", Status.BAD_QUESTION, "questions are read in English"),
    ],
)
def test_refusals_name_what_cannot_be_used(question: str, status: Status, message: str) -> None:
    with pytest.raises(QueryError) as caught:
        read_question(question, VIEW)
    assert caught.value.status is status
    assert message in caught.value.message
    assert "in view: buffer 3; pallet 4, 7; shelf 12" in caught.value.message


def test_placeholders_stand_for_regions_in_order() -> None:
    question = read_question("distance from pallet <mask> to shelf <mask>", VIEW, (7, 12))
    assert question == q.HowMuch(q.Distance(q.Ids((7,), "pallet"), q.Ids((12,), "shelf")))


def test_more_placeholders_than_regions_are_refused() -> None:
    with pytest.raises(QueryError, match="more <mask> placeholders than region ids"):
        read_question("distance from pallet <mask> to shelf <mask>", VIEW, (7,))


def test_all_of_a_class_are_those_in_view() -> None:
    assert read_question("are all pallets empty", VIEW) == q.Whether(
        q.Holds(q.Ids((4, 7), "pallet"), q.State(q.LoadState.EMPTY))
    )


def test_the_view_is_listed_with_a_limit() -> None:
    labels = dict.fromkeys(range(1, 5), "pallet") | {9: "buffer"}
    assert View(labels).listed(limit=3) == "pallet 1, 2, 3; buffer 9"
