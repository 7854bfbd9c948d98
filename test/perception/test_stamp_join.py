# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Two streams joined by stamp: in either order, bounded."""

import math

import pytest

from smolrgpt_ros.perception.stamp_join import StampJoin


def test_either_may_arrive_first_and_others_wait():
    joined: list[tuple[str, str]] = []
    join: StampJoin[str, str] = StampJoin(lambda image, regions: joined.append((image, regions)))
    join.add_first(1, "image 1")
    join.add_first(2, "image 2")
    join.add_second(3, "regions 3")
    assert not joined
    join.add_second(2, "regions 2")
    join.add_first(3, "image 3")
    assert joined == [("image 2", "regions 2"), ("image 3", "regions 3")]


def test_the_oldest_arrivals_go_first():
    joined: list[int] = []
    join: StampJoin[int, int] = StampJoin(lambda image, regions: joined.append(image), size=2)
    for stamp in (5, 6, 7):
        join.add_first(stamp, stamp)
    for stamp in (5, 6, 7):
        join.add_second(stamp, stamp)
    assert joined == [6, 7]


def test_of_stamps_that_differ_the_nearest_within_the_slop_is_the_partner():
    joined: list[tuple[int, str]] = []
    join: StampJoin[int, str] = StampJoin(
        lambda image, boxes: joined.append((image, boxes)), slop_s=lambda: 0.01
    )
    for ms in (0, 33, 66):
        join.add_first(ms * 1_000_000, ms)
    join.add_second(35_000_000, "a")
    join.add_second(20_000_000, "b")  # 20 ms from the first: of no image
    join.add_first(14_000_000, 14)  # later than its boxes
    assert joined == [(33, "a"), (14, "b")]
    assert join.counters.second == 2


def test_what_finds_no_partner_is_counted_with_its_distance():
    join: StampJoin[int, int] = StampJoin(lambda image, boxes: None, size=2)
    assert math.isnan(join.counters.gap_s)
    for second in (1, 2, 3):
        join.add_first(second * 10**9, second)
    join.add_second(2_500_000_000 - 10**9, 0)
    assert join.counters.gap_s == pytest.approx(0.5)  # the nearest that is kept came 0.5 s later
    for ns in (7, 8):
        join.add_second(ns, ns)
    counters = join.counters
    assert (counters.first_dropped, counters.second_dropped) == (1, 1)
