# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The last frames with their regions, from which queries choose. Free of ROS."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from smolrgpt_ros.perception.seen_frame import SeenFrame
from smolrgpt_ros.scene.status import QueryError, Status

#: A wait for a frame looks this often whether it has been stopped, seconds.
_POLL_S = 0.05


class FrameHistory:
    """A bounded, thread-safe buffer of seen frames, in the order they were seen.

    Args:
        size: most frames kept, at least 1.
    """

    def __init__(self, size: int) -> None:
        if size < 1:
            raise ValueError(f"history size must be at least 1, found {size}")
        self._frames: deque[SeenFrame] = deque(maxlen=size)
        self._changed = threading.Condition()

    def add(self, seen: SeenFrame) -> None:
        """Keep a frame; one older than the newest (time was reset) removes all others."""
        with self._changed:
            if self._frames and seen.frame.stamp_ns < self._frames[-1].frame.stamp_ns:
                self._frames.clear()
            self._frames.append(seen)
            self._changed.notify_all()

    def newest(self) -> SeenFrame | None:
        """The frame seen last, or ``None``."""
        with self._changed:
            return self._frames[-1] if self._frames else None

    def newest_at(self, now_ns: int) -> tuple[SeenFrame | None, float]:
        """The frame seen last and its age at a time, seconds; ``None`` and NaN without one."""
        newest = self.newest()
        if newest is None:
            return None, float("nan")
        return newest, (now_ns - newest.frame.stamp_ns) / 1e9

    def at(
        self,
        stamp_ns: int,
        timeout_s: float = 0.0,
        stopped: Callable[[], bool] = lambda: False,
    ) -> SeenFrame:
        """The frame with exactly this stamp.

        Args:
            stamp_ns: the colour image's stamp, nanoseconds.
            timeout_s: longest wait for a frame that is newer than all seen so far.
            stopped: polled; the wait ends soon after it returns True.

        Raises:
            QueryError: NO_FRAME if it is not kept (any more), and did not arrive in time.
        """
        end = time.monotonic() + timeout_s
        with self._changed:
            while True:
                for seen in self._frames:
                    if seen.frame.stamp_ns == stamp_ns:
                        return seen
                coming = not self._frames or self._frames[-1].frame.stamp_ns < stamp_ns
                left = end - time.monotonic()
                if not coming or left <= 0 or stopped():
                    raise QueryError(Status.NO_FRAME, self._not_kept(stamp_ns))
                self._changed.wait(min(left, _POLL_S))

    def _not_kept(self, stamp_ns: int) -> str:
        asked = f"no frame with stamp {_seconds(stamp_ns)} is kept"
        if not self._frames:
            return f"{asked}: none was seen yet"
        first, last = self._frames[0].frame.stamp_ns, self._frames[-1].frame.stamp_ns
        return (
            f"{asked}: the {len(self._frames)} kept ones are from {_seconds(first)} to "
            f"{_seconds(last)}; take the stamp of a message on ~/regions, or raise history.size"
        )


def _seconds(stamp_ns: int) -> str:
    return f"{stamp_ns // 1_000_000_000}.{stamp_ns % 1_000_000_000:09d}"
