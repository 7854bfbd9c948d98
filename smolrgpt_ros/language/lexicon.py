# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Words and phrases that the reader reacts to, and those that change nothing.

They stand in ``lexicon.json``:

* ``phrases``: by the kind of token they become; ``side``, ``extreme``, ``superlative`` and
  ``state`` by the order they select by, ``cue`` by the kind of question they announce, ``generic``
  by number.
* ``ordinals`` from 1 and ``numbers`` from 0, in order.
* ``load_states``: parts of phrases such as "does not carry any boxes".
* ``things``: objects that cannot be asked about, though they are harmless beside regions.
* ``harmless``: words that name no object. They are neither reported as unknown objects nor
  corrected into other words (might/right, lift/left). ``verbs`` stand for all their regular forms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .meaning import Order
from .word_files import WordFile

_BY_ORDER = {
    "side": (Order.LEFTMOST, Order.RIGHTMOST),
    "extreme": (Order.LEFTMOST, Order.RIGHTMOST, Order.MIDDLE),
    "superlative": (Order.NEAREST, Order.FARTHEST, Order.LARGEST, Order.SMALLEST),
    "state": (Order.EMPTY, Order.LOADED),
}
_CUES = ("count", "distance", "side")
_PLAIN = ("aside", "which", "fetch", "article", "near", "link", "camera")
_LOAD_STATES = ("carry", "have", "load", "not", "place")
_HARMLESS = ("verbs", "abstract_nouns", "others")


@dataclass(frozen=True)
class Phrase:
    """What a word or phrase does in a question.

    Args:
        kind: of the token it becomes.
        order: that it selects by.
        cue: the kind of question that it announces: ``count``, ``distance`` or ``side``.
        plural: of a ``generic`` word.
    """

    kind: str
    order: Order | None = None
    cue: str = ""
    plural: bool = False


@dataclass(frozen=True, eq=False)
class Lexicon:
    """All words of the reader but the classes' own; see the top of the file."""

    phrases: Mapping[str, Phrase]
    ordinals: Mapping[str, int]
    numbers: Mapping[str, int]
    load_states: Mapping[str, tuple[str, ...]]
    things: frozenset[str]
    harmless: frozenset[str]

    @cached_property
    def longest_phrase(self) -> int:
        """Words of the longest phrase."""
        return max(len(phrase.split()) for phrase in self.phrases)

    @cached_property
    def number_words(self) -> Mapping[int, str]:
        """The word of each number."""
        return {number: word for word, number in self.numbers.items()}

    @cached_property
    def words(self) -> frozenset[str]:
        """Every single word in it."""
        of_phrases = {word for phrase in self.phrases for word in phrase.split()}
        of_states = {word for words in self.load_states.values() for word in words}
        return frozenset(of_phrases | of_states | self.harmless | {*self.ordinals, *self.numbers})


def read_lexicon(path: Path) -> Lexicon:
    """Reads and validates a lexicon.

    Raises:
        FileNotFoundError, ValueError: see :class:`~.word_files.WordFile`.
    """
    file = WordFile(path)
    names = ("phrases", "ordinals", "numbers", "load_states", "things", "harmless")
    parts = file.fields("the file", file.content, names)
    states = file.fields("load_states", parts["load_states"], _LOAD_STATES)
    harmless = file.fields("harmless", parts["harmless"], _HARMLESS)
    verbs = file.words("harmless.verbs", harmless["verbs"])
    others = [file.words(f"harmless.{name}", harmless[name]) for name in _HARMLESS[1:]]
    return Lexicon(
        _phrases(file, parts["phrases"]),
        {word: n for n, word in enumerate(file.words("ordinals", parts["ordinals"]), start=1)},
        {word: n for n, word in enumerate(file.words("numbers", parts["numbers"]))},
        {name: file.words(f"load_states.{name}", words) for name, words in states.items()},
        frozenset(file.words("things", parts["things"])),
        frozenset(form for verb in verbs for form in _inflected(verb)).union(*others),
    )


def _phrases(file: WordFile, value: object) -> Mapping[str, Phrase]:
    kinds = file.fields("phrases", value, (*_BY_ORDER, "cue", "generic", *_PLAIN))
    lists: list[tuple[str, object, Phrase]] = []
    for kind, orders in _BY_ORDER.items():
        by_order = file.fields(f"phrases.{kind}", kinds[kind], [order.value for order in orders])
        for order in orders:
            key = f"phrases.{kind}.{order.value}"
            lists.append((key, by_order[order.value], Phrase(kind, order)))
    cues = file.fields("phrases.cue", kinds["cue"], _CUES)
    lists += [(f"phrases.cue.{cue}", cues[cue], Phrase("cue", cue=cue)) for cue in _CUES]
    generic = file.fields("phrases.generic", kinds["generic"], ("singular", "plural"))
    lists.append(("phrases.generic.singular", generic["singular"], Phrase("generic")))
    lists.append(("phrases.generic.plural", generic["plural"], Phrase("generic", plural=True)))
    lists += [(f"phrases.{kind}", kinds[kind], Phrase(kind)) for kind in _PLAIN]
    phrases: dict[str, Phrase] = {}
    for key, words, phrase in lists:
        for word in file.words(key, words):
            if word in phrases:
                kind = phrases[word].kind
                raise file.unexpected(key, word, f"a new phrase; this one is in phrases.{kind}")
            phrases[word] = phrase
    return phrases


def _inflected(verb: str) -> set[str]:
    """The regular forms of a verb."""
    stem = verb.removesuffix("e")
    forms = {verb, f"{verb}s", f"{stem}ed", f"{stem}ing"}
    if verb.endswith("y"):
        forms |= {f"{verb[:-1]}ies", f"{verb[:-1]}ied"}
    return forms | ({f"{verb}es"} if verb.endswith(("s", "h")) else set())


LEXICON = read_lexicon(Path(__file__).with_name("lexicon.json"))
