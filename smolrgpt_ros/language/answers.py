# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The model's sentences to typed values; no value rather than a wrong one.

The verdict is the last sentence; the sentences before it are evidence ("Distances from it: ...").
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from .lexicon import LEXICON
from .meaning import Kind
from .question import METRES, Unit

#: Metres of a unit by the words for it.
_UNITS = {
    word: metres
    for metres, words in (
        (METRES[Unit.METRE], "m meter meters metre metres"),
        (METRES[Unit.CENTIMETRE], "cm centimeter centimeters centimetre centimetres"),
        (METRES[Unit.MILLIMETRE], "mm millimeter millimeters millimetres"),
        (1000.0, "km"),
        (METRES[Unit.FOOT], "ft foot feet"),
        (METRES[Unit.INCH], "in inch inches"),
    )
    for word in words.split()
}
_REGION = re.compile(r"\[\s*region\s*(\d+)\s*\]|<\s*region\s*(\d+)\s*>", re.IGNORECASE)
_WORDS = "|".join(sorted(LEXICON.numbers, key=len, reverse=True))
_AMOUNT = rf"(?<![\w.-])(?P<n>\d+(?:\.\d+)?|{_WORDS})"
_LENGTH = re.compile(
    _AMOUNT + r"(?P<half> and a half)?\s*-?\s*(?P<unit>" + "|".join(_UNITS) + r")(?![\w])"
)
_FEET_AND_INCHES = re.compile(
    r"(?<![\w.-])(\d+) ?(?:feet|foot|ft) (?:and )?(\d+) ?(?:inches|inch|in)\b"
)
_COMMA = re.compile(r"(?<=\d),(?=\d{1,2}(?!\d))")  # of a decimal fraction
_HALF = re.compile(r"(?<!and )\bhalf an? (?=[a-z])")
_HOLDS_NONE = re.compile(r"\b(?:buffer|zone|area)\b[^,;]*\bis (?:currently )?empty$")
_COUNTED = re.compile(
    rf"(?<![\w.-])(?P<n>\d+|{_WORDS}|single|no|none)(?![\w.%])(?:\s+of)?(?P<noun>\s+[a-z]+)?"
)
_FEW = {"no": 0, "none": 0, "single": 1}
_REFUSAL = re.compile(
    r"\b(?:cannot|can't|can not|could not|couldn't|unable|unclear|unknown|not possible|impossible|"
    r"not sure|undetermined|don't know|do not know|not visible|hard to (?:say|tell))\b"
)
_NEGATION = re.compile(r"\b(?:not|n't|never|neither|nor|isn't|aren't|doesn't)\b")
_WORDS_OF = {
    kind: {word: re.compile(rf"\b(?:{pattern})\b") for word, pattern in words.items()}
    for kind, words in {
        Kind.LEFT_RIGHT: {"left": "left", "right": "right"},
        Kind.FRONT_BEHIND: {"front": "in front|front", "behind": "behind"},
        Kind.ABOVE_BELOW: {"above": "above|higher", "below": "below|lower|beneath|underneath"},
        Kind.BIGGER_SMALLER: {"bigger": "bigger|larger", "smaller": "smaller"},
        Kind.TALLER_SHORTER: {"taller": "taller|higher", "shorter": "shorter|lower"},
        Kind.WIDER_THINNER: {"wider": "wider|broader", "thinner": "thinner|narrower"},
    }.items()
}
_HOUR = re.compile(rf"(?<![\w.-])(\d+|{_WORDS}) ?o'?\s?clock")
_VERDICT = re.compile(
    r"\b(?:nearest|closest|leftmost|rightmost|middle|farthest|furthest|shortest|smallest distance|"
    r"best|optimal|largest|smallest|most|should|answer)\b"
)
# "The nearest pallet to the transporter [Region 0] is the pallet [Region 3]."
_NAMED_LAST = re.compile(r"\bis\s+(?:the\s+)?(?:[a-z]+\s+){0,2}@(\d+)@\s*$")
# "The transporter [Region 0] should pick up the pallet [Region 3]."
_FETCHES = re.compile(
    r"@\d+@\s*(?:should|can|must|will|would|needs to)\s+(?:[a-z]+\s+)?"
    r"(?:pick|take|collect|carry|fetch|get|grab|choose|select|move|go|drive|head)\b[^@]*@(\d+)@"
)
_REFERRED = re.compile(r"@(\d+)@")


Value = float | int | str
"""Metres, a count, the hour of a clock, the word of a comparison, the id of a chosen region, or
whether something is so."""


def known(value: float) -> float | None:
    """A number of a message or record; ``None`` where it is NaN, which JSON cannot write."""
    return float(value) if math.isfinite(value) else None


@dataclass(frozen=True)
class ReadAnswer:
    """What an answer sentence says.

    Args:
        value: as the question's kind has it, of a comparison for the region asked about; ``None``
            where the sentence holds no readable verdict.
        unit: ``"m"`` for lengths, ``"count"`` for counts, else ``""``.
        region_ids: regions mentioned, in order of first mention.
    """

    value: Value | None
    unit: str
    region_ids: tuple[int, ...]


def read_answer(
    text: str,
    kind: Kind,
    region_ids: Sequence[int],
    *,
    subject: int | None = None,
    truncated: bool = False,
) -> ReadAnswer:
    """Reads a generated answer.

    Args:
        text: the model's text.
        kind: the kind the question asked for.
        region_ids: the region of each ``[Region i]``; a verdict about one beyond them is unknown.
        subject: of a comparison, id of the region asked about; ``None`` for the region that
            the question names first.
        truncated: generation stopped before the model ended its answer: nothing is believed.
    """
    marked = _REGION.sub(lambda m: f" @{m.group(1) or m.group(2)}@ ", text.strip()).lower()
    mentioned = [int(i) for i in _REFERRED.findall(marked)]
    inside = tuple(dict.fromkeys(region_ids[i] for i in mentioned if i < len(region_ids)))
    unknown = ReadAnswer(None, "", inside)
    sentences = [s.strip() for s in re.split(r"(?<!\d)[.!?]+|[.!?]+(?!\d)", marked) if s.strip()]
    if truncated or not sentences or _REFUSAL.search(marked):
        return unknown
    verdict = sentences[-1]
    if any(int(i) >= len(region_ids) for i in _REFERRED.findall(verdict)):
        return unknown
    value = _read(kind, verdict, None if subject is None else region_ids.index(subject))
    if value is None:
        return unknown
    if kind is Kind.CHOICE:
        value = region_ids[int(value)]
    unit = "m" if kind.is_length else "count" if kind is Kind.COUNT else ""
    return ReadAnswer(value, unit, inside)


def normalized_answer(kind: Kind, value: Value | None, region_ids: Sequence[int]) -> str:
    """A value as the benchmark writes it: "5.23", "2", "left", of a choice its placeholder's index;
    "yes" and "no", which it does not ask for.

    Args:
        kind: of the question.
        value: of the answer; ``None`` gives ``""``.
        region_ids: the region of each placeholder of the question.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if kind.is_length or isinstance(value, float):
        return f"{float(value):.2f}"
    return str(list(region_ids).index(int(value)) if kind is Kind.CHOICE else value)


def _number(word: str) -> float:
    return float(LEXICON.numbers[word]) if word in LEXICON.numbers else float(word)


def _distance(sentence: str) -> float | None:
    if _NEGATION.search(sentence):
        return None
    sentence = _FEET_AND_INCHES.sub(
        lambda m: f"{12 * int(m.group(1)) + int(m.group(2))} inches", sentence
    )
    sentence = _HALF.sub("0.5 ", _COMMA.sub(".", sentence))
    values = set()
    for match in _LENGTH.finditer(sentence):
        number = _number(match["n"]) + (0.5 if match["half"] else 0.0)
        values.add(number * _UNITS[match["unit"]])
    # "3.1 or 4.2 meters": a number without a unit of its own makes the other one doubtful.
    bare = _REFERRED.sub(" ", _LENGTH.sub(" ", sentence))
    if len(values) != 1 or re.search(r"\d", bare):
        return None
    value = values.pop()
    return value if math.isfinite(value) else None


def _count(sentence: str) -> int | None:
    if _NEGATION.search(sentence):
        return None
    bare = _REFERRED.sub(" ", sentence)
    values = set()
    for match in _COUNTED.finditer(bare):
        noun = (match["noun"] or "").strip()
        if match["n"] == "one" and noun in ("of", "is"):
            continue
        values.add(_FEW[match["n"]] if match["n"] in _FEW else int(_number(match["n"])))
    if not values and _HOLDS_NONE.search(bare.strip()):
        return 0
    if len(values) != 1 or "." in re.sub(r"\.\s*$", "", bare):
        return None
    return values.pop()


def _comparison(sentence: str, kind: Kind, subject: int | None) -> str | None:
    words = _WORDS_OF[kind]
    sides = {side for side, pattern in words.items() if pattern.search(sentence)}
    if len(sides) != 1 or _NEGATION.search(sentence):
        return None
    side = sides.pop()
    order = [int(i) for i in _REFERRED.findall(sentence)]
    if len(order) > 2 or len(set(order)) != len(order) or len(order) == 1:
        return None
    if len(order) == 2 and subject is None:
        subject = min(order)
    if order and subject not in order:
        return None
    if order and subject == order[1]:
        # The region asked about is named second: the converse relation.
        side = next(other for other in words if other != side)
    return side


def _direction(sentence: str) -> int | None:
    hours = set(_HOUR.findall(sentence))
    bare = _REFERRED.sub(" ", _HOUR.sub(" ", sentence))
    if len(hours) != 1 or _NEGATION.search(sentence) or re.search(r"\d", bare):
        return None
    hour = int(_number(hours.pop()))
    return hour if 1 <= hour <= 12 else None


def _choice(sentence: str) -> int | None:
    if _NEGATION.search(sentence) or not _VERDICT.search(sentence):
        return None
    fetched = _FETCHES.search(sentence)
    if fetched is not None:
        return int(fetched.group(1))
    last = _NAMED_LAST.search(sentence)
    if last is not None and _VERDICT.search(sentence, 0, last.start()):
        if not _VERDICT.search(last.group()):
            return int(last.group(1))
    subject = re.search(r"@(\d+)@\s*(?:is|'s|should|has|appears|would)\b", sentence)
    named = set(_REFERRED.findall(sentence))
    if subject is None and len(named) != 1:
        return None
    return int(subject.group(1)) if subject is not None else int(named.pop())


def _read(kind: Kind, sentence: str, subject: int | None) -> Value | None:
    """The value of a verdict; regions by the number of their placeholder."""
    if kind.is_length:
        return _distance(sentence)
    if kind.is_comparison:
        return _comparison(sentence, kind, subject)
    if kind is Kind.COUNT:
        return _count(sentence)
    if kind is Kind.DIRECTION:
        return _direction(sentence)
    return _choice(sentence) if kind is Kind.CHOICE else None
