# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The page's elements, driven by NiceGUI's simulated user: no browser."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("nicegui", reason="nicegui is not installed: pip install 'nicegui>=3.18,<4'")

from nicegui import ui
from nicegui.testing import User, user_simulation

from smolrgpt_ros.client.answer_record import AnswerRecord
from smolrgpt_ros.page.board import Board
from smolrgpt_ros.page.lamps import Lamp, Light
from smolrgpt_ros.page.layout import PageView
from smolrgpt_ros.page.objects import PageObject
from smolrgpt_ros.page.shapes import Box, Rectangle, is_like
from smolrgpt_ros.page.state import (
    PageState,
    with_answer,
    with_lamps,
    with_objects,
    with_picture,
    with_question,
)
from smolrgpt_ros.scene.region import Region
from smolrgpt_ros.scene.status import Status

LEFT, RIGHT = np.zeros((20, 40), bool), np.zeros((20, 40), bool)
LEFT[5:15, 2:12] = True
RIGHT[5:15, 20:38] = True
OBJECTS = (
    PageObject(Region(3, "pallet", LEFT, 0.9), (-1.0, 0.2, 4.0), (1.2, 1.0, 0.8)),
    PageObject(Region(8, "transporter", RIGHT, 0.8, 4.0), (1.0, 0.2, 3.0), (1.2, 1.0, 0.8)),
)
QUESTION = "How far is pallet 3 from the transporter?"


class Asked:
    """Answers like a node: the board gets the record."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.questions: list[str] = []
        self.refusal = ""

    async def __call__(self, question: str) -> str:
        if self.refusal:
            return self.refusal
        self.questions.append(question)
        self.board.change(lambda state: with_question(state, question))
        return ""

    def answer(self, record: AnswerRecord) -> None:
        self.board.answer(
            lambda state: with_answer(state, record, frozenset({3, 8}), "12:00:00", False), b""
        )


def visit(*steps) -> None:
    """Open the page on a board with two objects and do what the steps do."""
    board = Board(with_objects(PageState(node="/spatial_query"), "camera", OBJECTS))
    asked = Asked(board)

    def page() -> None:
        PageView(board, asked)

    async def run() -> None:
        async with user_simulation(page) as user:
            await user.open("/")
            for step in steps:
                await step(user, asked)

    asyncio.run(run())


def box(user: User) -> ui.input:
    (found,) = user.find(ui.input).elements
    return found


def test_an_example_is_sent_and_its_answer_shown_with_its_facts() -> None:
    async def ask(user: User, asked: Asked) -> None:
        user.find(QUESTION).click()
        assert box(user).value == QUESTION
        user.find(kind=ui.element, marker="question").trigger("submit.prevent")
        await user.should_see(f"asking: {QUESTION}")
        assert asked.questions == [QUESTION] and box(user).value == ""

    async def read(user: User, asked: Asked) -> None:
        record = AnswerRecord(
            QUESTION, Status.OK, understood="How far is pallet 3 from transporter 8?",
            value=2.236, unit="m", std=0.05, answer="It is 2.24 m.", region_ids=(3, 8),
            caveats=("Transporter 8 is remembered.",), complete=True,
        )  # fmt: skip
        asked.answer(record)
        for words in ("It is 2.24 m.", "pallet 3 from transporter 8?", "2.24 ± 0.05 m"):
            await user.should_see(words)
        await user.should_see("Transporter 8 is remembered.")
        await user.should_not_see(f"asking: {QUESTION}")

    visit(ask, read)


def test_a_click_on_an_object_puts_its_name_into_the_question() -> None:
    async def pick(user: User, asked: Asked) -> None:
        user.find(ui.table).trigger("rowClick", [{}, {"name": "pallet 3"}, 0])
        assert box(user).value == "pallet 3"
        box(user).value = "How far is pallet 3 from?"
        place = {"mouse_event_type": "click", "image_x": 25.0, "image_y": 10.0}
        user.find(ui.interactive_image).trigger("mouse", place)
        assert box(user).value == "How far is pallet 3 from transporter 8?"

    visit(pick)


def test_what_cannot_be_asked_now_is_said_and_kept_in_the_box() -> None:
    async def refuse(user: User, asked: Asked) -> None:
        form = user.find(kind=ui.element, marker="question")
        form.trigger("submit.prevent")
        await user.should_see("Write a question first")
        asked.refusal = "4 questions wait for their answers"
        box(user).value = "How tall is pallet 3?"
        form.trigger("submit.prevent")
        await user.should_see("4 questions wait")
        assert box(user).value == "How tall is pallet 3?"

    visit(refuse)


def test_the_newest_answer_is_open_and_an_older_one_can_be_asked_again() -> None:
    async def answer_two(user: User, asked: Asked) -> None:
        for question in ("How tall is pallet 3?", QUESTION):
            asked.answer(AnswerRecord(question, Status.OK, answer=f"It is ({question})."))
            await user.should_see(f"It is ({question}).")
        cards = sorted(user.find(marker="answer").elements, key=lambda card: card.id)
        assert ["open" in card.props for card in cards] == [False, True]
        user.find(marker="again-1").click()
        await user.should_see("asking: How tall is pallet 3?")
        assert asked.questions == ["How tall is pallet 3?"]

    visit(answer_two)


def test_a_picture_that_is_old_is_said_to_be_old() -> None:
    async def look(user: User, asked: Asked) -> None:
        await user.should_see("Waiting for the camera's first picture")
        now = time.monotonic()
        asked.board.change(
            lambda state: with_picture(state, 40, now + 3600.0)
        )  # new however slow the host is
        await user.should_not_see("Waiting for the camera's first picture")
        asked.board.change(lambda state: with_picture(state, 40, now - 75.2))
        await user.should_see("Nothing new from the camera for")

    visit(look)


def test_lamps_say_what_diagnostics_say() -> None:
    async def look(user: User, asked: Asked) -> None:
        await user.should_see("nothing yet on /diagnostics from /spatial_query")
        lamps = (Lamp("input", Light.RED, "no image on /rgb/image_raw"),)
        asked.board.change(lambda state: with_lamps(state, lamps, float("inf")))
        await user.should_see("no image on /rgb/image_raw")
        await user.should_not_see("nothing yet")

    visit(look)


def test_a_fitted_box_is_drawn_along_its_own_sides() -> None:
    corners = tuple(
        (
            1.0 + 0.6 * (i >> 1 & 1) - 1.6 * (i & 1),
            2.0 + 0.8 * (i >> 1 & 1) + 1.2 * (i & 1),
            3.0 * (i >> 2),
        )
        for i in range(8)
    )
    box = Box.of_corners("pallet", corners, 0.35)
    np.testing.assert_allclose(box.middle, (0.5, 3.0, 1.5))
    np.testing.assert_allclose(box.size, (1.0, 2.0, 3.0))
    np.testing.assert_allclose(
        box.rotation, [[0.6, -0.8, 0.0], [0.8, 0.6, 0.0], [0.0, 0.0, 1.0]], atol=1e-9
    )
    np.testing.assert_allclose(sorted(box.corners), sorted(corners), atol=1e-9)
    assert box.name_spot == pytest.approx((0.5, 3.0, 3.15))


def test_movements_of_noise_are_not_drawn_anew() -> None:
    level = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    box = Box("pallet", (1.0, 2.0, 0.5), (1.2, 0.8, 0.4), level, 0.35)
    assert is_like(box, Box("pallet", (1.05, 1.95, 0.5), (1.2, 0.8, 0.45), level, 0.35))
    assert not is_like(box, replace(box, middle=(1.2, 2.0, 0.5)))
    assert not is_like(box, replace(box, opacity=0.65))
    assert not is_like(box, replace(box, label="shelf"))
    assert not is_like(box, Rectangle("pallet", ((1.0, 2.0, 0.5),), 0.35))


def test_the_table_has_a_row_for_each_object() -> None:
    async def look(user: User, asked: Asked) -> None:
        (table,) = user.find(ui.table).elements
        assert [row["name"] for row in table.rows] == ["pallet 3", "transporter 8"]
        assert table.rows[1]["source"] == "remembered" and table.rows[1]["age"] == "4 s"

    visit(look)


def test_objects_and_their_names_are_drawn_in_space_and_clicked_there() -> None:
    async def look(user: User, asked: Asked) -> None:
        (scene,) = user.find(ui.scene).elements
        drawn = [str(item.name) for item in scene.objects.values()]
        # A box with its edges each.
        assert sorted(drawn) == [
            "name:pallet 3", "name:transporter 8", "pallet 3", "pallet 3",
            "transporter 8", "transporter 8",
        ]  # fmt: skip
        hits = [
            {"object_id": "1", "object_name": name, "point": {"x": 0.0, "y": 0.0, "z": 0.0}}
            for name in ("name:pallet 3", "transporter 8")
        ]
        click = {"click_type": "click", "button": 0, "hits": hits}
        keys = dict.fromkeys(("alt_key", "ctrl_key", "meta_key", "shift_key"), False)
        user.find(ui.scene).trigger("click3d", click | keys)
        assert box(user).value == "transporter 8"

    visit(look)
