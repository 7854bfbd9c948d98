# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Reading of sentence files: what a file must hold, and what an error names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from smolrgpt_ros.simulation.questions import phrasings
from smolrgpt_ros.simulation.questions.phrasings import read_phrasings
from smolrgpt_ros.simulation.questions.questions import question_phrasings
from smolrgpt_ros.simulation.questions.relation_questions import relation_phrasings


def book(**changes: Any) -> dict[str, Any]:
    """A file of two groups; ``changes`` replace fields of the group ``near``."""
    near = {
        "kind": "distance",
        "placeholders": ["a", "b"],
        "train": ["How far is {a} from {b}?", "{b} to {a}: how far?"],
        "heldout": ["How far apart are {a} and {b}?"],
    }
    wide = {
        "kind": "width",
        "placeholders": ["a"],
        "train": ["How wide is {a}?"],
        "heldout": ["What is the width of {a}?"],
    }
    groups = {"near": {**near, **changes}, "wide": wide}
    return {"splits": ["train", "heldout"], "groups": groups}


def read(folder: Path, data: object) -> phrasings.Phrasings:
    file = folder / "book.json"
    file.write_text(data if isinstance(data, str) else json.dumps(data))
    return read_phrasings(file, ("distance", "width"))


def test_sentences_come_by_split_and_group_in_the_order_of_the_file(tmp_path: Path) -> None:
    found = read(tmp_path, book())
    assert found.kinds == {"near": "distance", "wide": "width"}
    assert found.split("train") == {
        "near": ("How far is {a} from {b}?", "{b} to {a}: how far?"),
        "wide": ("How wide is {a}?",),
    }
    assert found.split("heldout")["near"] == ("How far apart are {a} and {b}?",)


def test_an_unknown_split_names_those_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\['heldout', 'train'\], found 'test'"):
        read(tmp_path, book()).split("test")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("{", r"book\.json is not JSON"),
        ([], r"book\.json: found \[\], expected an object with the keys \['groups', 'splits'\]"),
        ({"splits": ["train"]}, r"found keys \['splits'\], expected \['groups', 'splits'\]"),
        ({"splits": [], "groups": {}}, r"splits: found \[\], expected a list of at least one"),
        ({"splits": ["train"], "groups": []}, r"groups: found \[\], expected an object of groups"),
        (book(kind="colour"), r"groups\.near\.kind: found colour, expected one of \['distance', "),
        (book(kind="width"), r"groups: .*expected groups of the kinds \['distance'\] too"),
        (book(test=["?"]), r"groups\.near: found keys .*'test'.*expected \['heldout', 'kind', "),
        (book(train=[]), r"groups\.near\.train: found \[\], expected a list of at least one"),
        (book(train=["{a} {b}", 5]), r"groups\.near\.train: found .*5\], expected a list"),
        (book(train=["{a} {b}"] * 2), r"near\.train: found \['\{a\} \{b\}'\], expected no repeats"),
        (book(placeholders=["a", "c"]), r"near\.placeholders: found \['c'\], expected some of"),
        (
            book(train=["{a}, {b}", "Is {a} far?"]),
            r"groups\.near\.train\[1\]: found Is \{a\} far\?, expected each of \['a', 'b'\] once",
        ),
        (book(train=["{a} {b} {a}"]), r"near\.train\[0\]: .*expected each of \['a', 'b'\] once"),
        (book(train=["{a} {b} {"]), r"near\.train\[0\]: .*expected each of \['a', 'b'\] once"),
        (
            book(heldout=["How far is {a} from {b}?"]),
            r"near\.heldout\[0\]: found How far .*a new sentence; this one is groups\.near\.train",
        ),
    ],
)
def test_errors_name_file_entry_found_and_expected(
    tmp_path: Path, data: object, message: str
) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        read(tmp_path, data)
    assert str(tmp_path / "book.json") in str(caught.value)


def test_the_files_are_read_once() -> None:
    assert question_phrasings() is question_phrasings()
    assert relation_phrasings() is relation_phrasings()
