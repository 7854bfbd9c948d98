# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The content that pictures and markers show of an answer, and its words for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smolrgpt_ros.language.answers import Value
from smolrgpt_ros.language.meaning import Kind

from .highlight_roles import Roles
from .palette import GENERATED_COLOR, Color, measured_color

Vector = tuple[float, float, float]
#: The image's upward direction in the camera's optical frame.
IMAGE_UP: Vector = (0.0, -1.0, 0.0)
_SYMBOLS = {
    "m": "m",
    "m2": "m\N{SUPERSCRIPT TWO}",
    "m3": "m\N{SUPERSCRIPT THREE}",
    "deg": "\N{DEGREE SIGN}",
}


@dataclass(frozen=True)
class AnswerView:
    """One answer in the form that pictures, markers and reports show; regions by id.

    Args:
        question: as asked.
        kind: of the question.
        roles: what each region is to the answer.
        text: the model's sentence, see :func:`text_with_ids`.
        model: name of the model; empty where none was asked.
        value: measured; ``None`` for lists, and where depth could not answer, with the ``reason``.
        std: standard deviation of ``value``, in ``unit``; ``None`` for words and counts.
        unit: ``"m"``, ``"m2"``, ``"m3"``, ``"count"``, ``"hour"``, ``"deg"`` or ``""``.
        values: a number of each region of ``roles.answer``, in ``unit``, for kinds that have them.
        sentence: the measured answer in English; ``""`` without one.
        reason: one sentence; ``""`` with an answer.
        agreement: whether generated and measured value agree; ``None`` where one is missing.
        up: unit vector against gravity in the camera's optical frame; ``IMAGE_UP`` where the floor
            is not known or not needed.
    """

    question: str
    kind: Kind
    roles: Roles
    text: str = ""
    model: str = ""
    value: Value | None = None
    std: float | None = None
    unit: str = ""
    values: tuple[float, ...] = ()
    sentence: str = ""
    reason: str = ""
    agreement: bool | None = None
    up: Vector = IMAGE_UP

    @property
    def color(self) -> Color:
        """Colour of the measured value."""
        return measured_color(self.agreement)

    @property
    def is_answered(self) -> bool:
        """Whether there is a measured answer; an empty list is one."""
        return self.value is not None or bool(self.sentence) or bool(self.values)

    @property
    def amount(self) -> str:
        """The measured value with its unit: ``"3.10 m"``, ``"2 o'clock"``; empty without one."""
        if self.value is None:
            return ""
        if self.kind is Kind.CHOICE:
            return f"region {self.value}"
        if self.kind is Kind.DIRECTION:
            return f"{self.value} o'clock"
        if isinstance(self.value, bool):
            return "yes" if self.value else "no"
        return written(self.value, self.unit)

    @property
    def measured_text(self) -> str:
        """The measured value for people, with its standard deviation; empty without one."""
        if self.kind is Kind.COUNT and self.roles.answer:
            return f"{self.amount} (regions {', '.join(str(i) for i in self.roles.answer)})"
        if self.value is None or self.std is None:
            return self.amount
        spread = f"\N{PLUS-MINUS SIGN} {self.std:.2f}"
        if self.kind is Kind.DIRECTION:
            return f"{self.amount} {spread} h"
        return f"{self.value:.2f} {spread} {symbol(self.unit)}" if self.is_metric else self.amount

    @property
    def is_metric(self) -> bool:
        """Whether metres, square or cubic, answer it."""
        return self.unit in _SYMBOLS

    @property
    def captions(self) -> tuple[tuple[str, Color], ...]:
        """Question, generated and measured answer: a line with its colour each."""
        measured = self.sentence or self.measured_text
        line = f"measured: {measured}" if measured else f"not measured: {self.reason}"
        generated = f"model: {self.text or '(nothing)'}"
        return (
            (self.question, GENERATED_COLOR),
            *([(generated, GENERATED_COLOR)] if self.model else []),
            (line, self.color),
        )


def symbol(unit: str) -> str:
    """A unit as people write it."""
    return _SYMBOLS.get(unit, unit)


def written(value: Value, unit: str) -> str:
    """A value with its unit: ``"3.10 m"``, ``"2"``."""
    if unit in _SYMBOLS:
        return f"{float(value):.2f} {symbol(unit)}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def text_with_ids(text: str, ids: Sequence[int]) -> str:
    """A model's sentence with ``[12]``, the region's id, for each ``[Region i]``.

    Args:
        text: as generated.
        ids: of the prompt's regions, in order.
    """
    for index, identity in enumerate(ids):
        text = text.replace(f"[Region {index}]", f"[{identity}]")
    return text
