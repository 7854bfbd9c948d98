# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Wordings by form, as data: English with slots, and what it asks in the reader's notation."""

from __future__ import annotations

import random
import re
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("wordings")
QUESTIONS = (
    "typed.txt",
    "questions.txt",
    "numbers.txt",
    "choices.txt",
    "yes_no.txt",
    "lists.txt",
    "refusals.txt",
)
PHRASES = "phrases.txt"
HELD_OUT_PERCENT = 4
_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Wording:
    """One line of a file.

    Args:
        english: with slots in braces and choices ``[a/b/]``.
        notation: what it asks, with the same slots.
    """

    english: str
    notation: str

    @property
    def is_refusal(self) -> bool:
        return self.notation == "refuse"

    @property
    def slots(self) -> tuple[str, ...]:
        """The names of its slots, in order, each once."""
        return tuple(dict.fromkeys(_SLOT.findall(self.english + self.notation)))

    @property
    def is_held_out(self) -> bool:
        """Whether it is kept for checking and never trained on."""
        return zlib.crc32(self.english.encode()) % 100 < HELD_OUT_PERCENT

    def chosen(self, rng: random.Random) -> str:
        """The English with its choices made."""
        text = self.english
        while match := _CHOICE.search(text):
            text = text[: match.start()] + rng.choice(match[1].split("/")) + text[match.end() :]
        return " ".join(text.split())


def filled(text: str, fillings: dict[str, str]) -> str:
    """A text with its slots filled."""
    return _SLOT.sub(lambda match: fillings[match[1]], text)


@cache
def question_wordings() -> tuple[Wording, ...]:
    """Every wording of a question."""
    return tuple(w for name in QUESTIONS for w in _read(FOLDER / name)[""])


@cache
def phrase_wordings() -> dict[str, tuple[Wording, ...]]:
    """The phrases that fill slots, by kind."""
    return _read(FOLDER / PHRASES)


def _read(path: Path) -> dict[str, tuple[Wording, ...]]:
    """The wordings of a file, by the section they stand in.

    Raises:
        ValueError: naming file and line, where a line is no wording.
    """
    found: dict[str, list[Wording]] = {}
    section = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        heading = re.fullmatch(r"\[(\w+)\]", line)
        if heading:
            section = heading[1]
            continue
        english, arrow, notation = line.rpartition(" => ")
        if not arrow:
            raise ValueError(f"{path}:{number}: expected 'english => notation', found {line!r}")
        found.setdefault(section, []).append(Wording(english, notation))
    return {name: tuple(wordings) for name, wordings in found.items()}
