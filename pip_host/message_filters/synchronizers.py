# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Messages of several filters that belong together by their stamps."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from typing import Any

from rclpy.duration import Duration
from rclpy.time import Time

from .filters import SimpleFilter
from .stamps import stamp_of

#: Messages of one input that wait for partners, by stamp in nanoseconds.
Queue = dict[int, Any]


class TimeSynchronizer(SimpleFilter):
    """Puts out one message of each input where the stamps are equal.

    Args:
        fs: the inputs; the output has their order.
        queue_size: messages kept of each input. The one with the oldest stamp goes first.
    """

    def __init__(self, fs: Sequence[SimpleFilter], queue_size: int) -> None:
        super().__init__()
        self.queue_size = queue_size
        self.lock = threading.Lock()
        self.connectInput(fs)

    def connectInput(self, fs: Sequence[SimpleFilter]) -> None:
        self.queues: list[Queue] = [{} for _ in fs]
        self.input_connections = [
            f.registerCallback(self.add, queue, index)
            for index, (f, queue) in enumerate(zip(fs, self.queues, strict=True))
        ]

    def add(self, msg: Any, my_queue: Queue, my_queue_index: int | None = None) -> None:
        stamp = Time.from_msg(msg.header.stamp).nanoseconds
        with self.lock:
            self._keep(stamp, msg, my_queue)
            common = set.intersection(*(set(queue) for queue in self.queues))
            for time in sorted(common):
                self._put_out([time] * len(self.queues))

    def _keep(self, stamp: int, msg: Any, queue: Queue) -> None:
        queue[stamp] = msg
        while len(queue) > self.queue_size:
            del queue[min(queue)]

    def _put_out(self, stamps: Sequence[int]) -> None:
        """Puts out the messages at ``stamps``, one of each queue, and forgets them."""
        messages = [queue[time] for queue, time in zip(self.queues, stamps, strict=True)]
        try:
            self.signalMessage(*messages)
        finally:
            for queue, time in zip(self.queues, stamps, strict=True):
                del queue[time]


class ApproximateTimeSynchronizer(TimeSynchronizer):
    """Puts out one message of each input where all stamps lie less than ``slop`` apart.

    A new message takes, of each other input, the kept one nearest in stamp; where those lie too
    far from each other, the next nearest.

    Args:
        fs, queue_size: as in :class:`TimeSynchronizer`.
        slop: seconds; stamps exactly this far apart do not belong together.
        allow_headerless: files messages without a header under the time they arrive.
    """

    def __init__(
        self,
        fs: Sequence[SimpleFilter],
        queue_size: int,
        slop: float,
        allow_headerless: bool = False,
    ) -> None:
        super().__init__(fs, queue_size)
        self.slop = Duration(seconds=slop)
        self.allow_headerless = allow_headerless

    def add(self, msg: Any, my_queue: Queue, my_queue_index: int | None = None) -> None:
        time = stamp_of(msg, self.allow_headerless, "message_filters_approx")
        if time is None:
            return
        stamp = time.nanoseconds
        with self.lock:
            self._keep(stamp, msg, my_queue)
            if stamp not in my_queue:  # older than all that the full queue holds
                return
            choices = [
                [stamp] if queue is my_queue else self._near(stamp, queue) for queue in self.queues
            ]
            for stamps in itertools.product(*choices):
                if max(stamps) - min(stamps) < self.slop.nanoseconds:
                    self._put_out(stamps)
                    return

    def _near(self, stamp: int, queue: Queue) -> list[int]:
        """Stamps of ``queue`` within the slop of ``stamp``, nearest first."""
        near = [time for time in queue if abs(time - stamp) <= self.slop.nanoseconds]
        return sorted(near, key=lambda time: abs(time - stamp))
