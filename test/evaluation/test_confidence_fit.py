# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Calibration by hand: bins, the rising fit, and kinds with too few answers."""

import pytest

from smolrgpt_ros.evaluation.confidence_fit import fit
from smolrgpt_ros.evaluation.outcomes import Outcome
from smolrgpt_ros.model.inference.confidence_curve import rising


def outcome(category, confidence, right, number=0):
    truth = 3
    model = truth if right else 5
    return Outcome(str(number), category, "1 robot", "", "", truth, model, None, confidence, 0.1)


def test_rising_pools_what_falls():
    # 3 then 1 pool to 2 (equal weights); 1.5 pulls that pool to (3 + 1 + 2 x 1.5) / 4 = 1.75.
    assert rising([3, 1, 1.5, 4], [1, 1, 2, 1]) == [1.75, 1.75, 1.75, 4]
    assert rising([1, 2, 3], [1, 1, 1]) == [1, 2, 3]


def test_curves_say_how_often_answers_were_right():
    # 50 unsure answers of which 10 are right, 50 sure ones of which 45 are.
    unsure = [outcome("mcq", 0.3, i % 5 == 0) for i in range(50)]
    sure = [outcome("mcq", 0.9, i % 10 != 0) for i in range(50)]
    found = fit(unsure + sure, "a test")
    # Five bins of 20, and beside each two answers as right as all: (55 + 1) / (100 + 2) = 0.549.
    # Two bins unsure: (4 + 1.098) / 22; two sure: (18 + 1.098) / 22; the one between has both.
    assert found("choice", 0.3) == pytest.approx(0.2317, abs=1e-3)
    assert found("choice", 0.9) == pytest.approx(0.8681, abs=1e-3)
    assert 0.2317 < found("choice", 0.6) < 0.8681


def test_a_kind_with_few_answers_has_the_pooled_curve():
    many = [outcome("count", 0.5, i % 2 == 0) for i in range(60)]
    few = [outcome("distance", 0.5, True) for _ in range(5)]
    found = fit(many + few, "a test")
    assert set(found.by_kind) == {"any", "count"}
    assert found("distance", 0.5) == found("clearance", 0.5)


def test_failures_and_unknown_truth_are_left_out():
    failed = [outcome("count", float("nan"), False) for _ in range(100)]
    with pytest.raises(ValueError, match="40 answers at least, found 1"):
        fit([*failed, outcome("count", 0.5, True)], "a test")
