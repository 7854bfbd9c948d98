# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""One question of an evaluation with its truth and its two answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from smolrgpt_ros.language.answers import Value
from smolrgpt_ros.scene.status import QueryError

from .score import is_close

Source = Literal["model", "measured"]


@dataclass(frozen=True)
class Outcome:
    """One question asked: truth beside what was answered.

    Args:
        id: of the question in its data set.
        category: left_right, distance, count or mcq.
        image: of the frame: its seed and camera family, or the name of its picture.
        question, text: asked and generated; ``text`` holds the error where nothing was generated.
        truth: normalized answer; ``None`` in a split without answers.
        model, measured: normalized answers, ``None`` where there was none.
        confidence: of the model, NaN where it failed.
        latency_s: of the whole answer.
    """

    id: str
    category: str
    image: str
    question: str
    text: str
    truth: Value | None
    model: Value | None
    measured: Value | None
    confidence: float
    latency_s: float

    def answer(self, source: Source) -> Value | None:
        """The generated or the measured answer."""
        return self.model if source == "model" else self.measured

    def is_right(self, source: Source) -> bool:
        """Whether the generated or the measured answer is right."""
        return is_correct(self.category, self.truth, self.answer(source))

    @property
    def agree(self) -> bool:
        """Whether model and measurement agree, by the rule that scores them."""
        if self.model is None or self.measured is None:
            return False
        return is_correct(self.category, self.measured, self.model)


def refusal_of(error: QueryError) -> str:
    """The code and the sentence of a question that was not answered."""
    return f"{error.status.name}: {error.message}"


def is_correct(category: str, truth: Value | None, found: Value | None) -> bool:
    """The benchmark's rule: distances within 10 % (a true 0 needs 0), everything else exact."""
    if found is None or truth is None:
        return False
    if category == "distance":
        return is_close(float(truth), float(found))
    return str(found) == str(truth)
