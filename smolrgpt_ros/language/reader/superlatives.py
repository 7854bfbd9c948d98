# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What meanings of the grammar call for superlatives: "nearest", "second from the left"."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .. import question as q
from .parser import Mismatch


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
    """``from`` an end that is counted from ("from the left"), ``at`` one ("on the left"); ``two``
    for a comparative, which chooses one of two ("the shelf that is closer")."""


_SHORT = q.SizeOf(q.Dimension.HEIGHT)
_LONG = q.SizeOf(q.Dimension.LENGTH)
_BIG = q.SizeOf(q.Dimension.SIZE)


@dataclass(frozen=True)
class Ordinal:
    """ "second": the rank of a superlative in the same phrase."""

    rank: int


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


def whole(number: object) -> int:
    """A count or an id.

    Raises:
        Mismatch: if it is no whole number.
    """
    if not isinstance(number, int | float) or not float(number).is_integer():
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


def with_target(value: object, target: q.Selection) -> Rank:
    """A phrase whose unsaid reference is now said."""
    result = q.changed(value, lambda v: target if isinstance(v, Unsaid) else v)
    return result  # type: ignore[no-any-return]


def extreme_of(key: q.Key, most: bool) -> Rank:
    """ "argmax height": the superlative of a number of each object."""
    return Rank(key, q.Extreme.MOST if most else q.Extreme.LEAST)


def arranged(key: q.Key, direction: Rank | bool) -> Rank:
    """ "by height, tallest first": the order of a key, its direction said behind it.

    Args:
        key: what is sorted by.
        direction: a superlative, or whether the most comes first.

    Raises:
        Mismatch: if the superlative speaks of something else than the key.
    """
    if isinstance(direction, bool):
        return Rank(key, q.Extreme.MOST if direction else q.Extreme.LEAST)
    other = direction.key
    if isinstance(key, q.DistanceTo):
        nearest = (q.DistanceTo(Unsaid()), key)  # type: ignore[arg-type]
        end = _SHORT if direction.extreme is q.Extreme.LEAST else _LONG
        fits = other in (*nearest, end, _BIG)
    elif isinstance(key, q.SizeOf):
        high = key.dimension in (q.Dimension.TOP, q.Dimension.ELEVATION)
        low = direction.extreme is q.Extreme.LEAST
        fits = other in (key, _BIG) or (other == _SHORT and (high or low))
    else:
        fits = other == _BIG
    if not fits:
        raise Mismatch("the order named is not that of what is sorted by")
    return Rank(key, direction.extreme)


def from_to(first: Rank, second: Rank, target: q.Selection | None = None) -> Rank:
    """ "from shortest to tallest".

    Raises:
        Mismatch: if the two are no ends of one order.
    """
    if first.key != second.key or first.extreme is second.extreme:
        raise Mismatch("the two ends of the order do not fit each other")
    return toward(first, target)


def pair_extreme(rank: Rank) -> q.Extreme:
    """The "closest pair", the "most distant" one.

    Raises:
        Mismatch: for a superlative that is no distance.
    """
    if not isinstance(rank.key, q.DistanceTo):
        raise Mismatch("two objects can be closest together or farthest apart")
    return rank.extreme


def pair_of(selection: q.Selection, extreme: q.Extreme) -> q.Pair:
    """ "The smallest distance between two pallets".

    Raises:
        Mismatch: for several kinds: between a pallet and a shelf is not between any two of them.
    """
    if isinstance(selection, q.Union):
        raise Mismatch("two objects of one kind can be closest together or farthest apart", True)
    return q.Pair(selection, extreme)


def no_distance(rank: Rank) -> Rank:
    """ "Who is the widest from the pallets".

    Raises:
        Mismatch: for a distance: "what is farthest from the shelf" chooses none of the shelves.
    """
    if isinstance(rank.key, q.DistanceTo):
        raise Mismatch("a distance is from an object, no choice from a class")
    return rank


def counted_from(rank: Rank) -> Rank:
    """ "from the left" behind a noun."""
    return replace(rank, end="from")


def of_two(rank: Rank) -> Rank:
    """ "The shelf that is closer to pallet 9": there are two of them."""
    return replace(rank, end="two")


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


def yes() -> bool:
    """A flag of a pattern."""
    return True


def no() -> bool:
    """A flag of a pattern that is not set."""
    return False
