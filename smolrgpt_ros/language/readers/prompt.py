# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What a language model is shown of a question, and the numbers that its answer may use."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .. import question as q
from ..english_words import number

_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
).split()
_UNITS = {
    q.Unit.CENTIMETRE: r"\bcm|cent",
    q.Unit.MILLIMETRE: r"\bmm|mill",
    q.Unit.FOOT: r"\bft|f[eo]+t",
    q.Unit.YARD: r"\byds?\b|yard",
    q.Unit.INCH: r"inch",
}
_AMOUNTS = {"half": "0.5"}
MAX_CHARACTERS = 300


def reader_prompt(labels: Sequence[str], text: str) -> str:
    """The model's prompt: the classes in view, and the question, in small letters."""
    question = " ".join(text.lower().split())
    return f"{', '.join(label.lower() for label in labels)}\n{question}\n"


def ids_said(text: str) -> tuple[int, ...]:
    """Numbers of a question that may be ids of regions."""
    digits = [int(found) for found in re.findall(r"\d+", text)]
    words = [_WORDS.index(word) for word in _words(text) if word in _WORDS]
    return tuple(dict.fromkeys((*digits, *words)))


def amounts_said(text: str) -> tuple[str, ...]:
    """Numbers of a question that may be lengths or counts, as the notation writes them.

    None and one are said without a number: "does it hold any pallets?".
    """
    digits = re.findall(r"\d+(?:[.,]\d+)?|\.\d+", text)
    said = [number(float(found.replace(",", "."))) for found in digits]
    said += [str(_WORDS.index(word)) for word in _words(text) if word in _WORDS]
    said += [_AMOUNTS[word] for word in _words(text) if word in _AMOUNTS]
    return tuple(dict.fromkeys((*said, "0", "1")))


def units_said(text: str) -> tuple[q.Unit, ...]:
    """Units that a question may ask a length in; metres always."""
    said = [unit for unit, words in _UNITS.items() if re.search(words, text.lower())]
    return (q.Unit.METRE, *said)


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())
