# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Sums and comparisons of uncertain numbers, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from smolrgpt_ros.language.question import Comparison
from smolrgpt_ros.reasoning.measuring.numbers import (
    Dependence,
    Number,
    chance_below,
    chance_compared,
    combined,
    count_of,
    normal_cdf,
)

LESS, AT_MOST, EQUAL, AT_LEAST, MORE = Comparison
X, Y = np.array([1.0, 0, 0]), np.array([0, 1.0, 0])


def along(direction: np.ndarray, variance: float = 0.04) -> Dependence:
    return Dependence(direction, variance * np.eye(3))


def test_independent_errors_add_by_their_squares() -> None:
    total = combined((Number(3.0, 0.09), Number(1.0, 0.16)), (1.0, -2.0))
    assert (total.value, total.std) == pytest.approx((1.0, np.sqrt(0.09 + 4 * 0.16)))


def test_the_error_of_a_shared_end_counts_once() -> None:
    """Object 1 lies between 2 and 3: along the way its error cancels, not so at a right angle."""
    first = Number(2.0, 0.0, {1: along(X), 2: along(-X, 0.01)})
    onwards = Number(3.0, 0.0, {1: along(-X), 3: along(X, 0.01)})
    sideways = Number(3.0, 0.0, {1: along(Y), 3: along(-Y, 0.01)})
    assert combined((first, onwards), (1, 1)).std == pytest.approx(np.sqrt(0.02))
    assert combined((first, sideways), (1, 1)).std == pytest.approx(np.sqrt(0.02 + 0.08))
    assert combined((first, onwards), (1, -1)).std == pytest.approx(np.sqrt(0.02 + 4 * 0.04))


def test_lengths_compare_by_their_difference() -> None:
    a, b = Number(2.0, 0.09), Number(2.5, 0.16)  # the difference is one standard deviation
    assert chance_below(a, b) == pytest.approx(normal_cdf(1.0))
    assert chance_compared(a, LESS, b) == pytest.approx(0.8413, abs=1e-4)
    assert chance_compared(a, AT_LEAST, b) == pytest.approx(0.1587, abs=1e-4)


@pytest.mark.parametrize(
    ("std", "gap", "chance"),
    [
        (0.0, 0.04, 1.0),
        (0.0, 0.06, 0.0),
        (0.01, 0.0, 1.0),  # 5 cm are five standard deviations
        (0.1, 0.2, 0.5),  # on the edge of two standard deviations
        (0.1, 0.0, 0.9545),
        (0.1, 0.4, 0.0228),
    ],
)
def test_lengths_are_equal_within_five_centimetres(std: float, gap: float, chance: float) -> None:
    found = chance_compared(Number(3.0, std**2), EQUAL, Number(3.0 + gap))
    assert found == pytest.approx(chance, abs=1e-3)


def test_a_count_has_a_probability_of_each_number() -> None:
    count = count_of((1.0, 0.9, 0.2))
    assert count.value == 2 and not count.exact
    assert count.counts == pytest.approx({0: 0.0, 1: 0.08, 2: 0.74, 3: 0.18})
    assert chance_compared(count, AT_LEAST, Number(2)) == pytest.approx(0.92)
    assert chance_compared(count, EQUAL, Number(2)) == pytest.approx(0.74)
    assert chance_compared(count, MORE, Number(2.5)) == pytest.approx(0.18)
    assert chance_compared(count, MORE, count_of((0.5, 1.0))) == pytest.approx(0.74 * 0.5 + 0.18)
    # Half of a tie counts: 2 against 1.8 of the certain two.
    assert chance_below(count, count_of((1.0, 1.0))) == pytest.approx(0.08 + 0.74 / 2)


def test_certain_equal_numbers_tie() -> None:
    assert count_of((1.0, 1.0)).ties_with(count_of((1.0, 1.0, 0.0)))
    assert not count_of((1.0, 0.9)).ties_with(count_of((1.0, 1.0)))
    near, far = Number(0.0, tie_break=1.0), Number(0.0, tie_break=2.0)
    assert not near.ties_with(far)
    assert (chance_below(near, far), chance_below(far, near)) == (1.0, 0.0)


def test_errors_of_the_calibration_add_up_in_sums_and_cancel_in_differences() -> None:
    change = np.array([0.03, 0.0, 0.0, 0.04])
    legs = [Number(2.0, 0.01, systematic=change), Number(2.0, 0.01, systematic=change)]
    total, difference = combined(legs, (1.0, 1.0)), combined(legs, (1.0, -1.0))
    assert total.std_systematic == pytest.approx(0.1)
    assert total.std == pytest.approx(np.sqrt(0.02 + 0.01))
    assert difference.std_systematic == 0.0
    assert difference.std == pytest.approx(np.sqrt(0.02))
