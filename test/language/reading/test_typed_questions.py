"""Questions as people typed them: what they ask, or that they are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from smolrgpt_ros.language.english import english
from smolrgpt_ros.language.reading.reader import read_question
from smolrgpt_ros.scene.status import QueryError

TABLE = Path(__file__).with_name("typed_questions.txt")
SCENES = {
    "ceiling": {
        6: "buffer", 3: "buffer", 5: "buffer", 12: "shelf", 11: "pallet", 10: "transporter",
        7: "pallet", 1: "pallet", 2: "pallet", 8: "pallet", 4: "pallet", 9: "pallet",
    },
    "robot": {
        10: "buffer", 6: "shelf", 8: "transporter", 9: "transporter", 1: "pallet", 2: "pallet",
        3: "pallet", 7: "pallet", 5: "pallet", 4: "pallet",
    },
}  # fmt: skip
ROWS = [
    tuple(cell.strip() for cell in line.split(" | "))
    for line in TABLE.read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize(("scene", "question", "sentence"), ROWS)
def test_a_typed_question_is_read_whole_or_refused(
    scene: str, question: str, sentence: str
) -> None:
    if sentence != "refuse":
        assert english(read_question(question, SCENES[scene])) == sentence
        return
    with pytest.raises(QueryError) as caught:
        read_question(question, SCENES[scene])
    message = caught.value.message
    assert "?." not in message and ".." not in message
    assert not message.endswith(".")
    assert "in view: " in message
