# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What reads questions: the grammar, or a language model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from smolrgpt_ros.scene.status import QueryError, Status

from ..question import Question
from ..reader.resolution import View

READINGS = ("grammar", "both", "model")
"""Values of the parameter ``reading``: who reads questions."""


class Reader(Protocol):
    """Reads a typed question as a value of the query language."""

    def read(self, text: str, view: View, placeholders: Sequence[int] = ()) -> Question:
        """What a question asks.

        Args:
            text: as typed, in English.
            view: the regions it may mean.
            placeholders: the regions behind its ``<mask>``s, in order.

        Raises:
            QueryError: BAD_QUESTION or UNKNOWN_REGION, where it cannot be read.
        """
        ...


class ReaderUnavailable(RuntimeError):
    """A reader that cannot be made: what is missing, and the command that installs it."""


class Unsure(QueryError):
    """A question of which the language model has a guess alone.

    Args:
        guess: what the question may ask.
        message: for people.
        probability: of the guess, as the language model has it.
    """

    def __init__(self, guess: Question, message: str, probability: float) -> None:
        super().__init__(Status.BAD_QUESTION, message)
        self.guess, self.probability = guess, probability


class RuleReader(Reader, Protocol):
    """A reader by rules, which knows words for labels."""

    @property
    def labels(self) -> frozenset[str]:
        """Labels that questions may name by a synonym."""
        ...

    def synonyms_used(self, text: str, view: View) -> tuple[tuple[str, str], ...]:
        """Words of a text that stand for a label in view, with that label."""
        ...


class ReadBy(Enum):
    """Whose reading an answer stands on."""

    GRAMMAR = "grammar"
    MODEL = "model"
    BOTH = "both"


@dataclass(frozen=True)
class Reading:
    """A question as it was read.

    Args:
        question: what it asks.
        by: who read it so; ``BOTH``: the grammar and the model, equally.
        trusted: whether it may be acted on.
        note: what a careful client should know of it; mostly empty.
    """

    question: Question
    by: ReadBy
    trusted: bool = True
    note: str = ""
