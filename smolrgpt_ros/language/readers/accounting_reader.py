# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Takes a reading of another reader only where it accounts for every word of the question."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from smolrgpt_ros.scene.status import QueryError

from ..question import Question
from ..reader.resolution import View
from ..reader.tokens import Token
from .accounted import unaccounted
from .protocol import Reader, Unsure
from .words_said import words_said

PROPOSED = 0.5
"""Least probability of a guess that is shown though it does not account for the question: of 450
questions of strangers (docs/questions.md) half of those were what was meant, of less probable ones
a quarter."""


class AccountingReader:
    """Reads as another reader does; a reading that drops or invents something is a guess.

    Args:
        reader: reads.
        tokens: gives the tokens of a text, with the classes in view as nouns.
    """

    def __init__(self, reader: Reader, tokens: Callable[[str, View], Sequence[Token]]) -> None:
        self._reader, self._tokens = reader, tokens

    def read(self, text: str, view: View, placeholders: Sequence[int] = ()) -> Question:
        """What a question asks; see :class:`~.protocol.Reader`.

        Raises:
            Unsure: with the reading, where it does not account for the question, or is a guess that
                does.
        """
        try:
            question = self._reader.read(text, view, placeholders)
        except Unsure as unsure:
            if unsure.probability < PROPOSED and self._left(text, unsure.guess, view):
                raise QueryError(unsure.status, unsure.message) from None
            raise
        left = self._left(text, question, view)
        if left:
            message = f"the language model's reading does not fit the question: {left}"
            raise Unsure(question, message, 1.0)
        return question

    def _left(self, text: str, question: Question, view: View) -> str:
        return unaccounted(words_said(self._tokens(text, view)), question, view)
