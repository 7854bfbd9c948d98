"""Roles of regions in an answer, and the picture of each kind of answer, pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest

from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.reasoning.answer import SpatialAnswer
from smolrgpt_ros.reasoning.evaluator import Measurement
from smolrgpt_ros.rendering.answer_drawing import draw_answer
from smolrgpt_ros.rendering.drawing import DISAGREE_COLOR, MEASURED_COLOR, SAID_COLOR
from smolrgpt_ros.rendering.highlight_roles import Roles, roles_of
from smolrgpt_ros.scene.region import Region

HEIGHT, WIDTH = 720, 960  # where lines and letters have their nominal size
LABELS = {9: "buffer", 3: "pallet", 4: "pallet", 6: "pallet"}


@pytest.mark.parametrize(
    ("kind", "measured", "said", "expected"),
    [
        (Kind.DISTANCE, (4, 9), None, Roles(answer=(4, 9), asked=(3, 6))),
        (Kind.LEFT_RIGHT, (), None, Roles(answer=(9, 3), asked=(4, 6))),
        (Kind.COUNT, (3, 6), None, Roles(answer=(3, 6), rivals=(4,), asked=(9,))),
        (Kind.COUNT, (), None, Roles(asked=(9, 3, 4, 6))),
        (Kind.CHOICE, (4,), 4, Roles(answer=(4,), rivals=(3, 6), asked=(9,))),
        (Kind.CHOICE, (4,), 6, Roles(answer=(4,), said=(6,), rivals=(3,), asked=(9,))),
        (Kind.CHOICE, (), 6, Roles(said=(6,), rivals=(3, 4), asked=(9,))),
        (Kind.TEXT, (), None, Roles(asked=(9, 3, 4, 6))),
    ],
)
def test_roles(kind, measured, said, expected):
    assert roles_of(kind, LABELS, measured, said) == expected


def region(identity, x, y, label="pallet"):
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[y - 20 : y + 20, x - 20 : x + 20] = True
    return Region(identity, label, mask)


REGIONS = [region(3, 200, 150), region(4, 700, 350), region(6, 450, 550)]


def drawn(kind, value, region_ids, agreement=True, said=None):
    measured = Measurement(kind, value, "", region_ids=region_ids)
    answer = SpatialAnswer(
        question="Which?", prompt="", prompt_region_ids=(3, 4, 6), text="Words.", kind=kind,
        value=said, unit="", region_ids=(), confidence=0.5, truncated=False,
        measured=measured, agreement=agreement, policy="model", vanished_region_ids=(),
        model="m", device="cpu", latency_s=0.1,
    )  # fmt: skip
    picture = draw_answer(np.zeros((HEIGHT, WIDTH, 3), np.uint8), REGIONS, answer)
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


def test_left_right_is_an_arrow_with_two_words():
    picture = drawn(Kind.LEFT_RIGHT, "left", (3, 4))
    assert has(picture, MEASURED_COLOR, 325, 200)
    assert has(picture, MEASURED_COLOR, 200, 174, radius=12)
    assert has(picture, MEASURED_COLOR, 700, 374, radius=12)
    # The head, at the right one: barbs leave the shaft where it ends.
    head = picture[310:390, 640:700].astype(int)
    tail = picture[110:190, 200:260].astype(int)
    painted = [(np.abs(p - MEASURED_COLOR).max(axis=2) < 60).sum() for p in (head, tail)]
    assert painted[0] > painted[1]


def test_counted_ones_are_numbered_and_the_other_is_faint():
    picture = drawn(Kind.COUNT, 2, (3, 6))
    assert has(picture, MEASURED_COLOR, 200, 174, radius=12)
    assert has(picture, MEASURED_COLOR, 450, 574, radius=12)
    assert not has(picture, MEASURED_COLOR, 700, 374, radius=12)
    assert picture[335:345, 685:690].mean() < 0.5 * picture[135:145, 185:190].mean()


def test_the_chosen_is_ringed_and_so_is_the_models_own_choice():
    picture = drawn(Kind.CHOICE, 4, (4,), agreement=False, said=6)
    # Rings of radius 34 around the middles: to the right of them.
    assert has(picture, DISAGREE_COLOR, 734, 350)
    assert has(picture, SAID_COLOR, 484, 550)
    assert not has(picture, SAID_COLOR, 234, 150) and not has(picture, DISAGREE_COLOR, 234, 150)


def test_nothing_is_drawn_where_nothing_was_measured():
    picture = drawn(Kind.DISTANCE, None, ())
    assert not has(picture, MEASURED_COLOR, 325, 200)
