# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The measured answer as one English sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from smolrgpt_ros.geometry.size_priors import is_flat
from smolrgpt_ros.language.english_words import listed
from smolrgpt_ros.language.question import (
    Bearing,
    Camera,
    ClassOf,
    Column,
    Compares,
    Count,
    Difference,
    Dimension,
    Dimensions,
    Direction,
    Distance,
    DistanceTo,
    Each,
    Exists,
    Extreme,
    Holding,
    Holds,
    HowMuch,
    Key,
    Listing,
    Mean,
    Mode,
    Order,
    Pair,
    Plain,
    Proposition,
    Quantity,
    Question,
    Ranked,
    Ratio,
    Relation,
    Route,
    Same,
    SamePlace,
    Selection,
    Size,
    SizeOf,
    Table,
    Total,
    Unit,
    Where,
    WhereIs,
    Whether,
    Which,
)
from smolrgpt_ros.language.vocabulary import plural_of
from smolrgpt_ros.scene.region import region_name

from .answer_tables import at_least, columns
from .evaluation import Evaluation, answered_question
from .number_wording import is_count, key_noun, length, number_word, quantity_noun, written
from .wording import noun, one_phrase, phrase, predicate, reference, superlative

LabelOf = Callable[[int], str]

_SIZE_WORDS = {
    Dimension.HEIGHT: "high",
    Dimension.WIDTH: "wide",
    Dimension.LENGTH: "long",
    Dimension.SIZE: "large",
    Dimension.ELEVATION: "above the floor",
    Dimension.TOP: "above the floor at its top",
    Dimension.FOOTPRINT: "in footprint",
}
_RELATIONS = {
    "left": "left of",
    "right": "right of",
    "front": "in front of",
    "behind": "behind",
    "above": "above",
    "below": "below",
}


def answer_text(
    question: Question, evaluation: Evaluation, label_of: LabelOf, in_view: str = "in view"
) -> str:
    """One plain English sentence of a measured answer, in the unit asked for.

    Args:
        question: as evaluated.
        evaluation: of the question.
        label_of: class of a region id; ``""`` where unknown.
        in_view: what is said of the objects that are there.
    """
    if evaluation.reason:
        return _sentence(evaluation.reason)
    answered = answered_question(question, evaluation)
    text = _Writer(evaluation, label_of, in_view).answer(answered)
    if evaluation.holds is None or isinstance(answered, Whether):
        return _sentence(text)
    condition = "the condition holds" if evaluation.holds else "the condition does not hold"
    return _sentence(f"{condition}: {text}")


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


class _Writer:
    """Writes the answer of one evaluation."""

    def __init__(self, evaluation: Evaluation, label_of: LabelOf, in_view: str) -> None:
        self._found, self._label_of, self._in_view = evaluation, label_of, in_view

    def answer(self, question: Plain) -> str:
        """The sentence without capital and full stop."""
        ids = self._found.region_ids
        match question:
            case HowMuch(quantity, unit):
                return self._quantity(quantity, unit)
            case Which(selection):
                return self._which(selection)
            case Listing(selection):
                return self._listing(selection)
            case Order(selection, key, descending):
                return self._order(selection, key, descending)
            case Each(_, key, unit):
                return self._each(key, unit)
            case Table(_, keys, unit):
                return self._columns(keys, unit)
            case Pair(selection, extreme):
                what = "closest together" if extreme is Extreme.LEAST else "farthest apart"
                gap = f": {self._number('m', Unit.METRE)}" if self._found.value is not None else ""
                return f"{self._names(ids)} are {what}{gap}"
            case Whether(proposition):
                return self._whether(proposition)
            case Relation(_, first, second):
                return self._relation(first, second)
            case Direction(subject, viewer):
                one, other = self._ends(subject, viewer)
                return f"{one} is at {self._found.value} o'clock from {other}"
            case WhereIs():
                return self._where_is()
            case Dimensions(_, unit):
                words = ("long", "wide", "high")[: len(self._found.values)]
                found = self._found
                parts = zip(found.values, found.stds, found.lower_bounds, words, strict=True)
                sizes = [
                    f"{at_least(bound)}{length(value, unit, std)} {word}"
                    for value, std, bound, word in parts
                ]
                return f"{self._name(ids[0])} is {listed(sizes)}"
            case ClassOf():
                return f"region {ids[0]} is a {self._found.value}" if ids else "it is the camera"

    # -- numbers ----------------------------------------------------------------------------

    def _quantity(self, quantity: Quantity, unit: Unit) -> str:
        ids = self._found.region_ids
        number = self._number(self._found.unit, unit)
        match quantity:
            case Count(of):
                return self._count(of)
            case Distance(first, second, mode):
                one, other = self._ends(first, second)
                if mode is Mode.CLEARANCE:
                    return f"there is {number} of room between {one} and {other}"
                how = "" if mode is Mode.CENTER else f" ({mode.value})"
                return f"{one} is {number} from {other}{how}"
            case Size(_, dimension):
                return f"{self._name(ids[0])} is {number} {_SIZE_WORDS[dimension]}"
            case Route(stops):
                return f"the way along {listed([self._end(s) for s in stops])} is {number} long"
            case Total(_, key) | Mean(_, key):
                word = "in total" if isinstance(quantity, Total) else "on average"
                return f"{word}, {key_noun(key)} of {self._names(ids)} is {number}"
            case Difference(first, second, absolute=True):
                both = f"{quantity_noun(first)} and {quantity_noun(second)}"
                return f"{both} differ by {number}"
            case Ratio(first, second):
                return f"{quantity_noun(quantity)} is {number}"
            case Difference(first, second):
                more = "less" if number.startswith("-") else "more"
                than = f"{number.removeprefix('-')} {more} than {quantity_noun(second)}"
                return f"{quantity_noun(first)} is {than}"

    def _count(self, of: Selection) -> str:
        count = self._found.value
        ids = self._found.region_ids
        one = count == 1
        which = f": {self._listed(ids)}" if ids else ""
        verb = f"{'is' if one else 'are'} {self._in_view}"
        match of:
            case Where(base, condition):
                what = predicate(condition, several=not one)
                return f"{number_word(count)} {noun(base, 1 if one else 2)} {what}{which}"
            case _:
                return f"{number_word(count)} {noun(of, 1 if one else 2)} {verb}{which}"

    def _number(self, of: str, unit: Unit) -> str:
        value, std = self._found.value, self._found.std
        assert isinstance(value, (int, float))
        return at_least(self._found.lower_bound) + written(float(value), std, of, unit)

    # -- objects ----------------------------------------------------------------------------

    def _which(self, selection: Selection) -> str:
        ids = self._found.region_ids
        match selection:
            case Ranked(of, key, take=1):
                target = f" {reference(selection)}" if isinstance(key, DistanceTo) else ""
                what = superlative(selection).removesuffix(" one")
                of_all = noun(of, 1)
                if isinstance(key, Holding):
                    return f"{self._names(ids)} is {superlative(selection)}"
                return f"{self._names(ids)} is {what} {of_all}{target}"
            case Where(_, condition):
                return f"{self._names(ids)} {predicate(condition, several=len(ids) > 1)}"
            case _:
                return f"{self._names(ids)} {'is' if len(ids) == 1 else 'are'} {self._in_view}"

    def _listing(self, selection: Selection) -> str:
        ids, values = self._found.region_ids, self._found.values
        if not ids:
            if isinstance(selection, Where):
                return f"no {noun(selection, 1)} {predicate(selection.condition)}"
            return f"no {noun(selection, 1)} is in view"
        if values:
            return f"{number_word(len(ids))} {noun(selection, len(ids))}: {self._table(Unit.METRE)}"
        several = len(ids) > 1
        if isinstance(selection, Where):
            return f"{self._names(ids)} {predicate(selection.condition, several=several)}"
        if isinstance(selection, Ranked):
            return f"{self._names(ids)} {'are' if several else 'is'} {superlative(selection)}"
        return f"{self._names(ids)} {'are' if several else 'is'} {self._in_view}"

    def _order(self, selection: Selection, key: Key, descending: bool) -> str:
        ids = self._found.region_ids
        words = {
            Column: ("from left to right", "from right to left"),
            DistanceTo: ("nearest first", "farthest first"),
            SizeOf: ("smallest first", "largest first"),
            Holding: ("fewest first", "most first"),
            Bearing: ("from straight ahead to the sides", "from the sides to straight ahead"),
        }[type(key)]
        names = [self._name(i) for i in ids]
        rows = self._table(Unit.METRE) if self._found.values else listed(names)
        return f"in order, {words[descending]}: {rows}"

    def _each(self, key: Key, unit: Unit) -> str:
        what = key_noun(key)
        if isinstance(key, DistanceTo):
            what = f"{what} to {self._end(key.target)}"
        return f"{what}: {self._table(unit)}"

    def _columns(self, keys: Sequence[Key], unit: Unit) -> str:
        heads = [self._column(key) for key in keys]
        return columns(self._found, heads, unit, self._name)

    def _column(self, key: Key) -> str:
        what = key_noun(key).removeprefix("the ")
        return f"{what} to {self._end(key.target)}" if isinstance(key, DistanceTo) else what

    def _table(self, unit: Unit) -> str:
        return columns(self._found, [""], unit, self._name)

    # -- words ------------------------------------------------------------------------------

    def _whether(self, proposition: Proposition) -> str:
        yes = self._found.value is True
        return f"{'yes' if yes else 'no'}, {self._statement(proposition, yes)}"

    def _statement(self, proposition: Proposition, yes: bool) -> str:
        ids = self._found.region_ids
        match proposition:
            case Exists(selection):
                if not yes:
                    return self._listing(selection)
                who = self._names(ids) if ids else f"some {noun(selection, 1)}"
                which = "" if ids else ", which one is not sure"
                if isinstance(selection, Where):
                    return f"{who} {predicate(selection.condition, True, len(ids) > 1)}{which}"
                return f"{who} {'are' if len(ids) > 1 else 'is'} {self._in_view}{which}"
            case Holds(subject, condition):
                several = len(ids) > 1
                who = self._names(ids) if ids else self._end(subject)
                all_not = "not all of " if several and not yes else ""
                return f"{all_not}{who} {predicate(condition, yes or bool(all_not), several)}"
            case Same(first, second):
                return f"{phrase(first)} is {'' if yes else 'not '}{phrase(second)}"
            case SamePlace(_, places):
                things = self._names(ids[:-1] if yes else ids)
                where = f"in {self._name(ids[-1])}" if yes else f"in one {noun(places, 1)}"
                return f"{things} are {'' if yes else 'not '}{where}"
            case Compares(first, comparison, second):
                given = f"{second:g}" if isinstance(second, (int, float)) else quantity_noun(second)
                plain = is_count(first) or isinstance(first, Ratio)
                unit = " m" if isinstance(second, (int, float)) and not plain else ""
                verb = "is" if yes else "is not"
                return f"{quantity_noun(first)} {verb} {comparison.value} {given}{unit}"

    def _relation(self, first: Selection, second: Selection) -> str:
        one, other = self._ends(first, second)
        word = str(self._found.value)
        return f"{one} is {_RELATIONS.get(word, f'{word} than')} {other}"

    def _where_is(self) -> str:
        subject, *holders = self._found.region_ids
        distance, *hour = self._found.values
        text = f"{self._name(subject)} is {length(distance, Unit.METRE, self._found.stds[0])} away"
        if hour:
            text += f" at {hour[0]:.0f} o'clock"
        places = [
            f"{'in' if is_flat(self._label_of(i)) else 'on'} {self._name(i)}" for i in holders
        ]
        return f"{text}, {listed(places)}" if places else text

    # -- names ------------------------------------------------------------------------------

    def _name(self, region_id: int) -> str:
        return region_name(self._label_of(region_id), region_id)

    def _listed(self, ids: Sequence[int]) -> str:
        """Ids alone where all are of one class, else names."""
        if len({self._label_of(i) for i in ids}) == 1:
            return listed([str(i) for i in sorted(ids)])
        return self._names(ids)

    def _names(self, ids: Sequence[int]) -> str:
        """As in "pallets 2 and 4 and shelf 12"."""
        by_label: dict[str, list[int]] = {}
        for i in sorted(ids):
            by_label.setdefault(self._label_of(i) or "region", []).append(i)
        groups = [
            f"{label if len(group) == 1 else plural_of(label)} {listed([str(i) for i in group])}"
            for label, group in by_label.items()
        ]
        return listed(groups)

    def _ends(self, first: Selection, second: Selection) -> tuple[str, str]:
        """Names of two ends, by the ids that were found for those that are not the camera."""
        ids = iter(self._found.region_ids)
        one, other = (
            "the camera" if isinstance(end, Camera) else self._name(next(ids))
            for end in (first, second)
        )
        return one, other

    def _end(self, selection: Selection) -> str:
        return one_phrase(selection)
