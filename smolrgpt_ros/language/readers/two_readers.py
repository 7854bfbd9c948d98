# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The grammar's reading and the language model's, compared."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout

from smolrgpt_ros.scene.status import QueryError, Status

from ..english import english
from ..question import Question
from ..reader.resolution import View
from .comparison import same_question
from .protocol import ReadBy, Reader, Reading, RuleReader, Unsure

_LOG = logging.getLogger(__name__)
MODEL_TIMEOUT_S = 5.0


class TwoReaders:
    """Reads by the grammar, by a language model, or by both and compares.

    Args:
        grammar: reads by rules; questions with placeholders always.
        model: reads by itself; ``None``: the grammar alone reads.
        model_alone: whether the model reads all other questions without the grammar.
        trust_model: whether a reading of the model alone may be acted on.
    """

    def __init__(
        self,
        grammar: RuleReader,
        model: Reader | None = None,
        *,
        model_alone: bool = False,
        trust_model: bool = False,
    ) -> None:
        self._grammar, self._model = grammar, model
        self._model_alone, self._trust_model = model_alone, trust_model
        # One thread: the model reads one question at a time, beside detection and geometry. It
        # ends with this object.
        self._thread = None if model is None else ThreadPoolExecutor(1, "reader")

    @property
    def labels(self) -> frozenset[str]:
        """Labels that questions may name by a synonym."""
        return self._grammar.labels

    def synonyms_used(self, text: str, view: View) -> tuple[tuple[str, str], ...]:
        """Words of a text that stand for a label in view, with that label."""
        return self._grammar.synonyms_used(text, view)

    def reading(self, text: str, view: View, placeholders: Sequence[int] = ()) -> Reading:
        """What a question asks, and who read it so.

        Raises:
            QueryError: BAD_QUESTION or UNKNOWN_REGION where nobody reads it, and where the two
                readings differ, with both.
        """
        if self._model is None or self._thread is None or placeholders:
            return Reading(self._grammar.read(text, view, placeholders), ReadBy.GRAMMAR)
        second = self._thread.submit(self._model.read, text, view)
        if self._model_alone:
            return Reading(_result(second), ReadBy.MODEL, self._trust_model)
        try:
            first = self._grammar.read(text, view)
        except QueryError as refusal:
            question = self._by_model(second, refusal, view)
            return Reading(question, ReadBy.MODEL, self._trust_model)
        return _compared(first, second, view)

    def _by_model(self, second: Future[Question], refusal: QueryError, view: View) -> Question:
        """The model's reading of a question that the grammar refuses.

        Raises:
            QueryError: the grammar's, where the model refuses too, or reads what cannot be asked in
                canonical English; with the model's guess, if it has one.
        """
        try:
            question = _result(second)
        except Unsure as unsure:
            if not self._can_be_asked(unsure.guess, view):
                raise refusal from None
            message = f"{refusal.message}; did you mean {english(unsure.guess)!r}?"
            raise QueryError(refusal.status, message) from None
        except QueryError as error:
            _LOG.debug("neither reads: %s; %s", refusal.message, error.message)
            raise refusal from None
        if not self._can_be_asked(question, view):
            raise refusal
        return question

    def _can_be_asked(self, question: Question, view: View) -> bool:
        """Whether the grammar reads the canonical sentence of a question as that question."""
        try:
            read = self._grammar.read(english(question), view)
        except QueryError:
            return False
        return same_question(read, question, view.labels)


def _result(second: Future[Question]) -> Question:
    """The model's reading.

    Raises:
        QueryError: where it refuses, and BAD_QUESTION where it takes too long.
    """
    try:
        return second.result(MODEL_TIMEOUT_S)
    except FutureTimeout:
        second.cancel()
        raise QueryError(
            Status.BAD_QUESTION,
            f"the language model did not read the question within {MODEL_TIMEOUT_S:g} s",
        ) from None


def _compared(first: Question, second: Future[Question], view: View) -> Reading:
    """The grammar's reading, where the model does not read otherwise.

    Raises:
        QueryError: BAD_QUESTION, where it does.
    """
    try:
        other = _result(second)
    except QueryError as error:
        note = f"Read by the grammar alone: {error.message.split(';')[0]}."
        return Reading(first, ReadBy.GRAMMAR, note=note)
    if same_question(first, other, view.labels):
        return Reading(first, ReadBy.BOTH)
    raise QueryError(
        Status.BAD_QUESTION,
        f"this can be read as {english(first)!r} or {english(other)!r}; ask one of them",
    )
