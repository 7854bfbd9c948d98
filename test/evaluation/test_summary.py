# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Scores of many outcomes, by hand."""

from __future__ import annotations

import pytest

from smolrgpt_ros.evaluation.outcomes import Outcome
from smolrgpt_ros.evaluation.summary import reliability, summarize, table, wilson_interval
from smolrgpt_ros.evaluation.typed.typed_outcomes import table_of


def test_wilson_by_hand():
    # 8 of 10, z = 2: (0.8 + 0.2 -+ sqrt(0.016 * 4 + 0.04)) / 1.4
    low, high = wilson_interval(8, 10, z=2.0)
    assert low == pytest.approx((1.0 - 0.104**0.5) / 1.4)
    assert high == pytest.approx((1.0 + 0.104**0.5) / 1.4)


def test_extremes_stay_shares():
    assert wilson_interval(0, 5)[0] == 0.0
    assert wilson_interval(5, 5)[1] == 1.0


@pytest.mark.parametrize(("correct", "total"), [(0, 0), (3, 2), (-1, 4)])
def test_counts_that_are_no_share(correct, total):
    with pytest.raises(ValueError, match=f"{correct}/{total}"):
        wilson_interval(correct, total)


def outcome(category, truth, model, measured, confidence=0.5):
    return Outcome("id", category, "frame", "?", "!", truth, model, measured, confidence, 0.1)


def test_shares_and_their_mean():
    table = summarize(
        [
            outcome("count", 2, 2, 2),
            outcome("count", 2, 1, 2),
            outcome("left_right", "left", "left", None),
            outcome("left_right", None, "left", "left"),  # of a split without answers
        ]
    ).to_json()
    assert (table["questions"], table["with_truth"]) == (4, 3)
    assert table["model"]["S1"] == 75.0
    assert table["model"]["count"]["right"] == 50.0
    assert table["measured"]["S1"] == 50.0
    assert table["measured"]["left_right"]["questions"] == 1
    assert table["measured"]["left_right"]["unanswered"] == 1
    # Model and measurement agree on one of the three, and that is right.
    assert table["agreed"]["share"] == 33.3
    assert table["agreed"]["count"]["right"] == 100.0


def test_errors_of_distances():
    table = summarize(
        [
            outcome("distance", 4.0, 5.0, 4.0),
            outcome("distance", 0.0, 3.0, 0.0),
            outcome("distance", 2.0, None, 2.2),
        ]
    ).to_json()
    # |5 - 4| / 4 alone: a true 0 has no relative error. RMSE of 1 and 3.
    assert table["model"]["distance"]["abs_rel"] == 0.25
    assert table["model"]["distance"]["rmse_m"] == pytest.approx(5**0.5, abs=1e-3)
    assert table["measured"]["distance"]["abs_rel"] == 0.05
    assert table["model"]["distance"]["unanswered"] == 1


def test_reliability_by_confidence():
    rows = reliability(
        [
            outcome("count", 1, 1, None, 0.97),
            outcome("count", 1, 2, None, 1.0),
            outcome("count", 1, 1, None, 0.3),
            outcome("count", 1, None, None, float("nan")),
        ]
    )
    assert [row.to_json() for row in rows] == [
        {"from": 0.0, "to": 0.5, "questions": 1, "confidence": 0.3, "right": 1.0},
        {"from": 0.95, "to": 1.0, "questions": 2, "confidence": 0.985, "right": 0.5},
    ]


def test_people_read_a_table():
    text = table(
        summarize(
            [
                outcome("count", 2, 2, 2, 0.97),
                outcome("count", 2, 1, 2, 0.4),
                outcome("distance", 4.0, 5.0, 4.0, 0.97),
            ]
        )
    )
    lines = text.splitlines()
    assert lines[0] == "3 questions, 3 with a known answer; % right"
    (count,) = [line.split() for line in lines if line.startswith("count")]
    # Wilson intervals of 1 of 2, 2 of 2 and 1 of 1.
    assert count == [
        *("count", "2", "50.0", "(9.5", "to", "90.5)"),
        *("100.0", "(34.2", "to", "100.0)", "100.0", "(20.7", "to", "100.0)"),
    ]
    (final,) = [line.split() for line in lines if line.startswith("S1")]
    assert final == ["S1", "3", "25.00", "100.00", "100.00"]
    assert "distances, model: AbsRel 0.25, RMSE 1.0 m" in lines
    assert "both agree on 33.3 % of the questions" in lines
    assert lines[-1].split() == ["0.95", "to", "1.0", "2", "0.970", "0.500"]


def test_people_read_the_worst_form_of_typed_questions_first():
    def shares(questions, right, low, high):
        return {"questions": questions, "right": right, "interval_95": [low, high]}

    forms = {"count": shares(40, 100.0, 91.2, 100.0), "order": shares(20, 95.0, 76.4, 99.1)}
    summary = {"all": shares(60, 98.33, 91.1, 99.7), "not_read": 1, "ms": {"p99": 7.5}}
    lines = table_of(summary | {"forms": forms}).splitlines()
    assert [line.split()[:3] for line in lines[1:4]] == [
        ["order", "20", "95.00"],
        ["count", "40", "100.00"],
        ["all", "60", "98.33"],
    ]
    assert lines[4:] == ["not read: 1", "ms: p99 7.5"]
