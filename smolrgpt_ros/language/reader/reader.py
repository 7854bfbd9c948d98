# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Reads a typed question as a value of the query language, whole, or refuses and says why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path

from smolrgpt_ros.scene.status import QueryError, Status

from ..english import english
from ..question import Question
from ..vocabulary import plural_of
from .checks import objection_to_reading, objection_to_words, written
from .definite import objection_to_the, strictest
from .each_of import with_each
from .grammar import Grammar, load_grammar
from .later import WATCH_INSTEAD, later_words
from .names import grammar_names
from .open_groups import objection_to_open_groups
from .open_measures import objection_to_open_measures
from .open_readings import objection_to_open_reading
from .open_scope import objection_to_scope
from .open_words import objection_to_open_words
from .or_lists import with_or
from .parser import Parser, Reading, TooLong
from .preferences import preferred
from .resolution import View, resolved
from .spelling import Speller, english_words
from .tokens import Token, tokenize
from .word_lists import WordLists, default_word_lists

_RULES = Path(__file__).with_name("rules")


@cache
def default_grammar() -> Grammar:
    """The grammar that ships: every file of ``rules/``."""
    files = sorted(_RULES.glob("*.rules"))
    return load_grammar(files, grammar_names(), default_word_lists().spellings)


class GrammarReader:
    """Reads questions by the grammar. Made in about a second, read with in milliseconds.

    Args:
        lists: synonyms and other words; those that ship if left out.
        grammar: rules; those that ship if left out.
        classes: gives the classes that the detector tells apart, where they are known: each is a
            label, in view or not. "The forklift" is no transporter to a detector of forklifts.
    """

    def __init__(
        self,
        lists: WordLists | None = None,
        grammar: Grammar | None = None,
        classes: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self._classes = classes
        self._lists = default_word_lists() if lists is None else lists
        self._grammar = default_grammar() if grammar is None else grammar
        self._known = self._grammar.words | self._lists.words
        # Dictionary and grammar take some tenths of a second each: not at the first question.
        self._speller = Speller(self._known, english_words(), self._lists.spellings)
        self._grammar.prepare()
        # A question is tokenised to be read, and for the synonyms in it.
        self._tokenized = lru_cache(maxsize=8)(self._tokenize)

    @property
    def labels(self) -> frozenset[str]:
        """Labels that questions may name by a synonym."""
        return frozenset(self._lists.synonyms)

    def read(self, text: str, view: View, placeholders: Sequence[int] = ()) -> Question:
        """What a question asks.

        Args:
            text: as typed, in English.
            view: the regions it may mean.
            placeholders: the regions behind its ``<mask>``s, in order.

        Raises:
            QueryError: BAD_QUESTION where it cannot be read whole, with the word that could not be
                used; UNKNOWN_REGION where it names what is not in view.
        """
        plain = self.tokens(text, view)
        for tokens in dict.fromkeys((with_or(plain), plain)):
            parser = Parser(self._grammar, tokens)
            if readings := _readings(parser):
                break
        if not readings:
            raise self._unreadable(text, tokens, parser, view)
        _refuse(objection_to_words(text, tokens), view)
        _refuse(objection_to_open_words(text, tokens), view)
        best = preferred(readings, view)
        questions: dict[Question, None] = {}
        errors: list[QueryError] = []
        for meaning in best:
            try:
                question: Question = resolved(meaning, view, placeholders)
                _refuse(objection_to_open_reading(question, text, tokens, view.labels), view)
                if text == english(question):  # which has one reading
                    return question
                _refuse(objection_to_reading(question, text, tokens), view)
                _refuse(objection_to_the(question, tokens, view.labels), view)
                _refuse(objection_to_scope(question, text, tokens), view)
                _refuse(objection_to_open_measures(question, text, tokens), view)
                questions[question] = None
            except QueryError as error:
                errors.append(error)
        read_as = strictest(list(questions))
        if len(read_as) == 1:
            meant = with_each(read_as[0], tokens, view)
            _refuse(objection_to_open_groups(meant, text, tokens), view)
            return meant
        if read_as:
            read = " or ".join(repr(english(question)) for question in read_as[:2])
            raise QueryError(Status.BAD_QUESTION, f"this can be read as {read}; ask one of them")
        raise errors[0]

    def synonyms_used(self, text: str, view: View) -> tuple[tuple[str, str], ...]:
        """Words of a text that stand for a label in view, with that label: forklift, transporter.

        Args:
            text: as typed.
            view: the regions it may mean.
        """
        found = {}
        for token in self.tokens(text, view):
            label = token.value
            if token.kind == "noun" and isinstance(label, str) and label in view.labels.values():
                own = label.replace("-", " ").replace("_", " ")
                if token.text not in (own, plural_of(own)):
                    found[token.text] = label
        return tuple(found.items())

    def tokens(self, text: str, view: View) -> tuple[Token, ...]:
        """The tokens of a text, with the classes in view as nouns."""
        labels = tuple(dict.fromkeys(view.labels.values()))
        return self._tokenized(text, labels, tuple(self._classes()))

    def _tokenize(
        self, text: str, labels: tuple[str, ...], classes: tuple[str, ...]
    ) -> tuple[Token, ...]:
        return tokenize(text, labels, self._lists, self._speller, classes)

    def _unreadable(
        self, text: str, tokens: Sequence[Token], parser: Parser, view: View
    ) -> QueryError:
        words = [t for t in tokens if t.kind != "pause"]
        strange = [t for t in words if t.kind == "word" and not self._is_known(t)]
        status = Status.BAD_QUESTION
        if not words:
            message = "the question asks nothing"
        elif _is_foreign(words, strange):
            message = "questions are read in English"
        elif later := later_words(text):
            message = f'"{later}" asks to be told later: {WATCH_INSTEAD}'
        elif strange:
            named = ", ".join(dict.fromkeys(f'"{written(text, t)}"' for t in strange))
            noun = "the words" if "," in named else "the word"
            message = f"{noun} {named} of the question cannot be used"
            if any(c.isalpha() and not c.isascii() for t in strange for c in t.text):
                message += ", questions are read in English"
            if any(t.text in self._lists.unmeasured for t in strange):
                message += ": weights, speeds, times and colours are not measured"
            elif parser.furthest:
                status = Status.UNKNOWN_REGION
        elif parser.mismatches:
            decisive = [m for m in parser.mismatches if m.decisive]
            message = str((decisive or parser.mismatches)[0])
        elif all(t.kind == "word" for t in words):
            message = "the question names nothing that is in view"
        else:
            rest = [t for t in tokens[parser.furthest :] if t.kind != "pause"]
            found = f'"{written(text, rest[0])}" cannot be used where it stands' if rest else ""
            message = f"the question is not understood, {found or 'it is incomplete'}"
        return QueryError(status, f"{message}; in view: {view.listed()}")

    def _is_known(self, token: Token) -> bool:
        return bool(token.signs & self._known) or isinstance(token.value, float)


def _readings(parser: Parser) -> list[Reading]:
    """Every reading of what is parsed.

    Raises:
        QueryError: BAD_QUESTION where there is too much of it.
    """
    try:
        return parser.readings("QUESTION")
    except TooLong:
        raise QueryError(
            Status.BAD_QUESTION,
            "the question has too many parts to be read; ask a shorter one, or several",
        ) from None


def _refuse(objection: str, view: View) -> None:
    """Refuses for a reason, if there is one.

    Raises:
        QueryError: BAD_QUESTION.
    """
    if objection:
        raise QueryError(Status.BAD_QUESTION, f"{objection}; in view: {view.listed()}")


def _is_foreign(words: Sequence[Token], strange: Sequence[Token]) -> bool:
    """Whether a question is in another language: many words that are neither used nor English."""
    written = [t for t in strange if any(c.isalpha() for c in t.text)]
    unknown = {t.text for t in written if t.text not in english_words()}
    spoken = sum(t.kind == "word" for t in words)
    if 2 * sum(not t.text.isascii() for t in written) > spoken:
        return True
    if len(unknown) > 1 and 2 * len(unknown) >= len(words) - len(unknown):
        return bool(english_words())
    return bool(unknown) and len(written) > 1 and 2 * len(written) > spoken


def read_question(
    text: str, labels: Mapping[int, str], placeholders: Sequence[int] = ()
) -> Question:
    """What a question asks, by the rules and words that ship; see :meth:`GrammarReader.read`."""
    return default_reader().read(text, View(dict(labels)), placeholders)


@cache
def default_reader() -> GrammarReader:
    """The reader by the rules and words that ship."""
    return GrammarReader()


def reader_with(
    vocabulary: Path | None, classes: Callable[[], Sequence[str]] = tuple
) -> GrammarReader:
    """The reader that ships, with the synonyms of a site's own file.

    Args:
        vocabulary: the file; ``None`` for none.
        classes: see :class:`GrammarReader`.

    Raises:
        WordListError: naming the file, the key, what was found and what is expected.
    """
    lists = default_word_lists()
    return GrammarReader(lists if vocabulary is None else lists.extended(vocabulary), None, classes)
