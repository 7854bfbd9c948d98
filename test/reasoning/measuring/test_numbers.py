# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Sums and comparisons of uncertain numbers, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from smolrgpt_ros.language.question import Comparison
from smolrgpt_ros.reasoning.measuring.numbers import (
    CannotMeasure,
    Dependence,
    Number,
    chance_below,
    chance_compared,
    chance_of_any,
    combined,
    count_of,
    either,
    quotient,
)
from smolrgpt_ros.reasoning.measuring.rankings import order_chance, slice_chances
from smolrgpt_ros.scene.statistics import normal_cdf

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


def test_a_bound_decides_on_its_own_side_only() -> None:
    """At least 2.9 m is more than 2 m; whether it is more than 4 m cannot be told."""
    seen, less, more = Number(2.9, 0.0009, lower_bound=True), Number(2.0), Number(4.0)
    chances = [chance_compared(seen, comparison, less) for comparison in Comparison]
    assert chances == pytest.approx([0.0, 0.0, 0.0, 1.0, 1.0])
    assert chance_compared(less, LESS, seen) == pytest.approx(1.0)
    other = Number(2.0, lower_bound=True)
    for comparison in Comparison:
        for one, two in ((seen, more), (more, seen), (seen, other)):
            with pytest.raises(CannotMeasure, match="not known"):
                chance_compared(one, comparison, two)
    # In rankings it is as probable as not.
    assert chance_below(less, seen) == pytest.approx(1.0)
    assert [chance_below(seen, more), chance_below(more, seen), chance_below(other, seen)] == [
        0.5
    ] * 3


def test_a_bound_ranks_on_its_own_side_only() -> None:
    """Seen 2.9 m of one, between 2 and 4 m that are wholly seen."""
    two, seen, four = Number(2.0, 1e-4), Number(2.9, 1e-4, lower_bound=True), Number(4.0, 1e-4)
    assert order_chance([two, seen, four], descending=False) == pytest.approx(0.5, abs=0.05)
    assert order_chance([four, seen, two], descending=True) == pytest.approx(0.5, abs=0.05)
    assert order_chance([two, seen], descending=False) == 1.0
    assert slice_chances([two, seen, four], 0, 1, descending=False)[0] == 1.0
    longest, chances = slice_chances([four, seen, two], 0, 1, descending=True)
    assert longest == pytest.approx(0.5, abs=0.05)
    assert chances == pytest.approx([longest, 1.0 - longest, 0.0])


def test_sums_differences_and_ratios_of_bounds() -> None:
    seen, whole = Number(3.0, 0.0009, lower_bound=True), Number(0.6, 0.0004)

    def bounds(number: Number) -> tuple[bool, bool]:
        return number.lower_bound, number.upper_bound

    assert bounds(combined((seen, whole), (0.5, 0.5))) == (True, False)
    assert bounds(combined((seen, whole), (1.0, -1.0))) == (True, False)
    assert bounds(combined((whole, seen), (1.0, -1.0))) == (False, True)
    assert bounds(combined((seen, seen), (1.0, -1.0))) == (True, True)
    assert bounds(combined((whole, whole), (1.0, -1.0))) == (False, False)
    assert quotient(seen, whole).value == 5.0 and bounds(quotient(seen, whole)) == (True, False)
    assert bounds(quotient(whole, seen)) == (False, True)


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
        (0.1, 0.0, 0.3829),  # within half a standard deviation
        (0.1, 0.2, 0.0606),  # from 1.5 to 2.5
        (0.4, 0.34, 0.0696),  # from 0.725 to 0.975: ignorance makes nothing equal
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


def test_what_may_be_one_of_two_numbers_is_the_more_probable_one() -> None:
    """0 with 0.45, else 1.2: more than 1 as surely as it is 1.2."""
    near, far = Number(0.0, tie_break=1.2), Number(1.2, 0.02**2)
    number = either(near, 0.45, far)
    assert (number.value, number.std, number.certainty) == pytest.approx((1.2, 0.02, 0.55))
    assert chance_compared(number, MORE, Number(1.0)) == pytest.approx(0.55)
    assert chance_below(number, Number(1.0)) == pytest.approx(0.45)
    # Where it is 1.2 it is as probably less than 1.2 as not.
    assert chance_below(number, Number(1.2)) == pytest.approx(0.45 + 0.55 / 2)
    within = either(near, 0.54, far)
    assert (within.value, within.std, within.certainty) == pytest.approx((0.0, 0.0, 0.54))
    assert chance_compared(within, MORE, Number(1.0)) == pytest.approx(0.46)
    assert not within.exact
    assert either(near, 0.9995, far).certainty == 1.0


def test_sums_and_ratios_of_what_may_be_another_number_are_as_sure() -> None:
    """1 (0.7) or 0, and 3 (0.6) or 2: together 4 (0.42), 3 (0.28 and 0.18) or 2 (0.12)."""
    one, two = either(Number(1.0), 0.7, Number(0.0)), either(Number(3.0), 0.6, Number(2.0))
    total = combined((one, two), (1.0, 1.0))
    assert [(number.value, round(chance, 9)) for chance, number in total.cases] == [
        (4.0, 0.42),
        (3.0, 0.28),
        (3.0, 0.18),
        (2.0, 0.12),
    ]
    assert chance_compared(total, MORE, Number(2.5)) == pytest.approx(0.42 + 0.28 + 0.18)
    ratio = quotient(two, one)
    assert (ratio.value, ratio.certainty) == pytest.approx((3.0, 0.42))
    assert chance_compared(ratio, MORE, Number(2.5)) == pytest.approx(0.42 + 0.3)


@pytest.mark.parametrize(
    ("chances", "chance"),
    [
        ((), 0.0),
        ((0.2, 0.1), 0.28),
        ((0.3,) * 3, 0.5),  # independent ones: 0.657, but none alone is probable
        ((0.7, 0.6), 0.7),  # independent ones: 0.88; with one shared error no more than the surest
        ((1.0, 0.0), 1.0),
    ],
)
def test_any_of_several(chances: tuple[float, ...], chance: float) -> None:
    assert chance_of_any(chances) == pytest.approx(chance)
