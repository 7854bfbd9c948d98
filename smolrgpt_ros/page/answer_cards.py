# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The answers, the newest first: each with its picture and its facts, older ones folded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from nicegui import ui

from .answer_facts import facts, headline
from .state import Answer


class AnswerList:
    """Cards of answers; only new ones are built.

    Args:
        send: asks a question again.
    """

    def __init__(self, send: Callable[[str], Awaitable[bool]]) -> None:
        self._send = send
        self._cards: dict[int, ui.element] = {}
        self._list = ui.element("div").classes("answers")

    def show(self, answers: tuple[Answer, ...]) -> None:
        """Show these, and take away what is no longer among them."""
        numbers = {answer.number for answer in answers}
        for number in [n for n in self._cards if n not in numbers]:
            self._cards.pop(number).delete()
        for answer in reversed(answers):
            if answer.number not in self._cards:
                for older in self._cards.values():
                    older.props(remove="open")
                with self._list:
                    card = self._card(answer)
                card.move(target_index=0)
                self._cards[answer.number] = card

    def _card(self, answer: Answer) -> ui.element:
        record = answer.record
        with ui.element("details").props("open").classes("answer").mark("answer") as card:
            if not record.ok:
                card.classes("refused")
            with ui.element("summary"):
                with ui.element("div").classes("asked"):
                    ui.label(record.question)
                    ui.label(answer.clock).classes("clock")
                ui.label(headline(record)).classes("headline")
            if answer.has_picture:
                ui.image(f"/answers/{answer.number}.jpg").classes("drawn").props("no-spinner")
            with ui.element("dl"):
                for fact in facts(record):
                    with ui.element("dt"):
                        ui.label(fact.key)
                    with ui.element("dd").classes(fact.tone):
                        ui.label(fact.text)
            again = ui.button("Ask again", on_click=partial(self._send, record.question))
            again.props("flat dense no-caps").classes("again").mark(f"again-{answer.number}")
        return card
