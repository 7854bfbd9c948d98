# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The examples of docs/questions.md are read, and the first of each row as the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from notation import SCENE

from smolrgpt_ros.language.english import english
from smolrgpt_ros.language.reader.reader import read_question

PAGE = (Path(__file__).parents[3] / "docs" / "questions.md").read_text()
LABELS = {i: label for i, label in SCENE.items() if i not in (13, 14)}
ROWS = re.findall(
    r"^\| (?!form)[a-z][^|]* \| ([^|]+) \| ([^|]+\S) \| [^|]+ \|$", PAGE, re.MULTILINE
)


def test_the_table_is_found() -> None:
    assert len(ROWS) >= 10


@pytest.mark.parametrize(("examples", "understood"), ROWS, ids=[row[1] for row in ROWS])
def test_examples_are_read(examples: str, understood: str) -> None:
    read = [english(read_question(example, LABELS)) for example in examples.split(";")]
    assert understood in read
    assert english(read_question(understood, LABELS)) == understood
