# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Objects in view, and what the reader says of questions about them."""

from __future__ import annotations

import pytest

from smolrgpt_ros.language.english import english
from smolrgpt_ros.language.reader.reader import read_question
from smolrgpt_ros.scene.status import QueryError

LABELS = {
    1: "pallet", 2: "pallet", 3: "pallet", 4: "transporter", 5: "transporter", 6: "shelf",
    7: "shelf", 8: "buffer", 9: "buffer", 10: "person", 12: "forklift",
}  # fmt: skip


def refusal(text: str, labels: dict[int, str] = LABELS) -> str:
    """The message of a question that must be refused."""
    with pytest.raises(QueryError) as caught:
        read_question(text, labels)
    return caught.value.message


def understood(text: str, labels: dict[int, str] = LABELS) -> str:
    """The canonical sentence of a question that must be read."""
    return english(read_question(text, labels))
