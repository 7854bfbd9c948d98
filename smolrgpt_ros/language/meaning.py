# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What a question asks, independent of its words: its kind, and which regions play which part."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """Kind of a question and of its answer. The value is the lower-case name used in messages."""

    DISTANCE = "distance"
    LEFT_RIGHT = "left_right"
    COUNT = "count"
    CHOICE = "choice"
    TEXT = "text"
    UNKNOWN = "unknown"
    FRONT_BEHIND = "front_behind"
    ABOVE_BELOW = "above_below"
    BIGGER_SMALLER = "bigger_smaller"
    TALLER_SHORTER = "taller_shorter"
    WIDER_THINNER = "wider_thinner"
    HORIZONTAL_DISTANCE = "horizontal_distance"
    VERTICAL_DISTANCE = "vertical_distance"
    CLEARANCE = "clearance"
    DIRECTION = "direction"
    WIDTH = "width"
    HEIGHT = "height"
    LENGTH = "length"
    ELEVATION = "elevation"
    SIZE = "size"
    ROUTE = "route"
    NUMBER = "number"
    PAIR = "pair"
    YES_NO = "yes_no"
    LIST = "list"
    ORDER = "order"
    EACH = "each"
    WHERE = "where"
    DIMENSIONS = "dimensions"

    @property
    def is_comparison(self) -> bool:
        """Whether one of two words answers it: the halves of its name, or left and right."""
        return self in _COMPARISONS

    @property
    def is_length(self) -> bool:
        """Whether metres answer it."""
        return self in _LENGTHS

    @property
    def is_size(self) -> bool:
        """Whether it is about one region."""
        return self in (Kind.WIDTH, Kind.HEIGHT, Kind.LENGTH, Kind.ELEVATION, Kind.SIZE)


_COMPARISONS = frozenset(
    {
        Kind.LEFT_RIGHT,
        Kind.FRONT_BEHIND,
        Kind.ABOVE_BELOW,
        Kind.BIGGER_SMALLER,
        Kind.TALLER_SHORTER,
        Kind.WIDER_THINNER,
    }
)
_LENGTHS = frozenset(
    {
        Kind.DISTANCE,
        Kind.HORIZONTAL_DISTANCE,
        Kind.VERTICAL_DISTANCE,
        Kind.CLEARANCE,
        Kind.WIDTH,
        Kind.HEIGHT,
        Kind.LENGTH,
        Kind.ELEVATION,
        Kind.ROUTE,
        Kind.PAIR,
    }
)


class Order(Enum):
    """How a selection picks one of its candidates."""

    LEFTMOST = "leftmost"
    RIGHTMOST = "rightmost"
    MIDDLE = "middle"
    NEAREST = "nearest"
    FARTHEST = "farthest"
    LARGEST = "largest"
    SMALLEST = "smallest"
    EMPTY = "empty"
    LOADED = "loaded"

    @property
    def in_image(self) -> bool:
        """Whether mask centroids alone decide it, without depth."""
        return self in (Order.LEFTMOST, Order.RIGHTMOST, Order.MIDDLE)


STATES = (Order.EMPTY, Order.LOADED)
"""Orders that say what a region carries, not where it is."""

RELATIVE = (Order.NEAREST, Order.FARTHEST)
"""Orders by the distance to a reference."""


@dataclass(frozen=True)
class Pick:
    """One region, or the rule that selects it.

    Args:
        candidates: region ids; empty means the camera itself.
        order: the rule; ``None`` with one candidate is that region, with several it is all of them
            (a distance to it is the distance to the nearest member).
        rank: 1 = the first by ``order``, 2 = the second ("second from the left").
        reference: what ``NEAREST`` and ``FARTHEST`` are relative to; ``None`` = the camera.
    """

    candidates: tuple[int, ...]
    order: Order | None = None
    rank: int = 1
    reference: Pick | None = None

    @property
    def is_camera(self) -> bool:
        return not self.candidates

    @property
    def single(self) -> int | None:
        """The region id, where the pick is already decided."""
        return self.candidates[0] if len(self.candidates) == 1 else None

    def halves(self) -> list[Pick] | None:
        """ "Pallets 3 and 7" as the two regions they are; ``None`` for any other pick."""
        if self.order is None and len(self.candidates) == 2:
            return [Pick((region_id,)) for region_id in self.candidates]
        return None

    def region_ids(self) -> tuple[int, ...]:
        """Every region it mentions, candidates first, in order of first mention."""
        rest = self.reference.region_ids() if self.reference is not None else ()
        return tuple(dict.fromkeys(self.candidates + rest))


CAMERA = Pick(())


@dataclass(frozen=True)
class Meaning:
    """What a question asks.

    Args:
        kind: DISTANCE (``subject`` to ``reference``), LEFT_RIGHT (``subject`` relative to
            ``reference``), COUNT (``counted`` inside ``reference``; ``None`` = in view at all),
            CHOICE (``subject`` is the pick that is asked for), WIDTH and HEIGHT (of ``subject``);
            all other relations and lengths as LEFT_RIGHT and DISTANCE. DIRECTION is that of
            ``subject`` for an observer at ``reference`` who looks along the camera's axis.
        subject: see ``kind``.
        reference: see ``kind``; ``CAMERA`` for a distance from the camera.
        counted: ids of the regions to count.
    """

    kind: Kind
    subject: Pick | None = None
    reference: Pick | None = None
    counted: tuple[int, ...] = ()

    def picks(self) -> tuple[Pick, ...]:
        """Subject and reference, where there are such."""
        return tuple(p for p in (self.subject, self.reference) if p is not None)
