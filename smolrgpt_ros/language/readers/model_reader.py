# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Reads questions with a small language model, independently of the grammar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, cast

from smolrgpt_ros.scene.status import QueryError, Status

from ..question import Question
from ..reader.resolution import View, resolved
from .constrained import ConstrainedOutput
from .encoding import ReaderEncoding
from .notation_grammar import notation_grammar
from .prompt import MAX_CHARACTERS, amounts_said, ids_said, units_said
from .protocol import Unsure

SURE, LIKELY = 0.8, 0.2
"""A less probable reading is a guess, one that is not likely is none.

Of 450 questions of strangers (docs/questions.md), 3 of the 189 that the grammar reads rightly are
read otherwise with 0.8 and more, 11 with 0.5 and more.
"""


class OutputTooLong(ValueError):
    """An output that does not come to its end."""


class Decoder(Protocol):
    """A language model that writes outputs; see ``model/reader/decoder.py``."""

    def write(self, prompt: Sequence[int], output: ConstrainedOutput) -> float:
        """Writes an output; returns its probability among all outputs that may be written.

        Raises:
            OutputTooLong: beyond the most tokens.
        """
        ...


class ModelReader:
    """Reads by a language model whose output is held to the query language.

    It can write no label that is not in view and no number that the question does not say.

    Args:
        decoder: writes what the model reads.
        encoding: of prompts and outputs.
    """

    def __init__(self, decoder: Decoder, encoding: ReaderEncoding) -> None:
        self._decoder, self._encoding = decoder, encoding

    def read(self, text: str, view: View, placeholders: Sequence[int] = ()) -> Question:
        """What a question asks; see :class:`~.protocol.Reader`."""
        in_view = f"in view: {view.listed()}"
        if placeholders or "<mask>" in text.lower():
            raise QueryError(
                Status.BAD_QUESTION,
                f"the language model reads no <mask> placeholders, name regions by id; {in_view}",
            )
        if len(text) > MAX_CHARACTERS:
            raise QueryError(
                Status.BAD_QUESTION,
                f"the language model reads at most {MAX_CHARACTERS} characters, found {len(text)}",
            )
        labels = [label for label in dict.fromkeys(view.labels.values()) if label]
        grammar = notation_grammar(labels, ids_said(text), amounts_said(text), units_said(text))
        output = ConstrainedOutput(grammar, self._encoding.piece, self._encoding.end)
        try:
            probability = self._decoder.write(self._encoding.prompt(labels, text), output)
        except OutputTooLong as error:
            raise QueryError(
                Status.BAD_QUESTION, f"the language model finds no end: {error}; {in_view}"
            ) from None
        found = cast("Question | None", output.value())
        unread = f"the language model does not read the question; {in_view}"
        if found is None or probability < LIKELY:
            raise QueryError(Status.BAD_QUESTION, unread)
        question = cast(Question, resolved(found, view))
        if probability < SURE:
            raise Unsure(question, unread, probability)
        return question
