# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A site's own synonyms: which word names which label, and what is wrong with a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from smolrgpt_ros.language.english import english
from smolrgpt_ros.language.reader import grammar, spelling
from smolrgpt_ros.language.reader.reader import GrammarReader, default_grammar, reader_with
from smolrgpt_ros.language.reader.resolution import View
from smolrgpt_ros.language.reader.word_lists import WordListError, default_word_lists
from smolrgpt_ros.scene.status import QueryError

EXAMPLE = Path(__file__).parents[3] / "config" / "vocabulary.yaml"
SITE = """
synonyms:
  traffic cone: [pylon, safety-cone]
  person: [worker]
  forklift: []
"""
IN_VIEW = {1: "traffic cone", 2: "traffic cone", 3: "person", 4: "forklift", 5: "transporter"}


@pytest.fixture
def read(tmp_path):
    def read(question: str, labels: dict[int, str], words: str = SITE) -> str:
        file = tmp_path / "words.yaml"
        file.write_text(words)
        return english(reader_with(file).read(question, View(labels)))

    return read


@pytest.mark.parametrize(
    ("question", "same"),
    [
        ("How far is pylon 1 from worker 3?", "How far is traffic cone 1 from person 3?"),
        ("How many safety cones are there?", "How many traffic cones are there?"),
        (
            "Which pylon is the nearest to the worker?",
            "Which traffic cone is the nearest to the person?",
        ),
        ("How far is the forklift?", "How far is the forklift from the camera?"),
        ("How far is the agv from the forklift?", "How far is the transporter from the forklift?"),
    ],
)
def test_a_word_of_the_file_is_its_label(read, question, same):
    assert read(question, IN_VIEW) == read(same, IN_VIEW)


def test_a_word_of_the_file_is_taken_from_the_label_it_ships_with(read):
    """Without a forklift in view "the forklift" is not the transporter any more."""
    labels = {1: "transporter", 2: "pallet"}
    question = "How far is the forklift from pallet 2?"
    assert "transporter" in read(question, labels, "synonyms: {}")
    with pytest.raises(QueryError, match="forklift"):
        read(question, labels)


def test_an_exact_label_comes_before_a_synonym_and_a_synonym_before_a_repair(read):
    words = "synonyms: {shelf: [cone, palet]}"
    question = "How far is the cone from pallet 3?"
    assert "cone" in read(question, {1: "shelf", 2: "cone", 3: "pallet"}, words)
    assert "shelf" in read(question, {1: "shelf", 3: "pallet"}, words)
    mistyped = "How far is the palet from buffer 4?"
    assert "shelf" in read(mistyped, {1: "shelf", 3: "pallet", 4: "buffer"}, words)
    assert "the pallet" in read(mistyped, {1: "shelf", 3: "pallet", 4: "buffer"}, "")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("[cone]", r"words\.yaml: expected a mapping, found \['cone'\]"),
        ("synonym: {cone: [pylon]}", r"unknown keys \['synonym'\], expected \['synonyms'\]"),
        ("synonyms: [cone]", r"synonyms: expected labels with a list .*found \['cone'\]"),
        ("synonyms: {cone: pylon}", r"synonyms\.cone: expected a list of words, found 'pylon'"),
        ("synonyms: {cone: [1]}", r"synonyms\.cone: expected a list of words, found \[1\]"),
        ("synonyms: {no: [sign]}", r"expected a label in letters, found False"),
        ("synonyms: {a: [x], b: [x]}", r"'x' is a word for 'a' and for 'b', expected one label"),
        ("synonyms: {", r"words\.yaml cannot be read as YAML"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(tmp_path, words, message):
    file = tmp_path / "words.yaml"
    file.write_text(words)
    with pytest.raises(WordListError, match=message) as caught:
        reader_with(file)
    assert str(file) in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(WordListError, match=r"no file of words .*gone\.yaml"):
        reader_with(tmp_path / "gone.yaml")


def test_the_first_question_finds_everything_loaded(monkeypatch):
    """Dictionary and grammar take a second, which belongs to the start of a node."""
    reader = GrammarReader(grammar=replace(default_grammar()))  # a copy that nothing has prepared

    def late(*args, **kwargs):
        raise AssertionError("loaded at the first question")

    monkeypatch.setattr(grammar, "Matchers", late)
    monkeypatch.setattr(spelling, "english_words", late)
    assert english(reader.read("how far is palet 2 from cone 1", View({1: "cone", 2: "pallet"})))


def test_the_example_changes_nothing_and_shows_the_words_that_ship():
    assert default_word_lists().extended(EXAMPLE) == default_word_lists()
    site, shipped = _examples(EXAMPLE.read_text(encoding="utf-8"))
    assert site["forklift"] == []
    found = {label: tuple(words) for label, words in shipped.items()}
    assert found == dict(default_word_lists().synonyms)


def _examples(text: str) -> list[dict[str, list[str]]]:
    """The files that the comments hold: the key and the indented lines below it."""
    lines = [line.removeprefix("# ") for line in text.splitlines()]
    blocks = "\n".join(line for line in lines if line.startswith(("synonyms:", "  ")))
    return [yaml.safe_load(block) for block in blocks.split("synonyms:")[1:]]
