# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""English for parts of a question: names, plurals, superlatives, predicates."""

from __future__ import annotations

from smolrgpt_ros.language.english_words import AS_FAR_AS_FROM, listed, numbered, ordinal
from smolrgpt_ros.language.question import (
    All,
    Among,
    AnyOf,
    Bearing,
    Beside,
    Between,
    Camera,
    Column,
    Compared,
    Comparison,
    Condition,
    Dimension,
    DistanceTo,
    Everything,
    Exactly,
    Extreme,
    Holding,
    Ids,
    Inside,
    Key,
    LoadState,
    NextTo,
    Not,
    OfClass,
    OnTop,
    Quantity,
    Ranked,
    Selection,
    SizeOf,
    State,
    Union,
    Where,
)
from smolrgpt_ros.language.vocabulary import plural_of

_SIZES = {
    Dimension.HEIGHT: ("shortest", "tallest", "shorter", "taller", "high"),
    Dimension.WIDTH: ("narrowest", "widest", "narrower", "wider", "wide"),
    Dimension.LENGTH: ("shortest", "longest", "shorter", "longer", "long"),
    Dimension.SIZE: ("smallest", "biggest", "smaller", "bigger", "large"),
    Dimension.ELEVATION: ("lowest", "highest", "lower", "higher", "above the floor"),
    Dimension.TOP: (
        "lowest reaching", "highest reaching", "less high up to the top", "higher up to the top",
        "above the floor at the top",
    ),
    Dimension.FOOTPRINT: (
        "least extensive", "most extensive", "smaller in footprint", "larger in footprint",
        "in footprint",
    ),
}  # fmt: skip
_AS_MANY = {
    Comparison.LESS: ("fewer", "than"),
    Comparison.MORE: ("more", "than"),
    Comparison.AT_MOST: ("at most as many", "as"),
    Comparison.AT_LEAST: ("at least as many", "as"),
    Comparison.EQUAL: ("as many", "as"),
}


def noun(selection: Selection, count: int) -> str:
    """The class of what a selection selects, in singular or plural."""
    match selection:
        case Ids(_, label) | OfClass(label):
            word = label or "region"
        case Where(of) | Ranked(of) | Exactly(of):
            return noun(of, count)
        case Union(members) if len({noun(m, count) for m in members}) == 1:
            return noun(members[0], count)
        case Camera():
            return "camera"
        case _:
            word = "object"
    return word if count == 1 else plural_of(word)


def superlative(selection: Ranked) -> str:
    """As in "the second nearest"."""
    match selection.key:
        case Column():
            words = "leftmost", "rightmost"
        case DistanceTo():
            words = "nearest", "farthest"
        case SizeOf(dimension):
            words = _SIZES[dimension][0], _SIZES[dimension][1]
        case Bearing():
            words = "most straight ahead", "least straight ahead"
        case Holding(content):
            words = f"one with fewest {noun(content, 2)}", f"one with most {noun(content, 2)}"
    if selection.extreme is Extreme.MIDDLE:
        return "the middle one"
    word = words[selection.extreme is Extreme.MOST]
    number = f"{ordinal(selection.rank)} " if selection.rank > 1 else ""
    if selection.take > 1:
        return f"among the {selection.take} {word}"
    return f"the {number}{word}"


def reference(selection: Ranked) -> str:
    """What a ranking by distance goes by, as in "to transporter 10"; ``""`` for other keys."""
    if not isinstance(selection.key, DistanceTo):
        return ""
    preposition = "to" if selection.extreme is Extreme.LEAST else "from"
    return f"{preposition} {one_phrase(selection.key.target)}"


def phrase(selection: Selection) -> str:
    """What a selection selects, as in "the nearest pallet to transporter 10"."""
    match selection:
        case Camera():
            return "the camera"
        case Ids(ids, label):
            return numbered(label or "region", ids)
        case OfClass() | Everything():
            return f"the {noun(selection, 2)}"
        case Union(members):
            return listed([phrase(member) for member in members])
        case Where(of, condition):
            return f"{phrase(of)} {relative_clause(condition)}"
        case Exactly(of, number):
            one = f"the {noun(of, 1)} {relative_clause(of.condition)}"
            return one if number == 1 else phrase(of)
        case Ranked(of, key):
            what = superlative(selection)
            if selection.take == 1 and isinstance(key, Holding):
                return f"{what.replace('one', noun(of, 1), 1)}"
            name = f"{what.removesuffix(' one')} {noun(of, selection.take)}"
            target = f" {reference(selection)}" if isinstance(key, DistanceTo) else ""
            clause = f" {relative_clause(of.condition)}" if isinstance(of, Where) else ""
            return f"{name.removeprefix('among ')}{target}{clause}"


def one_phrase(selection: Selection) -> str:
    """A selection that is meant to be one object, as in "the transporter"."""
    return f"the {noun(selection, 1)}" if isinstance(selection, OfClass) else phrase(selection)


def nothing(selection: Selection) -> str:
    """A sentence that nothing is selected, as in "no pallet is in buffer 3"."""
    match selection:
        case Where(of, condition):
            return f"no {noun(of, 1)} {predicate(condition)}"
        case _:
            return f"no {noun(selection, 1)} is in view"


def relative_clause(condition: Condition) -> str:
    """A condition after a noun, as in "in buffer 3"."""
    words = predicate(condition)
    return words.removeprefix("is ") if words.startswith("is ") else f"that {words}"


def predicate(condition: Condition, holds: bool = True, several: bool = False) -> str:
    """A condition as a predicate, as in "is not in buffer 3"."""
    match condition:
        case Not(inner):
            return predicate(inner, not holds, several)
        case All(conditions) | AnyOf(conditions):
            link = "and" if isinstance(condition, All) == holds else "or"
            return listed([predicate(c, holds, several) for c in conditions], link)
        case Compared(Holding(content), comparison, value):
            verb = ("hold" if several else "holds") if holds else f"{_do(several)} not hold"
            if comparison is Comparison.AT_LEAST and value == 1 and isinstance(content, Ids):
                return f"{verb} {phrase(content)}"
            if isinstance(value, Holding):
                more, than = _AS_MANY[comparison]
                return f"{verb} {more} {noun(content, 2)} {than} {noun(value.content, 2)}"
            if isinstance(value, Quantity | Key):
                return f"{verb} {comparison.value} the number it is compared with"
            number = f"{value:g}" if isinstance(value, (int, float)) else f"than {phrase(value)}"
            what = noun(content, 1 if value == 1 else 2)
            if isinstance(value, (int, float)):
                return f"{verb} {comparison.value} {number} {what}"
            more = {Comparison.LESS: "fewer", Comparison.MORE: "more"}.get(comparison, "as many")
            return f"{verb} {more} {what} {number}"
    verb = "are" if several else "is"
    return f"{verb} {'' if holds else 'not '}{_complement(condition)}"


def _do(several: bool) -> str:
    return "do" if several else "does"


def _complement(condition: Condition) -> str:
    match condition:
        case State(state):
            return "carried" if state is LoadState.CARRIED else state.value
        case Inside(place):
            return f"in {_any(place)}"
        case OnTop(carrier):
            return f"on {_any(carrier)}"
        case Beside(side, of):
            return f"{side.value} {one_phrase(of)}"
        case NextTo(of):
            return f"next to {_any(of)}"
        case Between(first, second):
            return f"between {one_phrase(first)} and {one_phrase(second)}"
        case Among(selection):
            return f"among {phrase(selection)}"
        case Compared(key, comparison, value):
            return _comparison(key, comparison, value)
        case _:
            return "as described"


def _any(selection: Selection) -> str:
    """A selection of which one object is enough: "a buffer", "buffers 2 or 5"."""
    if isinstance(selection, Ids):
        return numbered(selection.label or "region", selection.ids, "or")
    if isinstance(selection, (OfClass, Everything)):
        word = noun(selection, 1)
        return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"
    return phrase(selection)


def _comparison_of_own(key: Key, comparison: Comparison, value: Key) -> str:
    """One number of an object compared with another one of it: "wider than high"."""
    match key, value:
        case DistanceTo(target), DistanceTo(other):
            ends = {"target": one_phrase(target), "other": one_phrase(other)}
            return AS_FAR_AS_FROM[comparison].format(**ends)
        case SizeOf(dimension), SizeOf(other):
            if comparison is Comparison.EQUAL:
                return f"as {_SIZES[dimension][4]} as {_SIZES[other][4]}"
            more = comparison in (Comparison.MORE, Comparison.AT_LEAST)
            return f"{_SIZES[dimension][3 if more else 2]} than {_SIZES[other][4]}"
        case _:
            return f"{comparison.value} another number of it"


def _comparison(key: Key, comparison: Comparison, value: float | Selection | Quantity | Key) -> str:
    more = comparison in (Comparison.MORE, Comparison.AT_LEAST)
    if isinstance(value, Quantity):
        return f"{comparison.value} the number it is compared with"
    if isinstance(value, Key):
        return _comparison_of_own(key, comparison, value)
    if isinstance(value, (int, float)):
        metres = f"{comparison.value} {value:g} m"
        match key:
            case DistanceTo(target):
                return f"{metres} from {one_phrase(target)}"
            case Bearing():
                return f"{comparison.value} {value:g} degrees off straight ahead"
            case SizeOf(Dimension.SIZE):
                return f"{metres}\N{SUPERSCRIPT THREE} large"
            case SizeOf(Dimension.FOOTPRINT):
                return f"{metres}\N{SUPERSCRIPT TWO} in footprint"
            case SizeOf(dimension):
                return f"{metres} {_SIZES[dimension][4]}"
            case _:
                return f"{comparison.value} {value:g}"
    other = one_phrase(value)
    match key:
        case DistanceTo(target):
            word = "as far from" if comparison is Comparison.EQUAL else None
            if word:
                return f"{word} {one_phrase(target)} as {other}"
            return f"{'farther from' if more else 'closer to'} {one_phrase(target)} than {other}"
        case SizeOf(dimension):
            if comparison is Comparison.EQUAL:
                return f"as {_SIZES[dimension][4]} as {other}"
            return f"{_SIZES[dimension][3 if more else 2]} than {other}"
        case _:
            return f"{'right' if more else 'left'} of {phrase(value)}"
