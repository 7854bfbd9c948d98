# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Examples of the reader's task: labels in view, a typed question, and the question it asks."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from smolrgpt_ros.language.english_words import ORDINALS, number
from smolrgpt_ros.language.question import METRES, Question, Unit
from smolrgpt_ros.language.readers.comparison import normal_form
from smolrgpt_ros.language.readers.notation import TAKES, notation
from smolrgpt_ros.language.readers.reading_notation import read_notation
from smolrgpt_ros.language.vocabulary import plural_of

from .nouns import absent, draw_labels, spoken
from .typing_habits import ADJECTIVES, VOIDING, typed
from .wordings import Wording, filled, phrase_wordings, question_wordings

REFUSED_WORDINGS = 0.18
VOIDED = 0.15
COUNTS = "zero one two three four five six seven eight nine ten eleven twelve".split()
_SUPERLATIVES = (
    ("leftmost", "least", "column"), ("rightmost", "most", "column"), ("tallest", "most", "height"),
    ("highest", "most", "height"), ("shortest", "least", "height"), ("lowest", "least", "height"),
    ("widest", "most", "width"), ("narrowest", "least", "width"), ("longest", "most", "length"),
    ("biggest", "most", "size"), ("largest", "most", "size"), ("smallest", "least", "size"),
    ("nearest", "least", "distance(camera)"), ("closest", "least", "distance(camera)"),
    ("farthest", "most", "distance(camera)"), ("furthest", "most", "distance(camera)"),
)  # fmt: skip
_CAMERA = ("me", "you", "the camera", "us", "the camera", "where you are", "the lens", "here")
_NAMED = (
    "{w} {i}", "{w} {i}", "{w} {i}", "{w} {i}", "{w} {i}", "{w} {i}", "the {w} {i}", "{w} #{i}",
    "{w} no. {i}", "{w} number {i}", "{w}{i}", "{w}_{i}", "{w}-{i}", "{w} nr {i}", "{w} {n}",
)  # fmt: skip
_REGIONS = ("region {i}", "#{i}", "region {i}", "[region {i}]", "no. {i}", "id {i}")


@dataclass(frozen=True)
class ReaderExample:
    """One example.

    Args:
        labels: the classes in view.
        text: the question as typed.
        target: what it asks, in the notation; ``"refuse"`` where it cannot be read.
        question: the same as a value; ``None`` where it cannot be read.
        lengths: how its lengths are written, by metres.
    """

    labels: tuple[str, ...]
    text: str
    target: str
    question: Question | None
    lengths: dict[float, str]


def examples(seed: int, held_out: bool = False) -> Iterator[ReaderExample]:
    """Random examples without end; of wordings held out from training, or of the others."""
    rng = random.Random(seed)
    wordings = [w for w in question_wordings() if w.is_held_out is held_out]
    readable = [w for w in wordings if not w.is_refusal]
    by_form: dict[str, list[Wording]] = {}
    for wording in readable:
        by_form.setdefault(wording.notation, []).append(wording)
    forms = list(by_form.values())
    weights = [len(found) ** 0.5 for found in forms]
    refused = [w for w in wordings if w.is_refusal]
    while True:
        if refused and rng.random() < REFUSED_WORDINGS:
            yield Draw(rng).example(rng.choice(refused))
        else:
            form = rng.choices(forms, weights)[0]
            yield Draw(rng).example(rng.choice(form), void=rng.random() < VOIDED)


class Draw:
    """The random choices of one example.

    Args:
        rng: decides.
        labels: the classes in view; drawn if left out.
    """

    def __init__(self, rng: random.Random, labels: Sequence[str] | None = None) -> None:
        self._rng = rng
        self.labels = list(labels) if labels is not None else draw_labels(rng)
        self._lengths: dict[float, str] = {}
        self._largest_id = rng.choice((12, 20, 60, 999))

    def example(self, wording: Wording, void: bool = False) -> ReaderExample:
        """The wording, filled and typed; ``void`` changes it to what cannot be read."""
        rng = self._rng
        wanted = [label for label in ("buffer", "shelf") if _names(wording, label)]
        self.labels += [label for label in wanted if label not in self.labels]
        english, target = self._filled(wording, 0)
        if void and not wording.is_refusal:
            english, target = self._voided(english), "refuse"
        question = None if target == "refuse" else self._read(target)
        text = typed(english, rng)
        labels = tuple(rng.sample(self.labels, len(self.labels)))
        if question is not None:
            target = notation(question, self._lengths)
        return ReaderExample(labels, text, target, question, self._lengths)

    def _read(self, target: str) -> Question:
        return normal_form(read_notation(target, self.labels))

    def _voided(self, english: str) -> str:
        """A question with a word that makes it another one, or with a noun that is not in view."""
        rng, words = self._rng, english.split()
        named = [i for i, word in enumerate(words) if self._names_a_label(word)]
        chance = rng.random()
        if named and chance < 0.5:
            at = rng.choice(named)
            noun = absent(self.labels, rng)
            words[at] = plural_of(noun) if words[at].endswith("s") else noun
            return " ".join(words)
        if named and chance < 0.75:
            words.insert(rng.choice(named), rng.choice(ADJECTIVES))
            return " ".join(words)
        if chance < 0.88:
            return f"{english.rstrip('?.!')} {rng.choice(VOIDING)}"
        other = Draw(rng, self.labels)
        wording = rng.choice([w for w in question_wordings() if not w.is_refusal])
        second = other._filled(wording, 1)[0]
        return f"{english.rstrip('?.!')} and {second}"

    def _names_a_label(self, word: str) -> bool:
        return any(word in (label, plural_of(label)) for label in self.labels)

    def _filled(self, wording: Wording, depth: int) -> tuple[str, str]:
        """A wording with its slots filled: English, notation."""
        english, asked = dict[str, str](), dict[str, str]()

        def put(slot: str, phrase: tuple[str, str]) -> None:
            english[slot], asked[slot] = phrase

        slots = wording.slots
        if {"s", "S"} & set(slots):
            word, label = self._class()
            named = self._class_words(word, label, depth, "s" in slots)
            put("s", (named[0], named[2]))
            put("S", (named[1], named[2]))
        if {"t", "T"} & set(slots):
            word, label = self._class(but=label if "S" in asked else "")
            put("t", (word, label))
            put("T", (plural_of(word), label))
        if "sup" in slots or "extreme" in slots:
            word, extreme, key = self._rng.choice(_SUPERLATIVES)
            put("sup", (word, ""))
            put("extreme", ("", extreme))
            put("key", ("", key))
        for slot in slots:
            if slot not in english:
                put(slot, self._phrase(slot, depth))
        text = filled(wording.chosen(self._rng), english)
        return text, filled(wording.notation, asked)

    def _phrase(self, slot: str, depth: int) -> tuple[str, str]:
        """What fills one slot: English, notation."""
        rng = self._rng
        kind = slot.rstrip("0123456789")
        simple: dict[str, Callable[[], tuple[str, str]]] = {
            "d": self._length, "n": self._count, "second": self._ordinal, "take": self._take,
        }  # fmt: skip
        if kind in simple:
            return simple[kind]()
        if kind in ("A", "B", "C", "R", "D", "E"):
            return self.one(depth + (kind in ("D", "E")))
        if kind == "P":
            return self._place(depth)
        if kind == "V":
            return self._named([label for label in self.labels if label != "buffer"])
        wordings = phrase_wordings()[kind]
        if depth > 0:
            wordings = tuple(w for w in wordings if not {"c", "b"} & set(w.slots))
        return self._filled(rng.choice(wordings), depth + 1)

    def one(self, depth: int) -> tuple[str, str]:
        """One object."""
        rng, chance = self._rng, self._rng.random()
        if chance < (0.66 if depth == 0 else 0.78):
            return self._named(self.labels)
        if chance < (0.73 if depth == 0 else 0.86):
            word, label = self._class()
            return f"the {word}", label
        if chance < (0.77 if depth == 0 else 0.90):
            return rng.choice(_CAMERA), "camera"
        if depth > 1:
            return self._named(self.labels)
        wordings = phrase_wordings()["one"]
        if depth > 0:
            wordings = tuple(w for w in wordings if not {"c", "D", "E"} & set(w.slots))
        return self._filled(rng.choice(wordings), depth + 1)

    def _place(self, depth: int) -> tuple[str, str]:
        rng = self._rng
        labels = ["buffer"] if "buffer" in self.labels and rng.random() < 0.8 else self.labels
        if rng.random() < 0.75:
            return self._named(labels)
        label = rng.choice(labels)
        word = spoken(label, self.labels, rng)
        side, extreme = rng.choice(
            (("leftmost", "least"), ("rightmost", "most"), ("left", "least"), ("right", "most"))
        )
        if rng.random() < 0.25:
            return f"the middle {word}", f"middle({label}, column)"
        return f"the {side} {word}", f"{extreme}({label}, column)"

    def _named(self, labels: Sequence[str]) -> tuple[str, str]:
        """One object by its id."""
        rng = self._rng
        i = rng.randint(0, self._largest_id)
        if not labels or rng.random() < 0.1:
            return rng.choice(_REGIONS).format(i=i), f"region {i}"
        label = rng.choice(labels)
        word = spoken(label, self.labels, rng)
        if rng.random() < 0.03 and sum(other[0] == label[0] for other in self.labels) == 1:
            return f"{label[0]}{i}", f"{label} {i}"
        in_words = COUNTS[i] if i < len(COUNTS) else str(i)
        return rng.choice(_NAMED).format(w=word, i=i, n=in_words), f"{label} {i}"

    def _class(self, but: str = "") -> tuple[str, str]:
        """A class: the word for it, its label."""
        labels = [label for label in self.labels if label != but] or self.labels
        label = self._rng.choice(labels)
        return spoken(label, self.labels, self._rng), label

    def _class_words(
        self, word: str, label: str, depth: int, singular: bool
    ) -> tuple[str, str, str]:
        """A class in singular and plural, perhaps narrowed, and its notation."""
        rng, chance = self._rng, self._rng.random()
        many = plural_of(word)
        if depth > 0 or chance < 0.72:
            return word, many, label
        if chance < 0.86:
            state = rng.choice(("empty", "loaded", "unloaded", "laden"))
            asked = "empty" if state in ("empty", "unloaded") else "loaded"
            return f"{state} {word}", f"{state} {many}", f"where({label}, {asked})"
        if chance < 0.90:
            return "object", rng.choice(("objects", "things", "objects")), "everything"
        if singular:
            return word, many, label
        if chance < 0.96:
            ids = rng.sample(range(self._largest_id + 1), rng.choice((2, 2, 3, 4)))
            said = [str(i) for i in ids]
            listed = f"{', '.join(said[:-1])} and {said[-1]}"
            return word, f"{many} {listed}", f"{label} {' '.join(said)}"
        place, asked = self._place(1)
        return word, f"{many} in {place}", f"where({label}, in({asked}))"

    def _length(self) -> tuple[str, str]:
        """A length with its unit."""
        rng = self._rng
        if rng.random() < 0.08:
            said, amount = rng.choice((("half a", "0.5"), ("one", "1"), ("a", "1"), ("two", "2")))
            metre = "metres" if said == "two" else "metre"
            return self._noted(f"{said} {metre}", amount, "m", 1.0)
        unit, metres, words = rng.choice(_UNITS)
        high = {"m": 12, "cm": 400, "mm": 4000, "ft": 30, "inch": 90}[unit]
        amount = number(rng.randint(1, high))
        if unit in ("m", "ft") and rng.random() < 0.45:
            amount = number(round(rng.uniform(0.1, high), rng.choice((1, 1, 2))))
        word = rng.choice(words)
        gap = "" if len(word) < 3 and rng.random() < 0.4 else " "
        if amount.isdigit() and int(amount) < len(COUNTS) and gap and rng.random() < 0.2:
            return self._noted(f"{COUNTS[int(amount)]} {word}", amount, unit, metres)
        return self._noted(f"{amount}{gap}{word}", amount, unit, metres)

    def _noted(self, said: str, amount: str, unit: str, metres: float) -> tuple[str, str]:
        self._lengths[round(float(amount) * metres, 6)] = f"{amount} {unit}"
        return said, f"{amount} {unit}"

    def _count(self) -> tuple[str, str]:
        n = self._rng.randint(1, 9)
        return self._rng.choice((str(n), COUNTS[n])), str(n)

    def _ordinal(self) -> tuple[str, str]:
        rank = self._rng.choice((2, 2, 2, 3, 3, 4, 5))
        short = f"{rank}{'nd' if rank == 2 else 'rd' if rank == 3 else 'th'}"
        word = ORDINALS[rank - 1]
        return self._rng.choice((word, word, short)), word

    def _take(self) -> tuple[str, str]:
        take = self._rng.choice((2, 2, 3, 3, 4, 5))
        return self._rng.choice((TAKES[take - 1], str(take))), TAKES[take - 1]


_UNITS = (
    ("m", METRES[Unit.METRE], ("m", "metres", "meters", "m", "metre", "meter")),
    ("m", METRES[Unit.METRE], ("m", "metres", "meters", "m")),
    ("m", METRES[Unit.METRE], ("m", "metres", "meters", "m")),
    ("cm", METRES[Unit.CENTIMETRE], ("cm", "centimetres", "centimeters")),
    ("mm", METRES[Unit.MILLIMETRE], ("mm", "millimetres")),
    ("ft", METRES[Unit.FOOT], ("feet", "ft", "foot")),
    ("inch", METRES[Unit.INCH], ("inches", "inch")),
)


def _names(wording: Wording, label: str) -> bool:
    return re.search(rf"\b{label}\b", wording.notation) is not None
