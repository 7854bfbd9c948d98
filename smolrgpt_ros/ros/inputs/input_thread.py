"""Messages of a few subscriptions, taken on a thread of their own instead of the node's executor.

For each message rclpy's executor gathers everything the node has (topics, services, events) in
Python and hands the callback to one of many threads: milliseconds of CPU, and images allocated in
as many heaps as there are threads, of which none ever fits the next image. A camera sends a
hundred messages a second, so it gets one thread that waits for nothing else.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any, Literal

from rclpy.callback_groups import CallbackGroup
from rclpy.impl.implementation_singleton import rclpy_implementation

_log = logging.getLogger(__name__)

#: Longest wait for a message before the thread looks whether it shall end, nanoseconds.
_PATIENCE_NS = 100_000_000


class InputGroup(CallbackGroup):
    """Keeps the executor from subscriptions and from their events, which would wake it at every
    message as well."""

    def can_execute(self, entity: Any) -> Literal[False]:
        return False

    def beginning_execution(self, entity: Any) -> Literal[False]:
        return False

    def ending_execution(self, entity: Any) -> None:
        """Nothing was begun."""


class InputThread:
    """Calls the callbacks of subscriptions and of their events (a publisher with other QoS), one at
    a time, until it is stopped.

    Args:
        context: of the node that subscribes.
        name: of the thread.
    """

    def __init__(self, context: Any, name: str = "inputs") -> None:
        #: For ``create_subscription`` of what this thread takes.
        self.group = InputGroup()
        self._context = context
        self._subscriptions: tuple[Any, ...] = ()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self, subscriptions: Sequence[Any]) -> None:
        """Take messages of these from now on; they belong to :attr:`group`."""
        self._subscriptions = tuple(subscriptions)
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """End the thread; afterwards the subscriptions may be destroyed. False if a callback does
        not return in time."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        context, handles = self._context.handle, [s.handle for s in self._subscriptions]
        events = [event for s in self._subscriptions for event in s.event_handlers]
        with ExitStack() as held:
            try:
                for used in (context, *handles, *events):
                    held.enter_context(used)  # keeps it from being destroyed while it is used
            except rclpy_implementation.InvalidHandle:
                return  # destroyed before the thread came to run
            wait_set = rclpy_implementation.WaitSet(len(handles), 0, 0, 0, 0, len(events), context)
            while not self._stopping.is_set() and self._context.ok():
                wait_set.clear_entities()
                for handle in handles:
                    wait_set.add_subscription(handle)
                for event in events:
                    event.add_to_wait_set(wait_set)
                wait_set.wait(_PATIENCE_NS)
                ready = wait_set.get_ready_entities("subscription")
                for subscription, handle in zip(self._subscriptions, handles, strict=True):
                    if handle.pointer in ready:
                        self._take(subscription)
                for event in events:
                    if event.is_ready(wait_set):
                        self._tell(event)

    def _take(self, subscription: Any) -> None:
        try:
            taken = subscription.handle.take_message(subscription.msg_type, subscription.raw)
            if taken is not None:
                subscription.callback(taken[0])
        except Exception:  # whatever a message or a callback does must not end the inputs
            _log.exception("a message on %s could not be taken", subscription.topic_name)

    def _tell(self, event: Any) -> None:
        try:
            what = event.take_data()
            if what is not None:
                event.callback(what)
        except Exception:
            _log.exception("an event of an input could not be told")
