# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Synonyms, contractions and a site's own words."""

from __future__ import annotations

from pathlib import Path

import pytest

from smolrgpt_ros.language.reader.reader import GrammarReader
from smolrgpt_ros.language.reader.word_lists import WordListError, default_word_lists


def test_a_label_in_view_beats_a_synonym() -> None:
    words = default_word_lists().class_words(("forklift", "pallet"))
    assert words["forklift",] == ("forklift", False)
    assert default_word_lists().class_words(("pallet",))["forklift",] == ("transporter", False)


@pytest.mark.parametrize(
    ("word", "expanded"),
    [("what's", ("what", "is")), ("lhs", ("left", "side")), ("nearest", ("closest",))],
)
def test_contractions_and_spellings(word: str, expanded: tuple[str, ...]) -> None:
    assert default_word_lists().expanded(word) == expanded


def test_a_site_adds_synonyms(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_text("synonyms: {pallet: [europallet], door: [gate]}\n", encoding="utf-8")
    words = default_word_lists().extended(file).class_words(("pallet",))
    assert words["europallets",] == ("pallet", True)
    assert words["gate",] == ("door", False)
    assert words["skid",] == ("pallet", False)
    assert GrammarReader(default_word_lists().extended(file)) is not None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a list", "expected a mapping, found"),
        ("verbs: {}", "unknown keys"),
        ("synonyms: {pallet: skid}", "synonyms.pallet: expected a list of words"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(WordListError, match=message):
        default_word_lists().extended(file)


def test_a_label_without_words_names_nothing() -> None:
    lists = default_word_lists()
    assert lists.class_words(("", "-", "pallet")) == lists.class_words(("pallet",))
