# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Text in pictures: where it stands, what is cut off, what the font lacks."""

from __future__ import annotations

import numpy as np
import pytest

from smolrgpt_ros.rendering.drawing import wrapped
from smolrgpt_ros.rendering.lettering import text_size, write

WHITE = (255, 255, 255)


def written(text, corner, height=20, **options):
    picture = np.zeros((60, 200, 3), np.uint8)
    write(picture, text, corner, height, WHITE, **options)
    return picture


def test_a_line_is_inside_the_box_of_its_size():
    width, height = text_size("pallet 12", 20)
    rows, columns = np.nonzero(written("pallet 12", (30, 10)).max(axis=2) > 60)
    assert 30 <= columns.min() <= 33 and 30 + width - 4 <= columns.max() <= 30 + width
    assert rows.min() >= 10 and rows.max() < 10 + height
    assert text_size("pallet 12", 40)[0] == pytest.approx(2 * width, abs=4)


@pytest.mark.parametrize("corner", [(-25, 10), (180, 10), (30, -12), (30, 50)])
def test_what_lies_outside_of_the_picture_is_cut_off(corner):
    whole = np.zeros((160, 400, 3), np.uint8)
    write(whole, "pallet 12", (corner[0] + 100, corner[1] + 50), 20, WHITE)
    np.testing.assert_array_equal(written("pallet 12", corner), whole[50:110, 100:300])


def test_text_beside_the_picture_draws_nothing():
    assert not written("pallet", (500, 10)).any() and not written("pallet", (10, -90)).any()


def test_a_character_that_the_font_lacks_is_a_question_mark():
    np.testing.assert_array_equal(written("3 \u03c3", (10, 10)), written("3 ?", (10, 10)))
    np.testing.assert_array_equal(
        written("2 m\N{SUPERSCRIPT THREE}", (10, 10)), written("2 m3", (10, 10))
    )
    spread = written("3 \N{PLUS-MINUS SIGN} 1", (10, 10))
    assert (spread != written("3 ? 1", (10, 10))).any()


def test_an_outline_surrounds_the_letters():
    outlined = written("H", (50, 20), outline=(255, 0, 0))
    red = (outlined[..., 0] > 200) & (outlined[..., 1] < 60)
    white = outlined[..., 1] > 200
    rows, columns = np.nonzero(white)
    assert red[rows.min() - 2 : rows.min(), columns.min() : columns.max()].any()
    assert red.sum() > white.sum() / 2


def test_lines_are_as_long_as_their_width_allows():
    text = "How far is the leftmost pallet from the transporter?"
    width = text_size("How far is the leftmost", 20)[0] + 8
    lines = wrapped(text, 20, width)
    assert lines == ["How far is the leftmost", "pallet from the", "transporter?"]
    narrow = wrapped("immeasurable 3", 20, 60)
    assert "".join(narrow).replace(" ", "") == "immeasurable3"
    assert all(text_size(line, 20)[0] <= 60 for line in narrow), "a longer word is parted"
    assert wrapped("", 20, 100) == []
