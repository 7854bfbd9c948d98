# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The wordings by form: read as they say, or refused; a word added is never passed over."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from notation import SCENE, Wording, same_meaning, wordings

from smolrgpt_ros.language.question import Question
from smolrgpt_ros.language.reader.reader import read_question
from smolrgpt_ros.scene.status import QueryError

READ_AT_LEAST = 0.93
ARGUABLE = ("how many {S} are nearer to camera than {A}",)
"""Read by distance; the table has them by depth."""

CONTRADICTING = (
    "not only except red yesterday twice banana damaged heavy tomorrow never almost half without "
    "other always again wooden behind nobody broken unless faster second but or left nearest far "
    "seven ladder giraffe music slowly under above"
).split()


def read(text: str) -> Question | None:
    try:
        return read_question(text, SCENE)
    except QueryError:
        return None


def outcome(wording: Wording) -> str:
    question = read(wording.text)
    if question is None:
        return "rightly refused" if wording.question is None else "refused"
    if wording.question is None:
        return "read, to be refused"
    right = wording.template in ARGUABLE or same_meaning(question, wording.question)
    return "right" if right else "wrong"


@pytest.mark.parametrize("seed", [11])
def test_wordings_are_read_as_they_say_or_refused(seed: int) -> None:
    outcomes: dict[str, list[str]] = {}
    for wording in wordings(seed):
        outcomes.setdefault(outcome(wording), []).append(wording.text)
    counts = Counter({name: len(texts) for name, texts in outcomes.items()})
    assert outcomes.get("wrong", []) == []
    assert outcomes.get("read, to be refused", []) == []
    assert counts["right"] >= READ_AT_LEAST * (counts["right"] + counts["refused"])


def test_a_word_that_changes_the_question_is_never_passed_over() -> None:
    rng = random.Random(5)
    asked = [w.text for w in wordings(3) if w.question is not None]
    passed_over = []
    changed = 0
    while changed < 1000:
        words = rng.choice(asked).split()
        question = read(" ".join(words))
        if question is None:
            continue
        changed += 1
        at, word = rng.randint(0, len(words)), rng.choice(CONTRADICTING)
        text = " ".join((*words[:at], word, *words[at:]))
        if read(text) == question:
            passed_over.append(text)
    assert passed_over == []
