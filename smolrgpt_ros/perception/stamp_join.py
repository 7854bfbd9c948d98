# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Two streams joined by equal stamps: images, and regions of another node. Free of ROS."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

First = TypeVar("First")
Second = TypeVar("Second")


class StampJoin(Generic[First, Second]):
    """Keeps items of each stream until the item of the same stamp arrives on the other one.

    No method blocks. Items without a partner are dropped, oldest arrival first.

    Args:
        on_joined: called with both items of a stamp.
        size: items of each stream kept at most.
    """

    def __init__(self, on_joined: Callable[[First, Second], None], size: int = 60) -> None:
        self._on_joined = on_joined
        self._size = size
        self._first: OrderedDict[int, First] = OrderedDict()
        self._second: OrderedDict[int, Second] = OrderedDict()
        self._lock = threading.Lock()

    def add_first(self, stamp_ns: int, item: First) -> None:
        """Take an item of the first stream."""
        with self._lock:
            partner = self._second.pop(stamp_ns, None)
            if partner is None:
                _keep(self._first, stamp_ns, item, self._size)
        if partner is not None:
            self._on_joined(item, partner)

    def add_second(self, stamp_ns: int, item: Second) -> None:
        """Take an item of the second stream."""
        with self._lock:
            partner = self._first.pop(stamp_ns, None)
            if partner is None:
                _keep(self._second, stamp_ns, item, self._size)
        if partner is not None:
            self._on_joined(partner, item)


Item = TypeVar("Item")


def _keep(items: OrderedDict[int, Item], stamp_ns: int, item: Item, size: int) -> None:
    items.pop(stamp_ns, None)
    items[stamp_ns] = item
    while len(items) > size:
        items.popitem(last=False)
