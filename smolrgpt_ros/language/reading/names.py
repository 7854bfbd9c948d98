"""The functions that meanings of the grammar call, beside the query language's own constructors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from typing import Any

from .. import question as q
from .parser import Mismatch


@dataclass(frozen=True)
class It:
    """A pronoun: what it stands for is said elsewhere in the question."""


@dataclass(frozen=True)
class Unsaid:
    """What a nearest one is near to, where the phrase does not say it."""


@dataclass(frozen=True)
class Rank:
    """A superlative on its way to the noun it belongs to."""

    key: q.Key
    extreme: q.Extreme
    rank: int = 1
    take: int = 1


@dataclass(frozen=True)
class Ordinal:
    """ "second": the rank of a superlative in the same phrase."""

    rank: int


@dataclass(frozen=True)
class Take:
    """ "three": how many a superlative takes."""

    number: int


@dataclass(frozen=True)
class Target:
    """ "to the transporter" behind "the nearest pallet"."""

    selection: q.Selection


Modifier = Rank | Ordinal | Take | Target | q.Condition


# -- noun phrases ---------------------------------------------------------------------------


def ids(label: str, *numbers: object) -> q.Ids:
    """Regions by number; the class is checked when the question is resolved."""
    flat: list[int] = []
    for number in numbers:
        flat += [int(n) for n in number] if isinstance(number, tuple) else [int(number)]  # type: ignore[call-overload]
    return q.Ids(tuple(dict.fromkeys(flat)), label)


def masks(label: str, *placeholders: object) -> q.Ids:
    """Placeholders of a question, as ids below zero: the first is -1."""
    found = ids(label, *placeholders)
    return q.Ids(tuple(-1 - i for i in found.ids), label)


def of(base: q.Selection, *groups: object) -> q.Selection:
    """A selection with its modifiers: conditions narrow it, then a superlative ranks it."""
    modifiers: list[Modifier] = []
    for group in groups:
        if isinstance(group, tuple):
            modifiers += group
        elif group is not None:
            modifiers.append(group)  # type: ignore[arg-type]
    ranks = [m for m in modifiers if isinstance(m, Rank)]
    ordinals = [m.rank for m in modifiers if isinstance(m, Ordinal)]
    takes = [m.number for m in modifiers if isinstance(m, Take)]
    targets = [m.selection for m in modifiers if isinstance(m, Target)]
    result = base
    for modifier in modifiers:
        if not isinstance(modifier, Rank | Ordinal | Take | Target):
            result = q.where(result, modifier)
    if len(ranks) > 1 or len(ordinals) > 1 or len(takes) > 1 or len(targets) > 1:
        raise Mismatch("two superlatives choose from the same objects; ask with one")
    if not ranks:
        if ordinals or takes or targets:
            raise Mismatch("a number or a reference stands without the superlative it belongs to")
        return result
    rank = ranks[0]
    key = rank.key
    if targets:
        if not isinstance(key, q.DistanceTo) or not isinstance(key.target, Unsaid):
            raise Mismatch("only a nearest or farthest one is so to something")
        key = q.DistanceTo(targets[0])
    place = ordinals[0] if ordinals else rank.rank
    return q.Ranked(result, key, rank.extreme, place, takes[0] if takes else rank.take)


def together(first: q.Selection, *others: object) -> q.Selection:
    """ "pallet 9 and the transporter"."""
    flat: list[q.Selection] = [first]
    for other in others:
        if isinstance(other, tuple):
            flat += other
        elif other is not None:
            flat.append(other)  # type: ignore[arg-type]
    return q.union(*flat)


def nearest(of_: q.Selection, target: q.Selection | None = None, rank: object = 1) -> q.Selection:
    """The closest of a selection to a target."""
    key = q.DistanceTo(Unsaid() if target is None else target)  # type: ignore[arg-type]
    return q.Ranked(of_, key, q.Extreme.LEAST, int(rank))  # type: ignore[call-overload]


def farthest(of_: q.Selection, target: q.Selection | None = None, rank: object = 1) -> q.Selection:
    """The farthest of a selection from a target."""
    key = q.DistanceTo(Unsaid() if target is None else target)  # type: ignore[arg-type]
    return q.Ranked(of_, key, q.Extreme.MOST, int(rank))  # type: ignore[call-overload]


def ranked(of_: q.Selection, rank: Rank, ordinal: Ordinal | None = None) -> q.Selection:
    """A selection ranked by a superlative said elsewhere: "which of the pallets is tallest"."""
    return of(of_, rank, ordinal)


def toward(rank: Rank, target: q.Selection) -> Rank:
    """ "nearest to the transporter" behind a noun."""
    if not isinstance(rank.key, q.DistanceTo) or not isinstance(rank.key.target, Unsaid):
        raise Mismatch("only a nearest or farthest one is so to something")
    return replace(rank, key=q.DistanceTo(target))


def choice(label: str, rank: Rank, target: q.Selection | None = None) -> q.Which:
    """ "Which pallet is nearest to the transporter?"."""
    chosen = rank if target is None else toward(rank, target)
    return q.Which(of(q.OfClass(label), chosen))


def robot() -> q.Selection:
    """ "The robot" is the one that looks, or one that is seen."""
    raise Mismatch(
        'it is open which robot is meant: say "the camera" for the one that looks, or name the '
        "region"
    )


def canonical_rank(
    of_: q.Selection,
    rank: Rank,
    ordinal: Ordinal | None = None,
    number: int | None = None,
    target: q.Selection | None = None,
) -> q.Selection:
    """ "The second closest of (pallets that are empty) to transporter 10"."""
    return of(of_, rank if target is None else toward(rank, target), ordinal, taken(number))


def taken(number: int | None) -> Take | None:
    return None if number is None else Take(number)


def route(first: q.Selection, stops: tuple[q.Selection, ...]) -> q.Route:
    return q.Route((first, *stops))


def each(selection: q.Selection, key: q.Key, unit: q.Unit | None = None) -> q.Each:
    return q.Each(selection, key, unit or q.Unit.METRE)


def dimensions(selection: q.Selection, unit: q.Unit | None = None) -> q.Dimensions:
    return q.Dimensions(selection, unit or q.Unit.METRE)


def yes() -> bool:
    return True


def whole(number: float) -> int:
    """A count.

    Raises:
        Mismatch: if it is no whole number.
    """
    if number != int(number):
        raise Mismatch(f"{number:g} is no number of objects")
    return int(number)


def one() -> float:
    return 1.0


# -- conditions -----------------------------------------------------------------------------


def within(target: q.Selection, metres: float) -> q.Condition:
    return q.Compared(q.DistanceTo(target), q.Comparison.LESS, float(metres))


def beyond(target: q.Selection, metres: float) -> q.Condition:
    return q.Compared(q.DistanceTo(target), q.Comparison.MORE, float(metres))


def any_of(*conditions: q.Condition) -> q.Condition:
    """Conditions joined by "or"."""
    flat: list[q.Condition] = []
    for condition in conditions:
        flat += condition.conditions if isinstance(condition, q.AnyOf) else (condition,)
    return q.AnyOf(tuple(dict.fromkeys(flat)))


def where(selection: q.Selection, condition: Any) -> q.Selection:
    """A selection narrowed by what is said of it."""
    return of(selection, condition)


def unless(condition: q.Condition) -> q.Condition:
    """The condition's negation; of a negated one the condition."""
    return condition.condition if isinstance(condition, q.Not) else q.Not(condition)


def excepting(selection: q.Selection) -> q.Condition:
    return q.Not(q.Among(selection))


def all_of(*groups: object) -> q.Condition:
    """Conditions joined by "and"."""
    flat: list[q.Condition] = []
    for group in groups:
        flat += group if isinstance(group, tuple) else [group]  # type: ignore[list-item]
    return q.all_of(*flat)


# -- quantities and propositions ------------------------------------------------------------


def distance(first: q.Selection, second: q.Selection, mode: q.Mode = q.Mode.CENTER) -> q.Distance:
    """Between two ends; "the nearest pallet" at one end is the nearest to the other."""
    return q.Distance(told(first, second), told(second, first), mode)


def told(selection: Any, target: Any) -> Any:
    """A selection whose unsaid reference is now said."""
    return swapped(selection, lambda v: target if isinstance(v, Unsaid) else v)


def how_many(selection: q.Selection) -> q.HowMuch:
    return q.HowMuch(q.Count(selection))


def at_least(selection: q.Selection, number: float) -> q.Whether:
    return counted(selection, q.Comparison.AT_LEAST, number)


def counted(selection: q.Selection, comparison: q.Comparison, number: float) -> q.Whether:
    return q.Whether(q.Compares(q.Count(selection), comparison, float(number)))


def closer(first: q.Selection, target: q.Selection, second: q.Selection) -> q.Whether:
    """Is the first closer to the target than the second?"""
    one, two = q.Distance(first, target), q.Distance(second, target)
    return q.Whether(q.Compares(one, q.Comparison.LESS, two))


def larger(
    dimension: q.Dimension, first: q.Selection, second: q.Selection, most: bool = True
) -> q.Whether:
    """Is the first taller, wider, bigger (or the opposite) than the second?"""
    comparison = q.Comparison.MORE if most else q.Comparison.LESS
    one, two = q.Size(first, dimension), q.Size(second, dimension)
    return q.Whether(q.Compares(one, comparison, two))


def holds(subject: q.Selection, condition: q.Condition) -> q.Whether:
    return q.Whether(q.Holds(subject, condition))


def exists(selection: q.Selection) -> q.Whether:
    return q.Whether(q.Exists(selection))


def difference(first: q.Quantity, second: q.Quantity, unit: q.Unit = q.Unit.METRE) -> q.HowMuch:
    return q.HowMuch(q.Difference(first, second), unit or q.Unit.METRE)


def length(quantity: q.Quantity, unit: q.Unit | None = None) -> q.HowMuch:
    """A length, in the unit asked for."""
    return q.HowMuch(quantity, unit or q.Unit.METRE)


def about(topic: q.Selection, question: Any) -> Any:
    """A question whose pronoun stands for the topic.

    Raises:
        Mismatch: if it has none: then the topic was said for nothing.
    """
    result = swapped(question, lambda v: topic if isinstance(v, It) else v)
    if result == question:
        raise Mismatch("the first part of the question is not taken up by the second")
    return result


def among(given: q.Selection, question: Any) -> Any:
    """A question asked of some objects only: "given the pallets 3 and 7, which one ..."."""
    members = given.members if isinstance(given, q.Union) else (given,)
    by_label = {m.label: m for m in members if isinstance(m, q.Ids)}
    used: set[str] = set()

    def replaced(value: Any) -> Any:
        if isinstance(value, q.OfClass) and value.label in by_label:
            used.add(value.label)
            return by_label[value.label]
        if isinstance(value, It | q.Everything) and len(members) == 1:
            used.update(by_label)
            return given
        return value

    result = swapped(question, replaced)
    if not used:
        raise Mismatch("the objects given are not asked about")
    return result


# -- walking values -------------------------------------------------------------------------


def swapped(value: Any, change: Callable[[Any], Any]) -> Any:
    """A value of the query language with parts changed, from the inside out."""
    if isinstance(value, tuple):
        return tuple(swapped(item, change) for item in value)
    if not is_dataclass(value) or isinstance(value, Enum | type):
        return value
    changes = {f.name: swapped(getattr(value, f.name), change) for f in fields(value)}
    same = all(getattr(value, name) is part for name, part in changes.items())
    return change(value if same else replace(value, **changes))


def parts(value: Any) -> tuple[Any, ...]:
    """Every value inside a value, itself included."""
    found: list[Any] = []

    def note(part: Any) -> Any:
        found.append(part)
        return part

    swapped(value, note)
    return tuple(found)


def grammar_names() -> Mapping[str, object]:
    """Everything a meaning may name."""
    language = {
        name: member
        for name, member in vars(q).items()
        if isinstance(member, type) and (is_dataclass(member) or issubclass(member, Enum))
    }
    own = {
        name: member
        for name, member in globals().items()
        if callable(member) and getattr(member, "__module__", "") == __name__
    }
    return {**language, **own}
