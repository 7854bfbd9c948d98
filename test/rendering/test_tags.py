# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Tags make way for each other and stay in the picture."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from smolrgpt_ros.rendering.lettering import text_size
from smolrgpt_ros.rendering.palette import PLATE_COLOR
from smolrgpt_ros.rendering.tags import LEAST_LETTERS, Tag, draw_tags

BACK = (200, 200, 200)
WHITE, RED = (255, 255, 255), (255, 40, 40)


def drawn(*tags: Tag, height: int = 200, width: int = 300) -> NDArray[np.uint8]:
    picture = np.full((height, width, 3), BACK, np.uint8)
    draw_tags(picture, tags)
    return picture


def plate_pixels(picture: NDArray[np.uint8]) -> int:
    return int((picture != BACK).any(axis=2).sum())


def plate_area(text: str) -> int:
    width, height = text_size(text, LEAST_LETTERS)
    return (width + 4) * height


def test_two_tags_at_one_place_cover_each_other_nowhere() -> None:
    first, second = Tag("pallet 7", (150, 100), WHITE), Tag("pallet 8", (152, 103), RED)
    alone = plate_pixels(drawn(first)), plate_pixels(drawn(second))
    both = drawn(first, second)
    assert plate_pixels(both) == sum(alone)
    width, height = text_size("pallet 7", LEAST_LETTERS)
    x0, y0 = int(150 - (width + 4) / 2), int(100 - height / 2)
    wanted = np.s_[y0 : y0 + height, x0 : x0 + width + 4]
    np.testing.assert_array_equal(both[wanted], drawn(first)[wanted])


def test_a_tag_is_moved_into_the_picture() -> None:
    inside = plate_pixels(drawn(Tag("shelf 12", (150, 100), WHITE)))
    for middle in ((0.0, 0.0), (299.0, 100.0), (150.0, 199.0)):
        assert plate_pixels(drawn(Tag("shelf 12", middle, WHITE))) == inside


def test_nothing_is_drawn_of_no_text() -> None:
    assert plate_pixels(drawn(Tag("", (150, 100), WHITE))) == 0


def whole_plates(picture: NDArray[np.uint8], text: str) -> tuple[int, int]:
    """How many plates of a text are in a picture, and the pixels of plates that are none."""
    alone = drawn(Tag(text, (150, 100), RED))
    found, one = ((p == PLATE_COLOR).all(axis=2).sum() for p in (picture, alone))
    return divmod(int(found), int(one))


def test_many_at_one_place_all_stand_in_the_picture() -> None:
    """24 plates are as many as 3 columns by 8 rows of the picture's 4 by 13."""
    tags = [Tag("pallet 7", (40, 30), RED)] * 24
    assert whole_plates(drawn(*tags, width=260), "pallet 7") == (24, 0)


def test_a_line_leads_to_a_tag_that_had_to_go_far() -> None:
    """Around (150, 100) plates stand 5 pixels apart: no place is free but beyond them."""
    width, height = text_size("pallet 7", LEAST_LETTERS)
    around = [
        Tag("pallet 7", (150 + x * (width + 9), 100 + y * (height + 5)), RED)
        for x in (-1, 0, 1)
        for y in (-3, -2, -1, 0, 1, 2, 3)
    ]
    without = drawn(*around)
    picture = drawn(*around, Tag("pallet 8", (150, 100), WHITE))
    changed = int((picture != without).any(axis=2).sum())
    assert plate_pixels(without) == 21 * plate_area("pallet 7")
    assert changed > plate_area("pallet 8") + 10


def test_where_no_place_is_free_the_least_important_are_left_out() -> None:
    many = [Tag("pallet 7", (150, 20), RED) for _ in range(40)]
    number, rest = whole_plates(drawn(*many, height=32), "pallet 7")
    assert rest == 0 and 4 <= number < 40


@pytest.mark.parametrize("width", [20, 48, 90])
def test_in_a_small_picture_a_text_is_shortened(width: int) -> None:
    picture = drawn(Tag("1.25 x 0.75 x 1.50 m", (5, 5), WHITE), height=40, width=width)
    columns = np.nonzero((picture != BACK).any(axis=(0, 2)))[0]
    assert 10 < np.ptp(columns) + 1 <= width
    assert (picture[:, -2:] < 60).all(axis=2).any() or np.ptp(columns) + 1 < width
