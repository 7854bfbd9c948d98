# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Mistyped words are repaired to words of the grammar; words of the dictionary never are."""

from __future__ import annotations

import pytest

from smolrgpt_ros.language.reader.spelling import (
    SortedWords,
    Speller,
    english_words,
    is_one_slip,
)

WORDS = ("rack", "zone", "from", "distance", "between", "pallet", "right")


def test_sorted_words_hold_their_words_and_no_part_of_them() -> None:
    words = SortedWords(["pallet", "rack", "caf\u00e9", "a"])
    assert sorted(words) == ["a", "caf\u00e9", "pallet", "rack"]
    assert all(word in words for word in ("a", "rack", "caf\u00e9"))
    assert not any(word in words for word in ("", "rac", "racks", "zone", "Rack"))


def test_without_words_nothing_is_contained() -> None:
    assert "rack" not in SortedWords(()) and not SortedWords(())


@pytest.mark.skipif(not english_words(), reason="pyspellchecker is not installed")
@pytest.mark.parametrize("word", ["jack", "cone", "sack", "cart", "form", "tight", "ballet"])
def test_a_word_of_the_dictionary_is_never_repaired(word: str) -> None:
    assert Speller(WORDS).repaired(word) == word


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("distnace", "distance"), ("betwen", "between"), ("palllet", "pallet"), ("rihgt", "right")],
)
def test_one_slip_is_repaired(typed: str, meant: str) -> None:
    assert Speller(WORDS, frozenset({"tight"})).repaired(typed) == meant


def test_two_words_as_near_as_each_other_leave_a_word_as_it_is() -> None:
    assert Speller(("wide", "wire"), frozenset({"x"})).repaired("wixe") == "wixe"


def test_without_a_dictionary_nothing_is_repaired() -> None:
    assert Speller(WORDS, frozenset()).repaired("distnace") == "distnace"


def test_labels_in_view_are_words_too() -> None:
    speller = Speller(WORDS, frozenset({"x"}))
    assert speller.repaired("forklfit", {"forklift": "forklift"}) == "forklift"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("palit", "pallet"), ("pallut", "pallet"), ("buffr", "buffer"), ("transportr", "transporter")],
)
def test_a_word_written_as_it_sounds_is_repaired(typed: str, meant: str) -> None:
    words = ("pallet", "buffer", "transporter", "transports")
    assert Speller(words, frozenset({"tight"})).repaired(typed) == meant


@pytest.mark.parametrize("typed", ["jack", "crait", "wart", "zack", "cane", "tart", "carrot"])
def test_another_noun_is_never_a_class_word(typed: str) -> None:
    """Not of the dictionary here, and still no slip: another first letter or another sound."""
    words = {word: word for word in ("rack", "zone", "cart", "shelf")}
    assert Speller((), frozenset({"tight"})).repaired(typed, words) == typed


def test_words_of_one_meaning_are_no_choice() -> None:
    speller = Speller((), frozenset({"tight"}))
    assert speller.repaired("metrs", {"meters": "m", "metres": "m"}) == "meters"
    assert speller.repaired("metrs", {"meters": "m", "metres": "other"}) == "metrs"


@pytest.mark.parametrize(
    ("a", "b", "near"),
    [
        ("teh", "the", True),
        ("thi", "the", False),
        ("pallet", "pallets", True),
        ("weigth", "heigth", False),
        ("ab", "abcd", False),
    ],
)
def test_one_slip(a: str, b: str, near: bool) -> None:
    assert is_one_slip(a, b) is near


def test_words_of_clients_do_not_fill_the_memory() -> None:
    speller = Speller(WORDS, frozenset({"tight"}))
    for number in range(3000):
        speller.repaired("pallt" + "".join(chr(97 + int(digit)) for digit in str(number)))
    assert speller._near.cache_info().currsize <= 1000
