# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Agreement of two answers, and how an answer is written and trusted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from smolrgpt_ros.language import question as q
from smolrgpt_ros.language.answers import Value
from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.reasoning.answer import SpatialAnswer, agree
from smolrgpt_ros.reasoning.measuring.evaluation import Evaluation


@pytest.mark.parametrize(
    ("kind", "model", "measured", "expected"),
    [
        (Kind.DISTANCE, 5.5, 5.0, True),
        (Kind.DISTANCE, 5.51, 5.0, False),
        (Kind.DISTANCE, 0.5, 0.4, True),
        (Kind.DISTANCE, 0.51, 0.4, False),
        (Kind.DISTANCE, 0.0, 0.0, True),
        (Kind.DISTANCE, None, 5.0, None),
        (Kind.COUNT, 2, 2, True),
        (Kind.COUNT, 2, 3, False),
        (Kind.LEFT_RIGHT, "left", "right", False),
        (Kind.CHOICE, 4, 4, True),
        (Kind.CHOICE, 4, None, None),
    ],
)
def test_answers_agree_within_a_tenth_or_ten_centimetres(
    kind: Kind, model: Any, measured: Any, expected: bool | None
) -> None:
    assert agree(kind, model, measured) is expected


def answer(
    kind: Kind, value: Value | None, measured: Value | None, **changes: Any
) -> SpatialAnswer:
    """An answer about regions 12, 31 and 7, in this order."""
    fields: dict[str, Any] = {
        "question": "?", "asked": q.Listing(q.Everything()), "measured_text": "",
        "prompt": "<mask> <mask> <mask>", "prompt_region_ids": (12, 31, 7),
        "text": "!", "unit": "", "region_ids": (), "confidence": 0.5, "truncated": False,
        "agreement": agree(kind, value, measured), "policy": "model", "vanished_region_ids": (),
        "model": "mini", "device": "cpu", "latency_s": 0.1,
    }  # fmt: skip
    return SpatialAnswer(
        kind=kind, value=value, measured=Evaluation(measured), **(fields | changes)
    )


@pytest.mark.parametrize(
    ("kind", "value", "written"),
    [
        (Kind.DISTANCE, 4.646, "4.65"),
        (Kind.HEIGHT, 3, "3.00"),
        (Kind.COUNT, 2, "2"),
        (Kind.DIRECTION, 11, "11"),
        (Kind.TALLER_SHORTER, "shorter", "shorter"),
        (Kind.CHOICE, 7, "2"),
        (Kind.CHOICE, 12, "0"),
        (Kind.CHOICE, None, ""),
    ],
)
def test_the_benchmark_writes_a_choice_as_its_index(
    kind: Kind, value: Value | None, written: str
) -> None:
    assert answer(kind, value, None).normalized == written
    assert answer(kind, None, value).measured_normalized == written


@pytest.mark.parametrize(
    ("value", "probability", "doubt"),
    [
        (True, 0.9, ""),
        (True, 0.6, "the answer is 60% probable, needed are 80%"),
        (False, 0.4, "the answer is 60% probable, needed are 80%"),
        (False, 0.1, ""),
    ],
)
def test_a_measured_answer_is_trusted_where_it_is_sure(
    value: bool, probability: float, doubt: str
) -> None:
    measured = Evaluation(value, probability=probability)
    given = replace(answer(Kind.YES_NO, None, value, policy="measured"), measured=measured)
    assert given.doubt == given.doubt_of_measured == doubt
    assert given.trusted is (None if doubt else value)


@pytest.mark.parametrize(
    ("policy", "generated", "trusted", "written"),
    [
        ("model", 31, 31, "1"),
        ("measured", 31, 7, "2"),
        ("agree", 31, None, ""),
        ("agree", 7, 7, "2"),
        ("agree", None, None, ""),
    ],
)
def test_trusted_is_never_one_answer_in_place_of_the_other(
    policy: str, generated: int | None, trusted: int | None, written: str
) -> None:
    given = answer(Kind.CHOICE, generated, 7, policy=policy)
    assert (given.trusted, given.trusted_normalized) == (trusted, written)
