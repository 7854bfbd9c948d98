# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What a request costs before it is refused: counted, so that it holds on any machine."""

from __future__ import annotations

import numpy as np
import pytest
from operations import assert_linear, lines_of

from smolrgpt_ros.language.reader.reader import reader_with
from smolrgpt_ros.language.reader.resolution import View
from smolrgpt_ros.query.request import ClientRegion, QueryLimits, QueryRequest, check
from smolrgpt_ros.scene.masks import decode_rle, encode_rle
from smolrgpt_ros.scene.status import QueryError, Status

LIMITS = QueryLimits()


def checkered(height: int) -> dict[str, object]:
    """A mask of as many runs as pixels."""
    mask = np.zeros((height, 40), bool)
    mask[::2] = True  # runs go down the columns
    return encode_rle(mask)


def test_a_mask_costs_in_proportion_to_its_runs() -> None:
    assert_linear(lambda size: decode_rle(checkered(size)), 10)


@pytest.mark.parametrize("letters", ["0" * 2**16, "o" * 2**16, "P" * 2**16, "PP" * 2**15])
def test_a_mask_longer_than_its_image_costs_no_more_than_the_image(letters: str) -> None:
    pixels = 48 * 64
    counts = lines_of(lambda: decode_rle({"size": [48, 64], "counts": letters}))
    assert counts <= 12 * pixels
    longer = lines_of(lambda: decode_rle({"size": [48, 64], "counts": letters * 16}))
    assert longer <= counts + 10


def regions(number: int) -> tuple[ClientRegion, ...]:
    return tuple(ClientRegion(n, "pallet", box=(0, 0, 9, 9)) for n in range(number))


def test_regions_and_ids_beyond_the_limit_are_counted_and_not_looked_at() -> None:
    few = lines_of(lambda: check(QueryRequest("Which?", regions=regions(300)), LIMITS))
    many = lines_of(lambda: check(QueryRequest("Which?", regions=regions(30_000)), LIMITS))
    assert many == few <= 60
    few = lines_of(lambda: check(QueryRequest("Which?", (5,) * 300), LIMITS))
    assert lines_of(lambda: check(QueryRequest("Which?", (5,) * 30_000), LIMITS)) == few


def test_a_question_beyond_the_limit_is_measured_and_not_read() -> None:
    few = lines_of(lambda: check(QueryRequest("x" * 1_001), LIMITS))
    assert lines_of(lambda: check(QueryRequest("x" * 1_000_000), LIMITS)) == few <= 20


@pytest.mark.parametrize(
    "question",
    [
        "the pallet left of " * 50 + "the shelf",
        "How far is " + "the pallet nearest to " * 40 + "shelf 4 from pallet 1?",
        "is pallet 0 left of pallet 1 and " * 29 + "is pallet 0 left of pallet 1",
        "(" * 900,
    ],
)
def test_a_question_of_many_parts_ends_after_a_bounded_number_of_steps(question: str) -> None:
    view = View({0: "pallet", 1: "pallet", 2: "pallet", 4: "shelf"})
    with pytest.raises(QueryError) as refused:
        reader_with(None).read(question, view)
    assert refused.value.status in (Status.BAD_QUESTION, Status.UNKNOWN_REGION)


@pytest.mark.parametrize("number", ["9" * 900, "1e999", "99999999999999999999"])
def test_a_number_of_any_length_is_refused_with_a_status(number: str) -> None:
    with pytest.raises(QueryError):
        reader_with(None).read(f"How far is pallet {number} from shelf 4?", View({4: "shelf"}))
