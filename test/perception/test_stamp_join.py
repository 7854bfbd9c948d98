# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Two streams joined by stamp: in either order, bounded."""

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
