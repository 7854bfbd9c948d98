# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The words of an answer for people."""

from __future__ import annotations

import pytest

from smolrgpt_ros.language.answers import Value
from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.rendering.answer_view import AnswerView, text_with_ids
from smolrgpt_ros.rendering.highlight_roles import Roles
from smolrgpt_ros.rendering.palette import DISAGREE_COLOR, GENERATED_COLOR, MEASURED_COLOR


@pytest.mark.parametrize(
    ("kind", "value", "std", "unit", "amount", "text"),
    [
        (Kind.DISTANCE, 5.134, 0.021, "m", "5.13 m", "5.13 \N{PLUS-MINUS SIGN} 0.02 m"),
        (Kind.HEIGHT, 0.9, None, "m", "0.90 m", "0.90 m"),
        (Kind.DIRECTION, 10, 0.4, "hour", "10 o'clock", "10 o'clock \N{PLUS-MINUS SIGN} 0.40 h"),
        (Kind.FRONT_BEHIND, "behind", None, "", "behind", "behind"),
        (Kind.COUNT, 2, None, "count", "2", "2 (regions 31, 12)"),
        (Kind.CHOICE, 31, None, "", "region 31", "region 31"),
        (Kind.DISTANCE, None, None, "", "", ""),
    ],
)
def test_the_measured_value(
    kind: Kind, value: Value | None, std: float | None, unit: str, amount: str, text: str
) -> None:
    view = AnswerView("Which?", kind, Roles(answer=(31, 12)), value=value, std=std, unit=unit)
    assert (view.amount, view.measured_text) == (amount, text)


def test_captions_are_question_model_and_measurement():
    view = AnswerView("How far?", Kind.DISTANCE, Roles(), "Far.", "mini", 2.0, unit="m")
    assert view.captions == (
        ("How far?", GENERATED_COLOR),
        ("model: Far.", GENERATED_COLOR),
        ("measured: 2.00 m", MEASURED_COLOR),
    )


def test_captions_without_a_model_and_without_a_measurement():
    view = AnswerView("How far?", Kind.DISTANCE, Roles(), reason="no depth", agreement=None)
    assert [text for text, _ in view.captions] == ["How far?", "not measured: no depth"]
    silent = AnswerView("How far?", Kind.DISTANCE, Roles(), "", "mini", reason="no depth")
    assert silent.captions[1] == ("model: (nothing)", GENERATED_COLOR)


def test_a_disagreement_is_red():
    view = AnswerView("Which?", Kind.COUNT, Roles(), value=3, agreement=False)
    assert view.captions[-1] == ("measured: 3", DISAGREE_COLOR)


def test_a_sentence_names_regions_by_id():
    """Ids that are indexes of other regions are not replaced again."""
    text = "The pallet [Region 0] is left of [Region 1] and [Region 12]."
    ids = [1, 0, *range(20, 31)]
    assert text_with_ids(text, ids) == "The pallet [1] is left of [0] and [30]."
