# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What counts as right."""

from __future__ import annotations

import pytest

from smolrgpt_ros.evaluation.outcomes import is_correct


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
