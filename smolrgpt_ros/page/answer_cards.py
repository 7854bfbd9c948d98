# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The answers, the newest first: each with its picture and its facts."""

from __future__ import annotations

from nicegui import ui

from .answer_facts import facts, headline
from .state import Answer


class AnswerList:
    """Cards of answers; only new ones are built."""

    def __init__(self) -> None:
        self._cards: dict[int, ui.element] = {}
        self._list = ui.element("div").classes("answers")

    def show(self, answers: tuple[Answer, ...]) -> None:
        """Show these, and take away what is no longer among them."""
        numbers = {answer.number for answer in answers}
        for number in [n for n in self._cards if n not in numbers]:
            self._cards.pop(number).delete()
        for answer in reversed(answers):
            if answer.number not in self._cards:
                with self._list:
                    card = _card(answer)
                card.move(target_index=0)
                self._cards[answer.number] = card


def _card(answer: Answer) -> ui.element:
    record = answer.record
    with ui.element("article").classes("answer" if record.ok else "answer refused") as card:
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
    return card
