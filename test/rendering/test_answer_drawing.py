# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Roles of regions in an answer, and the picture of each kind of answer, pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest

from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.rendering.answer_drawing import draw_answer, draw_marks
from smolrgpt_ros.rendering.answer_view import AnswerView
from smolrgpt_ros.rendering.highlight_roles import roles_of
from smolrgpt_ros.rendering.palette import DISAGREE_COLOR, GENERATED_COLOR, MEASURED_COLOR
from smolrgpt_ros.scene.region import Region

HEIGHT, WIDTH = 720, 960  # where lines and letters have their nominal size


def region(identity, x, y, label="pallet"):
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[y - 20 : y + 20, x - 20 : x + 20] = True
    return Region(identity, label, mask)


#: Where the word of region 3 is: its box begins in row 130, where its name is, 19 rows high.
WORD_OF_3 = (200, 111)
REGIONS = [region(3, 200, 150), region(4, 700, 350), region(6, 450, 550)]


def view_of(kind, value, answer_ids, agreement=True, chosen=None, values=(), unit=""):
    labels = {r.id: r.label for r in REGIONS}
    unit = "m" if kind.is_length else unit
    return AnswerView(
        "Which?", kind, roles_of(kind, labels, answer_ids, chosen), "Words.", "m", value,
        unit=unit, agreement=agreement, values=values, sentence="So it is." if answer_ids else "",
    )  # fmt: skip


def drawn(*arguments, **options):
    """The picture of :func:`view_of` without its band."""
    view = view_of(*arguments, **options)
    picture = draw_answer(np.zeros((HEIGHT, WIDTH, 3), np.uint8), REGIONS, view)
    assert picture.shape[0] > HEIGHT
    return picture[:HEIGHT]


def has(picture, color, x, y, radius=6):
    """Whether a colour is found near a pixel."""
    patch = picture[y - radius : y + radius + 1, x - radius : x + radius + 1].astype(int)
    return bool((np.abs(patch - color).max(axis=2) < 60).any())


@pytest.mark.parametrize(("agreement", "color"), [(True, MEASURED_COLOR), (False, DISAGREE_COLOR)])
def test_a_distance_is_a_segment_between_the_two(agreement, color):
    """From (199.5, 149.5) to (699.5, 349.5): a quarter of the way is (324.5, 199.5)."""
    picture = drawn(Kind.DISTANCE, 3.1, (3, 4), agreement)
    assert has(picture, color, 325, 200)
    assert has(picture, color, 450, 250, radius=14), "its length in the middle"
    assert not has(picture, color, 325, 350), "nothing to the third one"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.LEFT_RIGHT, "left"),
        (Kind.FRONT_BEHIND, "behind"),
        (Kind.ABOVE_BELOW, "above"),
        (Kind.DIRECTION, 10),
    ],
)
def test_a_relation_is_an_arrow_from_the_reference_and_a_word_over_the_subjects_name(kind, value):
    picture = drawn(kind, value, (3, 4))
    assert has(picture, MEASURED_COLOR, 325, 200)
    assert has(picture, MEASURED_COLOR, *WORD_OF_3)
    assert not has(picture, MEASURED_COLOR, 700, 311)
    # The head is at the subject, region 3: barbs leave the shaft where it ends.
    head, tail = picture[145:175, 205:260].astype(int), picture[325:348, 640:690].astype(int)
    painted = [(np.abs(p - MEASURED_COLOR).max(axis=2) < 60).sum() for p in (head, tail)]
    assert painted[0] > painted[1]


def test_a_difference_of_heights_is_a_vertical_line_at_the_subject():
    """Subject 3 in row 150, reference 4 in row 350: column 200, between these rows."""
    picture = drawn(Kind.VERTICAL_DISTANCE, 1.2, (3, 4))
    assert has(picture, MEASURED_COLOR, 200, 210) and has(picture, MEASURED_COLOR, 200, 300)
    assert has(picture, MEASURED_COLOR, 200, 250, radius=12), "its length in the middle"
    assert has(picture, MEASURED_COLOR, 450, 350), "from the height of the reference"
    assert not has(picture, MEASURED_COLOR, 325, 200)


def test_a_width_and_a_height_are_dimension_lines_at_the_one_region():
    """Region 3: columns 180 to 219, rows 130 to 169."""
    width = drawn(Kind.WIDTH, 1.2, (3,))
    for column in (180, 219):
        assert has(width, MEASURED_COLOR, column, 182, radius=2)
    assert not has(width, MEASURED_COLOR, 240, 182, radius=6)
    height = drawn(Kind.HEIGHT, 1.2, (3,))
    for row in (130, 169):
        assert has(height, MEASURED_COLOR, 232, row, radius=2)
    assert not has(height, MEASURED_COLOR, 232, 185, radius=6)
    for picture in (width, height):
        assert not has(picture, MEASURED_COLOR, 0, 0, radius=400), "no line from the camera"


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (Kind.BIGGER_SMALLER, "bigger"),
        (Kind.TALLER_SHORTER, "shorter"),
        (Kind.WIDER_THINNER, "wider"),
    ],
)
def test_a_comparison_of_sizes_is_a_word_at_the_subject_and_the_other_stays_strong(kind, word):
    picture = drawn(kind, word, (3, 4))
    assert has(picture, MEASURED_COLOR, *WORD_OF_3)
    assert not has(picture, MEASURED_COLOR, 700, 350, radius=60)
    assert picture[335:345, 685:690].mean() > 0.9 * picture[135:145, 185:190].mean()


def example_of(kind):
    """A value of a kind, its regions and its values, as they are measured."""
    if kind.is_comparison:
        return "left", (3, 4), ()
    match kind:
        case Kind.CHOICE:
            return 3, (3,), ()
        case Kind.COUNT | Kind.DIRECTION:
            return 2, (3, 4), ()
        case Kind.YES_NO:
            return True, (3, 4), ()
        case Kind.LIST:
            return None, (3, 4), ()
        case Kind.ORDER | Kind.EACH:
            return None, (4, 3), (1.25, 2.5)
        case Kind.WHERE:
            return None, (3, 4), (7.5, 11.0)
        case Kind.DIMENSIONS:
            return None, (3,), (1.2, 0.8, 0.15)
    return 1.25, (3,) if kind.is_size else (3, 4), ()


@pytest.mark.parametrize("kind", [k for k in Kind if k not in (Kind.TEXT, Kind.UNKNOWN)])
def test_every_kind_that_is_measured_has_a_mark(kind):
    value, ids, values = example_of(kind)
    picture = drawn(kind, value, ids, values=values, unit="m" if values else "")
    painted = np.abs(picture.astype(int) - MEASURED_COLOR).max(axis=2) < 60
    assert painted.sum() > 50


@pytest.mark.parametrize("kind", [Kind.LIST, Kind.ORDER, Kind.EACH, Kind.NUMBER, Kind.YES_NO])
def test_an_answer_of_several_regions_outlines_each_of_them_and_no_other(kind):
    """The right edges of regions 3 and 4 are at columns 219 and 719, that of region 6 at 469."""
    value, _, _ = example_of(kind)
    picture = drawn(kind, value, (3, 4))
    assert has(picture, MEASURED_COLOR, 219, 150) and has(picture, MEASURED_COLOR, 719, 350)
    assert not has(picture, MEASURED_COLOR, 469, 550)


@pytest.mark.parametrize("kind", [Kind.WHERE, Kind.DIMENSIONS])
def test_an_answer_about_one_object_outlines_it_alone(kind):
    _, ids, values = example_of(kind)
    picture = drawn(kind, None, ids, values=values, unit="m")
    assert has(picture, MEASURED_COLOR, 219, 150)
    assert has(picture, MEASURED_COLOR, *WORD_OF_3), "its numbers over its name"
    assert not has(picture, MEASURED_COLOR, 719, 350)


def test_a_pair_is_a_segment_and_a_route_one_for_each_leg():
    """From (200, 150) to (700, 350) and on to (450, 550)."""
    pair = drawn(Kind.PAIR, 1.25, (3, 4), unit="m")
    assert has(pair, MEASURED_COLOR, 325, 200) and not has(pair, MEASURED_COLOR, 575, 450)
    route = drawn(Kind.ROUTE, 7.5, (3, 4, 6), unit="m")
    assert has(route, MEASURED_COLOR, 325, 200) and has(route, MEASURED_COLOR, 575, 450)
    assert has(route, MEASURED_COLOR, 450, 250, radius=14), "its length at the first leg"


def test_counted_ones_are_numbered_and_the_other_is_faint():
    picture = drawn(Kind.COUNT, 2, (3, 6))
    assert has(picture, MEASURED_COLOR, *WORD_OF_3)
    assert has(picture, MEASURED_COLOR, 450, 511)
    assert not has(picture, MEASURED_COLOR, 700, 311)
    assert picture[335:345, 685:690].mean() < 0.5 * picture[135:145, 185:190].mean()


def test_the_chosen_is_outlined_and_so_is_the_models_own_choice():
    picture = drawn(Kind.CHOICE, 4, (4,), agreement=False, chosen=6)
    # On the right edges.
    assert has(picture, DISAGREE_COLOR, 719, 350)
    assert has(picture, GENERATED_COLOR, 469, 550)
    assert not has(picture, GENERATED_COLOR, 219, 150) and not has(
        picture, DISAGREE_COLOR, 219, 150
    )


def test_nothing_is_drawn_where_nothing_was_measured():
    picture = drawn(Kind.DISTANCE, None, ())
    assert not has(picture, MEASURED_COLOR, 325, 200)


def test_names_of_regions_that_the_question_is_not_about_are_drawn_where_wanted():
    view = view_of(Kind.COUNT, 1, (3,))
    rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    few, all_of_them = (draw_marks(rgb, REGIONS, view, all_names=named) for named in (False, True))
    for column, row, is_new in ((200, 130, False), (700, 330, True), (450, 530, True)):
        name = np.s_[row - 9 : row + 9, column - 25 : column + 25]
        assert bool((few[name] != all_of_them[name]).any()) is is_new
