# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Conditions in words."""

import pytest

from smolrgpt_ros.query.watch.condition import Condition, Relation
from smolrgpt_ros.query.watch.wording import condition_of


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("below 2 m", Condition(Relation.BELOW, 2.0)),
        ("< 2.5", Condition(Relation.BELOW, 2.5)),
        (">3", Condition(Relation.ABOVE, 3.0)),
        ("Above 80cm, hysteresis 50 mm", Condition(Relation.ABOVE, 0.8, 0.05)),
        ("yes for 2.5 s", Condition(Relation.TRUE, hold_s=2.5)),
        ("becomes false", Condition(Relation.FALSE, edge=True)),
        ("changes", Condition(Relation.CHANGES)),
        ("changes by 0.5 m hysteresis 0.1 m", Condition(Relation.CHANGES, 0.5, 0.1)),
        ("becomes above -1, for 3 s", Condition(Relation.ABOVE, -1.0, hold_s=3.0, edge=True)),
    ],
)
def test_words_are_conditions(text, condition):
    assert condition_of(text) == condition


@pytest.mark.parametrize("text", ["", "near", "below", "below 2 km", "yes by 3", "below 2 m maybe"])
def test_other_words_are_refused_with_examples(text):
    with pytest.raises(ValueError, match="below 2 m"):
        condition_of(text)
