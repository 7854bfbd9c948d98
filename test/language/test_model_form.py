# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Which questions models are trained on, and that such a form says the same as its question."""

from __future__ import annotations

import pytest

from smolrgpt_ros.language import question as q
from smolrgpt_ros.language.meaning import CAMERA, Kind, Meaning, Order, Pick
from smolrgpt_ros.language.model_form import is_trained, model_form, question_of

LABELS = {7: "pallet", 3: "pallet", 4: "transporter", 1: "buffer", 6: "buffer", 9: "shelf"}
PALLETS, BUFFERS = q.OfClass("pallet"), q.OfClass("buffer")
VEHICLE = q.Ids((4,), "transporter")


def pallet(number: int) -> q.Ids:
    return q.Ids((number,), "pallet")


@pytest.mark.parametrize(
    ("question", "form", "trained"),
    [
        (
            q.HowMuch(q.Distance(pallet(7), VEHICLE)),
            Meaning(Kind.DISTANCE, Pick((7,)), Pick((4,))),
            True,
        ),
        (
            q.HowMuch(q.Distance(q.Camera(), pallet(7))),
            Meaning(Kind.DISTANCE, Pick((7,)), CAMERA),
            False,
        ),
        (
            q.HowMuch(q.Distance(q.Ranked(PALLETS, q.Column(), q.Extreme.MOST), VEHICLE)),
            Meaning(Kind.DISTANCE, Pick((7, 3), Order.RIGHTMOST), Pick((4,))),
            True,
        ),
        (
            q.Relation(q.RelationKind.LEFT_RIGHT, pallet(3), q.Ids((9,), "shelf")),
            Meaning(Kind.LEFT_RIGHT, Pick((3,)), Pick((9,))),
            True,
        ),
        (
            q.HowMuch(q.Count(q.where(PALLETS, q.Inside(q.Ids((6,), "buffer"))))),
            Meaning(Kind.COUNT, reference=Pick((6,)), counted=(7, 3)),
            True,
        ),
        (
            q.Which(q.Ranked(BUFFERS, q.DistanceTo(pallet(3)), q.Extreme.LEAST)),
            Meaning(Kind.CHOICE, Pick((1, 6), Order.NEAREST, 1, Pick((3,)))),
            True,
        ),
        (
            q.Which(q.Ranked(PALLETS, q.DistanceTo(VEHICLE), q.Extreme.MOST, 2)),
            Meaning(Kind.CHOICE, Pick((7, 3), Order.FARTHEST, 2, Pick((4,)))),
            False,
        ),
        (
            q.HowMuch(q.Size(q.Ids((9,), "shelf"), q.Dimension.HEIGHT)),
            Meaning(Kind.HEIGHT, Pick((9,))),
            False,
        ),
    ],
)
def test_questions_that_prompts_can_say(question: q.Question, form: Meaning, trained: bool) -> None:
    assert model_form(question, LABELS) == form
    assert is_trained(form, LABELS) is trained
    again = model_form(question_of(form, LABELS), LABELS)
    assert again == form


@pytest.mark.parametrize(
    "question",
    [
        q.Listing(PALLETS),
        q.Whether(q.Exists(PALLETS)),
        q.HowMuch(q.Count(q.where(PALLETS, q.Beside(q.Side.LEFT, VEHICLE)))),
        q.HowMuch(q.Distance(PALLETS, VEHICLE)),
        q.HowMuch(q.Distance(q.where(PALLETS, q.Inside(BUFFERS)), VEHICLE)),
        q.Which(q.Ranked(PALLETS, q.SizeOf(q.Dimension.HEIGHT), q.Extreme.MOST)),
        q.Direction(pallet(7), q.Camera()),
    ],
)
def test_other_questions_are_not_put_to_a_model(question: q.Question) -> None:
    assert model_form(question, LABELS) is None


def test_an_end_that_measuring_decides_is_named_in_the_prompt() -> None:
    tallest = q.Ranked(PALLETS, q.SizeOf(q.Dimension.HEIGHT), q.Extreme.MOST)
    question = q.HowMuch(q.Distance(tallest, VEHICLE))
    asked: list[q.Selection] = []

    def decide(selection: q.Selection) -> int:
        asked.append(selection)
        return 3

    assert model_form(question, LABELS, decide) == Meaning(Kind.DISTANCE, Pick((3,)), Pick((4,)))
    assert asked == [tallest]
