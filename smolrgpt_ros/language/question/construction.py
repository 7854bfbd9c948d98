# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Selections and conditions put together in their one normal form."""

from __future__ import annotations

from dataclasses import replace

from .selections import (
    All,
    Bearing,
    Compared,
    Condition,
    DistanceTo,
    Ids,
    Not,
    Selection,
    SizeOf,
    State,
    Union,
    Where,
)
from .words import Comparison, LoadState

_OTHER_STATE = {LoadState.EMPTY: LoadState.LOADED, LoadState.LOADED: LoadState.EMPTY}
_OTHER_SIDE = {
    Comparison.LESS: Comparison.AT_LEAST,
    Comparison.AT_LEAST: Comparison.LESS,
    Comparison.MORE: Comparison.AT_MOST,
    Comparison.AT_MOST: Comparison.MORE,
}


def where(of: Selection, condition: Condition) -> Selection:
    """The selection narrowed by one more condition; conditions are kept side by side, in order."""
    if isinstance(of, Where):
        return Where(of.of, all_of(of.condition, condition))
    return Where(of, condition)


def all_of(*conditions: Condition) -> Condition:
    """All of some conditions, flat, each once."""
    flat: dict[Condition, None] = {}
    for condition in conditions:
        parts = condition.conditions if isinstance(condition, All) else (condition,)
        flat |= dict.fromkeys(parts)
    return next(iter(flat)) if len(flat) == 1 else All(tuple(flat))


def negated(condition: Condition) -> Condition:
    """What is true where the condition is not; plain words where there are some.

    "Not empty" is loaded, "not within 2 m" is at least 2 m away.
    """
    if isinstance(condition, Not):
        return condition.condition
    if isinstance(condition, State) and condition.state in _OTHER_STATE:
        return State(_OTHER_STATE[condition.state])
    if isinstance(condition, Compared) and condition.comparison in _OTHER_SIDE:
        if isinstance(condition.key, DistanceTo | SizeOf | Bearing):
            return replace(condition, comparison=_OTHER_SIDE[condition.comparison])
    return Not(condition)


def union(*selections: Selection) -> Selection:
    """Several selections together, flat, each once; regions of one class become one list of ids."""
    flat: dict[Selection, None] = {}
    for selection in selections:
        members = selection.members if isinstance(selection, Union) else (selection,)
        flat |= dict.fromkeys(members)
    merged: list[Selection] = []
    for member in flat:
        at = next((i for i, m in enumerate(merged) if _same_list(m, member)), None)
        if at is None:
            merged.append(member)
        else:
            kept, more = merged[at], member
            assert isinstance(kept, Ids) and isinstance(more, Ids)
            merged[at] = Ids(tuple(dict.fromkeys(kept.ids + more.ids)), kept.label)
    return merged[0] if len(merged) == 1 else Union(tuple(merged))


def _same_list(a: Selection, b: Selection) -> bool:
    return isinstance(a, Ids) and isinstance(b, Ids) and a.label == b.label
