"""Which words name which region class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class ClassWords:
    """The words of one class.

    Args:
        name: the detector's label, lower case.
        singular, plural: how the model's prompts spell the class.
        words: synonyms, singular, lower case; may have several words ("storage area").
    """

    name: str
    singular: str
    plural: str
    words: tuple[str, ...] = ()

    def forms(self) -> tuple[tuple[str, bool], ...]:
        """Every spelling with whether it is a plural."""
        result = [(self.name, False), (self.singular, False), (self.plural, True)]
        result.append((plural_of(self.name), True))
        for word in self.words:
            result += [(word, False), (plural_of(word), True)]
        return tuple(dict.fromkeys(result))


@dataclass(frozen=True)
class Vocabulary:
    """The classes a question may name; see :meth:`extended` for a site's own synonyms."""

    classes: tuple[ClassWords, ...]

    @staticmethod
    def default() -> Vocabulary:
        """The warehouse classes SmolRGPT was trained on."""
        return Vocabulary(
            (
                ClassWords("pallet", "pallet", "pallets", ("skid", "pallet of goods")),
                ClassWords(
                    "transporter",
                    "transporter",
                    "transporters",
                    (
                        "forklift",
                        "fork lift",
                        "carrier",
                        "transport robot",
                        "amr",
                        "agv",
                        "robot",
                        "vehicle",
                        "truck",
                        "machine",
                    ),
                ),
                ClassWords(
                    "shelf",
                    "shelf",
                    "shelves",
                    ("rack", "storage rack", "racking", "shelving", "shelving unit"),
                ),
                ClassWords(
                    "buffer",
                    "buffer region",
                    "buffer regions",
                    ("buffer zone", "buffer area", "zone", "area", "storage area", "staging area"),
                ),
            )
        )

    def extended(self, synonyms: Mapping[str, Sequence[str]]) -> Vocabulary:
        """With more words per class; an unknown class name becomes a class of its own."""
        added = {name.lower(): tuple(w.lower() for w in words) for name, words in synonyms.items()}
        classes = [
            ClassWords(c.name, c.singular, c.plural, c.words + added.pop(c.name, ()))
            for c in self.classes
        ]
        classes += [ClassWords(n, n, plural_of(n), words) for n, words in added.items()]
        return Vocabulary(tuple(classes))

    def spoken(self, label: str, many: bool = False) -> str:
        """How a prompt says this label; labels outside the vocabulary are said as they are."""
        for words in self.classes:
            if words.name == label:
                return words.plural if many else words.singular
        name = label or "region"
        return plural_of(name) if many else name


def plural_of(word: str) -> str:
    """The regular English plural, plus the few irregular ones a warehouse needs."""
    if word.endswith("shelf"):
        return word[:-1] + "ves"
    if word.endswith(("s", "x", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and len(word) > 1 and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"
