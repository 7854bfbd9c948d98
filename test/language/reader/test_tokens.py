# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Text to tokens: numbers with units, region numbers, class words, fillers."""

from __future__ import annotations

import pytest

from smolrgpt_ros.language.reader.tokens import Token, tokenize
from smolrgpt_ros.language.reader.word_lists import default_word_lists

LABELS = ("pallet", "buffer", "traffic light", "transporter")


def tokens(text: str) -> tuple[Token, ...]:
    return tuple(t for t in tokenize(text, LABELS, default_word_lists()) if t.kind != "pause")


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("2 m", 2.0),
        ("80cm", 0.8),
        ("1,5 metres", 1.5),
        ("10 feet", 3.048),
        ("a metre", 1.0),
        ("2 feet 6 inches", 0.762),
        ("5 ft 3", 1.6002),
        ("five feet six inches", 1.6764),
        ("1 m 20 cm", 1.2),
        ("two metres and five centimetres", 2.05),
        ("3 yards", 2.7432),
    ],
)
def test_a_number_and_its_unit_are_one_length(text: str, metres: float) -> None:
    (token,) = tokens(text)
    assert token.kind == "length"
    assert token.value == pytest.approx(metres)


@pytest.mark.parametrize("text", ["#12", "[region 12]", "<region12>"])
def test_region_numbers(text: str) -> None:
    (token,) = tokens(text)
    assert (token.kind, token.value) == ("id", 12)


def test_class_words_of_several_words_plurals_and_synonyms() -> None:
    found = [(t.value, sorted(t.signs & {"NOUN", "NOUNS"})) for t in tokens("traffic lights skid")]
    assert found == [("traffic light", ["NOUNS"]), ("pallet", ["NOUN"])]


def test_initials_stand_for_a_class_where_only_one_begins_with_them() -> None:
    assert [t.value for t in tokens("p9 pallet_7 t10")] == ["pallet", 9, "pallet", 7, "t", 10]


def test_fillers_are_left_out_and_words_that_restrict_are_not() -> None:
    assert [t.text for t in tokens("please not only the exact one, thanks")] == [
        "not", "only", "the", "exact", "one",
    ]  # fmt: skip


def test_ordinals_possessives_and_abbreviations() -> None:
    assert [t.text for t in tokens("2nd pallet 12's w.r.t. lhs")] == [
        "second", "pallet", "12", "'s", "wrt", "left", "side",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("pallet -3", ["pallet", "-3"]),
        ("pallet (-3.5)", ["pallet", "lparen", "-3.5", "rparen"]),
        ("pallet–3", ["pallet", "3"]),  # noqa: RUF001
        ("pallets 3-5", ["pallets", "3", "5"]),
        ("pallet 3 - pallet 5", ["pallet", "3", "pallet", "5"]),
    ],
)
def test_a_minus_sign_before_a_number_stays_with_it(text: str, read: list[str]) -> None:
    found = tokens(text)
    assert [t.text for t in found] == read
    assert all(t.kind == "word" for t in found if t.text.startswith("-"))
