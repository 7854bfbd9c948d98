# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Two readings that ask the same, however they put it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from question_strategies import LABELS as ALL_LABELS
from question_strategies import QUESTIONS

from smolrgpt_ros.language import question as q
from smolrgpt_ros.language.readers.comparison import normal_form, same_question
from smolrgpt_ros.language.readers.reading_notation import read_notation

LABELS = {3: "pallet", 7: "pallet", 9: "transporter", 2: "shelf", 5: "shelf"}


def read(text: str) -> q.Question:
    return read_notation(text, ["pallet", "transporter", "shelf"])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("distance( pallet 3, shelf 2)", "distance( shelf 2, pallet 3)"),
        ("height( transporter)", "height( transporter 9)"),
        ("height( pallet 3)", "height( region 3) in cm"),
        ("count( pallet)", "count( pallet 7 3)"),
        (
            "holds( pallet 3, more than( height, shelf 2))",
            "more than( height( pallet 3), height( shelf 2))",
        ),
        (
            "more than( height( pallet 3), height( shelf 2))",
            "less than( height( shelf 2), height( pallet 3))",
        ),
        (
            "less than( distance( pallet 3, shelf 2), 2 m)",
            "at most( distance( pallet 3, shelf 2), 200 cm)",
        ),
        (
            "which( least( pallet 3 7, height))",
            "which( least( together( pallet 7, pallet 3), height))",
        ),
        ("list( where( pallet, left of( shelf 2)))", "which( where( pallet, left of( shelf 2)))"),
        (
            "list( where( pallet, and( empty, in( shelf 2))))",
            "list( where( pallet, and( in( shelf 2), empty)))",
        ),
    ],
)
def test_the_same_question(first: str, second: str) -> None:
    assert same_question(read(first), read(second), LABELS)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("height( shelf)", "height( shelf 2)"),
        ("which( least( pallet, height))", "which( most( pallet, height))"),
        ("at least( count( pallet), 2)", "more than( count( pallet), 2)"),
        ("list( where( pallet, left of( shelf 2)))", "count( where( pallet, left of( shelf 2)))"),
        (
            "difference( height( pallet 3), height( pallet 7))",
            "difference( height( pallet 7), height( pallet 3))",
        ),
        (
            "less than( distance( pallet 3, shelf 2), 2 m)",
            "less than( distance( pallet 3, shelf 2), 3 m)",
        ),
    ],
)
def test_another_question(first: str, second: str) -> None:
    assert not same_question(read(first), read(second), LABELS)


def test_a_condition_of_all_of_a_class_stays_one() -> None:
    question = read("holds( pallet, more than( height, 2 m))")
    assert normal_form(question) == question


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(QUESTIONS)
def test_every_question_is_the_same_as_itself(question: q.Question) -> None:
    assert same_question(question, question, ALL_LABELS)


def test_how_many_there_are_said_to_be_is_a_manner_of_asking() -> None:
    tall = q.Where(
        q.OfClass("pallet"), q.Compared(q.SizeOf(q.Dimension.HEIGHT), q.Comparison.MORE, 1.0)
    )
    counted = q.Listing(q.Exactly(tall, 2))
    assert same_question(counted, q.Listing(tall), LABELS)
    assert not same_question(counted, q.Listing(q.OfClass("pallet")), LABELS)


def test_columns_of_a_table_may_be_of_the_same_object() -> None:
    one, all_of_them = q.Ids((9,), "transporter"), q.OfClass("transporter")
    columns = (q.DistanceTo(one), q.DistanceTo(all_of_them))
    table = q.Table(q.OfClass("pallet"), columns)
    assert same_question(table, q.Table(q.OfClass("pallet"), columns[::-1]), LABELS)
    other = q.Table(q.OfClass("pallet"), (q.DistanceTo(one), q.SizeOf(q.Dimension.HEIGHT)))
    assert not same_question(table, other, LABELS)
