# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Every example of the rule files is read, and its canonical sentence reads back."""

from __future__ import annotations

import pytest
from notation import SCENE

from smolrgpt_ros.language.english import english
from smolrgpt_ros.language.reader.reader import default_grammar, read_question

EXAMPLES = [
    pytest.param(example, id=f"{alternative.source} {example}")
    for example, alternative in default_grammar().examples()
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_read_and_its_sentence_reads_back(example: str) -> None:
    question = read_question(example, SCENE)
    assert read_question(english(question), SCENE) == question


def test_the_forms_of_questions_have_examples() -> None:
    forms = ("DISTANCE", "SETS", "CHOICE", "ORDERED", "YES_NO", "SIZE", "RELATION", "PLACE")
    rules = default_grammar().rules
    answered = [a for form in forms for a in rules[form] if "refusals.rules" not in a.source]
    bare = [a.source for a in answered if not a.examples]
    assert not bare
