# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Readings that do not account for their question are guesses."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from smolrgpt_ros.language import question as q
from smolrgpt_ros.language.reader.reader import default_reader
from smolrgpt_ros.language.reader.resolution import View
from smolrgpt_ros.language.readers.accounting_reader import AccountingReader
from smolrgpt_ros.language.readers.protocol import Unsure
from smolrgpt_ros.scene.status import QueryError

VIEW = View({3: "pallet"})
WIDTH = q.HowMuch(q.Size(q.Ids((3,), "pallet"), q.Dimension.WIDTH))


class Reads:
    """Reads always the same, as a guess of a probability where one is given."""

    def __init__(self, probability: float | None = None) -> None:
        self._probability = probability

    def read(self, text: str, view: View, placeholders: Sequence[int] = ()) -> q.Question:
        if self._probability is not None:
            raise Unsure(WIDTH, "no", self._probability)
        return WIDTH


def test_a_reading_that_fits_is_taken_and_another_one_is_a_guess() -> None:
    reader = AccountingReader(Reads(), default_reader().tokens)
    assert reader.read("how broad is pallet 3", VIEW) == WIDTH
    with pytest.raises(Unsure, match="'rack' is not in it") as caught:
        reader.read("how broad is the rack on pallet 3", VIEW)
    assert caught.value.guess == WIDTH


@pytest.mark.parametrize(("probability", "told"), [(0.4, False), (0.6, True)])
def test_an_improbable_guess_is_told_where_it_fits(probability: float, told: bool) -> None:
    reader = AccountingReader(Reads(probability), default_reader().tokens)
    with pytest.raises(Unsure):
        reader.read("how broad is pallet 3", VIEW)
    with pytest.raises(QueryError) as caught:
        reader.read("how broad is the rack on pallet 3", VIEW)
    assert isinstance(caught.value, Unsure) is told
