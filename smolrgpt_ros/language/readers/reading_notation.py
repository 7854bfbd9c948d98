# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The notation's text read back as a question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

from ..question import Question
from .constrained import ConstrainedOutput
from .notation_grammar import notation_grammar


def read_notation(text: str, labels: Sequence[str]) -> Question:
    """The question that a text of the notation asks.

    Args:
        text: spaces between its parts may be any.
        labels: classes that it may name.

    Raises:
        ValueError: where it does not follow the notation.
    """
    spaced = " " + re.sub(r"\s*([(,])\s*", r"\1 ", text.strip())
    numbers = list(dict.fromkeys(re.findall(r"\b\d+(?:\.\d+)?\b", text)))
    grammar = notation_grammar(labels, [int(n) for n in numbers if n.isdigit()], numbers)
    output = ConstrainedOutput(grammar, _codes, 0)
    try:
        for code in (*_codes(spaced), 0):
            output.take(code)
    except ValueError:
        raise ValueError(f"not of the notation: {text!r}, with labels {list(labels)}") from None
    return cast(Question, output.value())


def _codes(text: str) -> list[int]:
    return [ord(character) for character in text]
