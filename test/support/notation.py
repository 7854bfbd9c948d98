# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The compact notation of ``wordings.jsonl``: what each wording asks, as a value.

Slots are filled at random from a fixed scene; ``{A}`` is one object, ``{S}`` a class.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from smolrgpt_ros.language import question as q
from smolrgpt_ros.language.readers.comparison import normal_form
from smolrgpt_ros.language.vocabulary import plural_of

SCENE = {
    6: "buffer", 3: "buffer", 5: "buffer", 12: "shelf", 13: "shelf", 11: "pallet",
    10: "transporter", 14: "transporter", 7: "pallet",
    1: "pallet", 2: "pallet", 8: "pallet", 4: "pallet", 9: "pallet",
}  # fmt: skip
FILE = Path(__file__).parents[1] / "language" / "reader" / "wordings.jsonl"
_WORDS = re.compile(r"\s*(\{\w+\}|[\w.]+|[(),]|[<>]=?)")


@dataclass(frozen=True)
class Wording:
    """A filled wording with what it asks; ``None`` where it must be refused."""

    text: str
    template: str
    form: str
    question: q.Question | None


def wordings(seed: int = 0, file: Path = FILE) -> Iterator[Wording]:
    """Every wording, its slots filled at random."""
    rng = random.Random(seed)
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        slots = _slots(rng)
        text = row["q"]
        for name, (filled, _) in slots.items():
            text = text.replace(f"{{{name}}}", filled)
        asked = None if row["c"] == "refuse" else _Reader(row["c"], slots).question()
        yield Wording(text, row["q"], row["c"], asked)


def _slots(rng: random.Random) -> dict[str, tuple[str, object]]:
    ids = rng.sample([1, 2, 4, 7, 8, 9, 11, 10, 14, 12, 13], 4)
    places = rng.sample([6, 3, 5], 2)
    label = rng.choice(["pallet", "transporter"])
    slots: dict[str, tuple[str, object]] = {}
    for name, number in zip("ABCR", ids, strict=True):
        kind = SCENE[number]
        slots[name] = (f"{kind} {number}", q.Ids((number,), kind))
    if rng.random() < 0.3:
        slots["A"] = (
            "the leftmost pallet",
            q.Ranked(q.OfClass("pallet"), q.Column(), q.Extreme.LEAST),
        )
    for name, number in zip(("P", "P2"), places, strict=True):
        slots[name] = (f"buffer {number}", q.Ids((number,), "buffer"))
    slots["S"] = (plural_of(label), q.OfClass(label))
    slots["s"] = (label, q.OfClass(label))
    metres = rng.choice([1.5, 2.0, 3.0, 6.0, 80.0])
    slots["d"] = ("80 cm", 0.8) if metres == 80.0 else (f"{metres:g} m", metres)
    slots["n"] = (str(n := rng.randint(2, 6)), float(n))
    return slots


class _Reader:
    """Reads the notation."""

    def __init__(self, text: str, slots: Mapping[str, tuple[str, object]]) -> None:
        self._words = _WORDS.findall(text)
        self._at = 0
        self._slots = slots

    def _next(self) -> str:
        self._at += 1
        return str(self._words[self._at - 1])

    def _peek(self) -> str:
        return str(self._words[self._at]) if self._at < len(self._words) else ""

    def _skip(self, *words: str) -> None:
        for word in words:
            found = self._next()
            assert found == word, (self._words, found, word)

    def value(self) -> float:
        word = self._next()
        if word.startswith("{"):
            number = self._slots[word[1:-1]][1]
            assert isinstance(number, float)
            return number
        return float(word)

    def phrase(self) -> q.Selection:
        """A noun phrase."""
        word = self._next()
        if word.startswith("{"):
            return self._slots[word[1:-1]][1]  # type: ignore[return-value]
        if self._peek() != "(":
            if word == "camera":
                return q.Camera()
            return q.Everything() if word == "object" else q.OfClass(word)
        self._skip("(")
        result = self._call(word)
        self._skip(")")
        return result

    def _call(self, word: str) -> q.Selection:
        if word == "nth":
            rank = int(self.value())
            self._skip(",")
            inner = self.phrase()
            assert isinstance(inner, q.Ranked)
            return q.Ranked(inner.of, inner.key, inner.extreme, rank)
        first = self.phrase()
        if word in _RANKS:
            return q.Ranked(first, *_RANKS[word])
        if word in ("empty", "loaded"):
            return q.where(first, q.State(q.LoadState(word)))
        self._skip(",")
        second = self.phrase()
        if word in ("nearest", "farthest"):
            extreme = q.Extreme.LEAST if word == "nearest" else q.Extreme.MOST
            return q.Ranked(first, q.DistanceTo(second), extreme)
        if word in ("most", "fewest"):
            extreme = q.Extreme.MOST if word == "most" else q.Extreme.LEAST
            return q.Ranked(first, q.Holding(second), extreme)
        if word == "or":
            if isinstance(first, q.Where) and isinstance(second, q.Where):
                assert first.of == second.of
                return q.Where(first.of, q.AnyOf((first.condition, second.condition)))
            return q.union(first, second)
        if word in ("within", "beyond"):
            self._skip(",")
            comparison = q.Comparison.LESS if word == "within" else q.Comparison.MORE
            return q.where(first, q.Compared(q.DistanceTo(second), comparison, self.value()))
        if word == "between":
            self._skip(",")
            return q.where(first, q.Between(second, self.phrase()))
        return q.where(first, _condition(word, second))

    def quantity(self) -> q.Quantity:
        word = self._next()
        if word in ("distance", "height", "width", "length"):
            first = self.phrase()
            if word != "distance":
                return q.Size(first, q.Dimension(word))
            return q.Distance(first, self.phrase())
        assert word == "count"
        return q.Count(self.phrase())

    def key(self) -> q.Key:
        word = self._next()
        if word == "left":
            return q.Column()
        if word == "distance":
            return q.DistanceTo(self.phrase())
        return q.Holding(self.phrase()) if word == "count" else q.SizeOf(q.Dimension(word))

    def question(self) -> q.Question:
        word = self._next()
        self._skip("(")
        if word in _DISTANCES:
            first = self.phrase()
            self._skip(",")
            return q.HowMuch(q.Distance(first, self.phrase(), _DISTANCES[word]))
        if word in ("height", "width", "length"):
            return q.HowMuch(q.Size(self.phrase(), q.Dimension(word)))
        if word == "count":
            return q.HowMuch(q.Count(self.phrase()))
        if word == "diff":
            return self._difference()
        if word == "which":
            return self._which()
        if word == "list":
            return q.Listing(self.phrase())
        if word in ("sort", "each"):
            selection = self.phrase()
            self._skip(",")
            key = self.key()
            return q.Order(selection, key) if word == "sort" else q.Each(selection, key)
        if word in ("side", "depth"):
            kind = q.RelationKind.LEFT_RIGHT if word == "side" else q.RelationKind.FRONT_BEHIND
            first = self.phrase()
            self._skip(",")
            return q.Relation(kind, first, self.phrase())
        if word == "direction":
            first = self.phrase()
            self._skip(",")
            return q.Direction(first, self.phrase())
        if word == "where":
            return q.WhereIs(self.phrase())
        if word == "dims":
            return q.Dimensions(self.phrase())
        assert word == "yes", word
        return q.Whether(self._proposition())

    def _which(self) -> q.Question:
        if self._peek().startswith("pair_"):
            extreme = q.Extreme.LEAST if self._next() == "pair_nearest" else q.Extreme.MOST
            self._skip("(")
            return q.Pair(self.phrase(), extreme)
        return q.Which(self.phrase())

    def _difference(self) -> q.Question:
        word = self._next()
        first, second = self.phrase(), self.phrase()
        if word == "distance":
            third = self.phrase()
            # How much closer the first is than the second.
            return q.HowMuch(q.Difference(q.Distance(second, third), q.Distance(first, third)))
        size = q.Dimension(word)
        return q.HowMuch(q.Difference(q.Size(first, size), q.Size(second, size)))

    def _proposition(self) -> q.Proposition:
        word = self._peek()
        if word == "exists":
            self._next()
            return q.Exists(self.phrase())
        if word in ("in", "on", "left", "right", "behind", "front"):
            self._next()
            first = self.phrase()
            return q.Holds(first, _condition(word, self.phrase()))
        if word in ("empty", "loaded"):
            self._next()
            return q.Holds(self.phrase(), q.State(q.LoadState(word)))
        if word == "taller":
            self._next()
            sizes = [q.Size(self.phrase(), q.Dimension.HEIGHT) for _ in range(2)]
            return q.Compares(sizes[0], q.Comparison.MORE, sizes[1])
        if word == "closer":
            self._next()
            first, second, third = self.phrase(), self.phrase(), self.phrase()
            return q.Compares(
                q.Distance(first, third), q.Comparison.LESS, q.Distance(second, third)
            )
        if word in ("distance", "count"):
            quantity = self.quantity()
            return q.Compares(quantity, _COMPARISONS[self._next()], self.value())
        first = self.phrase()
        self._skip("is")
        return q.Same(first, self.phrase())


_RANKS: dict[str, tuple[q.Key, q.Extreme]] = {
    "leftmost": (q.Column(), q.Extreme.LEAST),
    "rightmost": (q.Column(), q.Extreme.MOST),
    "middle": (q.Column(), q.Extreme.MIDDLE),
    "tallest": (q.SizeOf(q.Dimension.HEIGHT), q.Extreme.MOST),
    "shortest": (q.SizeOf(q.Dimension.HEIGHT), q.Extreme.LEAST),
    "biggest": (q.SizeOf(q.Dimension.SIZE), q.Extreme.MOST),
    "smallest": (q.SizeOf(q.Dimension.SIZE), q.Extreme.LEAST),
    "widest": (q.SizeOf(q.Dimension.WIDTH), q.Extreme.MOST),
}
_DISTANCES = {
    "distance": q.Mode.CENTER,
    "horizontal": q.Mode.HORIZONTAL,
    "vertical": q.Mode.VERTICAL,
    "clearance": q.Mode.CLEARANCE,
}
_COMPARISONS = {
    "<": q.Comparison.LESS,
    ">": q.Comparison.MORE,
    ">=": q.Comparison.AT_LEAST,
    "<=": q.Comparison.AT_MOST,
}


def _condition(word: str, other: q.Selection) -> q.Condition:
    if word == "in":
        return q.Inside(other)
    if word == "notin":
        return q.Not(q.Inside(other))
    if word == "on":
        return q.OnTop(other)
    if word == "except":
        return q.Not(q.Among(other))
    sides = {
        "left": q.Side.LEFT,
        "right": q.Side.RIGHT,
        "behind": q.Side.BEHIND,
        "front": q.Side.FRONT,
    }
    return q.Beside(sides[word], other)


def same_meaning(read: q.Question, asked: q.Question) -> bool:
    """Whether two questions ask the same, ends in either order, a bound itself in or out."""
    one, other = (_normal(q.changed(normal_form(x), _open_bound)) for x in (read, asked))
    return one == other


_OPEN = {q.Comparison.AT_MOST: q.Comparison.LESS, q.Comparison.AT_LEAST: q.Comparison.MORE}


def _open_bound(part: object) -> object:
    """A measured length is never equal to its bound: at most 2 m is less than 2 m."""
    if isinstance(part, q.Compared) and not isinstance(part.key, q.Holding):
        return replace(part, comparison=_OPEN.get(part.comparison, part.comparison))
    if isinstance(part, q.Compares) and not isinstance(part.first, q.Count):
        return replace(part, comparison=_OPEN.get(part.comparison, part.comparison))
    if isinstance(part, q.Difference):  # the notation has differences with their sign alone
        return replace(part, absolute=False)
    return part


def _normal(question: q.Question) -> object:
    if isinstance(question, q.HowMuch) and isinstance(question.quantity, q.Distance):
        return _unordered(question.quantity)
    if isinstance(question, q.HowMuch) and isinstance(question.quantity, q.Difference):
        parts = (question.quantity.first, question.quantity.second)
        if all(isinstance(part, q.Distance) for part in parts):
            # How much closer, or how much farther: both ask for the difference.
            return (q.Difference, frozenset(_unordered(part) for part in parts))
    if isinstance(question, q.HowMuch):
        return question.quantity
    if isinstance(question, q.Dimensions):
        return (q.Dimensions, question.of)
    if isinstance(question, q.Whether):
        return _normal_proposition(question.proposition)
    return question


def _unordered(quantity: q.Quantity | float) -> object:
    if isinstance(quantity, q.Distance):
        return (quantity.mode, frozenset((quantity.first, quantity.second)))
    return quantity


_FLIPPED = {q.Comparison.LESS: q.Comparison.MORE, q.Comparison.AT_MOST: q.Comparison.AT_LEAST}


def _normal_proposition(asked: q.Proposition) -> object:
    """A comparison as one of quantities, the smaller first."""
    if isinstance(asked, q.Holds) and isinstance(asked.condition, q.Compared):
        key, value = asked.condition.key, asked.condition.value
        if isinstance(value, q.Quantity | q.Key):
            return asked
        if isinstance(key, q.DistanceTo):
            first: q.Quantity = q.Distance(asked.subject, key.target)
            second: q.Quantity | float = (
                value if isinstance(value, float | int) else q.Distance(value, key.target)
            )
        elif isinstance(key, q.SizeOf):
            first = q.Size(asked.subject, key.dimension)
            second = value if isinstance(value, float | int) else q.Size(value, key.dimension)
        else:
            return asked
        return _normal_proposition(q.Compares(first, asked.condition.comparison, second))
    if isinstance(asked, q.Compares):
        one, two = _unordered(asked.first), _unordered(asked.second)
        if asked.comparison in _FLIPPED:
            return (_FLIPPED[asked.comparison], two, one)
        return (asked.comparison, one, two)
    if isinstance(asked, q.Same):
        return (q.Same, frozenset((asked.first, asked.second)))
    return asked
