# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What a question leaves open of several objects: which are counted, chosen, carried or joined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

from .. import question as q
from ..english import english
from .checks import written
from .references import PERSON, class_of, one_by_one
from .tokens import Token

_HOLDING_NOTHING = ("forklift", PERSON)
_RELATIVE = frozenset("that which who is are".split())
_PARTICIPLES = frozenset("carrying holding containing supporting transporting bearing".split())
_ARTICLES = frozenset("a an".split())
_STATES = (q.State, q.Among)


def objection_to_open_groups(question: q.Question, text: str, tokens: Sequence[Token]) -> str:
    """Why a question about several objects is open, or asks what is not told; or "".

    Args:
        question: as read.
        text: as asked.
        tokens: of the question.
    """
    return (
        _held_by_nobody(question)
        or _counts_narrowed_once(question, text)
        or _several_nearest(question, text, tokens)
        or _pair_of_kinds(question, tokens)
        or _class_of_another(question)
        or _lists_what_is_held(question, tokens)
        or _carrier_or_carried(question, text, tokens)
    )


def _held_by_nobody(question: q.Question) -> str:
    """ "Does forklift 12 carry a pallet", "people per forklift"."""
    for holder in _holders(question):
        label = class_of(holder)
        if label in _HOLDING_NOTHING:
            return (
                f"what a {label} carries or holds is not told; ask how far it is from the "
                "objects, or for the number of each class"
            )
    return ""


def _holders(question: q.Question) -> Iterator[q.Selection]:
    """What is said to hold something, or is counted in."""
    for part in q.parts_of(question):
        match part:
            case q.OnTop(holder) | q.Inside(holder):
                yield holder
            case q.Ranked(holder, q.Holding()) | q.Each(holder, q.Holding()):
                yield holder
            case q.Mean(holder, q.Holding()) | q.Total(holder, q.Holding()):
                yield holder
            case q.Order(holder, q.Holding()):
                yield holder
            case q.Where(holder, condition) | q.Holds(holder, condition):
                if any(map(_is_holding, one_by_one([condition]))):
                    yield holder


def _is_holding(condition: q.Condition) -> bool:
    plain = condition.condition if isinstance(condition, q.Not) else condition
    return isinstance(plain, q.Compared) and isinstance(plain.key, q.Holding)


def _counts_narrowed_once(question: q.Question, text: str) -> str:
    """ "More people than forklifts in buffer 8": those in buffer 8, or all people.

    Brackets say which.
    """
    if "(" in text:
        return ""
    for part in q.parts_of(question):
        match part:
            case q.Compares(q.Count(first), _, q.Count(q.Where(_, condition))):
                pass
            case q.Difference(q.Count(first), q.Count(q.Where(_, condition))):
                pass
            case _:
                continue
        narrowing = [c for c in one_by_one([condition]) if not _is_state(c)]
        of_first = first.condition if isinstance(first, q.Where) else None
        if not narrowing or (of_first and not all(map(_is_state, one_by_one([of_first])))):
            continue
        both = q.where(first, q.all_of(*narrowing))
        other = q.changed(question, partial(_replaced, q.Count(first), q.Count(both)))
        return f"this can be read as {english(question)!r} or {english(other)!r}; ask one of them"
    return ""


def _replaced(old: object, new: object, part: Any) -> Any:
    return new if part == old else part


def _is_state(condition: q.Condition) -> bool:
    """Whether a condition says which objects are counted, and not where they are."""
    plain = condition.condition if isinstance(condition, q.Not) else condition
    return isinstance(plain, _STATES)


def _several_nearest(question: q.Question, text: str, tokens: Sequence[Token]) -> str:
    """ "Are the pallets closest to transporter 4 empty", which are more than the closest one."""
    chosen = {
        class_of(part)
        for part in q.parts_of(question)
        if isinstance(part, q.Ranked) and part.take == 1 and isinstance(part.key, q.DistanceTo)
    }
    for at, noun in enumerate(tokens):
        plural = "NOUNS" in noun.signs or noun.text == "people"
        if noun.kind != "noun" or noun.value not in chosen or not plural:
            continue
        behind = list(tokens[at + 1 : at + 4])
        that = bool(behind) and behind[0].text in ("that", "which", "who")
        while that and behind and behind[0].text in _RELATIVE:
            del behind[0]
        numbered = any(isinstance(t.value, float) for t in tokens[max(at - 2, 0) : at])
        if not numbered and behind and behind[0].text in ("closest", "farthest"):
            said = written(text, noun, behind[0])
            return f'"{said}" are several; say how many, or ask for one'
    return ""


def _pair_of_kinds(question: q.Question, tokens: Sequence[Token]) -> str:
    """ "Which forklift and person are closest to each other", which could be two forklifts."""
    if any(isinstance(token.value, float) and token.value == 2 for token in tokens):
        return ""
    match question:
        case q.Pair(q.Union(members) | q.Where(q.Union(members))) if len(members) > 1:
            return (
                "two objects of one kind can be closest together or farthest apart; ask which "
                f"{class_of(members[0]) or 'object'} is closest to one that you name"
            )
        case q.Listing(q.Union((one, other))) if {type(one), type(other)} == {
            q.OfClass,
            q.Ranked,
        } and q.DistanceTo(q.Camera()) in q.parts_of(question):
            if "camera" not in {token.text for token in tokens}:
                return (
                    'it is open what is closest to what; say "to the camera", or name one of them'
                )
    return ""


def _class_of_another(question: q.Question) -> str:
    """ "A buffer with a pallet and a person", read as a buffer that is a person."""
    for part in q.parts_of(question):
        match part:
            case q.Where(q.OfClass(label), condition):
                for one in one_by_one([condition]):
                    match one:
                        case q.Among(q.OfClass(other)) if other != label:
                            return 'it is open what "and" joins; ask for the one and for the other'
    return ""


def _lists_what_is_held(question: q.Question, tokens: Sequence[Token]) -> str:
    """ "Which buffers with two pallets and a person are left of shelf 6": they hold a person."""
    added = {
        noun.value
        for joined, a, noun in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if joined.text == "and" and (a.text in _ARTICLES or isinstance(a.value, float))
    }
    for part in q.parts_of(question):
        if isinstance(part, q.Union):
            held = any(
                isinstance(p, q.Compared) and isinstance(p.key, q.Holding)
                for member in part.members
                for p in q.parts_of(member)
            )
            if held and any(class_of(member) in added for member in part.members):
                return 'it is open what "and" joins; ask for the one and for the other'
    return ""


def _carrier_or_carried(question: q.Question, text: str, tokens: Sequence[Token]) -> str:
    """ "Is the transporter carrying the tallest pallet left of shelf 6": is it, or what it has."""
    match question:
        case q.Whether(
            q.Holds(carried, q.OnTop(q.OfClass() | q.Where()) | q.Inside(q.OfClass() | q.Where()))
        ):
            pass
        case q.Whether(q.Exists(q.Where(_, q.All(parts)) as carried)) if any(
            isinstance(p, q.OnTop | q.Inside) for p in parts
        ):
            pass
        case _:
            return ""
    narrowed = any(
        isinstance(part, q.Where) and not all(map(_is_state, one_by_one([part.condition])))
        for part in q.parts_of(carried)
    )
    words = [token.text for token in tokens]
    if not narrowed or not words or words[0] not in ("is", "are"):
        return ""
    for noun, held in pairwise(tokens):
        if noun.kind == "noun" and held.text in _PARTICIPLES:
            said = written(text, held)
            return (
                f'it is open whether "{said}" is asked, or says which {noun.value} is meant; say '
                f'"the {noun.value} that ...", or ask "does ..."'
            )
    return ""
