# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Two streams joined by their stamps: images, and what another node found in them. Free of ROS."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

First = TypeVar("First")
Second = TypeVar("Second")


@dataclass(frozen=True)
class JoinCounters:
    """What became of the items so far.

    Args:
        second: items of the second stream.
        first_dropped, second_dropped: items that found no partner in time.
        gap_s: from the newest item of the second stream to the nearest of the first that was there,
            seconds, negative where that is older; NaN where there was none.
    """

    second: int = 0
    first_dropped: int = 0
    second_dropped: int = 0
    gap_s: float = float("nan")


class StampJoin(Generic[First, Second]):
    """Keeps items of each stream until the item of the same stamp arrives on the other one.

    No method blocks. Items without a partner are dropped, oldest arrival first.

    Args:
        on_joined: called with both items of a stamp.
        size: items of each stream kept at most.
        slop_s: called for the largest difference of the stamps of a pair, seconds; of several, the
            nearest is taken.
    """

    def __init__(
        self,
        on_joined: Callable[[First, Second], None],
        size: int = 60,
        slop_s: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._on_joined = on_joined
        self._size = size
        self._slop_s = slop_s
        self._first: OrderedDict[int, First] = OrderedDict()
        self._second: OrderedDict[int, Second] = OrderedDict()
        self._counters = JoinCounters()
        self._lock = threading.Lock()

    @property
    def counters(self) -> JoinCounters:
        with self._lock:
            return self._counters

    def add_first(self, stamp_ns: int, item: First) -> None:
        """Take an item of the first stream."""
        with self._lock:
            partner = self._taken(self._second, stamp_ns)
            counters = self._counters
            if partner is None:
                dropped = _keep(self._first, stamp_ns, item, self._size)
                counters = replace(counters, first_dropped=counters.first_dropped + dropped)
            self._counters = counters
        if partner is not None:
            self._on_joined(item, partner)

    def add_second(self, stamp_ns: int, item: Second) -> None:
        """Take an item of the second stream."""
        with self._lock:
            nearest = _nearest(self._first, stamp_ns)
            gap_s = float("nan") if nearest is None else (nearest - stamp_ns) / 1e9
            partner = self._taken(self._first, stamp_ns)
            counters = replace(self._counters, second=self._counters.second + 1, gap_s=gap_s)
            if partner is None:
                dropped = _keep(self._second, stamp_ns, item, self._size)
                counters = replace(counters, second_dropped=counters.second_dropped + dropped)
            self._counters = counters
        if partner is not None:
            self._on_joined(partner, item)

    def _taken(self, kept: OrderedDict[int, Item], stamp_ns: int) -> Item | None:
        """The kept item nearest to a stamp, within the slop; it is kept no longer."""
        nearest = _nearest(kept, stamp_ns)
        if nearest is None or abs(nearest - stamp_ns) > self._slop_s() * 1e9:
            return None
        return kept.pop(nearest)


Item = TypeVar("Item")


def _nearest(kept: OrderedDict[int, Item], stamp_ns: int) -> int | None:
    return min(kept, key=lambda other: abs(other - stamp_ns), default=None)


def _keep(items: OrderedDict[int, Item], stamp_ns: int, item: Item, size: int) -> int:
    """Keep an item; returns how many others were dropped for it."""
    items.pop(stamp_ns, None)
    items[stamp_ns] = item
    dropped = 0
    while len(items) > size:
        items.popitem(last=False)
        dropped += 1
    return dropped
