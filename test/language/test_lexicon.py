# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The reader's files of words: what they hold, and what is refused in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from smolrgpt_ros.language import lexicon, vocabulary
from smolrgpt_ros.language.lexicon import LEXICON, Phrase, read_lexicon
from smolrgpt_ros.language.meaning import Order
from smolrgpt_ros.language.vocabulary import ClassWords, Vocabulary, plural_of, read_vocabulary

LEXICON_FILE = Path(lexicon.__file__).with_name("lexicon.json")
VOCABULARY_FILE = Path(vocabulary.__file__).with_name("vocabulary.json")


def test_phrases_have_a_kind_and_what_they_select_by_or_announce() -> None:
    assert LEXICON.phrases["less to the left"] == Phrase("extreme", Order.RIGHTMOST)
    assert LEXICON.phrases["farthest"] == Phrase("superlative", Order.FARTHEST)
    assert LEXICON.phrases["tape measure"] == Phrase("cue", cue="distance")
    assert LEXICON.phrases["objects"] == Phrase("generic", plural=True)
    assert LEXICON.longest_phrase == 5  # "closest to the left side"


def test_number_words_count_from_zero_and_ordinals_from_one() -> None:
    assert (LEXICON.numbers["zero"], LEXICON.numbers["twelve"]) == (0, 12)
    assert LEXICON.number_words[12] == "twelve"
    assert (LEXICON.ordinals["first"], LEXICON.ordinals["tenth"]) == (1, 10)


def test_verbs_are_harmless_in_all_their_forms() -> None:
    assert {"deposit", "deposits", "deposited", "depositing"} <= LEXICON.harmless
    assert {"specify", "specifies", "specified", "specifying"} <= LEXICON.harmless
    assert {"approaches", "moving", "moved"} <= LEXICON.harmless
    assert "moveing" not in LEXICON.harmless


def wrong_file(tmp_path: Path, source: Path, change: Callable[[Any], None]) -> Path:
    """A copy of a file of words with one change."""
    content = json.loads(source.read_text())
    change(content)
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(content))
    return path


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.update(colours=["red"]), "the file: found keys .*colours.*, expected .*"),
        (lambda c: c.pop("numbers"), "the file: found keys .*, expected .*numbers"),
        (lambda c: c["phrases"]["cue"].update(size=[]), "phrases.cue: found keys .*size.*expected"),
        (lambda c: c.update(things="floor"), "things: found floor, expected a list of strings"),
        (lambda c: c["things"].append(7), "things: found .*7.*, expected a list of strings"),
        (lambda c: c["things"].append("Roof"), "things: found .*Roof.*, expected .*lower case"),
        (lambda c: c["things"].append("floor"), "things: found .*floor.*, expected each word once"),
        (
            lambda c: c["phrases"]["near"].append("left"),
            "phrases.near: found left, expected a new phrase; this one is in phrases.side",
        ),
        (lambda c: c.update(phrases=[]), r"phrases: found \[\], expected an object"),
    ],
)
def test_a_wrong_lexicon_names_file_key_found_and_expected(
    tmp_path: Path, change: Callable[[Any], None], message: str
) -> None:
    path = wrong_file(tmp_path, LEXICON_FILE, change)
    with pytest.raises(ValueError, match=rf"wrong\.json: {message}"):
        read_lexicon(path)


def test_a_file_that_is_no_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text("{words")
    with pytest.raises(ValueError, match=r"broken\.json: found no JSON .*expected an object"):
        read_lexicon(path)
    with pytest.raises(FileNotFoundError):
        read_lexicon(tmp_path / "missing.json")


def test_classes_have_spellings_and_synonyms(tmp_path: Path) -> None:
    path = tmp_path / "classes.json"
    path.write_text('{"buffer": {"singular": "zone", "plural": "zones", "synonyms": ["bay"]}}')
    found = read_vocabulary(path)
    assert found == Vocabulary((ClassWords("buffer", "zone", "zones", ("bay",)),))
    assert set(found.classes[0].forms()) == {
        ("buffer", False), ("buffers", True), ("zone", False), ("zones", True),
        ("bay", False), ("bays", True),
    }  # fmt: skip
    assert (found.spoken("buffer", many=True), found.spoken("lorry", many=True)) == (
        "zones",
        "lorries",
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c["pallet"].pop("plural"), "pallet: found keys .*, expected .*plural"),
        (lambda c: c["shelf"].update(singular=3), r"shelf.singular: found \[3\], expected"),
        (lambda c: c["shelf"].update(synonyms="rack"), "shelf.synonyms: found rack, expected"),
    ],
)
def test_a_wrong_vocabulary_names_file_key_found_and_expected(
    tmp_path: Path, change: Callable[[Any], None], message: str
) -> None:
    path = wrong_file(tmp_path, VOCABULARY_FILE, change)
    with pytest.raises(ValueError, match=rf"wrong\.json: {message}"):
        read_vocabulary(path)


@pytest.mark.parametrize(
    ("word", "plural"),
    [("shelf", "shelves"), ("box", "boxes"), ("pallet", "pallets"), ("lorry", "lorries")],
)
def test_plurals(word: str, plural: str) -> None:
    assert plural_of(word) == plural
