# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Two readings of one question, compared."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from smolrgpt_ros.language import question as q
from smolrgpt_ros.language.english import english
from smolrgpt_ros.language.reader.resolution import View
from smolrgpt_ros.language.readers.protocol import ReadBy, Unsure
from smolrgpt_ros.language.readers.two_readers import TwoReaders
from smolrgpt_ros.scene.status import QueryError, Status

VIEW = View({3: "pallet", 7: "pallet", 9: "transporter"})
HEIGHT = q.HowMuch(q.Size(q.Ids((3,), "pallet"), q.Dimension.HEIGHT))
WIDTH = q.HowMuch(q.Size(q.Ids((3,), "pallet"), q.Dimension.WIDTH))
REFUSAL = QueryError(Status.BAD_QUESTION, 'the word "broad" cannot be used')


class Reads:
    """A reader that always reads the same, or refuses what is not canonical English."""

    def __init__(self, outcome: q.Question | QueryError) -> None:
        self._outcome = outcome

    def read(self, text: str, view: View, placeholders: Sequence[int] = ()) -> q.Question:
        if text == english(WIDTH):
            return WIDTH
        if isinstance(self._outcome, QueryError):
            raise self._outcome
        return self._outcome

    @property
    def labels(self) -> frozenset[str]:
        return frozenset()

    def synonyms_used(self, text: str, view: View) -> tuple[tuple[str, str], ...]:
        return ()


def readers(first: q.Question | QueryError, second: q.Question | QueryError) -> TwoReaders:
    return TwoReaders(Reads(first), Reads(second))


def test_equal_readings_are_one() -> None:
    reading = readers(HEIGHT, HEIGHT).reading("how tall is pallet 3", VIEW)
    assert (reading.question, reading.by, reading.note) == (HEIGHT, ReadBy.BOTH, "")


def test_unequal_readings_are_refused_with_both() -> None:
    with pytest.raises(QueryError) as caught:
        readers(HEIGHT, WIDTH).reading("how big is pallet 3", VIEW)
    assert caught.value.message == (
        "this can be read as 'What is the height of pallet 3?' or 'What is the width of pallet "
        "3?'; ask one of them"
    )


def test_the_model_reads_what_the_grammar_refuses() -> None:
    reading = readers(REFUSAL, WIDTH).reading("how broad is pallet 3", VIEW)
    assert (reading.question, reading.by, reading.trusted) == (WIDTH, ReadBy.MODEL, False)


def test_the_grammars_refusal_stands_where_neither_reads() -> None:
    with pytest.raises(QueryError, match="broad"):
        readers(REFUSAL, QueryError(Status.BAD_QUESTION, "no")).reading("how broad", VIEW)


def test_a_guess_of_the_model_is_proposed() -> None:
    with pytest.raises(QueryError) as caught:
        readers(REFUSAL, Unsure(WIDTH, "no", 0.6)).reading("how broad is pallet 3", VIEW)
    assert caught.value.message == (
        "the word \"broad\" cannot be used; did you mean 'What is the width of pallet 3?'?"
    )


@pytest.mark.parametrize("second", [HEIGHT, Unsure(HEIGHT, "no", 0.6)])
def test_what_cannot_be_asked_in_canonical_english_is_no_reading(
    second: q.Question | QueryError,
) -> None:
    with pytest.raises(QueryError) as caught:
        readers(REFUSAL, second).reading("how high up is pallet 3", VIEW)
    assert caught.value.message == REFUSAL.message


def test_what_the_model_does_not_read_is_read_by_the_grammar_alone() -> None:
    refused = QueryError(Status.BAD_QUESTION, "the language model does not read the question; in")
    reading = readers(HEIGHT, refused).reading("how tall is pallet 3", VIEW)
    assert (reading.question, reading.by) == (HEIGHT, ReadBy.GRAMMAR)
    assert reading.note == (
        "Read by the grammar alone: the language model does not read the question."
    )


def test_placeholders_are_read_by_the_grammar() -> None:
    reading = readers(HEIGHT, WIDTH).reading("height of <mask>", VIEW, (3,))
    assert (reading.question, reading.by) == (HEIGHT, ReadBy.GRAMMAR)


def test_one_reader_alone() -> None:
    assert TwoReaders(Reads(HEIGHT)).reading("h", VIEW).by is ReadBy.GRAMMAR
    alone = TwoReaders(Reads(HEIGHT), Reads(WIDTH), model_alone=True)
    assert alone.reading("w", VIEW).by is ReadBy.MODEL
