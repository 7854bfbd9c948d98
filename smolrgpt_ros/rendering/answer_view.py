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


@dataclass(frozen=True)
class AnswerView:
    """One answer in the form that pictures, markers and reports show; regions by id.

    Args:
        question: as asked.
        kind: of the question.
        roles: what each region is to the answer.
        text: the model's sentence, see :func:`text_with_ids`.
        model: name of the model; empty where none was asked.
        value: measured; ``None`` where depth could not answer, with the ``reason``.
        std: standard deviation of ``value``, in ``unit``; ``None`` for words and counts.
        unit: ``"m"``, ``"count"``, ``"hour"`` or ``""``.
        reason: one sentence; ``""`` with a value.
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
    reason: str = ""
    agreement: bool | None = None
    up: Vector = IMAGE_UP

    @property
    def color(self) -> Color:
        """Colour of the measured value."""
        return measured_color(self.agreement)

    @property
    def amount(self) -> str:
        """The measured value with its unit: ``"3.10 m"``, ``"2 o'clock"``; empty without one."""
        if self.value is None:
            return ""
        if self.kind is Kind.CHOICE:
            return f"region {self.value}"
        if self.kind is Kind.DIRECTION:
            return f"{self.value} o'clock"
        return f"{self.value:.2f} {self.unit}" if self.kind.is_length else str(self.value)

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
        return f"{self.value:.2f} {spread} {self.unit}" if self.kind.is_length else self.amount

    @property
    def captions(self) -> tuple[tuple[str, Color], ...]:
        """Question, generated and measured answer: a line with its colour each."""
        measured = self.measured_text
        line = f"measured: {measured}" if measured else f"not measured: {self.reason}"
        generated = f"model: {self.text or '(nothing)'}"
        return (
            (self.question, GENERATED_COLOR),
            *([(generated, GENERATED_COLOR)] if self.model else []),
            (line, self.color),
        )


def text_with_ids(text: str, ids: Sequence[int]) -> str:
    """A model's sentence with ``[12]``, the region's id, for each ``[Region i]``.

    Args:
        text: as generated.
        ids: of the prompt's regions, in order.
    """
    for index, identity in enumerate(ids):
        text = text.replace(f"[Region {index}]", f"[{identity}]")
    return text
