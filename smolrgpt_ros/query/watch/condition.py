# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A condition on a question's answer, and when it begins and ends to hold over a row of frames."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from smolrgpt_ros.scene.status import QueryError, Status

from .known_value import KnownValue


class Relation(Enum):
    """What an answer must be; the values are those of ``action/WatchQuestion``."""

    TRUE = 0
    FALSE = 1
    ABOVE = 2
    BELOW = 3
    CHANGES = 4


@dataclass(frozen=True)
class Condition:
    """When an answer is as wanted.

    Args:
        relation: to the threshold, or of a yes/no question's answer.
        threshold: of numbers, in the unit of the answer. CHANGES: what a number must differ by.
        hysteresis: by how much a number must be back beyond the threshold to end what holds.
        hold_s: how long it must hold, and must have ended before it can be an event again, seconds.
        edge: whether what holds from the first answer on does not count.

    Raises:
        QueryError: BAD_QUESTION for a number that is negative or not finite where it must not be.
    """

    relation: Relation
    threshold: float = 0.0
    hysteresis: float = 0.0
    hold_s: float = 0.0
    edge: bool = False

    def __post_init__(self) -> None:
        least = 0.0 if self.relation is Relation.CHANGES else -math.inf
        for name, value, lowest in (
            ("threshold", self.threshold, least),
            ("hysteresis", self.hysteresis, 0.0),
            ("hold", self.hold_s, 0.0),
        ):
            if not (math.isfinite(value) and value >= lowest):
                words = "a finite number" if lowest < 0.0 else "a finite number from 0 on"
                raise QueryError(Status.BAD_QUESTION, f"{name} must be {words}, found {value}")
        if self.relation is Relation.CHANGES and self.hysteresis > self.threshold:
            raise QueryError(
                Status.BAD_QUESTION,
                f"hysteresis ({self.hysteresis}) must not exceed threshold ({self.threshold}) of a "
                "change: it could never end",
            )

    def check_fits(self, value: KnownValue) -> None:
        """Raise QueryError (BAD_QUESTION) for an answer that the condition cannot be about."""
        relation = self.relation
        if relation in (Relation.TRUE, Relation.FALSE):
            fits, wanted = isinstance(value.value, bool), "a yes/no question"
        elif relation in (Relation.ABOVE, Relation.BELOW):
            fits, wanted = value.ordered, "a question that asks for one number"
        else:
            fits = value.number is None or value.exact or self.threshold > 0.0
            wanted = "a threshold above 0: measured numbers differ from frame to frame"
        if not fits:
            raise QueryError(
                Status.BAD_QUESTION,
                f"the condition {relation.name} needs {wanted}; found the answer "
                f"{value.text!r:.80}",
            )

    def undecided(self, value: KnownValue) -> str:
        """Why an answer cannot decide, one clause; ``""`` where it can."""
        if not value.lower_bound:
            return ""
        if self.relation is Relation.ABOVE and self.holds(value, value):
            return ""
        return "the picture's edge cuts the object: the answer is the least that it can be"

    def holds(self, value: KnownValue, first: KnownValue) -> bool:
        """Whether an answer is as wanted.

        Args:
            value: the answer.
            first: that changes are from.
        """
        return self._margin(value, first) > 0.0

    def ended(self, value: KnownValue, first: KnownValue) -> bool:
        """Whether an answer ends what holds: it is beyond the threshold by the hysteresis."""
        margin = self._margin(value, first)
        return margin <= 0.0 and margin <= -self.hysteresis

    def _margin(self, value: KnownValue, first: KnownValue) -> float:
        """By how much the answer is on the wanted side of the threshold; infinite of words."""
        if isinstance(value.value, bool) and self.relation is not Relation.CHANGES:
            return math.inf if value.value is (self.relation is Relation.TRUE) else -math.inf
        if self.relation is Relation.CHANGES:
            if value.number is None or first.number is None:
                return math.inf if value.value != first.value else -math.inf
            return value.difference(first) - self.threshold
        number = math.nan if value.number is None else value.number
        return (
            number - self.threshold if self.relation is Relation.ABOVE else self.threshold - number
        )


@dataclass(frozen=True)
class WatchState:
    """Where a watched condition is after a frame.

    Args:
        holds: whether it holds now.
        held_s: for how long, by the stamps of the images.
        events: how often it began to hold and did so for the time asked for.
        fired: whether this frame completed an event.
    """

    holds: bool = False
    held_s: float = 0.0
    events: int = 0
    fired: bool = False


class Trigger:
    """Follows a condition from frame to frame.

    An answer that is not known does not let a condition hold, and does not end an event either: it
    must be seen to have ended before the next one counts.
    """

    def __init__(self, condition: Condition) -> None:
        self._condition = condition
        self._first: KnownValue | None = None
        self._since_ns: int | None = None
        self._ended_ns: int | None = None
        # Whether the next time that it holds is an event.
        self._armed = not condition.edge
        self._events = 0

    def step(self, value: KnownValue | None, stamp_ns: int) -> WatchState:
        """The state after a frame.

        Args:
            value: its answer; ``None`` where none is known.
            stamp_ns: of its image, nanoseconds.

        Raises:
            QueryError: BAD_QUESTION where the condition cannot be about such an answer.
        """
        if value is None:
            self._since_ns = self._ended_ns = None
            return WatchState(events=self._events)
        self._condition.check_fits(value)
        first = self._first = self._first or value
        if self._condition.ended(value, first):
            self._since_ns = None
            self._ended_ns = min(stamp_ns, self._ended_ns or stamp_ns)
            self._armed |= (stamp_ns - self._ended_ns) / 1e9 >= self._condition.hold_s
        elif self._condition.holds(value, first):
            self._ended_ns = None
            self._since_ns = stamp_ns if self._since_ns is None else self._since_ns
        if self._since_ns is None:
            return WatchState(events=self._events)
        self._since_ns = min(self._since_ns, stamp_ns)  # a recording that begins again
        held_s = (stamp_ns - self._since_ns) / 1e9
        fired = self._armed and held_s >= self._condition.hold_s
        if fired:
            self._events, self._armed = self._events + 1, False
            if self._condition.relation is Relation.CHANGES:
                self._first, self._armed = value, True  # the next change is from here
        return WatchState(True, held_s, self._events, fired)
