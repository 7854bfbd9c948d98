# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A window on the last messages of a filter."""

from __future__ import annotations

from collections import deque
from typing import Any

from rclpy.time import Time

from .filters import SimpleFilter
from .stamps import stamp_of


class Cache(SimpleFilter):
    """Keeps the last ``cache_size`` messages in order of arrival, and passes them on.

    Args:
        f: the filter to listen to.
        cache_size: messages kept.
        allow_headerless: files messages without a header under the time they arrive.
    """

    def __init__(self, f: SimpleFilter, cache_size: int = 1, allow_headerless: bool = False):
        super().__init__()
        self.cache_size = cache_size
        self.allow_headerless = allow_headerless
        self._kept: deque[tuple[Time, Any]] = deque(maxlen=cache_size)
        self.connectInput(f)

    def connectInput(self, f: SimpleFilter) -> None:
        self.incoming_connection = f.registerCallback(self.add)

    def add(self, msg: Any) -> None:
        stamp = stamp_of(msg, self.allow_headerless, "message_filters_cache")
        if stamp is None:
            return
        self._kept.append((stamp, msg))
        self.signalMessage(msg)

    def getInterval(self, from_stamp: Time, to_stamp: Time) -> list[Any]:
        """Messages with from_stamp <= stamp <= to_stamp."""
        assert from_stamp <= to_stamp
        return [msg for stamp, msg in self._kept if from_stamp <= stamp <= to_stamp]

    def getElemAfterTime(self, stamp: Time) -> Any | None:
        """The first kept message at or after ``stamp``."""
        return next((msg for time, msg in self._kept if time >= stamp), None)

    def getElemBeforeTime(self, stamp: Time) -> Any | None:
        """The last kept message at or before ``stamp``."""
        return next((msg for time, msg in reversed(self._kept) if time <= stamp), None)

    def getLatestTime(self) -> Time | None:
        """The stamp of the message that arrived last."""
        return self._kept[-1][0] if self._kept else None

    #: The real package's first spelling.
    getLastestTime = getLatestTime

    def getOldestTime(self) -> Time | None:
        """The stamp of the message kept longest."""
        return self._kept[0][0] if self._kept else None

    def getLast(self) -> Any | None:
        """The message that arrived last."""
        return self._kept[-1][1] if self._kept else None
