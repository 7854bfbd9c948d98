# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Distances of which a question does not say what they are from, beside another reference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smolrgpt_ros.scene.status import QueryError, Status

from .. import question as q
from .references import It, Robot, That, class_of, one_by_one
from .superlatives import Unsaid

_NO_OTHER = (q.Camera, Unsaid, It, That, Robot)


def check_from_what(meaning: Any, in_view: str) -> None:
    """Refuses "left of shelf 3 and more than 2 m away", "which pallet left of shelf 3 is nearest".

    Without the shelf, both are distances from the camera; with it, many mean from the shelf.

    Args:
        meaning: a reading, its references not filled in.
        in_view: what may be named.

    Raises:
        QueryError: BAD_QUESTION.
    """
    for part in q.parts_of(meaning):
        targets = list(_targets(part))
        others = [target for target in targets if not isinstance(target, _NO_OTHER)]
        if others and any(isinstance(target, Unsaid) for target in targets):
            other = others[0]
            named = f"{class_of(other)} {other.ids[0]}" if isinstance(other, q.Ids) else "it"
            raise QueryError(
                Status.BAD_QUESTION,
                f'it is open what the distance is from: say "from {named}", or "from the camera"; '
                f"in view: {in_view}",
            )


def _targets(part: Any) -> Iterator[q.Selection]:
    """What the conditions of one selection, and its superlative, relate to."""
    match part:
        case q.Ranked(of, key):
            yield from _of_key(key)
            if isinstance(of, q.Where):
                yield from _targets(of)
        case q.Where(of, condition):
            for one in one_by_one([condition]):
                yield from _of_condition(one)
            if isinstance(of, q.Ranked | q.Where):
                yield from _targets(of)
        case q.Holds(_, condition):
            for one in one_by_one([condition]):
                yield from _of_condition(one)


def _of_condition(condition: q.Condition) -> Iterator[q.Selection]:
    match condition:
        case q.Not(denied):
            yield from _of_condition(denied)
        case q.Beside(_, of) | q.NextTo(of):
            yield of
        case q.Compared(key, _, int() | float()):
            yield from _of_key(key)


def _of_key(key: q.Key) -> Iterator[q.Selection]:
    if isinstance(key, q.DistanceTo):
        yield key.target
