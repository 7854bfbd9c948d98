# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Regions whose objects decide a question, so that they are estimated together."""

from __future__ import annotations

from smolrgpt_ros.geometry.size_priors import stands_on_floor
from smolrgpt_ros.language.question import (
    All,
    Among,
    AnyOf,
    Bearing,
    Beside,
    Between,
    Camera,
    ClassOf,
    Column,
    Compared,
    Compares,
    Condition,
    Count,
    Difference,
    Dimension,
    Dimensions,
    Direction,
    Distance,
    DistanceTo,
    Each,
    Everything,
    Exactly,
    Exists,
    Holding,
    Holds,
    HowMuch,
    Inside,
    Key,
    Listing,
    LoadState,
    Mean,
    NextTo,
    Not,
    OfClass,
    OnTop,
    Order,
    Pair,
    Plain,
    Proposition,
    Quantity,
    Ranked,
    Ratio,
    Relation,
    RelationKind,
    Route,
    Same,
    SamePlace,
    Selection,
    Side,
    Size,
    SizeOf,
    State,
    Table,
    Total,
    Union,
    Where,
    WhereIs,
    Whether,
    Which,
)

from .context import Context


def regions_needed(question: Plain, context: Context) -> frozenset[int]:
    """Ids of the regions that depth must place for an answer; none where the image decides.

    Of a selection that depth decides, these are all candidates.
    """
    needs = _Needs(context)
    needs.question(question)
    return frozenset(needs.ids | needs.vehicles())


class _Needs:
    """Collects the regions needed by the parts of a question."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._rests = False  # whether what carries an object matters
        self.ids: set[int] = set()

    def vehicles(self) -> set[int]:
        """Vehicles that may carry a pallet of those needed, where that matters: what a floor region
        holds does not ride."""
        objects = self._context.objects
        if not self._rests and not any(objects.is_floor_region(i) for i in self.ids):
            return set()
        regions = objects.geometry.regions
        return {r.id for r in regions if self.ids & set(objects.geometry.possible_loads(r.id))}

    def question(self, question: Plain) -> None:
        match question:
            case HowMuch(quantity):
                self._quantity(quantity)
            case Which(selection) | Listing(selection) | ClassOf(selection):
                self._deciding(selection)
            case Order(selection, key) | Each(selection, key):
                self._deciding(selection)
                self._key(key, selection)
            case Table(selection, keys):
                self._deciding(selection)
                for key in keys:
                    self._key(key, selection)
            case Whether(proposition):
                self._proposition(proposition)
            case Relation(kind, first, second):
                by_column = kind is RelationKind.LEFT_RIGHT and Camera() not in (first, second)
                for end in (first, second):
                    self._deciding(end) if by_column else self._ends(end)
                    if kind is RelationKind.TALLER_SHORTER:
                        self._carriers(end)
            case Direction(first, second):
                self._ends(first, second)
            case Pair(selection):
                self._ends(selection)
            case Dimensions(selection):
                self._ends(selection)
                self._carriers(selection)
            case WhereIs(subject):
                self._rests = True
                self._ends(subject, OfClass("buffer"), Everything())

    def _proposition(self, proposition: Proposition) -> None:
        match proposition:
            case Exists(selection):
                self._deciding(selection)
            case Holds(subject, condition):
                self._deciding(subject)
                self._condition(condition, subject)
            case Compares(first, _, second):
                self._quantity(first)
                if not isinstance(second, (int, float)):
                    self._quantity(second)
            case Same(first, second):
                self._deciding(first)
                self._deciding(second)
            case SamePlace(subject, places):
                self._ends(subject, places)

    def _quantity(self, quantity: Quantity) -> None:
        match quantity:
            case Distance(first, second):
                self._ends(first, second)
            case Size(of, dimension):
                self._key(SizeOf(dimension), of)
            case Count(of):
                self._deciding(of)
            case Total(of, key) | Mean(of, key):
                self._deciding(of)
                self._key(key, of)
            case Route(stops):
                self._ends(*stops)
            case Difference(one, two) | Ratio(one, two):
                self._quantity(one)
                self._quantity(two)

    def _ends(self, *selections: Selection) -> None:
        """Selections whose members must be placed."""
        for selection in selections:
            self.ids |= self._candidates(selection)
            self._deciding(selection)

    def _deciding(self, selection: Selection) -> None:
        """What must be placed to know what a selection selects."""
        match selection:
            case Union(members):
                for member in members:
                    self._deciding(member)
            case Where(of, condition):
                self._deciding(of)
                self._condition(condition, of)
            case Ranked(of, key):
                self._deciding(of)
                self._key(key, of)
            case Exactly(of):
                self._deciding(of)
            case _:
                pass

    def _key(self, key: Key, of: Selection) -> None:
        match key:
            case Column():
                return
            case Bearing():
                self._ends(of)
            case DistanceTo(target):
                self._ends(of, target)
            case Holding(content):
                self._rests = True
                self._ends(of, content)
            case SizeOf(dimension):
                self._ends(of)
                if dimension in (
                    Dimension.ELEVATION,
                    Dimension.HEIGHT,
                    Dimension.SIZE,
                ):
                    self._carriers(of)

    def _carriers(self, of: Selection) -> None:
        """What may carry objects of a selection, where their class does not say it."""
        self._rests = True
        labels = {self._context.objects.label(i) for i in self._candidates(of)}
        if any(label != "pallet" and not stands_on_floor(label) for label in labels):
            self._ends(Everything())

    def _condition(self, condition: Condition, of: Selection) -> None:
        match condition:
            case Not(inner):
                self._condition(inner, of)
            case All(conditions) | AnyOf(conditions):
                for inner in conditions:
                    self._condition(inner, of)
            case Among(selection):
                self._deciding(selection)
            case Beside(side, other) if side in (Side.LEFT, Side.RIGHT) and other != Camera():
                self._deciding(other)
            case NextTo(other) | Inside(other) | OnTop(other):
                self._rests = True
                self._ends(of, other)
            case Beside(_, other):
                self._ends(of, other)
            case Between(first, second):
                self._ends(of, first, second)
            case Compared(key, _, value):
                self._key(key, of)
                if isinstance(value, Quantity):
                    self._quantity(value)
                elif isinstance(value, Key):
                    self._key(value, of)
                elif not isinstance(value, (int, float)):
                    self._deciding(value)
                    self._key(key, value)
            case State(state):
                self._ends(of)
                ids = self._candidates(of)
                if state in (LoadState.CARRIED, LoadState.ON_FLOOR):
                    self._carriers(of)
                elif any(self._context.objects.is_floor_region(i) for i in ids):
                    self._ends(Everything())

    def _candidates(self, selection: Selection) -> set[int]:
        """Ids that a selection may select: of what the image decides, those that it does."""
        if _by_image(selection):
            return set(self._context.select(selection).ids)
        match selection:
            case Union(members):
                return set().union(*(self._candidates(member) for member in members))
            case Ranked(of) | Where(of) | Exactly(of):
                return self._candidates(of)
            case _:
                raise AssertionError(f"the image decides {selection}")


def _by_image(selection: Selection) -> bool:
    """Whether a selection is decided without depth."""
    match selection:
        case Where(of, condition):
            return _by_image(of) and _condition_by_image(condition)
        case Ranked(of, key):
            return isinstance(key, Column) and _by_image(of)
        case Union(members):
            return all(_by_image(member) for member in members)
        case Exactly(of):
            return _by_image(of)
        case _:
            return True


def _condition_by_image(condition: Condition) -> bool:
    match condition:
        case Among(members):
            return _by_image(members)
        case Beside(side, of):
            return side in (Side.LEFT, Side.RIGHT) and of != Camera() and _by_image(of)
        case Not(inner):
            return _condition_by_image(inner)
        case All(conditions) | AnyOf(conditions):
            return all(_condition_by_image(inner) for inner in conditions)
        case _:
            return False
