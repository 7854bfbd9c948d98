# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Which words name which region class; the warehouse's classes stand in ``vocabulary.json``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .word_files import WordFile


@dataclass(frozen=True)
class ClassWords:
    """The words of one class.

    Args:
        name: the detector's label, lower case.
        singular, plural: how the model's prompts spell the class.
        synonyms: singular, lower case; may have several words ("storage area").
    """

    name: str
    singular: str
    plural: str
    synonyms: tuple[str, ...] = ()

    def forms(self) -> tuple[tuple[str, bool], ...]:
        """Every spelling with whether it is a plural."""
        result = [(self.name, False), (self.singular, False), (self.plural, True)]
        result.append((plural_of(self.name), True))
        for word in self.synonyms:
            result += [(word, False), (plural_of(word), True)]
        return tuple(dict.fromkeys(result))


@dataclass(frozen=True)
class Vocabulary:
    """The classes a question may name."""

    classes: tuple[ClassWords, ...]

    @staticmethod
    @cache
    def default() -> Vocabulary:
        """The warehouse classes SmolRGPT was trained on."""
        return read_vocabulary(Path(__file__).with_name("vocabulary.json"))

    def spoken(self, label: str, many: bool = False) -> str:
        """How a prompt says this label; labels outside the vocabulary are said as they are."""
        for words in self.classes:
            if words.name == label:
                return words.plural if many else words.singular
        name = label or "region"
        return plural_of(name) if many else name


def read_vocabulary(path: Path) -> Vocabulary:
    """Reads and validates a file of classes: their spellings and synonyms by name.

    Raises:
        FileNotFoundError, ValueError: see :class:`~.word_files.WordFile`.
    """
    file = WordFile(path)
    classes = []
    for name, value in file.table("the file", file.content).items():
        fields = file.fields(name, value, ("singular", "plural", "synonyms"))
        classes.append(
            ClassWords(
                file.text("the file", name),
                file.text(f"{name}.singular", fields["singular"]),
                file.text(f"{name}.plural", fields["plural"]),
                file.words(f"{name}.synonyms", fields["synonyms"]),
            )
        )
    return Vocabulary(tuple(classes))


def plural_of(word: str) -> str:
    """The regular English plural, plus the few irregular ones a warehouse needs."""
    if word.endswith("shelf"):
        return word[:-1] + "ves"
    if word.endswith(("s", "x", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and len(word) > 1 and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"
