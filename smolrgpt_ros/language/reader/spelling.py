# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Repairs a mistyped word to the one word of the grammar that is a slip away.

A word of an English dictionary is never repaired: "jack" is no "rack". The dictionary is that of
pyspellchecker; without it only words are repaired that no English word can be.
"""

from __future__ import annotations

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
        self._dictionary = dictionary
        # Bounded: clients send any words.
        self._near = lru_cache(maxsize=1000)(self._words_near)

    def repaired(self, word: str, also: frozenset[str] = frozenset()) -> str:
        """The word itself, or the only known one that a slip away.

        Args:
            word: lower case.
            also: further words that may be meant, as the labels in view.
        """
        if len(word) < 3 or word in self._words or word in also:
            return word
        dictionary = english_words() if self._dictionary is None else self._dictionary
        if word in dictionary or not dictionary:
            return word
        near = self._near(word) | {w for w in also if is_one_slip(word, w)}
        # A swapped or doubled letter is likelier than another word of the same length.
        close = {w for w in near if sorted(w) == sorted(word)} or near
        meant = {self._spellings.get(w, w) for w in close}
        return next(iter(meant)) if len(meant) == 1 else word

    def _words_near(self, word: str) -> frozenset[str]:
        return frozenset(w for w in self._words if is_one_slip(word, w))


def is_one_slip(a: str, b: str) -> bool:
    """Whether two different words differ by one missing, extra, wrong or swapped letter.

    Of a word of three letters only a swap counts: too many differ by one letter.
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
    return swapped or rest_a[1:] == rest_b or rest_a == rest_b[1:] or rest_a[1:] == rest_b[1:]
