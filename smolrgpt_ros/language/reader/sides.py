# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What meanings of the grammar call to say where an object is beside or between others."""

from __future__ import annotations

from .. import question as q
from .ends import ends
from .parser import Mismatch
from .references import It
from .superlatives import Rank


def directly(side: q.Side, of: q.Selection) -> tuple[q.Condition, Rank]:
    """ "directly behind": the nearest of those behind.

    Raises:
        Mismatch: for "directly in front of me", which is straight ahead.
    """
    if of == q.Camera() and side is q.Side.FRONT:
        raise Mismatch("directly in front of the camera is straight ahead")
    return q.Beside(side, of), Rank(q.DistanceTo(of), q.Extreme.LEAST)


def beside(side: q.Side, of: q.Selection) -> q.Condition:
    """On a side of an object."""
    return q.Beside(side, of)


def between_both(both: q.Selection) -> q.Condition:
    """ "Between pallets 7 and 9"."""
    return q.Between(*ends(both))


def beside_all(side: q.Side, of: q.Selection) -> q.Condition:
    """ "left of every pallet": of the leftmost, too.

    Raises:
        Mismatch: for a side that is no column of the image.
    """
    columns = {q.Side.LEFT: q.Comparison.LESS, q.Side.RIGHT: q.Comparison.MORE}
    if side not in columns:
        raise Mismatch("only left and right are said of several objects at once; ask of one")
    return q.Compared(q.Column(), columns[side], of)


def opposite(side: q.Side) -> q.Side:
    """ "having pallet 9 on their right": left of it."""
    pairs = (
        (q.Side.LEFT, q.Side.RIGHT),
        (q.Side.FRONT, q.Side.BEHIND),
        (q.Side.ABOVE, q.Side.BELOW),
    )
    return next(b if side is a else a for a, b in pairs if side in (a, b))


def beside_it(side: q.Side) -> q.Condition:
    """On a side of what the question is about."""
    return q.Beside(side, It())  # type: ignore[arg-type]


def between(first: q.Selection, second: q.Selection) -> q.Condition:
    """ "Between pallet 7 and shelf 3".

    Raises:
        Mismatch: for "between pallets 7, 9 and 3", which are one list.
    """
    if any(isinstance(end, q.Ids) and len(end.ids) > 1 for end in (first, second)):
        raise Mismatch("between are two objects; the question names more")
    return q.Between(first, second)
