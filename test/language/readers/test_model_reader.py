# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Reading by a language model: held to the query language, to what is in view and said."""

from __future__ import annotations

import pytest
from reader_models import ScriptedDecoder, encoding

from smolrgpt_ros.language import question as q
from smolrgpt_ros.language.reader.resolution import View
from smolrgpt_ros.language.readers.model_reader import ModelReader
from smolrgpt_ros.language.readers.protocol import Unsure
from smolrgpt_ros.scene.status import QueryError, Status

VIEW = View({3: "pallet", 7: "pallet", 9: "transporter"})
TEXT = "how far is pallet 3 from transporter 9"


def reader(output: str, probability: float = 0.9) -> ModelReader:
    return ModelReader(ScriptedDecoder(output, probability), encoding())


def test_what_the_model_writes_is_read_as_a_question() -> None:
    question = reader(" distance( pallet 3, transporter 9)").read(TEXT, VIEW)
    assert question == q.HowMuch(q.Distance(q.Ids((3,), "pallet"), q.Ids((9,), "transporter")))


def test_a_region_gets_its_class_from_view() -> None:
    question = reader(" height( region 9)").read("height of 9", VIEW)
    assert question == q.HowMuch(q.Size(q.Ids((9,), "transporter"), q.Dimension.HEIGHT))


def test_an_id_out_of_view_is_refused_by_name() -> None:
    with pytest.raises(QueryError, match="region 12 is not in view") as caught:
        reader(" height( pallet 12)").read("how tall is pallet 12", VIEW)
    assert caught.value.status is Status.UNKNOWN_REGION


@pytest.mark.parametrize(("output", "probability"), [(" refuse", 0.9), (" height( pallet 3)", 0.1)])
def test_a_refusal_and_a_guess_are_no_reading(output: str, probability: float) -> None:
    with pytest.raises(QueryError, match="does not read the question; in view: pallet 3, 7"):
        reader(output, probability).read("how nice is pallet 3", VIEW)


def test_a_likely_guess_is_told() -> None:
    with pytest.raises(Unsure) as caught:
        reader(" height( pallet 3)", 0.4).read("how big up is pallet 3", VIEW)
    assert caught.value.guess == q.HowMuch(q.Size(q.Ids((3,), "pallet"), q.Dimension.HEIGHT))


def test_placeholders_and_long_texts_are_not_read() -> None:
    with pytest.raises(QueryError, match="no <mask> placeholders"):
        reader(" refuse").read("how far is <mask> from <mask>", VIEW, (3, 9))
    with pytest.raises(QueryError, match="at most 300 characters, found 301"):
        reader(" refuse").read("x" * 301, VIEW)
