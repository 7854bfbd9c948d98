"""What counts as right, and how outcomes are summed up: by hand."""

from __future__ import annotations

import pytest

from smolrgpt_ros.evaluation.outcomes import Outcome, is_correct, reliability, summary


@pytest.mark.parametrize(
    ("category", "truth", "found", "right"),
    [
        ("distance", 5.0, 5.5, True),
        ("distance", 5.0, 5.51, False),
        ("distance", 5.0, 4.5, True),
        ("distance", 0.0, 0.0, True),
        ("distance", 0.0, 0.01, False),
        ("distance", 5.0, None, False),
        ("distance", None, 5.0, False),
        ("count", 2, 2, True),
        ("count", 2, 3, False),
        ("count", 0, None, False),
        ("left_right", "left", "left", True),
        ("left_right", "left", "right", False),
        ("mcq", 0, 0, True),
        ("mcq", 3, 2, False),
    ],
)
def test_the_benchmarks_rule(category, truth, found, right):
    assert is_correct(category, truth, found) is right


def outcome(category, truth, model, measured, confidence=0.5):
    return Outcome("id", category, "frame", "?", "!", truth, model, measured, confidence, 0.1)


def test_shares_and_their_mean():
    table = summary(
        [
            outcome("count", 2, 2, 2),
            outcome("count", 2, 1, 2),
            outcome("left_right", "left", "left", None),
            outcome("left_right", None, "left", "left"),  # of a split without answers
        ]
    )
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
    table = summary(
        [
            outcome("distance", 4.0, 5.0, 4.0),
            outcome("distance", 0.0, 3.0, 0.0),
            outcome("distance", 2.0, None, 2.2),
        ]
    )
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
    assert rows == [
        {"from": 0.0, "to": 0.5, "questions": 1, "confidence": 0.3, "right": 1.0},
        {"from": 0.95, "to": 1.0, "questions": 2, "confidence": 0.985, "right": 0.5},
    ]
