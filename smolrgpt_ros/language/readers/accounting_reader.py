# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Takes a reading of another reader only where it accounts for every word of the question."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..question import Question
from ..reader.resolution import View
from ..reader.tokens import Token
from .accounted import unaccounted
from .protocol import Reader, Unsure
from .words_said import words_said


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
            Unsure: with the reading, where it does not account for the question.
        """
        question = self._reader.read(text, view, placeholders)
        left = unaccounted(words_said(self._tokens(text, view)), question, view)
        if left:
            raise Unsure(
                question, f"the language model's reading does not fit the question: {left}"
            )
        return question
