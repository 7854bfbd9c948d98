# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""How the page's state changes."""

from __future__ import annotations

import numpy as np

from smolrgpt_ros.client.answer_record import AnswerRecord
from smolrgpt_ros.page.board import Board
from smolrgpt_ros.page.lamps import Lamp, Light, lamp_of, lamps_now
from smolrgpt_ros.page.objects import PageObject
from smolrgpt_ros.page.pictures import Display
from smolrgpt_ros.page.state import (
    HISTORY,
    Line,
    PageState,
    with_answer,
    with_marks,
    with_objects,
    with_question,
)
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.status import Status

PIXEL = np.ones((1, 1), bool)
CORNERS = ((0.0, 1.0, 2.0), (1.0, 1.0, 2.0), (1.0, 1.0, 3.0), (0.0, 1.0, 3.0))


def record(question: str) -> AnswerRecord:
    return AnswerRecord(question, Status.OK, answer="3.10 m.")


def test_the_outline_of_an_object_is_kept_until_new_ones_come() -> None:
    buffer = PageObject(Region(5, "buffer", PIXEL))
    state = with_objects(PageState(), "camera", (buffer,))
    line = Line((0.0, 0.0, 0.0), (0.0, 0.0, 2.0), (1, 2, 3))
    state = with_marks(state, {5: CORNERS}, (line,))
    assert state.objects[0].outline == CORNERS and state.lines == (line,)
    again = with_objects(state, "camera", (PageObject(Region(5, "buffer", PIXEL)),))
    assert again.objects[0].outline == CORNERS
    assert with_marks(again, {}, ()).objects[0].outline == ()


def test_an_answer_takes_its_question_from_those_that_wait() -> None:
    state = PageState()
    for question in ("a", "b", "a"):
        state = with_question(state, question)
    state = with_answer(state, record("a"), frozenset({4}), "12:00:00", True)
    assert state.asking == ("b", "a")
    assert [(a.number, a.record.question) for a in state.answers] == [(1, "a")]
    assert state.strong == {4}


def test_answers_and_their_pictures_are_bounded() -> None:
    board = Board(PageState())
    for number in range(1, HISTORY + 4):
        board.answer(
            lambda state: with_answer(state, record("q"), frozenset(), "", True), b"%d" % number
        )
    numbers = [answer.number for answer in board.state.answers]
    assert numbers == list(range(HISTORY + 3, 3, -1))
    assert board.answer_picture(3) is None and board.answer_picture(4) == b"4"


def test_live_pictures_are_drawn_for_the_displays_that_look() -> None:
    board = Board(PageState())
    assert board.displays == () and board.live(Display.WIDE) == b""
    board.look(Display.NARROW)
    assert board.displays == (Display.NARROW,)
    board.show({Display.NARROW: b"large letters"})
    # Until the first one for it is drawn, a new display gets that of another.
    assert board.live(Display.WIDE) == b"large letters"
    board.show({Display.NARROW: b"large letters", Display.WIDE: b"small letters"})
    assert board.live(Display.WIDE) == b"small letters"


def test_lamps_have_the_colours_of_their_levels() -> None:
    assert lamp_of("input", 2, "no image", {}) == Lamp("input", Light.RED, "no image")
    assert lamp_of("process", 0, "running", {"memory (MiB)": "410.2"}).message == (
        "running, 410.2 MiB"
    )
    assert lamp_of("query", 9, "?", {}).light is Light.GREY


def test_a_silent_node_has_one_grey_lamp_that_says_so() -> None:
    green = (Lamp("query", Light.GREEN, "ready"),)
    assert lamps_now(green, 1.0, "/spatial_query") == green
    (lamp,) = lamps_now(green, 7.6, "/spatial_query")
    assert lamp.light is Light.GREY and "8 s" in lamp.message and "/spatial_query" in lamp.message
    (lamp,) = lamps_now((), float("inf"), "/left/spatial_query")
    assert "nothing yet" in lamp.message
