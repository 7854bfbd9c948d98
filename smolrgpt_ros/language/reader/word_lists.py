# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The words a question is made of beside the grammar's own: synonyms, units, numbers, fillers.

They stand in ``words.yaml``; a site adds synonyms of its own in a file of the same form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

from ..vocabulary import plural_of

_FILE = Path(__file__).with_name("words.yaml")
_KEYS = (
    "synonyms", "robots", "choosing", "units", "numbers", "tens", "ordinals", "contractions",
    "spellings", "by_ear", "views", "fillers", "hedges", "unmeasured",
)  # fmt: skip


class WordListError(ValueError):
    """A file of words that cannot be read; names file, key, what was found and expected."""


@dataclass(frozen=True)
class WordLists:
    """Words by what they do.

    Args:
        synonyms: other words of a label, singular, by label.
        robots: words of a label that may mean the camera's own robot, too, with that label.
        choosing: words behind which such a word means one that is seen: "which robot".
        units: metres of one unit, by word.
        numbers: number words.
        ordinals: "first" is 1.
        contractions: words that stand for several: "what's".
        spellings: one word for another of the same meaning, British, American, abbreviated.
        by_ear: phrases as they sound, with what they mean word for word.
        views: phrases that say who looks, as rows of words.
        fillers: phrases that change nothing, as rows of words.
        hedges: fillers that change something where one of these follows, a word or a kind of token.
        unmeasured: words for what no picture shows, to say so in a refusal.
    """

    synonyms: Mapping[str, tuple[str, ...]]
    robots: Mapping[str, str]
    choosing: frozenset[str]
    units: Mapping[str, float]
    numbers: Mapping[str, int]
    ordinals: Mapping[str, int]
    contractions: Mapping[str, tuple[str, ...]]
    spellings: Mapping[str, str]
    by_ear: Mapping[tuple[str, ...], tuple[str, ...]]
    views: frozenset[tuple[str, ...]]
    fillers: frozenset[tuple[str, ...]]
    hedges: Mapping[tuple[str, ...], frozenset[str]]
    unmeasured: frozenset[str]

    @cached_property
    def longest_filler(self) -> int:
        return max((len(phrase) for phrase in self.fillers | self.views), default=0)

    @cached_property
    def long_units(self) -> frozenset[str]:
        """Units that "a" may stand before: "a metre", not "a m"."""
        return frozenset(word for word in self.units if len(word) > 2)

    @cached_property
    def words(self) -> frozenset[str]:
        """Every single word of the lists but the synonyms'."""
        pieces = {w for phrase in self.fillers | self.views for w in phrase}
        pieces |= {w for phrase in self.by_ear for w in phrase}
        pieces |= {w for phrase in self.contractions.values() for w in phrase}
        pieces |= {*self.robots, *map(plural_of, self.robots)}
        return frozenset({*pieces, *self.units, *self.numbers, *self.ordinals, *self.spellings})

    def ordinal(self, number: int) -> str:
        """The word of "2nd"; the number with "th" where there is none."""
        return next((w for w, n in self.ordinals.items() if n == number), f"{number}th")

    def expanded(self, word: str) -> tuple[str, ...]:
        """A word without contraction, in the grammar's spelling."""
        if word in self.contractions:
            return self.contractions[word]
        if word.endswith("'s"):
            return (self.spellings.get(word[:-2], word[:-2]), "'s")
        if "-" in word and word not in self.spellings:
            return tuple(self.spellings.get(piece, piece) for piece in word.split("-"))
        return (self.spellings.get(word, word),)

    def class_words(self, labels: Sequence[str]) -> dict[tuple[str, ...], tuple[str, bool]]:
        """Rows of words that name a class, with its label and whether they are a plural.

        A label in view beats a synonym; synonyms of labels that are not in view are known too.
        """
        words: dict[tuple[str, ...], tuple[str, bool]] = {}
        labels = [label for label in labels if _spelled(label)]  # "" and "-" have no words
        for label in dict.fromkeys((*labels, *self.synonyms)):
            for name in (label, *self.synonyms.get(label, ())):
                words_of_name = _spelled(name)
                plural = (*words_of_name[:-1], plural_of(words_of_name[-1]))
                words.setdefault(words_of_name, (label, False))
                words.setdefault(plural, (label, True))
                words.setdefault((*plural[:-1], f"{words_of_name[-1]}s"), (label, True))
        for label in labels:
            words_of_name = _spelled(label)
            plural = (*words_of_name[:-1], plural_of(words_of_name[-1]))
            for row, is_plural in ((words_of_name, False), (plural, True)):
                words[row] = (label, is_plural)
                for other in words:  # "fork lift", where "forklift" is a label
                    if "".join(other) == "".join(row):
                        words[other] = (label, is_plural)
        return words

    def extended(self, file: Path) -> WordLists:
        """With the synonyms of a site's own file (key ``synonyms``: label to words).

        A label or word of the file belongs to what the file says alone: a label ``forklift`` of
        its own is no word for ``transporter`` any more.

        Raises:
            WordListError: naming file, key, what was found and what is expected.
        """
        content = _read(file, ("synonyms",))
        added = _synonyms(content.get("synonyms") or {}, file)
        own: dict[tuple[str, ...], str] = {}
        for label, words in added.items():
            for word in (label, *words):
                other = own.setdefault(_spelled(word), label)
                if other != label:
                    raise WordListError(
                        f"{file}: synonyms: {word!r} is a word for {other!r} and for {label!r}, "
                        "expected one label for each word"
                    )
        merged = {
            label: tuple(word for word in words if own.get(_spelled(word), label) == label)
            for label, words in self.synonyms.items()
        }
        for label, words in added.items():
            merged[label] = tuple(dict.fromkeys((*words, *merged.get(label, ()))))
        return replace(self, synonyms=merged)


@cache
def default_word_lists() -> WordLists:
    """The lists that ship."""
    data = _read(_FILE, _KEYS)
    missing = [key for key in _KEYS if key not in data]
    if missing:
        raise WordListError(f"{_FILE} lacks {', '.join(missing)}")
    spellings = {w: word for word, ws in data["spellings"].items() for w in ws.split()}

    def one_spelling(phrase: str) -> tuple[str, ...]:
        return tuple(spellings.get(word, word) for word in phrase.split())

    return WordLists(
        synonyms=_synonyms(data["synonyms"], _FILE),
        robots={
            word: label
            for label, words in _synonyms(data["robots"], _FILE).items()
            for word in words
        },
        choosing=frozenset(data["choosing"].split()),
        units={w: float(m) for m, ws in data["units"].items() for w in ws.split()},
        numbers={
            **{w: n for n, w in enumerate(data["numbers"].split())},
            **{w: 10 * n for n, w in enumerate(data["tens"].split(), 3)},
        },
        ordinals={w: n for n, w in enumerate(data["ordinals"].split(), 1)},
        contractions={word: one_spelling(phrase) for word, phrase in data["contractions"].items()},
        spellings=spellings,
        by_ear={
            one_spelling(sound): one_spelling(phrase) for sound, phrase in data["by_ear"].items()
        },
        views=frozenset(map(one_spelling, data["views"])),
        fillers=frozenset(map(one_spelling, data["fillers"])),
        hedges={
            one_spelling(phrase): frozenset(words.split())
            for phrase, words in data["hedges"].items()
        },
        unmeasured=frozenset(data["unmeasured"].split()),
    )


def _read(file: Path, keys: Sequence[str]) -> dict[str, Any]:
    """A file of words; only some keys may occur."""
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WordListError(f"there is no file of words {file}") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise WordListError(f"{file} cannot be read as YAML: {reason:.300}") from error
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise WordListError(f"{file}: expected a mapping, found {data!r:.80}")
    unknown = sorted(str(key) for key in data if key not in keys)
    if unknown:
        raise WordListError(f"{file}: unknown keys {unknown}, expected {list(keys)}")
    return data


def _synonyms(data: object, file: Path) -> dict[str, tuple[str, ...]]:
    if not isinstance(data, dict):
        raise WordListError(
            f"{file}: synonyms: expected labels with a list of words each, found {data!r:.80}"
        )
    found = {}
    for label, words in data.items():
        if not isinstance(label, str) or not label.strip():
            raise WordListError(
                f"{file}: synonyms: expected a label in letters, found {label!r:.80}; write it in "
                "quotes"
            )
        if not isinstance(words, list) or not all(isinstance(w, str) and w.strip() for w in words):
            raise WordListError(
                f"{file}: synonyms.{label}: expected a list of words, found {words!r:.80}"
            )
        found[label.lower().strip()] = tuple(w.lower().strip() for w in words)
    return found


def _spelled(word: str) -> tuple[str, ...]:
    """The words of a label or synonym: "fork-lift" as "fork lift"."""
    return tuple(word.replace("-", " ").replace("_", " ").split())
