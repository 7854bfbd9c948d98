# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What meanings of the grammar call to join conditions and to deny them."""

from __future__ import annotations

from collections.abc import Sequence

from .. import question as q
from .parser import Mismatch
from .references import is_exception
from .sides import opposite
from .superlatives import Rank


def any_of(first: q.Condition, *others: q.Condition | tuple[q.Condition, ...]) -> q.Condition:
    """Conditions joined by "or".

    Raises:
        Mismatch: for "on my left or on my right", which asks for one of the two words, and for
            an exception, which "or" goes on with: "except those in buffer 3 or left of shelf 12".
    """
    conditions = [first]
    for other in others:
        conditions += other if isinstance(other, tuple) else (other,)
    if any(is_exception(condition) for condition in conditions):
        raise Mismatch('"or" behind an exception goes on with what is left out')
    if len({c.of for c in conditions if isinstance(c, q.Beside)}) == 1 < len(conditions):
        sides = {c.side for c in conditions if isinstance(c, q.Beside)}
        if any(opposite(side) in sides for side in sides):
            raise Mismatch("one of two sides is asked for")
    flat: list[q.Condition] = []
    for condition in _plain(*conditions):
        flat += condition.conditions if isinstance(condition, q.AnyOf) else (condition,)
    kept = tuple(dict.fromkeys(_places_together(flat)))
    return kept[0] if len(kept) == 1 else q.AnyOf(kept)


def _places_together(conditions: Sequence[q.Condition]) -> list[q.Condition]:
    """ "In buffer 3 or in buffer 5" as in one of the two."""
    found: list[q.Condition] = []
    for condition in conditions:
        match found[-1:], condition:
            case [q.Inside(q.Ids(_, label) as one)], q.Inside(q.Ids(_, again) as other):
                if label == again:
                    found[-1] = q.Inside(q.union(one, other))
                    continue
        found.append(condition)
    return found


def all_of(*groups: object) -> q.Condition:
    """Conditions joined by "and"."""
    flat: list[q.Condition] = []
    for group in groups:
        flat += group if isinstance(group, tuple) else [group]  # type: ignore[list-item]
    return q.all_of(*_plain(*flat))


def unless(condition: q.Condition) -> q.Condition:
    """The condition's negation."""
    return q.negated(*_plain(condition))


def _plain(*conditions: q.Condition | Rank) -> tuple[q.Condition, ...]:
    """Conditions to be joined or denied.

    Raises:
        Mismatch: for a superlative, which names one object: "with the most pallets".
    """
    if any(isinstance(condition, Rank) for condition in conditions):
        raise Mismatch("a superlative names one object and can be neither denied nor joined")
    return tuple(c for c in conditions if not isinstance(c, Rank))
