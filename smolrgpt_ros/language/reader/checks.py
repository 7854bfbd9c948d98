# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What words of a question say that no value of the query language holds: checked beside it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from ..question import (
    All,
    Among,
    Between,
    Column,
    Compared,
    Difference,
    Distance,
    DistanceTo,
    Everything,
    Extreme,
    Holds,
    Ids,
    Inside,
    Key,
    LoadState,
    Not,
    OfClass,
    OnTop,
    Question,
    Ranked,
    State,
    Union,
    Where,
    Whether,
    parts_of,
)
from .references import CARRIERS, ON_FLOOR, class_of, one_by_one
from .tokens import VIEWED, Token

_NEGATION_REACHES = 4  # words in which "no" belongs to the "not" before it
_LONGEST_WRITTEN = 40  # characters of a word in a refusal
_THOUSANDS = re.compile(r"(?<![\d.,])[1-9]\d{0,2},\d{3}\b")
_RANKING = frozenset(
    "leftmost rightmost closest farthest tallest highest shortest lowest widest broadest narrowest "
    "thinnest longest biggest smallest".split()
)
_STATES = frozenset("empty free full loaded occupied unloaded vacant other".split())
_SITES = frozenset(
    "in on inside within at left right behind under near next outside between beside".split()
)
_LOADED_OR_NOT = frozenset({State(LoadState.LOADED), State(LoadState.EMPTY)})
_FAR = frozenset("farther far distant".split())
_SAID_WHICH = frozenset("is are does do".split())
_RELATIVE = frozenset("that which who".split())
_NOT_ONE = frozenset("every any all each to from".split())  # behind "than"
_PARTS = frozenset("side edge end border boundary".split())
_INNER = frozenset("middle center".split())


def written(text: str, *tokens: Token) -> str:
    """Tokens as they stand in the question, cut where they are long."""
    plain = unicodedata.normalize("NFKC", text)[tokens[0].start : tokens[-1].end]
    plain = plain or tokens[0].text
    if not plain.isprintable():
        plain = ascii(plain)[1:-1]
    return plain if len(plain) <= _LONGEST_WRITTEN else plain[:_LONGEST_WRITTEN] + "..."


def objection_to_words(text: str, tokens: Sequence[Token]) -> str:
    """Why the words of a question can be read in two ways, or say what is not known; or ""."""
    return (
        _denied_twice(text, tokens)
        or _thousands(text)
        or _in_the_past(text, tokens)
        or _part_of_place(text, tokens)
        or _owned(text, tokens)
    )


def objection_to_reading(question: Question, text: str, tokens: Sequence[Token]) -> str:
    """Why a question is not what was read; or ""."""
    return (
        _viewed(question, text, tokens)
        or _several_as_one(question, text, tokens)
        or _contents(question, tokens)
        or _some_as_all(question, text, tokens)
        or _leaves_out_nothing(question, tokens)
        or _joins_others(question, tokens)
        or _middle_of_objects(question, tokens)
        or _second_of_either(question, tokens)
        or _full_places(question, tokens)
        or _end_of_one(question, tokens)
    )


def _viewed(question: Question, text: str, tokens: Sequence[Token]) -> str:
    """ "As seen from here, is pallet 9 between ...", which is measured on the floor."""
    viewed = [written(text, token) for token in tokens if token.value == VIEWED]
    if viewed and any(isinstance(part, Between) for part in parts_of(question)):
        return f'what is between two objects is measured on the floor, leave out "{viewed[0]}"'
    return ""


def _several_as_one(question: Question, text: str, tokens: Sequence[Token]) -> str:
    """ "Are the leftmost pallets loaded", which are more than the leftmost one."""
    ranking = [at for at, token in enumerate(tokens) if token.text in _RANKING]
    if len(ranking) != 1:  # "the leftmost and the rightmost pallets" are one each
        return ""
    at = ranking[0]
    if any(isinstance(token.value, float) for token in tokens[max(at - 2, 0) : at]):
        return ""
    behind = tokens[at + 1 : at + 3]
    noun = next((t for t in behind if t.text not in _STATES), None)
    if noun is None or "NOUNS" not in noun.signs or "NOUN" in noun.signs:
        return ""
    after = tokens[tokens.index(noun) + 1 :]
    if after and after[0].kind in ("number", "id"):
        return ""
    if not any(isinstance(part, Ranked) and part.take == 1 for part in parts_of(question)):
        return ""
    return f'"{written(text, tokens[at], noun)}" are several; say how many, or ask for one'


def _contents(question: Question, tokens: Sequence[Token]) -> str:
    """ "What does pallet 11 contain": the goods, and not what stands on it."""
    words = {token.text for token in tokens}
    if "what" not in words or words.isdisjoint({"contain", "contains", "containing"}):
        return ""
    for part in parts_of(question):
        if isinstance(part, OnTop) and class_of(part.carrier) != "transporter":
            return "goods are no regions, what is in a load cannot be told; ask what is on it"
    return ""


def _some_as_all(question: Question, text: str, tokens: Sequence[Token]) -> str:
    """ "Taller than some pallet in buffer 1"; a comparison with several is one with all of them."""
    for than, some in pairwise(tokens):
        if than.text == "than" and some.text in ("a", "an", "some", "one"):
            for part in parts_of(question):
                if isinstance(part, Compared) and isinstance(part.value, Where):
                    return f'"{written(text, than, some)}": say than which one, or than every one'
    return ""


def _leaves_out_nothing(question: Question, tokens: Sequence[Token]) -> str:
    """ "Is pallet 9 left of pallet 8 but not 10", where it is open what 10 is not."""
    if not any(but.text == "but" and no.text == "not" for but, no in pairwise(tokens)):
        return ""
    match question:
        case Whether(Holds(Ids(), All() as condition)):
            if any(
                isinstance(p, Not) and isinstance(p.condition, Among) for p in condition.conditions
            ):
                return "it is open what is denied; say the whole of it"
    return ""


def _joins_others(question: Question, tokens: Sequence[Token]) -> str:
    """ "Which pallets left of shelf 3 and shelf 4 are empty", which asks for no shelf."""
    if not tokens or tokens[0].text not in ("which", "what"):
        return ""
    for part in parts_of(question):
        if isinstance(part, Where) and isinstance(part.of, Union):
            members = part.of.members
            narrowed = any(isinstance(member, Where) for member in members)
            named = any(isinstance(member, Ids) for member in members)
            if narrowed and named and len({class_of(member) for member in members}) > 1:
                return 'it is open what "and" joins; ask for the one and for the other'
    return ""


def _middle_of_objects(question: Question, tokens: Sequence[Token]) -> str:
    """ "In the middle of pallets 7, 8 and 9", which is no place."""
    said = f" {' '.join(token.text for token in tokens)} "
    if not any(f" in the {inner} of " in said for inner in _INNER):
        return ""
    for inside in parts_of(question):
        for place in parts_of(inside.place) if isinstance(inside, Inside) else ():
            if isinstance(place, Ranked) and place.extreme is Extreme.MIDDLE:
                if not isinstance(place.of, OfClass) or class_of(place) in CARRIERS:
                    return "the middle of objects is no place"
    return ""


def _second_of_either(question: Question, tokens: Sequence[Token]) -> str:
    """ "Closer to shelf 3 than shelf 4": than that is to it, or than it is to that."""
    words = [token.text for token in tokens]
    than = next((at for at, word in enumerate(words) if word in ("than", "then")), len(words))
    behind = words[than + 1 :]
    farther = not _FAR.isdisjoint(words[:than])
    said = any(w in _SAID_WHICH and b not in _RELATIVE for b, w in pairwise(["", *behind]))
    if not behind or said or behind[0] in _NOT_ONE:
        return ""
    for part in parts_of(question):
        match part:
            case Compared(DistanceTo(near), _, other) if not isinstance(other, float | int | Key):
                pass
            case Difference(Distance(one, near), Distance(two, again)) if near == again:
                other = two if farther else one
            case _:
                continue
        if class_of(near) and class_of(near) == class_of(other):
            return 'it is open which distances are compared: say "than X is", or "than to X"'
    return ""


def _full_places(question: Question, tokens: Sequence[Token]) -> str:
    """ "Is buffer 2 full": whether anything else goes in, and not whether anything is in it."""
    if not any(token.text == "full" for token in tokens):
        return ""
    for part in parts_of(question):
        match part:
            case Holds(subject, condition) | Where(subject, condition):
                said = not _LOADED_OR_NOT.isdisjoint(one_by_one([condition]))
                if said and class_of(subject) not in CARRIERS and subject != Everything():
                    return "how much room is left is not known; ask whether it is empty"
    return ""


def _end_of_one(question: Question, tokens: Sequence[Token]) -> str:
    """ "On the far right of shelf 3", which is no shelf among others."""
    if _RANKING.isdisjoint(token.text for token in tokens):
        for part in parts_of(question):
            match part:
                case Ranked(Ids((_,)), Column()):
                    return "it is open whether beside an object or a part of it is meant"
    return ""


def _denied_twice(text: str, tokens: Sequence[Token]) -> str:
    """ "Is not in no buffer", which many say for "is in no buffer"."""
    for at, token in enumerate(tokens):
        if token.text != "not":
            continue
        for nearer, other in enumerate(tokens[at + 1 : at + 1 + _NEGATION_REACHES]):
            if other.kind != "word" or other.text in ("and", "but", "or"):
                break
            if other.text in ("no", "none", "nothing") and nearer:
                return (
                    f'"{written(text, token)}" with "{written(text, other)}" can mean one negation '
                    "or two; ask with one of them"
                )
    return ""


def _thousands(text: str) -> str:
    """ "1,500 mm", which is one and a half to some and more than a thousand to others."""
    found = _THOUSANDS.search(unicodedata.normalize("NFKC", text))
    return f'"{found[0]}" can mean two numbers; write it without the comma' if found else ""


def _in_the_past(text: str, tokens: Sequence[Token]) -> str:
    """ "Has pallet 9 been in buffer 1": "been put in" is where it is now, "been in" is not."""
    for been, site in pairwise(tokens):
        if been.text == "been" and site.text in _SITES:
            return f'"{written(text, been, site)}" asks for what was before the picture'
    return ""


def _part_of_place(text: str, tokens: Sequence[Token]) -> str:
    """ "On the left side of buffer 1", which may be in it or beside it; "in the middle of" it."""
    for at, token in enumerate(tokens):
        before = [t.text for t in tokens[max(at - 4, 0) : at]]
        inner = token.text in _INNER and before[-2:] == ["in", "the"]
        outer = token.text in _PARTS and {"on", "at", "in"} & set(before)
        if (inner or outer) and (place := place_behind(tokens, at)):
            return f'parts of a place are not told apart ("{written(text, token, place)}")'
    return ""


def place_behind(tokens: Sequence[Token], at: int) -> Token | None:
    """The place on the floor that "of" behind a token names: "side of buffer 1"; or ``None``."""
    if at + 1 >= len(tokens) or tokens[at + 1].text != "of":
        return None
    noun = next((t for t in tokens[at + 2 : at + 5] if t.kind == "noun"), None)
    named = noun is not None and noun.value in ON_FLOOR and "NOUN" in noun.signs
    return noun if named else None


def _owned(text: str, tokens: Sequence[Token]) -> str:
    """ "Its shelf", of which nothing says whose it is; "share its buffer" says it."""
    for at, (its, noun) in enumerate(pairwise(tokens)):
        before = {t.text for t in tokens[max(at - 2, 0) : at]}
        if its.text in ("its", "his", "their") and noun.kind == "noun":
            if before.isdisjoint({"share", "shares", "sharing", "alone"}):
                return f'what belongs to what is not known ("{written(text, its, noun)}")'
    return ""
