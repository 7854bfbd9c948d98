# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Readings that decide what the words of a question leave open."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from .. import question as q
from .checks import written
from .references import ON_FLOOR, class_of, one_by_one
from .tokens import Token
from .unanswerable import COVERING

_SOME = frozenset("a an some one".split())
_CLOSE = (q.Comparison.LESS, q.Comparison.AT_MOST)
_UNDER = frozenset("under underneath beneath".split())
_FEWEST = frozenset("fewest least most".split())
_DIRECTLY = frozenset("directly immediately just right straight".split())
_VEHICLES = frozenset("vehicle vehicles truck trucks machine machines".split())
_ALONE = re.compile(
    r"\s*(just|only) (?!is\b|are\b|tell\b|say\b|one\b|two\b|three\b|a\b|\d)", re.IGNORECASE
)
_APART = frozenset("apart from between to other another separated".split())
_SIDES = frozenset("behind left right above below in ahead before to on".split())


def objection_to_open_reading(
    question: q.Question, text: str, tokens: Sequence[Token], labels: Mapping[int, str]
) -> str:
    """Why the words can be read in another way, too; or "".

    Args:
        question: as read.
        text: as asked.
        tokens: of the question.
        labels: the class of each region in view.
    """
    words = [token.text for token in tokens]
    return (
        _condition_of_the_rest(question)
        or _one_under_the_other(question, words)
        or _directly(question, text, tokens)
        or _with(question, text, tokens)
        or _both_or_any(question, words)
        or _some_or_every(question, text, tokens, labels)
        or _minus(question, text, tokens)
        or _what_else(question, words)
        or _only_one(question, text)
        or _apart_or_away(question, words)
        or _are_all(question, words)
        or _vehicles(text, tokens, labels)
    )


def _condition_of_the_rest(question: q.Question) -> str:
    """ "Is anything other than a pallet in buffer 2", read of what is no (pallet in buffer 2)."""
    match question:
        case q.Whether(q.Exists(q.Where(_, q.Not(q.Among(q.Where()))))) | q.Whether(
            q.Compares(q.Count(q.Where(_, q.Not(q.Among(q.Where())))))
        ):
            return (
                "it is open whether the condition is of what is asked about or of what is left "
                'out; ask with "which ... other than ..."'
            )
    return ""


def _one_under_the_other(question: q.Question, words: Sequence[str]) -> str:
    """ "Under shelf 3", which is lower than it for the order in height, wherever it stands."""
    sides = [part.side for part in q.parts_of(question) if isinstance(part, q.Beside)]
    return COVERING if q.Side.BELOW in sides and not _UNDER.isdisjoint(words) else ""


def _directly(question: q.Question, text: str, tokens: Sequence[Token]) -> str:
    """ "Is forklift 2 directly behind pallet 1": the nearest of its class, or nothing between."""
    if isinstance(question, q.Whether) and any(
        isinstance(part, q.Ranked)
        and isinstance(part.key, q.DistanceTo)
        and any(isinstance(p, q.Beside) for p in q.parts_of(part.of))
        for part in q.parts_of(question)
    ):
        for directly, side in pairwise(tokens):
            if directly.text in _DIRECTLY and side.text in _SIDES:
                return (
                    f'"{written(text, directly, side)}" leaves open what may stand between; leave '
                    f'out "{written(text, directly)}", or ask which is the nearest there'
                )
    return ""


def _with(question: q.Question, text: str, tokens: Sequence[Token]) -> str:
    """ "Is person 1 with forklift 2": holding it, beside it, or belonging to it."""
    said = next(
        (
            token
            for at, token in enumerate(tokens)
            # "With the fewest pallets" is what holds them.
            if token.text == "with" and _FEWEST.isdisjoint(t.text for t in tokens[at + 1 : at + 3])
        ),
        None,
    )
    if said is None:
        return ""
    for part in q.parts_of(question):
        match part:
            case q.Where(subject, condition) | q.Holds(subject, condition):
                holds = any(
                    isinstance(c, q.Compared) and isinstance(c.key, q.Holding)
                    for c in one_by_one([condition])
                )
                if holds and class_of(subject) not in ("", "transporter", *ON_FLOOR):
                    named = written(text, said)
                    return f'"{named}" can mean on it or beside it; say "on", or "next to"'
    return ""


def _both_or_any(question: q.Question, words: Sequence[str]) -> str:
    """ "Within 3 m of pallets 3 and 7": of each of them, or of one."""
    if not {"or", "any", "either"}.isdisjoint(words) or {"and", "both"}.isdisjoint(words):
        return ""
    for part in q.parts_of(question):
        match part:
            case q.NextTo(near) | q.Compared(q.DistanceTo(near), _, int() | float()):
                if isinstance(part, q.Compared) and part.comparison not in _CLOSE:
                    continue
            case q.Holds(q.Ids((_,)), q.Inside(near) | q.Not(q.Inside(near))):
                pass
            case _:
                continue
        if _are_several(near):
            return (
                'it is open whether "and" means each of them or any; say "or", or ask once for each'
            )
    return ""


def _are_several(selection: q.Selection) -> bool:
    match selection:
        case q.Ids(ids):
            return len(ids) > 1
        case q.Union(members):
            return any(isinstance(member, q.Ids) for member in members)
    return False


def _some_or_every(
    question: q.Question, text: str, tokens: Sequence[Token], labels: Mapping[int, str]
) -> str:
    """ "More than 4 m from a transporter", "taller than some pallet": than one, or than every."""
    compared, words = set(), {token.text for token in tokens}
    for part in q.parts_of(question):
        match part:
            case q.Compared(_, _, q.OfClass(label)):
                compared.add(label)
            case q.Compared(q.DistanceTo(q.OfClass(label)), comparison, int() | float()):
                if comparison not in _CLOSE and "not" not in words:
                    compared.add(label)
    for at, token in enumerate(tokens):
        if token.kind != "noun" or token.value not in compared:
            continue
        several = sum(label == token.value for label in labels.values()) > 1
        before = [t.text for t in tokens[max(at - 3, 0) : at]]
        if several and not _SOME.isdisjoint(before):
            named = written(text, token)
            return f'"{named}" leaves open which one is meant, or whether any or every one is'
    return ""


def _minus(question: q.Question, text: str, tokens: Sequence[Token]) -> str:
    """ "The tallest pallet minus pallet 1 height": a difference, or pallets without that one."""
    said = next((token for token in tokens if token.text == "minus"), None)
    if said is not None and isinstance(question, q.HowMuch):
        if not any(isinstance(part, q.Difference) for part in q.parts_of(question)):
            named = written(text, said)
            return f'"{named}" can mean a subtraction or what is left out; say "except" for that'
    return ""


def _what_else(question: q.Question, words: Sequence[str]) -> str:
    """ "What else is in buffer 2", where nothing is left out."""
    asked = any(first in ("what", "who") and then == "else" for first, then in pairwise(words))
    if asked and not any(isinstance(part, q.Among) for part in q.parts_of(question)):
        return '"else" leaves open besides what; say "besides", or leave it out'
    return ""


def _only_one(question: q.Question, text: str) -> str:
    """ "Just pallet 1 in buffer 2?", which is whether it is the only one there."""
    found = _ALONE.match(text)
    if found and isinstance(question, q.Whether):
        return f'"{found[1]}" says that there is no other; leave it out, or ask "is ... the only"'
    return ""


def _apart_or_away(question: q.Question, words: Sequence[str]) -> str:
    """ "How far away are pallets 3 and 4": from one another, or each from the camera."""
    match question:
        case q.HowMuch(q.Distance(q.Ids(), q.Ids())):
            if {"far", "are"} <= set(words) and _APART.isdisjoint(words):
                return 'it is open from what: say "how far apart", or "from the camera"'
    return ""


def _are_all(question: q.Question, words: Sequence[str]) -> str:
    """ "All pallets within 5 m of shelf 3?": which are, or are all of them."""
    if isinstance(question, q.Listing) and words[0] == "all" and words[-1] == "?":
        listed = question.selection
        if isinstance(listed, q.Where) and isinstance(listed.of, q.OfClass):
            return 'say "list all ...", or "are all ...": both can be meant'
    return ""


def _vehicles(text: str, tokens: Sequence[Token], labels: Mapping[int, str]) -> str:
    """ "How many vehicles are there", with forklifts in view."""
    if "forklift" in labels.values():
        for token in tokens:
            if token.value == "transporter" and token.text in _VEHICLES:
                return f'"{written(text, token)}" can mean a transporter or a forklift; say which'
    return ""
