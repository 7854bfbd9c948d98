# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The page: picture, question box, answers, objects in space and in a table, lamps."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from nicegui import events, ui

from .answer_cards import AnswerList
from .board import Board
from .examples import examples
from .lamps import Lamp, lamps_now
from .objects import region_at, table_row
from .pictures import WIDEST, Display
from .scene import SpaceView
from .state import PageState

#: How often a page looks for something new, seconds: pictures and answers; space and table.
_FAST_S, _SLOW_S = 0.25, 1.0
#: Older live pictures are said to be old, seconds.
_OLD_S = 10.0
_COLUMNS = [
    {"name": name, "label": label, "field": name, "align": "left", "sortable": True}
    for name, label in (
        ("name", "object"),
        ("distance", "distance"),
        ("age", "seen"),
        ("source", "source"),
        ("position", "right, down, ahead (m)"),
    )
]
_STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
LONGEST_QUESTION = 500
_WAITING = (
    "Waiting for the camera's first picture. A click on a lamp above says what is missing or loads."
)
_TURNING = "Drag to turn, scroll to zoom. A click on an object puts its name into the question."

Ask = Callable[[str], Awaitable[str]]


class PageView:
    """One browser's page; built inside a NiceGUI page function.

    Args:
        board: what it shows.
        ask: sends a question; its answer comes on the board. Returns why it was not sent, or
            nothing.
    """

    def __init__(self, board: Board, ask: Ask) -> None:
        self._board, self._ask = board, ask
        self._shown: PageState | None = None
        self._display = Display.WIDE
        self._lamps: tuple[Lamp, ...] = ()
        self._examples: tuple[str, ...] = ()
        ui.add_css(_STYLE)
        ui.dark_mode(True)
        with ui.element("header").classes("bar"):
            ui.label("smolrgpt").classes("title")
            self._lamp_row = ui.element("div").classes("lamps")
        with ui.element("main").classes("grid"):
            with ui.element("section").classes("panel picture"):
                ui.element("q-resize-observer").on("resize", self._resized, throttle=0.5)
                self._picture = ui.interactive_image(on_mouse=self._picture_clicked)
                self._picture.classes("live")
                self._stale = ui.label(_WAITING).classes("hint stale")
            with ui.element("section").classes("panel asking"):
                self._question_box()
                self._answers = AnswerList(self._send)
            with ui.element("section").classes("panel"):
                self._space = SpaceView(self.pick)
                ui.label(_TURNING).classes("hint")
            with ui.element("section").classes("panel objects"):
                self._table = ui.table(columns=_COLUMNS, rows=[], row_key="id").props(
                    'dense flat hide-pagination no-data-label="Nothing is in view." '
                    ':rows-per-page-options="[0]"'
                )
                self._table.on("rowClick", self._row_clicked)
        self.refresh()
        self.refresh_objects()
        ui.timer(_FAST_S, self.refresh)
        ui.timer(_SLOW_S, self.refresh_objects)

    def _question_box(self) -> None:
        with ui.element("form").classes("question").mark("question") as form:
            self._question = ui.input(placeholder="Ask about what is in view").props(
                f'outlined dense autofocus maxlength={LONGEST_QUESTION} aria-label="Question"'
            )
            ui.button("Ask").props("type=submit unelevated no-caps")
        form.on("submit.prevent", self.send)
        self._example_row = ui.element("div").classes("examples")
        self._asking = ui.label().classes("asking-now")

    def pick(self, name: str) -> None:
        """Put an object's name into the question."""
        words = str(self._question.value or "").rstrip()
        end = "?" if words.endswith("?") else ""
        self._question.value = f"{words.removesuffix('?').rstrip()} {name}".lstrip() + end

    async def send(self) -> None:
        """Ask what is in the box."""
        question = str(self._question.value or "").strip()
        if not question:
            ui.notify("Write a question first, or take one of the examples.")
            return
        if await self._send(question):
            self._question.value = ""

    async def _send(self, question: str) -> bool:
        """Send a question; whether it was sent."""
        refused = await self._ask(question)
        if refused:
            ui.notify(refused, type="warning")
        return not refused

    def refresh(self) -> None:
        """Show a new picture, new answers, new lamps."""
        self._board.look(self._display)
        state, before = self._board.state, self._shown
        if before is None or state.picture != before.picture:
            if state.picture:
                width = self._display.value
                self._picture.set_source(f"/live.jpg?n={state.picture}&width={width}")
        age_s = time.monotonic() - state.picture_at
        self._stale.set_visibility(age_s > _OLD_S)
        if state.picture and age_s > _OLD_S:
            self._stale.text = f"Nothing new from the camera for {age_s:.0f} s."
        if before is None or state.answers is not before.answers:
            self._answers.show(state.answers)
        if before is None or state.asking != before.asking:
            self._asking.text = "; ".join(f"asking: {question}" for question in state.asking)
        lamps = lamps_now(state.lamps, time.monotonic() - state.lamps_at, state.node)
        if lamps != self._lamps:
            self._lamps = lamps
            self._show_lamps(lamps)
        self._shown = state

    def refresh_objects(self) -> None:
        """Show new objects, in space and in the table, and the examples they make."""
        state = self._board.state
        self._space.show(state)
        rows = [table_row(item) for item in state.objects]
        if rows != self._table.rows:
            self._table.rows = rows
        offered = examples(state.regions)
        if offered != self._examples:
            self._examples = offered
            self._example_row.clear()
            with self._example_row:
                for text in offered:
                    ui.button(text, on_click=lambda t=text: self._question.set_value(t)).props(
                        "outline rounded dense no-caps"
                    )

    def _show_lamps(self, lamps: tuple[Lamp, ...]) -> None:
        self._lamp_row.clear()
        with self._lamp_row:
            for lamp in lamps:
                with ui.element("button").classes("lamp") as button:
                    ui.element("span").classes(f"light {lamp.light.value}")
                    ui.label(lamp.name)
                    ui.tooltip(lamp.message)
                button.on("click", lambda said=lamp: ui.notify(f"{said.name}: {said.message}"))

    def _resized(self, event: events.GenericEventArguments) -> None:
        """The browser's window has another width: letters of pictures are for the new one."""
        self._display = Display.of(float(event.args["width"]))

    def _picture_clicked(self, event: events.MouseEventArguments) -> None:
        state = self._board.state
        scale = max(state.width / WIDEST, 1.0)
        found = region_at(state.regions, scale * event.image_x, scale * event.image_y)
        if found is not None:
            self.pick(found.name)

    def _row_clicked(self, event: events.GenericEventArguments) -> None:
        self.pick(str(event.args[1]["name"]))
