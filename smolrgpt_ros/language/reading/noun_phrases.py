"""What meanings of the grammar call to name objects: ids, modifiers of a noun, pronouns."""

from __future__ import annotations

from dataclasses import dataclass, replace

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
    end: str = ""
    """``from`` an end that is counted from ("from the left"), ``at`` one ("on the left")."""


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


@dataclass(frozen=True)
class Last:
    """ "last": the first from the other end."""


@dataclass(frozen=True)
class Other:
    """ "the other pallets": without those that the same phrase, or the topic, names."""


@dataclass(frozen=True)
class AllOf:
    """ "all buffers": every one in view, where "the buffer" is the only one."""

    label: str


Modifier = Rank | Ordinal | Take | Target | Last | Other | q.Condition


def ids(label: str, *numbers: object) -> q.Ids:
    """Regions by number; the class is checked when the question is resolved."""
    flat: list[int] = []
    for number in numbers:
        flat += [whole(n) for n in (number if isinstance(number, tuple) else (number,))]
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
    conditions = [
        m for m in modifiers if not isinstance(m, Rank | Ordinal | Take | Target | Last | Other)
    ]
    if Other() in modifiers and not any(isinstance(c, q.Not) for c in conditions):
        conditions.append(q.Not(q.Among(It())))  # type: ignore[arg-type]
    result = base
    for condition in conditions:
        result = q.where(result, condition)
    if len(ranks) > 1 or len(ordinals) > 1 or len(takes) > 1 or len(targets) > 1:
        raise Mismatch("two superlatives choose from the same objects; ask with one")
    if not ranks:
        if ordinals or takes or targets or Last() in modifiers:
            raise Mismatch("a number or a reference stands without the superlative it belongs to")
        return result
    rank = last(ranks[0]) if Last() in modifiers else ranks[0]
    if targets:
        rank = toward(rank, targets[0])
    elif references := dict.fromkeys(_references(conditions)):
        rank = rank if len(references) > 1 else told(rank, next(iter(references)))
    place = ordinals[0] if ordinals else rank.rank
    return q.Ranked(result, rank.key, rank.extreme, place, takes[0] if takes else rank.take)


def _references(conditions: list[q.Condition]) -> list[q.Selection]:
    """What "nearest" is near to in "the nearest pallet behind pallet 4"."""
    found: list[q.Selection] = []
    for condition in conditions:
        for part in condition.conditions if isinstance(condition, q.All) else (condition,):
            if isinstance(part, q.Beside | q.NextTo):
                found.append(part.of)
            elif isinstance(part, q.Compared) and isinstance(part.key, q.DistanceTo):
                found.append(part.key.target)
    return found


def where(selection: q.Selection, *conditions: object) -> q.Selection:
    """A selection narrowed by what else the question says of it; under a superlative, if any."""
    given = [c for c in conditions if c is not None]
    if isinstance(selection, q.Ranked) and given:
        return replace(selection, of=of(selection.of, *given))
    return of(selection, *given)


def ranked(selection: q.Selection, *modifiers: object) -> q.Selection:
    """A selection ranked by a superlative of another phrase: "which of the pallets is tallest"."""
    return of(selection, *modifiers)


def toward(rank: Rank, target: q.Selection | None) -> Rank:
    """ "nearest to the transporter" behind a noun."""
    if target is None:
        return rank
    if not isinstance(rank.key, q.DistanceTo) or not isinstance(rank.key.target, Unsaid):
        raise Mismatch("only a nearest or farthest one is so to something")
    return replace(rank, key=q.DistanceTo(target))


def after(rank: Rank, ordinal: Ordinal | None = None) -> Rank:
    """ "the second nearest", "next nearest": the superlative at that place."""
    return rank if ordinal is None else replace(rank, rank=ordinal.rank)


def skipping(rank: Rank) -> Rank:
    """ "not the nearest but the one after": the second."""
    return replace(rank, rank=rank.rank + 1)


def numbered(number: float) -> Ordinal:
    """ "pallet number 2 from the left"."""
    return Ordinal(whole(number))


def reversed_rank(rank: Rank) -> Rank:
    """ "first from the left" for "last from the right"."""
    ends = {q.Extreme.LEAST: q.Extreme.MOST, q.Extreme.MOST: q.Extreme.LEAST}
    return replace(rank, extreme=ends[rank.extreme])


def together(first: q.Selection, *others: object) -> q.Selection:
    """ "pallet 9 and the transporter"."""
    flat: list[q.Selection] = [first]
    for other in others:
        if isinstance(other, tuple):
            flat += other
        elif other is not None:
            flat.append(other)  # type: ignore[arg-type]
    return q.union(*flat)


def choices(first: q.Selection, *others: object) -> q.Selection:
    """Objects to choose from.

    Raises:
        Mismatch: if all are one class.
    """
    result = together(first, *others)
    if isinstance(result, q.OfClass | q.Everything):
        raise Mismatch("the alternatives are the same")
    return result


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
    return of(of_, toward(rank, target), ordinal, taken(number))


def taken(number: int | None) -> Take | None:
    """ "three" of "the three tallest"."""
    return None if number is None else Take(number)


def whole(number: object) -> int:
    """A count or an id.

    Raises:
        Mismatch: if it is no whole number.
    """
    if not isinstance(number, int | float) or number != int(number):
        raise Mismatch(f"{number:g} is no whole number")
    return int(number)


def two(number: float) -> int:
    """The number of a pair.

    Raises:
        Mismatch: if it is another.
    """
    if number != 2:
        raise Mismatch("only two objects are closest together or farthest apart")
    return 2


def told(value: object, target: q.Selection) -> Rank:
    """A phrase whose unsaid reference is now said."""
    result = q.changed(value, lambda v: target if isinstance(v, Unsaid) else v)
    return result  # type: ignore[no-any-return]


def extreme_of(key: q.Key, most: bool) -> Rank:
    """ "argmax height": the superlative of a number of each object."""
    return Rank(key, q.Extreme.MOST if most else q.Extreme.LEAST)


def pair_extreme(rank: Rank) -> q.Extreme:
    """The "closest pair", the "most distant" one.

    Raises:
        Mismatch: for a superlative that is no distance.
    """
    if not isinstance(rank.key, q.DistanceTo):
        raise Mismatch("two objects can be closest together or farthest apart")
    return rank.extreme


def placed_at(selection: q.Selection, ordinal: Ordinal) -> q.Selection:
    """ "the third of the pallets from the left".

    Raises:
        Mismatch: if the objects stand in no order.
    """
    if not isinstance(selection, q.Ranked) or selection.rank != 1 or selection.take != 1:
        raise Mismatch("a number needs an order, as from the left, to name one of several objects")
    return replace(selection, rank=ordinal.rank)


def ranked_only(selection: q.Selection) -> q.Selection:
    """A phrase that must have a superlative."""
    if not isinstance(selection, q.Ranked):
        raise Mismatch("the objects are in no order")
    return selection


def counted_from(rank: Rank) -> Rank:
    """ "from the left" behind a noun."""
    return replace(rank, end="from")


def placed_on(rank: Rank) -> Rank:
    """ "on the left" behind a noun."""
    return replace(rank, end="at")


def last(rank: Rank) -> Rank:
    """ "the last from the left" is the rightmost, "the last on the left" the leftmost.

    Raises:
        Mismatch: without such an end.
    """
    if not rank.end:
        raise Mismatch("last needs the end that is counted from, as in the last from the left")
    return reversed_rank(rank) if rank.end == "from" else rank


def agreeing(rank: Rank, dimension: q.Dimension) -> Rank:
    """ "shortest in height".

    Raises:
        Mismatch: if the two speak of different sizes.
    """
    if rank.key != q.SizeOf(dimension):
        raise Mismatch("the superlative does not fit the size named with it")
    return rank


def every(selection: q.Selection) -> q.Selection:
    """ "all buffers", as the subject of yes or no."""
    if isinstance(selection, q.OfClass):
        return AllOf(selection.label)  # type: ignore[return-value]
    return selection


def several(selection: q.Selection) -> q.Selection:
    """ "pallets 2 and 3", to choose from.

    Raises:
        Mismatch: for one object.
    """
    if not isinstance(selection, q.Ids) or len(selection.ids) < 2:
        raise Mismatch("one object leaves nothing to choose from")
    return selection


def no_mere_class(selection: q.Selection) -> q.Selection:
    """A phrase alone that asks which object it is.

    Raises:
        Mismatch: for a class alone.
    """
    if isinstance(selection, q.OfClass | q.Everything):
        raise Mismatch("the question names a class and asks nothing of it")
    return selection


def not_class(selection: q.Selection) -> q.Selection:
    """A phrase of several objects that is more than a class.

    Raises:
        Mismatch: for a class alone, which :func:`every` reads.
    """
    if isinstance(selection, q.OfClass):
        raise Mismatch("the class alone is read as all objects of it")
    return selection
