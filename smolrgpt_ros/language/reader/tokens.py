# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Text of a question to tokens: spelling, numbers with units, region numbers, class words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ..vocabulary import plural_of
from .lengths import SPAN, length_at
from .spelling import Speller
from .word_lists import WordLists


@dataclass(frozen=True)
class Token:
    """A piece of a question.

    Args:
        text: as the grammar writes it, lower case.
        kind: ``word``, ``noun`` (a class), ``number``, ``length``, ``id``, ``mask`` or ``pause``
            (a comma, a full stop, "as seen from here": nothing needs it).
        value: the label of a noun, the number, metres of a length, the id, :data:`VIEWED`; else the
            text.
        signs: what a pattern may call it: its word, its kinds (``grammar.TERMINALS``).
        start, end: where it stands in the text that was asked.
    """

    text: str
    kind: str
    value: object
    signs: frozenset[str]
    start: int
    end: int


ClassWords = Mapping[tuple[str, ...], tuple[str, bool]]
VIEWED = "viewed"
"""Value of a token that says who looks."""

_PIECE = re.compile(
    r"""
    (?P<mask><mask>)
    | \[\s*region\s*(?P<id1>\d+)\s*\] | <\s*region\s*_?(?P<id2>\d+)\s*> | \#\s*(?P<id3>\d+)
    | (?P<negative>(?<![^\s(])-\d+(?:[.,]\d+)?)
    | (?P<number>(?<![\d.])\d+(?:[.,]\d+)?)(?![\d])
    | (?P<short>[^\W\d_](?:\.[^\W\d_])+\b\.?)
    | (?P<own>(?<=[\w\])>])'s\b | (?<=s)'(?=\s))
    | (?P<word>[^\W\d_]+(?:['-][^\W\d_]+)*)
    | (?P<symbol><->|->|<=|>=|!=|==|[@\\<>=+/&()%])
    | (?P<gap>,(?=\s*[,)]) | (?<=\(),)  # a call without one of its parts; no rule has such a word
    | (?P<pause>[,;:.?!\-]+|["`*|{}\[\]])
    | (?P<rest>[^\s_])
    """,
    re.VERBOSE,
)
_SYMBOLS = {
    "+": "plus", "/": "slash", "&": "and", "(": "lparen", ")": "rparen", "=": "equals",
    "==": "equals", "@": "at", "\\": "backslash",
}  # fmt: skip
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "→": ">"})  # noqa: RUF001
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)\b")


def tokenize(
    text: str,
    labels: Sequence[str],
    lists: WordLists,
    speller: Speller | None = None,
    classes: Sequence[str] = (),
) -> tuple[Token, ...]:
    """The tokens of a question.

    Args:
        text: as asked.
        labels: classes in view, lower case; they and their plurals are words of the question.
        lists: synonyms, units, number words, words that change nothing.
        speller: repairs words that neither the grammar nor the dictionary has.
        classes: labels that may come into view; words of the question, too.
    """
    words = lists.class_words((*labels, *(c for c in classes if c not in labels)))
    pieces = _with_spelling(list(_pieces(text, lists)), words, lists, speller)
    tokens = _with_nouns(_with_initials(pieces, labels, speller), words)
    tokens = _with_robots(_with_kinds_said(_with_ids(tokens)), lists)
    return _without_fillers(_with_lengths(tokens, lists), lists)


def _pieces(text: str, lists: WordLists) -> Iterator[Token]:
    """Words, numbers and symbols one by one."""
    plain = unicodedata.normalize("NFKC", text).translate(_QUOTES).lower()
    plain = plain.replace("<image>", "       ").replace("w/o", "without").replace("w/", "w ")
    plain = plain.replace("o clock", "o'clock")
    masks = 0
    ordinal_end = 0
    for found in _PIECE.finditer(plain):
        start, end = found.span()
        identity = found["id1"] or found["id2"] or found["id3"]
        if found["mask"]:
            yield Token("<mask>", "mask", masks, frozenset({"MASK"}), start, end)
            masks += 1
        elif identity:
            yield Token(identity, "id", int(identity), frozenset({"ID"}), start, end)
        elif found["number"]:
            ordinal = _ORDINAL.match(plain, start)
            if ordinal:
                word = lists.ordinal(int(ordinal[1]))
                ordinal_end = ordinal.end()
                yield Token(word, "word", word, frozenset({word}), start, ordinal_end)
            else:
                number = float(found["number"].replace(",", "."))
                signs = _number_signs(number) | {"FIGURE"}
                yield Token(found["number"], "number", number, signs, start, end)
        elif found["own"]:
            yield _own(start, end)
        elif found["short"]:
            word = found["short"].rstrip(".")
            word = lists.spellings.get(word, word)
            yield Token(word, "word", word, frozenset({word}), start, end)
        elif found["word"]:
            if start < ordinal_end:
                continue
            for word in lists.expanded(found["word"]):
                if word == "'s":
                    yield _own(start, end)
                else:
                    yield Token(word, "word", word, frozenset({word}), start, end)
        elif found["pause"]:
            yield Token(found["pause"], "pause", "", frozenset(), start, end)
        else:
            symbol = found["symbol"] or found["negative"] or found["gap"] or found["rest"]
            word = _SYMBOLS.get(symbol, symbol)
            yield Token(word, "word", word, frozenset({word}), start, end)


def _own(start: int, end: int) -> Token:
    """The "'s" of "pallet 9's height", and of "pallet 9's taller"."""
    return Token("'s", "word", "'s", frozenset({"'s", "is"}), start, end)


def _number_signs(number: float) -> frozenset[str]:
    return frozenset({"NUMBER", "COUNT"} if number.is_integer() else {"NUMBER"})


def _with_spelling(
    tokens: Sequence[Token], classes: ClassWords, lists: WordLists, speller: Speller | None
) -> list[Token]:
    """Unknown words repaired; number words as numbers, too."""
    known = {w: w for phrase in classes for w in phrase}
    alike: dict[tuple[str, bool], str] = {}
    for phrase, named in classes.items():
        if len(phrase) == 1:
            known[phrase[0]] = alike.setdefault(named, phrase[0])
    for unit, metres in lists.units.items():
        known[unit] = f"{metres} m"
    result = []
    for token in tokens:
        word = token.text
        if token.kind == "word":
            if speller is not None and word.isalpha():
                word = speller.repaired(word, known)
            number = lists.numbers.get(word)
            value: object = word if number is None else float(number)
            signs = token.signs if word == token.text else frozenset({word})
            if number is not None:
                signs |= _number_signs(float(number))
            token = Token(word, "word", value, signs, token.start, token.end)
        result.append(token)
    return _by_ear(result, lists)


def _by_ear(tokens: Sequence[Token], lists: WordLists) -> list[Token]:
    """ "How hi" as "how high"."""
    result = list(tokens)
    for written, meant in lists.by_ear.items():
        for at in range(len(result) - len(written) + 1):
            run = result[at : at + len(written)]
            if all(t.kind == "word" and t.text == w for t, w in zip(run, written, strict=True)):
                result[at : at + len(written)] = [
                    Token(word, "word", word, frozenset({word}), t.start, t.end)
                    for t, word in zip(run, meant, strict=True)
                ]
    return result


def _with_initials(
    tokens: Sequence[Token], labels: Sequence[str], speller: Speller | None
) -> list[Token]:
    """The "p" of "p9", the "buf" of "buf 0" as the class that begins with it, if only one does."""
    result = list(tokens)
    for at, (token, number) in enumerate(pairwise(tokens)):
        if token.kind != "word" or number.kind != "number":
            continue
        named = [label for label in labels if label.startswith(token.text)]
        begins = len(token.text) == 1 and token.end == number.start
        short = len(token.text) >= 3 and speller is not None and not speller.knows(token.text)
        if (begins or short) and len(named) == 1:
            text = named[0]
            result[at] = Token(text, "word", text, frozenset({text}), token.start, token.end)
    return result


def _with_nouns(tokens: Sequence[Token], words: ClassWords) -> list[Token]:
    """Class words, of one word or several, as nouns; the longest first."""
    longest = max((len(phrase) for phrase in words), default=0)
    result: list[Token] = []
    at = 0
    while at < len(tokens):
        for length in range(min(longest, len(tokens) - at), 0, -1):
            run = tokens[at : at + length]
            phrase = tuple(t.text for t in run)
            if phrase in words and all(t.kind == "word" for t in run):
                label, plural = words[phrase]
                kind = "NOUNS" if plural else "NOUN"
                text = " ".join(phrase)
                signs = frozenset({kind, text}) | (run[0].signs if length == 1 else frozenset())
                result.append(Token(text, "noun", label, signs, run[0].start, run[-1].end))
                at += length
                break
        else:
            result.append(tokens[at])
            at += 1
    return result


def _with_ids(tokens: Sequence[Token]) -> list[Token]:
    """A number directly behind a class belongs to it: "pallet 7" is never a pallet and region 7."""
    result = list(tokens)
    for at, (token, number) in enumerate(pairwise(tokens), 1):
        if token.kind == "noun" and number.kind == "number":
            result[at] = replace(number, signs=number.signs - {"FIGURE"})
    return result


def _with_kinds_said(tokens: Sequence[Token]) -> list[Token]:
    """ "Objects of class pallet" as "pallets"."""
    result: list[Token] = []
    for token in tokens:
        said = [t.text for t in result[-3:]]
        kind = said[1:] in (["of", "class"], ["with", "class"], ["of", "type"], ["of", "category"])
        if token.kind == "noun" and kind and said[0] in ("object", "objects", "region", "regions"):
            first = result[-3]
            signs = frozenset({"NOUNS" if said[0].endswith("s") else "NOUN"})
            del result[-3:]
            token = Token(token.text, "noun", token.value, signs, first.start, token.end)
        result.append(token)
    return result


def _with_robots(tokens: Sequence[Token], lists: WordLists) -> list[Token]:
    """ "Robot 4", "which robot", "robots" as nouns; "the robot" may be the camera's own."""
    plurals = {plural_of(word): label for word, label in lists.robots.items()}
    result = list(tokens)
    for at, token in enumerate(tokens):
        before = tokens[at - 1].text if at else ""
        behind = tokens[at + 1].kind if at + 1 < len(tokens) else ""
        label, kind = plurals.get(token.text), "NOUNS"
        if before in lists.choosing or behind in ("number", "id"):
            label, kind = (label, kind) if label else (lists.robots.get(token.text), "NOUN")
        if token.kind == "word" and label:
            signs = frozenset({kind})
            result[at] = Token(token.text, "noun", label, signs, token.start, token.end)
    return result


def _with_lengths(tokens: Sequence[Token], lists: WordLists) -> list[Token]:
    """A number and its unit as one length in metres."""
    result: list[Token] = []
    at = 0
    while at < len(tokens):
        found = length_at(tokens, at, lists)
        if found is None:
            result.append(tokens[at])
            at += 1
            continue
        metres, count = found
        run = tokens[at : at + count]
        text = " ".join(token.text for token in run)
        signs = frozenset({"LENGTH"})
        result.append(Token(text, "length", round(metres, 6), signs, run[0].start, run[-1].end))
        at += count
        if count == 1 and tokens[at].text == SPAN:
            dash = tokens[at]
            result.append(Token("to", "word", "to", frozenset({"to"}), dash.start, dash.end))
            at += 1
    return result


def _without_fillers(tokens: Sequence[Token], lists: WordLists) -> tuple[Token, ...]:
    """What is left without the words and phrases that change nothing; last, who looks."""
    at, views, kept = 0, [], list[Token]()
    while at < len(tokens):
        for length in range(min(lists.longest_filler, len(tokens) - at), 0, -1):
            run = tokens[at : at + length]
            phrase = tuple(t.text for t in run)
            if phrase in lists.views:
                text = " ".join(phrase)
                start, end = run[0].start, run[-1].end
                views.append(Token(text, "pause", VIEWED, frozenset(), start, end))
            filler = phrase in lists.fillers and not _hedges(
                phrase, kept, tokens[at + length :], lists
            )
            if phrase in lists.views or filler:
                at += length
                break
        else:
            kept.append(tokens[at])
            at += 1
    return (*kept, *views)


def _hedges(
    phrase: tuple[str, ...], before: Sequence[Token], behind: Sequence[Token], lists: WordLists
) -> bool:
    """Whether a filler changes what follows: "just behind", "is just pallet 9 ...", "about 3"."""
    if phrase not in lists.hedges or not behind:
        return False
    follows = behind[0]
    if not lists.hedges[phrase].isdisjoint({*follows.signs, follows.text}):
        return True
    said = [token.text for token in before]
    asked = said in (["is"], ["are"], ["is", "there"], ["are", "there"])
    return said[-1:] == ["not"] or (asked and (follows.kind == "noun" or follows.text == "the"))
