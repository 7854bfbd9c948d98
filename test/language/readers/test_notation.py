# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The reader's notation: how questions are written, and read back."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from question_strategies import CLASSES, QUESTIONS

from smolrgpt_ros.language import question as q
from smolrgpt_ros.language.english import english
from smolrgpt_ros.language.readers.notation import Inexpressible, notation, pieces
from smolrgpt_ros.language.readers.reading_notation import read_notation

NINE = q.Ids((9,), "pallet")
PALLETS = q.OfClass("pallet")


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (q.HowMuch(q.Distance(NINE, q.Camera())), "distance( pallet 9, camera)"),
        (
            q.Which(q.Ranked(PALLETS, q.DistanceTo(NINE), q.Extreme.LEAST, rank=2)),
            "which( second least( pallet, distance( pallet 9)))",
        ),
        (
            q.Listing(q.Ranked(PALLETS, q.SizeOf(q.Dimension.HEIGHT), q.Extreme.MOST, take=3)),
            "list( three most( pallet, height))",
        ),
        (
            q.HowMuch(q.Size(NINE, q.Dimension.WIDTH), q.Unit.CENTIMETRE),
            "width( pallet 9) in cm",
        ),
        (
            q.Whether(q.Compares(q.Count(PALLETS), q.Comparison.AT_LEAST, 3.0)),
            "at least( count( pallet), 3)",
        ),
        (
            q.Listing(q.where(PALLETS, q.Compared(q.Bearing(), q.Comparison.LESS, 10.0))),
            "list( where( pallet, straight ahead))",
        ),
    ],
)
def test_a_question_in_the_notation(question: q.Question, text: str) -> None:
    assert notation(question) == text
    assert read_notation(text, ["pallet"]) == question


def test_a_length_is_written_as_it_was_said() -> None:
    near = q.Compared(q.DistanceTo(NINE), q.Comparison.LESS, 0.8)
    question = q.HowMuch(q.Count(q.where(PALLETS, near)))
    text = "count( where( pallet, less than( distance( pallet 9), 80 cm)))"
    assert notation(question, {0.8: "80 cm"}) == text
    assert read_notation(text, ["pallet"]) == question


def test_pieces_are_the_text_in_parts() -> None:
    question = q.HowMuch(q.Count(q.Ids((3, 12), "pallet")))
    assert pieces(question) == (" count(", " pallet", " 3", " 12", ")")


def test_the_notation_counts_to_ten() -> None:
    with pytest.raises(Inexpressible, match="found 11"):
        notation(q.Which(q.Ranked(PALLETS, q.Column(), q.Extreme.LEAST, rank=11)))


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("size( pallet 3) in litre", "What is the size of pallet 3 in litres?"),
        (
            "ratio( height( pallet 3), height( pallet 7)) in percent",
            "What is the ratio of (the height of pallet 3) to (the height of pallet 7) "
            "in per cent?",
        ),
        (
            "table( pallet, height, distance( camera))",
            "What are the (height) and the (distance from the camera) of each of pallets?",
        ),
        (
            "table( pallet, top, top)",
            "What is the height of the top above the floor of each of pallets?",
        ),
        (
            "list( where( pallet, more than( height, average( pallet, height))))",
            "List pallets that are more than (the average height of pallets) as height.",
        ),
        (
            "holds( pallet 3, not( straight ahead))",
            "Is pallet 3 at least 10 degrees off straight ahead?",
        ),
        ("class( region 3)", "What class is region 3?"),
    ],
)
def test_newer_forms(written: str, sentence: str) -> None:
    assert english(read_notation(written, ["pallet"])) == sentence


def test_left_of_every_pallet_is_read_back() -> None:
    left = q.Compared(q.Column(), q.Comparison.LESS, PALLETS)
    asked = q.Which(q.where(q.Everything(), left))
    assert read_notation(notation(asked), ["pallet"]) == asked


def test_a_text_that_is_no_question_is_refused() -> None:
    with pytest.raises(ValueError, match="not of the notation: 'count"):
        read_notation("count( cone)", ["pallet"])


def is_beyond(part: object) -> bool:
    """Whether the notation has no form for a part of a question."""
    match part:
        case q.Compared(value=value):
            return isinstance(value, q.Quantity) and not isinstance(value, q.Mean)
    return isinstance(part, q.Exactly | q.Conditional)


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(QUESTIONS)
def test_every_question_is_read_back(question: q.Question) -> None:
    try:
        written = notation(question)
    except Inexpressible:
        assert any(is_beyond(part) for part in q.parts_of(question))
        return
    assert read_notation(written, CLASSES) == question
