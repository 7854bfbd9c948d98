# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""How sure rankings of uncertain numbers are, against probabilities known by symmetry."""

from __future__ import annotations

import numpy as np
import pytest

from smolrgpt_ros.reasoning.measuring.numbers import Dependence, Number, count_of, either
from smolrgpt_ros.reasoning.measuring.rankings import order_chance, slice_chances
from smolrgpt_ros.scene.statistics import normal_cdf

# Of 4000 draws.
WITHIN = 0.02
X = np.array([1.0, 0.0, 0.0])


@pytest.mark.parametrize("descending", [False, True])
def test_each_of_ten_equal_numbers_may_be_the_first(descending: bool) -> None:
    certainty, chances = slice_chances([Number(2.0, 0.01)] * 10, 0, 1, descending)
    assert certainty == pytest.approx(0.1, abs=WITHIN)
    assert chances == pytest.approx(np.full(10, 0.1), abs=WITHIN)
    assert chances.sum() == pytest.approx(1.0)


def test_two_numbers_change_places_as_surely_as_their_difference_says() -> None:
    """The difference of 2.0 and 2.5 is one standard deviation; 9.0 is far away."""
    numbers = [Number(2.0, 0.09), Number(2.5, 0.16), Number(9.0, 0.01)]
    certainty, chances = slice_chances(numbers, 0, 1, descending=False)
    assert certainty == pytest.approx(normal_cdf(1.0), abs=WITHIN)
    assert chances == pytest.approx((certainty, 1 - certainty, 0.0))
    certainty, chances = slice_chances(numbers, 2, 3, descending=False)
    assert certainty == 1.0 and chances.tolist() == [0.0, 0.0, 1.0]


def test_any_two_of_four_equal_numbers_may_be_in_the_middle() -> None:
    certainty, chances = slice_chances([Number(2.0, 0.01)] * 4, 1, 3, descending=False)
    assert certainty == pytest.approx(1 / 6, abs=WITHIN)  # 4 over 2
    assert chances == pytest.approx(np.full(4, 0.5), abs=WITHIN)


def test_errors_that_numbers_share_do_not_change_their_places() -> None:
    place = Dependence(X, 4.0 * np.eye(3))
    change = np.array([0.0, 0.0, 0.0, 3.0])
    numbers = [
        Number(2.0 + 0.5 * k, 0.01, {7: place}, systematic=change) for k in range(3)
    ]  # their differences are 3.5 standard deviations and more
    assert slice_chances(numbers, 0, 1, descending=False)[0] == 1.0
    assert order_chance(numbers, descending=False) == 1.0
    assert order_chance(numbers[::-1], descending=True) == 1.0


def test_a_number_that_may_be_another_one_may_be_the_first() -> None:
    """3.0, but 0 with 0.4; the other is 1.0."""
    numbers = [Number(1.0, 1e-4), either(Number(0.0), 0.4, Number(3.0))]
    certainty, chances = slice_chances(numbers, 0, 1, descending=False)
    assert certainty == pytest.approx(0.6, abs=WITHIN)
    assert chances == pytest.approx((0.6, 0.4), abs=WITHIN)


def test_equal_counts_come_in_either_order() -> None:
    """1 or 0 with 0.5 each: one is less with 0.25, the other with 0.25, and half of the ties."""
    certainty, _ = slice_chances([count_of((0.5,)), count_of((0.5,))], 0, 1, descending=True)
    assert certainty == pytest.approx(0.5, abs=WITHIN)


def test_an_order_is_as_sure_as_all_its_places() -> None:
    """Each of six orders of three equal numbers; certain ones that are equal may be in either."""
    assert order_chance([Number(2.0, 0.01)] * 3, False) == pytest.approx(1 / 6, abs=WITHIN)
    assert order_chance([Number(1.0), Number(1.0), Number(2.0)], False) == 1.0
    tied = [Number(1.0), Number(1.0), Number(1.2, 0.04)]  # one standard deviation above both
    assert order_chance(tied, False) == pytest.approx(normal_cdf(1.0), abs=WITHIN)
    assert order_chance([Number(1.0)], False) == 1.0


def test_equal_numbers_are_in_the_order_of_their_tie_breaks() -> None:
    """Of two that stand in a buffer, that nearer to its middle is the nearer one."""
    numbers = [Number(0.0, tie_break=0.5), Number(0.0, tie_break=1.5), Number(0.1, 0.01)]
    certainty, _ = slice_chances(numbers[:2], 0, 1, descending=False)
    assert certainty == 1.0
    assert order_chance(numbers, False) == pytest.approx(normal_cdf(1.0), abs=WITHIN)
