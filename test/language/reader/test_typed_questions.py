# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Questions as people typed them: what they ask, or that they are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from smolrgpt_ros.language.english import english
from smolrgpt_ros.language.reader.reader import read_question
from smolrgpt_ros.scene.status import QueryError

TYPED = {
    "ceiling": {
        6: "buffer", 3: "buffer", 5: "buffer", 12: "shelf", 11: "pallet", 10: "transporter",
        7: "pallet", 1: "pallet", 2: "pallet", 8: "pallet", 4: "pallet", 9: "pallet",
    },
    "robot": {
        10: "buffer", 6: "shelf", 8: "transporter", 9: "transporter", 1: "pallet", 2: "pallet",
        3: "pallet", 7: "pallet", 5: "pallet", 4: "pallet",
    },
}  # fmt: skip
BLIND = {
    "ceiling": {
        0: "buffer", 1: "buffer", 2: "buffer", 4: "shelf", 5: "transporter",
        6: "pallet", 7: "pallet", 8: "pallet", 9: "pallet", 10: "pallet", 11: "pallet",
    },
    "robot": {
        2: "buffer", 4: "shelf", 5: "shelf", 9: "transporter", 10: "pallet", 14: "pallet",
    },
}  # fmt: skip


def rows(name: str, scenes: dict[str, dict[int, str]]) -> list[tuple[dict[int, str], str, str]]:
    """Labels, question and sentence of each row of a table."""
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    cells = [map(str.strip, line.split(" | ")) for line in lines if not line.startswith("#")]
    return [(scenes[scene], text, sentence) for scene, text, sentence in cells]


ROWS = [
    *rows("typed_questions.txt", TYPED),
    *rows("blind_questions.txt", BLIND),
    *rows("further_questions.txt", BLIND),
]


@pytest.mark.parametrize(("labels", "question", "sentence"), ROWS)
def test_a_typed_question_is_read_whole_or_refused(
    labels: dict[int, str], question: str, sentence: str
) -> None:
    if sentence != "refuse":
        assert english(read_question(question, labels)) == sentence
        return
    with pytest.raises(QueryError) as caught:
        read_question(question, labels)
    message = caught.value.message
    assert "?." not in message and ".." not in message
    assert not message.endswith(".")
    assert "in view: " in message or message.startswith("this can be read as ")
