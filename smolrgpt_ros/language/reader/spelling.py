# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Repairs a mistyped word to the one word of the grammar that is a slip away, or sounds like it.

A word of an English dictionary is never repaired: "jack" is no "rack". The dictionary is that of
pyspellchecker; without it nothing is repaired. The first letter stays: "weigth" is no "height".
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache, lru_cache

import numpy as np


class SortedWords(Collection[str]):
    """Words in one array of bytes: an English dictionary takes 4 MiB, 34 as a set of strings.

    Args:
        words: in any order, none twice.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words = np.sort(np.array([word.encode() for word in words], dtype=bytes))

    def __contains__(self, word: object) -> bool:
        wanted = str(word).encode()
        place = int(np.searchsorted(self._words, wanted))
        return place < len(self._words) and bool(self._words[place] == wanted)

    def __len__(self) -> int:
        return len(self._words)

    def __iter__(self) -> Iterator[str]:
        return (word.decode() for word in self._words.tolist())


@cache
def english_words() -> SortedWords:
    """The English dictionary, lower case; empty where pyspellchecker is not installed."""
    try:
        from spellchecker import SpellChecker
    except ImportError:
        return SortedWords(())
    return SortedWords(SpellChecker(language="en").word_frequency.dictionary)


_MOST_BY_EAR = 2  # letters wrong of a word that sounds right: "palit"
_LEAST_BY_EAR = 5  # letters of such a word
_SOUNDS = (
    (r"ph", "f"), (r"^wh|(?<=.)wh", "w"), (r"gh", ""), (r"tch|ch", "0"), (r"sh", "1"), (r"th", "2"),
    (r"c(?=[eiy])", "s"), (r"c|q", "k"), (r"x", "ks"), (r"z", "s"), (r"v", "f"),
    (r"(?<=.)h", ""), (r"[aeiouy]+", "-"), (r"(.)\1+", r"\1"),
)  # fmt: skip


class Speller:
    """Repairs words to those of a grammar.

    Args:
        words: all words that may be meant, lower case.
        dictionary: words that are never repaired; the English dictionary if left out.
        spellings: the one word for words of several spellings.
    """

    def __init__(
        self,
        words: Iterable[str],
        dictionary: Collection[str] | None = None,
        spellings: Mapping[str, str] | None = None,
    ) -> None:
        self._spellings = spellings or {}
        self._words = frozenset(word for word in words if word.isalpha())
        self._by_sound: dict[str, list[str]] = defaultdict(list)
        for word in self._words:
            self._by_sound[sound_of(word)].append(word)
        self._dictionary = dictionary
        # Bounded: clients send any words.
        self._near = lru_cache(maxsize=1000)(self._words_near)

    def knows(self, word: str) -> bool:
        """Whether it is a word of the grammar as it stands."""
        return word in self._words

    def repaired(self, word: str, also: Mapping[str, str] | None = None) -> str:
        """The word itself, or the only known one that is a slip away or sounds the same.

        Args:
            word: lower case.
            also: further words that may be meant, as the labels in view, each with the one that
                stands for all words of its meaning.
        """
        also = also or {}
        if len(word) < 3 or word in self._words or word in also:
            return word
        dictionary = english_words() if self._dictionary is None else self._dictionary
        if word in dictionary or not dictionary:
            return word
        near = {**self._near(word)}
        near |= {w: slip for w in also if (slip := slip_between(word, w)) is not None}
        likeliest = min(near.values(), default=None)
        close = sorted(w for w, slip in near.items() if slip == likeliest)
        meant = {also.get(w, self._spellings.get(w, w)) for w in close}
        if len(meant) != 1:
            return word
        return close[0] if close[0] in also else meant.pop()

    def _words_near(self, word: str) -> dict[str, tuple[int, int]]:
        likely = {w for w in self._words if is_one_slip(word, w)}
        likely.update(self._by_sound.get(sound_of(word), ()))
        slips = ((w, slip_between(word, w)) for w in likely)
        return {w: slip for w, slip in slips if slip is not None}


def slip_between(typed: str, word: str) -> tuple[int, int] | None:
    """How a typed word may have become of another one, the likeliest first; ``None`` if not.

    A swapped or doubled letter is likelier than one of the same sound, that likelier than another.
    """
    sound, meant = sound_of(typed), sound_of(word)
    if is_one_slip(typed, word):
        if sorted(typed) == sorted(word):
            return 0, 1
        return (1, 1) if _consonants(sound) == _consonants(meant) else (2, 1)
    if typed[:1] != word[:1] or sound != meant or len(typed) < _LEAST_BY_EAR:
        return None
    wrong = wrong_letters(typed, word)
    return (1, wrong) if wrong <= _MOST_BY_EAR else None


@lru_cache(maxsize=10_000)
def sound_of(word: str) -> str:
    """What is sound of a word, any vowels as "-": the same for "pallet" and "palit"."""
    for written, sound in _SOUNDS:
        word = re.sub(written, sound, word)
    return word


def _consonants(sound: str) -> str:
    return re.sub(r"(.)\1+", r"\1", sound.replace("-", ""))


def wrong_letters(a: str, b: str) -> int:
    """Letters missing, extra or wrong between two words."""
    row = list(range(len(b) + 1))
    for at, letter in enumerate(a, 1):
        before, row[0] = row[0], at
        for i, other in enumerate(b, 1):
            before, row[i] = row[i], min(row[i] + 1, row[i - 1] + 1, before + (letter != other))
    return row[-1]


def is_one_slip(a: str, b: str) -> bool:
    """Whether two different words differ by one missing, extra, wrong or swapped letter.

    The first letter is none that is wrong. Of a word of three letters only a swap counts: too many
    differ by one letter.
    """
    if abs(len(a) - len(b)) > 1 or a == b:
        return False
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    rest_a, rest_b = a[start:], b[start:]
    swapped = rest_a[:2] == rest_b[:2][::-1] and rest_a[2:] == rest_b[2:]
    if min(len(a), len(b)) <= 3:
        return swapped
    wrong = rest_a[1:] == rest_b[1:] and start > 0
    return swapped or rest_a[1:] == rest_b or rest_a == rest_b[1:] or wrong
