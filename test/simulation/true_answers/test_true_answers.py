# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The truth of the query language on a frame made by hand."""

from __future__ import annotations

import math

import pytest
from hand_made_truth import counting_trap

from smolrgpt_ros.language import question as q
from smolrgpt_ros.simulation.true_answers.true_answers import Answer, TrueAnswers
from smolrgpt_ros.simulation.true_answers.true_objects import Ambiguous, Itself, Refused

PALLETS, BUFFERS, VEHICLES = (q.OfClass(c) for c in ("pallet", "buffer", "transporter"))
P2, P3, P5, T4, T6, B0, B1 = (
    q.Ids((i,), label)
    for i, label in (
        (2, "pallet"),
        (3, "pallet"),
        (5, "pallet"),
        (4, "transporter"),
        (6, "transporter"),
        (0, "buffer"),
        (1, "buffer"),
    )
)


# Pallet 2 stands in buffer 0; pallet 3 rides on transporter 4, which stands there; 5 is outside.
# Pallet 5 is at (-0.5, 1, 6), 3 m from transporter 6 at (-0.5, 1, 3).
@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (q.HowMuch(q.Distance(P5, T6)), 3.0),
        (q.HowMuch(q.Distance(P2, B0)), 0.0),
        (q.HowMuch(q.Distance(P3, q.Camera())), math.hypot(2.5, 0.6, 11.0)),
        (q.HowMuch(q.Count(q.Where(PALLETS, q.Inside(B0)))), 1),
        (q.Listing(q.Where(PALLETS, q.OnTop(VEHICLES))), frozenset({3})),
        (q.Listing(q.Where(PALLETS, q.State(q.LoadState.ON_FLOOR))), frozenset({2, 5})),
        (q.Which(q.Where(BUFFERS, q.State(q.LoadState.EMPTY))), frozenset({1})),
        (q.Which(q.Ranked(PALLETS, q.DistanceTo(T6), q.Extreme.LEAST)), frozenset({5})),
        (q.Order(PALLETS, q.Column()), (2, 3, 5)),
        (q.Order(PALLETS, q.Column(), descending=True), (5, 3, 2)),
        (q.Whether(q.Holds(P2, q.Beside(q.Side.LEFT, P5))), True),
        (q.Whether(q.Exists(q.Where(VEHICLES, q.Inside(B1)))), False),
        (q.Relation(q.RelationKind.LEFT_RIGHT, P5, P3), "right"),
        (q.Each(BUFFERS, q.Holding(PALLETS)), {0: 1, 1: 0}),
    ],
)
def test_true_answers_are_those_found_by_hand(question: q.Question, answer: Answer) -> None:
    found = TrueAnswers(counting_trap()).answer(question)
    assert found == (pytest.approx(answer) if isinstance(answer, float) else answer)


@pytest.mark.parametrize(
    ("question", "why"),
    [
        (q.HowMuch(q.Distance(PALLETS, T6)), Refused),  # three fit
        (q.HowMuch(q.Distance(P2, P2)), Refused),
        (q.Which(q.Where(PALLETS, q.Inside(B1))), Refused),
        (q.Which(q.Ranked(PALLETS, q.SizeOf(q.Dimension.HEIGHT), q.Extreme.MOST)), Ambiguous),
        (q.HowMuch(q.Total(q.Ids((2,), "pallet"), q.DistanceTo(P2))), Refused),
    ],
)
def test_no_undisputed_answer(
    question: q.Question, why: type[Ambiguous | Refused | Itself]
) -> None:
    with pytest.raises(why):
        TrueAnswers(counting_trap()).answer(question)
