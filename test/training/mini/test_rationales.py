# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Rationales by hand in a small yard: lists, what they find, and differences digit by digit."""

from __future__ import annotations

import pytest
from small_yard import HOLDING, TRUTH

from smolrgpt_ros.language import question as q
from smolrgpt_ros.language.trained_questions import prompt_of
from smolrgpt_ros.simulation.true_answers.true_answers import TrueAnswers
from smolrgpt_ros.training.mini.rationales import Rationale, clock_hours, subtracted

PALLETS, BUFFER = q.Ids((4, 5, 6), "pallet"), q.Ids((2,), "buffer")
VEHICLE = q.Ids((9,), "transporter")
NEAR_CAMERA = q.Compared(q.DistanceTo(q.Camera()), q.Comparison.LESS, 8.0)
NEARER_THAN_VEHICLE = q.Compared(q.DistanceTo(q.Camera()), q.Comparison.LESS, VEHICLE)
LOADS, CARRIER = q.Ids((5, 7), "pallet"), q.Ids((3,), "transporter")
FARTHEST = q.Ranked(LOADS, q.DistanceTo(q.Camera()), q.Extreme.MOST)
TO_VEHICLE = q.Distance(q.Ids((4,), "pallet"), VEHICLE)


@pytest.mark.parametrize(
    ("question", "steps"),
    [
        (
            q.Which(q.Ranked(PALLETS, q.DistanceTo(VEHICLE), q.Extreme.LEAST)),
            "By distance from [Region 3]: "
            "[Region 0] 4.1 least, [Region 1] 3.6 least, [Region 2] 4.0. Found [Region 1].",
        ),
        (  # the first of the first list is left out of the second
            q.Which(q.Ranked(PALLETS, q.DistanceTo(q.Camera()), q.Extreme.MOST, rank=2)),
            "By distance: [Region 0] 5.6 most, [Region 1] 6.3 most, [Region 2] 9.6 most. "
            "By distance: [Region 0] 5.6 most, [Region 1] 6.3 most. Found [Region 1].",
        ),
        (
            q.Which(q.Ranked(PALLETS, q.Column(), q.Extreme.MIDDLE)),
            "By column: [Region 0] 3.0 least most, [Region 1] 5.8 most, [Region 2] 6.7 most. "
            "Found [Region 1].",
        ),
        (
            q.Which(q.Ranked(PALLETS, q.SizeOf(q.Dimension.HEIGHT), q.Extreme.MOST)),
            "By height: [Region 0] 1.00 most, [Region 1] 1.00, [Region 2] 1.50 most. "
            "Found [Region 2].",
        ),
        (
            q.HowMuch(q.Count(q.Where(PALLETS, q.Inside(BUFFER)))),
            "Count inside [Region 3]: [Region 0] no, [Region 1] 1, [Region 2] no.",
        ),
        (
            q.HowMuch(q.Count(q.Where(PALLETS, q.State(q.LoadState.LOADED)))),
            "Count cargo loaded: [Region 0] 1, [Region 1] no, [Region 2] 2.",
        ),
        (
            q.HowMuch(q.Count(q.Where(PALLETS, q.State(q.LoadState.EMPTY)))),
            "Count cargo empty: [Region 0] no, [Region 1] 1, [Region 2] no.",
        ),
        (  # one that is given is not found
            q.Whether(q.Holds(q.Ids((5,), "pallet"), q.Inside(BUFFER))),
            "Count inside [Region 1]: [Region 0] 1.",
        ),
        (
            q.HowMuch(q.Count(q.Where(PALLETS, NEAR_CAMERA))),
            "Count by distance less than 8.0: "
            "[Region 0] 5.6 1, [Region 1] 6.3 2, [Region 2] 9.6 no.",
        ),
        (  # a region that the others are compared with comes first
            q.HowMuch(q.Count(q.Where(q.Ids((4, 5), "pallet"), NEARER_THAN_VEHICLE))),
            "By distance: [Region 2] 9.2. Count by distance less than 9.2: "
            "[Region 0] 5.6 1, [Region 1] 6.3 2.",
        ),
        (
            q.Whether(q.Compares(TO_VEHICLE, q.Comparison.AT_MOST, 5.0)),
            "By distance from [Region 0]: [Region 1] 4.12. Asked whether 4.12 at most 5.00.",
        ),
        (
            q.Whether(q.Compares(q.Count(PALLETS), q.Comparison.EQUAL, 2)),
            "Count whether in view: [Region 0] 1, [Region 1] 2, [Region 2] 3. "
            "Asked whether 3 equal to 2.",
        ),
        (  # from pallet 5 it is 3.61 m: two to the left, three ahead
            q.HowMuch(q.Difference(q.Distance(q.Ids((5,), "pallet"), VEHICLE), TO_VEHICLE)),
            "By distance from [Region 0]: [Region 1] 3.61. "
            "By distance from [Region 2]: [Region 1] 4.12. "
            "Asked 3.61 from 4.12: less. Asked 3.61 from 4.12: 2 1 1, 1 6 5 less, 4 3 0.",
        ),
        (
            q.HowMuch(q.Distance(q.Ids((4,), "pallet"), VEHICLE)),
            "By distance from [Region 0]: [Region 1] 4.12.",
        ),
        (
            q.HowMuch(q.Distance(q.Ids((4,), "pallet"), q.Camera(), q.Mode.HORIZONTAL)),
            "By ground: [Region 0] 5.39.",
        ),
        (
            q.Relation(q.RelationKind.FRONT_BEHIND, q.Ids((4,), "pallet"), VEHICLE),
            "Asked whether in front of or behind [Region 1]: [Region 0] front.",
        ),
        (
            q.Direction(q.Ids((4,), "pallet"), q.Camera()),  # 21.8 degrees to the left
            "By bearing: [Region 0] 11.3.",
        ),
    ],
)
def test_a_rationale_by_hand(question, steps):
    region_ids = prompt_of(question, ()).region_ids
    assert Rationale(TrueAnswers(TRUTH), region_ids).of(question) == steps


@pytest.mark.parametrize(
    ("question", "steps"),
    [
        (
            q.HowMuch(q.Count(q.Where(LOADS, q.State(q.LoadState.CARRIED)))),
            "Count lift carried: [Region 0] no, [Region 1] 1.",
        ),
        (  # the one that the question asks for is found as well
            q.Which(q.Where(LOADS, q.State(q.LoadState.CARRIED))),
            "Count lift carried: [Region 0] no, [Region 1] 1. Found [Region 1].",
        ),
        (
            q.HowMuch(q.Count(q.Where(LOADS, q.State(q.LoadState.ON_FLOOR)))),
            "Count lift on the floor: [Region 0] 1, [Region 1] no.",
        ),
        (
            q.HowMuch(q.Count(q.Where(LOADS, q.OnTop(CARRIER)))),
            "Count resting [Region 2]: [Region 0] no, [Region 1] 1.",
        ),
        (  # what carries a thing is not next to it
            q.HowMuch(q.Count(q.Where(q.Ids((6, 7, 8), "pallet"), q.NextTo(CARRIER)))),
            "Count gap [Region 3]: [Region 0] no, [Region 1] no, [Region 2] 1.",
        ),
        (  # what a list finds is named before the next list
            q.Whether(q.Holds(FARTHEST, q.Inside(BUFFER))),
            "By distance: [Region 0] 6.3 most, [Region 1] 12.8 most. Found [Region 1]. "
            "Count inside [Region 2]: [Region 1] no.",
        ),
        (
            q.HowMuch(q.Distance(q.Where(LOADS, q.OnTop(CARRIER)), BUFFER)),
            "Count resting [Region 2]: [Region 0] no, [Region 1] 1. Found [Region 1]. "
            "By distance from [Region 1]: [Region 3] 7.55.",
        ),
    ],
)
def test_a_rationale_of_what_carries_what(question, steps):
    region_ids = prompt_of(question, ()).region_ids
    assert Rationale(TrueAnswers(HOLDING), region_ids).of(question) == steps


@pytest.mark.parametrize(
    ("most", "least", "number", "digits"),
    [
        ("4.12", "3.61", "0.51", "2 1 1, 1 6 5 less, 4 3 0"),
        ("12.05", "9.98", "2.07", "5 8 7 less, 0 9 0 less, 2 9 2 less, 1 0 0"),
        ("3.30", "3.30", "0.00", "0 0 0, 3 3 0, 3 3 0"),
        ("5", "2", "3", "5 2 3"),
    ],
)
def test_a_difference_digit_by_digit(most, least, number, digits):
    assert subtracted(most, least) == (number, digits)


def test_one_of_a_row_is_found_before_it_is_asked_about():
    row = q.Where(q.Ids((9, 4), "object"), q.State(q.LoadState.EMPTY))
    asked = q.Which(q.Ranked(PALLETS, q.DistanceTo(row), q.Extreme.LEAST))
    prompt = prompt_of(asked, ())
    assert prompt.region_ids == (4, 5, 6, 9)
    assert (
        Rationale(TrueAnswers(TRUTH), prompt.region_ids)
        .of(asked)
        .startswith(
            "Count cargo empty: [Region 0] no, [Region 3] 1. Found [Region 3]. "
            "By distance from [Region 3]: "
        )
    )


def test_the_clock_of_a_bearing():
    assert [round(clock_hours(*step), 2) for step in ((0, 1), (1, 0), (-1, 1))] == [0.0, 3.0, 10.5]
