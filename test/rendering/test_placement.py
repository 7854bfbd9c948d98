# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Places of texts in a plane, by hand."""

from __future__ import annotations

import itertools

import pytest

from smolrgpt_ros.rendering.placement import Area, Placement


def overlap(a: Area, b: Area) -> bool:
    return a.left < b.right and b.left < a.right and a.top < b.bottom and b.top < a.bottom


def test_the_first_stands_where_it_is_wanted_and_the_second_above_it() -> None:
    placement = Placement(Area(0, 0, 100, 50))
    wanted = Area.around(50, 20, 20, 10)
    assert placement.place(wanted, 40) == Area(40, 15, 60, 25)
    assert placement.place(wanted, 40) == Area(40, 5, 60, 15)
    assert placement.place(wanted, 40) == Area(40, 25, 60, 35)


def test_a_place_outside_of_the_bounds_is_moved_into_them() -> None:
    placement = Placement(Area(-10, 0, 100, 50))
    assert placement.place(Area.around(-15, 48, 20, 10), 40) == Area(-10, 40, 10, 50)
    assert placement.place(Area.around(-15, 48, 20, 10), 40, bounded=False) is not None


@pytest.mark.parametrize("number", [9, 40])
def test_many_at_one_place_cover_each_other_nowhere_and_only_full_bounds_leave_one_out(
    number: int,
) -> None:
    """Ten of 20 by 10 fill 100 by 20."""
    placement = Placement(Area(0, 0, 100, 20))
    places = [placement.place(Area.around(93, 5, 20, 10), 200) for _ in range(number)]
    found = [place for place in places if place is not None]
    assert len(found) == min(number, 10)
    assert not any(overlap(a, b) for a, b in itertools.combinations(found, 2))
    assert all(0 <= p.left and p.right <= 100 and 0 <= p.top and p.bottom <= 20 for p in found)


def test_nothing_goes_farther_than_its_reach() -> None:
    """Places 40 to the left and right are the nearest free ones."""
    near, far = (Placement(Area(0, 0, 200, 10)) for _ in range(2))
    for placement in (near, far):
        placement.place(Area.around(100, 5, 60, 10), 10)
    assert near.place(Area.around(100, 5, 20, 10), 30) is None
    assert far.place(Area.around(100, 5, 20, 10), 45) in (
        Area(50, 0, 70, 10),
        Area(130, 0, 150, 10),
    )


def test_what_is_larger_than_the_bounds_has_no_place() -> None:
    assert Placement(Area(0, 0, 100, 50)).place(Area.around(50, 25, 101, 10), 10) is None
    assert Placement(Area(0, 0, 100, 50)).place(Area.around(50, 25, 10, 51), 10) is None
