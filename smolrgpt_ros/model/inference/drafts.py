# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Guesses of how an answer goes on, from the answers given before.

Answers follow few patterns, so what came next in an earlier answer at the same words is likely to
come next again. The model checks the guesses (see ``generator``): they cost little where they are
wrong, and change no answer. Speculative decoding (Leviathan et al., arXiv 2211.17192) with drafts
from n-grams instead of a second model.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

_CONTEXTS = (12, 8, 6, 5, 4, 3, 2, 1)
"""Tokens before the guessed ones that must agree; longer agreement is preferred."""
_LONGEST = max(_CONTEXTS)
_QUESTIONS_KEPT = 16
"""Questions being answered whose word is not made again for each guess."""
_NAME, _ALIKE = -1, -2
"""Stand for any region's name, and for any of the first group of tokens that are alike, -3 for the
second, and so on; tokens are not negative."""
_Context = tuple[int, ...]


@dataclass(frozen=True)
class _Follows:
    """What came next in an answer, and the last region's name before it (-1: none)."""

    tokens: tuple[int, ...]
    name_before: int


class AnswerDrafts:
    """Drafts of answers, learned while answering; used by one thread only.

    The question is the word before its answer: of a question of the same words, other regions and
    numbers aside, the first guess is its answer. Digits stand for each other in what is compared,
    and so do names of regions. The name of a region is guessed by its place behind the name before:
    lists count up.

    Args:
        alike: groups of tokens that stand for each other, such as digits.
        names: tokens of regions' names, in order.
        length: tokens guessed at most.
        limit: contexts kept; the least recently used go.
    """

    def __init__(
        self, alike: Sequence[Collection[int]], names: range, length: int, limit: int = 20_000
    ) -> None:
        self._names, self._length, self._limit = names, length, limit
        self._classes = dict.fromkeys(names, _NAME)
        for number, group in enumerate(alike):
            self._classes |= dict.fromkeys(group, _ALIKE - number)
        self._next: OrderedDict[_Context, _Follows] = OrderedDict()
        self._question_word = lru_cache(maxsize=_QUESTIONS_KEPT)(self._make_question_word)

    def __len__(self) -> int:
        return len(self._next)

    def guess(self, question: Sequence[int], answer: Sequence[int]) -> tuple[int, ...]:
        """What may follow the tokens of an answer so far; empty where nothing is known."""
        words = self._words(question, tuple(map(self._class_of, answer[-_LONGEST:])))
        for size in _CONTEXTS:
            if size <= len(words) and (found := self._next.get(words[-size:])) is not None:
                self._next.move_to_end(words[-size:])
                return self._renamed(found, self._last_name(answer))
        return ()

    def learn(self, question: Sequence[int], answer: Sequence[int]) -> None:
        """Keep how an answer went on after each of its tokens, its end included."""
        classes, last_name = tuple(map(self._class_of, answer)), -1
        for position, token in enumerate(answer):
            words = self._words(question, classes[max(0, position - _LONGEST) : position])
            follows = _Follows(tuple(answer[position : position + self._length]), last_name)
            for size in _CONTEXTS:
                if size <= len(words):
                    self._next[words[-size:]] = follows
                    self._next.move_to_end(words[-size:])
            if token in self._names:
                last_name = token
        while len(self._next) > self._limit:
            self._next.popitem(last=False)

    def _last_name(self, answer: Sequence[int]) -> int:
        """The last region's name in an answer so far; -1 without one."""
        return next((token for token in reversed(answer) if token in self._names), -1)

    def _renamed(self, known: _Follows, name_before: int) -> tuple[int, ...]:
        """What came next, with names as far from the name before as they were there."""
        if -1 in (known.name_before, name_before):
            return known.tokens
        guess = []
        for token in known.tokens:
            if token in self._names:
                token += name_before - known.name_before
                if token not in self._names:
                    break
            guess.append(token)
        return tuple(guess)

    def _class_of(self, token: int) -> int:
        return self._classes.get(token, token)

    def _words(self, question: Sequence[int], last: _Context) -> _Context:
        """The question as one word, where the longest context reaches it, and an answer's last
        tokens, classes for their members."""
        return last if len(last) >= _LONGEST else (self._question_word(tuple(question)), *last)

    def _make_question_word(self, question: tuple[int, ...]) -> int:
        """A number for the question's words, each once: one more region in a list adds none."""
        words = dict.fromkeys(t for t in question if t not in self._classes)
        return -(2**32) - (hash(tuple(words)) & 0xFFFFFFFF)
