# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Which forms a model is asked, and its calibration, from answers made up by hand."""

import pytest

from smolrgpt_ros.model.inference.confidence import POOLED
from smolrgpt_ros.training.mini.scoring import ScoredAnswer, curves_of, trained_forms


def answers(form, right, wrong, detected=False):
    return [ScoredAnswer(form, detected, 0.9, i < right) for i in range(right + wrong)]


def test_forms_are_listed_by_their_share_right_on_true_masks():
    found = trained_forms(
        [
            *answers("distance", 17, 3),
            *answers("distance", 0, 20, detected=True),  # the masks' errors are not the model's
            *answers("count inside", 16, 4),
            *answers("height", 19, 0),  # too few
            *answers("any empty", 25, 0),
        ]
    )
    assert found == ["any empty", "distance"]


def test_curves_are_of_all_masks_and_by_form():
    rows = [*answers("distance", 30, 0), *answers("distance", 0, 10, True)]
    curves = curves_of([*rows, *answers("height", 9, 1)], "a test")
    assert set(curves.by_kind) == {POOLED, "distance"}
    assert curves("distance", 0.9) == pytest.approx(30 / 40, abs=0.25)
    assert curves("height", 0.9) == curves(POOLED, 0.9) > 0.5
    with pytest.raises(ValueError, match="calibration needs 40 answers at least, found 10"):
        curves_of(answers("height", 9, 1), "a test")
