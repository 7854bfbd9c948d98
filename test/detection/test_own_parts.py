# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What of a network's mask is the object's own."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from smolrgpt_ros.detection.own_parts import own_parts


def mask_of(*rows: str) -> NDArray[np.bool_]:
    return np.array([[pixel == "#" for pixel in row] for row in rows])


@pytest.mark.parametrize("whole", [False, True])
def test_the_corner_of_a_neighbour_is_not_the_objects(whole: bool) -> None:
    found = own_parts(mask_of("####...#", "####....", "####....", "........"), whole)
    np.testing.assert_array_equal(found, mask_of("####....", "####....", "####....", "........"))
    assert found.dtype == np.bool_


def test_an_object_behind_a_pole_is_of_two_parts() -> None:
    # The smaller one has 6 of 12 pixels; the third, of 2, is a neighbour's.
    mask = mask_of("####.##.", "####.##.", "####.##.", "........", "......##")
    divided = mask_of("####.##.", "####.##.", "####.##.", "........", "........")
    np.testing.assert_array_equal(own_parts(mask, False), divided)


def test_a_place_on_the_floor_is_one_part_without_holes() -> None:
    # A pallet stands in it; the other part, of half its size, is the next place.
    found = own_parts(mask_of("######..", "##..##.#", "##..##.#", "######.#", ".......#"), True)
    expected = mask_of("######..", "######..", "######..", "######..", "........")
    np.testing.assert_array_equal(found, expected)


def test_parts_that_touch_at_a_corner_are_one() -> None:
    mask = mask_of("##..", "##..", "..#.")
    np.testing.assert_array_equal(own_parts(mask, False), mask)


def test_an_empty_mask_stays_empty() -> None:
    assert not own_parts(np.zeros((3, 4), bool), True).any()
