# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Selections and conditions in their normal form."""

import pytest

from smolrgpt_ros.language import question as q

PALLETS = q.OfClass("pallet")
EMPTY, CARRIED = q.State(q.LoadState.EMPTY), q.State(q.LoadState.CARRIED)


def test_conditions_stand_side_by_side_in_order() -> None:
    inside = q.Inside(q.Ids((5,), "buffer"))
    narrowed = q.where(q.where(PALLETS, EMPTY), inside)
    assert narrowed == q.Where(PALLETS, q.All((EMPTY, inside)))
    assert q.where(narrowed, EMPTY) == narrowed


def test_all_of_is_flat() -> None:
    assert q.all_of(EMPTY, q.All((CARRIED, EMPTY))) == q.All((EMPTY, CARRIED))
    assert q.all_of(EMPTY, EMPTY) == EMPTY


def test_the_opposite_of_a_comparison_is_its_other_side_but_of_contents_a_not() -> None:
    low = q.Compared(q.SizeOf(q.Dimension.HEIGHT), q.Comparison.LESS, 1.0)
    few = q.Compared(q.Holding(PALLETS), q.Comparison.LESS, 2.0)
    high = q.Compared(q.SizeOf(q.Dimension.HEIGHT), q.Comparison.AT_LEAST, 1.0)
    assert q.negated(low) == high and q.negated(high) == low
    assert q.negated(few) == q.Not(few) and q.negated(q.Not(few)) == few


def test_regions_of_one_class_become_one_list() -> None:
    one, two, shelf = q.Ids((9,), "pallet"), q.Ids((2, 9), "pallet"), q.Ids((4,), "shelf")
    assert q.union(one, two) == q.Ids((9, 2), "pallet")
    assert q.union(one, shelf, two) == q.Union((q.Ids((9, 2), "pallet"), shelf))
    assert q.union(q.union(one, shelf), PALLETS) == q.Union((one, shelf, PALLETS))


@pytest.mark.parametrize(
    ("extreme", "rank", "take"),
    [(q.Extreme.MIDDLE, 1, 1), (q.Extreme.LEAST, 0, 1), (q.Extreme.LEAST, 2, 2)],
)
def test_rankings_that_mean_nothing(extreme: q.Extreme, rank: int, take: int) -> None:
    with pytest.raises(ValueError, match=r"expected|middle"):
        q.Ranked(PALLETS, q.SizeOf(q.Dimension.WIDTH), extreme, rank, take)
