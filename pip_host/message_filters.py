# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Stand-in for what this package uses of ROS 2's Python ``message_filters``.

Same names, arguments and pairing rules as the real package. One difference on purpose: a callback
that raises does not leave the synchronizer locked (the real one does, message_filters#65). As
there, callbacks run while the lock is held: they must be short.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from typing import Any

from rclpy.duration import Duration
from rclpy.time import Time

#: Messages of one input that wait for partners, by stamp in nanoseconds.
Queue = dict[int, Any]


class SimpleFilter:
    """Hands what it puts out to everyone registered, in the order of registration."""

    def __init__(self) -> None:
        self.callbacks: dict[int, tuple[Callable[..., Any], tuple[Any, ...]]] = {}

    def registerCallback(self, cb: Callable[..., Any], *args: Any) -> int:
        """Calls ``cb(*messages, *args)`` for each output; returns the number of the connection."""
        connection = len(self.callbacks)
        self.callbacks[connection] = (cb, args)
        return connection

    def signalMessage(self, *msg: Any) -> None:
        """Puts out ``msg``: one message, or one of each input."""
        for callback, args in list(self.callbacks.values()):
            callback(*msg, *args)


class ApproximateTimeSynchronizer(SimpleFilter):
    """Puts out one message of each input where all stamps lie less than ``slop`` apart.

    A new message takes, of each other input, the kept one nearest in stamp; where those lie too
    far from each other, the next nearest.

    Args:
        fs: the inputs, whose messages have headers; the output has their order.
        queue_size: messages kept of each input. The one with the oldest stamp goes first.
        slop: seconds; stamps exactly this far apart do not belong together.
    """

    def __init__(self, fs: Sequence[SimpleFilter], queue_size: int, slop: float) -> None:
        super().__init__()
        self.queue_size = queue_size
        self.slop = Duration(seconds=slop)
        self.lock = threading.Lock()
        self.queues: list[Queue] = [{} for _ in fs]
        for f, queue in zip(fs, self.queues, strict=True):
            f.registerCallback(self.add, queue)

    def add(self, msg: Any, my_queue: Queue) -> None:
        """Takes a message of the input that a queue is of."""
        stamp = Time.from_msg(msg.header.stamp).nanoseconds
        with self.lock:
            my_queue[stamp] = msg
            while len(my_queue) > self.queue_size:
                del my_queue[min(my_queue)]
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

    def _put_out(self, stamps: Sequence[int]) -> None:
        """Puts out the messages at ``stamps``, one of each queue, and forgets them."""
        messages = [queue[time] for queue, time in zip(self.queues, stamps, strict=True)]
        try:
            self.signalMessage(*messages)
        finally:
            for queue, time in zip(self.queues, stamps, strict=True):
                del queue[time]
