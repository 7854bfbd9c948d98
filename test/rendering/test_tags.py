# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Tags make way for each other and stay in the picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.rendering.lettering import text_size
from smolrgpt_ros.rendering.palette import PLATE_COLOR
from smolrgpt_ros.rendering.tags import LEAST_LETTERS, Tag, draw_tags

BACK = (200, 200, 200)
WHITE, RED = (255, 255, 255), (255, 40, 40)


def drawn(*tags: Tag, height: int = 200) -> NDArray[np.uint8]:
    picture = np.full((height, 300, 3), BACK, np.uint8)
    draw_tags(picture, tags)
    return picture


def plate_pixels(picture: NDArray[np.uint8]) -> int:
    return int((picture != BACK).any(axis=2).sum())


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
    for middle in ((0.0, 0.0), (299.0, 100.0), (150.0, 500.0)):
        assert plate_pixels(drawn(Tag("shelf 12", middle, WHITE))) == inside


def test_nothing_is_drawn_of_no_text() -> None:
    assert plate_pixels(drawn(Tag("", (150, 100), WHITE))) == 0


def test_where_no_place_is_free_the_wanted_one_is_taken() -> None:
    many = [Tag("pallet 7", (150, 20), WHITE) for _ in range(20)]
    picture = drawn(*many, height=30)
    assert (picture == PLATE_COLOR).all(axis=2).any()
