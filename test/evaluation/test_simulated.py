"""What counts as right, and how outcomes are summed up."""

from __future__ import annotations

import pytest

from smolrgpt_ros.evaluation.simulated import Outcome, held_out_frames, is_correct, summary


@pytest.mark.parametrize(
    ("category", "truth", "found", "right"),
    [
        ("distance", 5.0, 5.5, True),
        ("distance", 5.0, 5.51, False),
        ("distance", 5.0, 4.5, True),
        ("distance", 0.0, 0.0, True),
        ("distance", 0.0, 0.01, False),
        ("distance", 5.0, None, False),
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


def _outcome(category, truth, model, measured):
    return Outcome(category, 1, "robot", "?", "!", truth, model, measured, 0.5, 0.1)


def test_shares_and_their_mean():
    outcomes = [
        _outcome("count", 2, 2, 2),
        _outcome("count", 2, 1, 2),
        _outcome("left_right", "left", "left", None),
    ]
    table = summary(outcomes)
    assert table["questions"] == 3
    assert table["model"]["S1"] == 75.0
    assert table["model"]["count"]["right"] == 50.0
    assert table["measured"]["S1"] == 50.0
    assert table["measured"]["left_right"]["questions"] == 1


def test_held_out_frames_are_the_same_each_time():
    def once():
        frames = held_out_frames(2, 910_000, ("ceiling", "robot"), 192, 108, noisy=False)
        return [(s.truth.family, [q.text for q in questions]) for s, questions in frames]

    first = once()
    assert [family for family, _ in first] == ["ceiling", "robot"]
    assert first == once()
