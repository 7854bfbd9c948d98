# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What the parts of the evaluator ask of one another, for one question on one frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from smolrgpt_ros.language.question import Condition, Key, Quantity, Selection
from smolrgpt_ros.scene.status import QueryError, Status

from .floor_objects import End
from .numbers import Number
from .scene_objects import SceneObjects


class SameObjectError(Exception):
    """A condition relates an object to itself, where it neither holds nor does not."""


@dataclass(frozen=True)
class Selected:
    """What a selection selects.

    Args:
        ids: regions that belong, in the order of the frame or of a ranking.
        chances: by region id, the probability that it belongs; what is not listed does not.
        certainty: probability that exactly the regions of ``ids`` belong.
        camera: whether the camera belongs.
        unknown: by region id, why depth cannot decide whether it belongs.
        doubts: sentences that name what else is probable.
        one_at_most: whether not more than one of the regions belongs, whichever it is.
    """

    ids: tuple[int, ...]
    chances: Mapping[int, float]
    certainty: float = 1.0
    camera: bool = False
    unknown: Mapping[int, str] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    one_at_most: bool = False


@dataclass(frozen=True)
class Amount:
    """A quantity with its unit and the regions it is about."""

    number: Number
    unit: str
    region_ids: tuple[int, ...]

    def regions_with(self, other: Amount) -> tuple[int, ...]:
        """The regions that two quantities are about."""
        return tuple(dict.fromkeys(self.region_ids + other.region_ids))


def check_units(one: str, other: str, what: str = "can be compared") -> None:
    """Refuses two numbers of different units.

    Raises:
        QueryError: BAD_QUESTION that names both.
    """
    if one != other:
        raise QueryError(
            Status.BAD_QUESTION,
            f"two numbers of one unit {what}, found {one or 'a position'} and {other}",
        )


class Context(Protocol):
    """One evaluation; selections are resolved once.

    All methods raise ``CannotMeasure`` where depth cannot decide, and ``QueryError`` where the
    question names what is not there, or several where one is needed.
    """

    @property
    def objects(self) -> SceneObjects:
        """The objects of the frame."""

    def select(self, selection: Selection) -> Selected:
        """What a selection selects, with probabilities."""

    def one(self, selection: Selection) -> End:
        """The single object, or the camera, of a selection."""

    def members(self, selection: Selection) -> tuple[int, ...]:
        """All objects of a selection; what is doubtful about them counts in the answer."""

    def known_members(self, selection: Selection) -> tuple[int, ...]:
        """As ``members``; what depth cannot decide is a doubt where something else belongs."""

    def chance(self, condition: Condition, end: End) -> float:
        """Probability that a condition holds for an object."""

    def number(self, key: Key, end: End) -> Number:
        """A number of an object."""

    def amount(self, quantity: Quantity) -> Amount:
        """The value of a quantity."""

    @property
    def doubts(self) -> tuple[str, ...]:
        """What else is probable, so far."""

    def doubt(self, sentence: str) -> None:
        """Adds a sentence about what else is probable."""

    @property
    def relies_on_measured_choice(self) -> bool:
        """Whether measuring decided which objects the answer relies on."""

    def certainty(self) -> float:
        """How surely every object the answer relies on is the one that is meant."""
