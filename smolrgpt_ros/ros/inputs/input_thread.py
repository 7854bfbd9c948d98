# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Messages of a few subscriptions, taken on a thread of their own instead of the node's executor.

For each message rclpy's executor collects all entities of the node (topics, services, events) in
Python and runs the callback on one of many threads: milliseconds of CPU, and images allocated in as
many heaps as there are threads. A camera sends a hundred messages a second, so one thread waits for
its messages alone.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any, Literal

from rclpy.callback_groups import CallbackGroup
from rclpy.context import Context
from rclpy.event_handler import EventHandler
from rclpy.impl.implementation_singleton import rclpy_implementation
from rclpy.subscription import Subscription

_log = logging.getLogger(__name__)

#: Longest wait for a message before the thread checks whether to end, nanoseconds.
_WAIT_NS = 100_000_000


class InputGroup(CallbackGroup):
    """A group whose subscriptions and events the executor never executes."""

    def can_execute(self, entity: object) -> Literal[False]:
        return False

    def beginning_execution(self, entity: object) -> Literal[False]:
        return False

    def ending_execution(self, entity: object) -> None:
        """Nothing was executed."""


class InputThread:
    """Calls the callbacks of subscriptions and of their events (a publisher with other QoS), one at
    a time, until it is stopped.

    Args:
        context: of the node that subscribes.
        name: of the thread.
    """

    def __init__(self, context: Context, name: str = "inputs") -> None:
        #: Callback group of the subscriptions.
        self.group = InputGroup()
        self._context = context
        self._subscriptions: tuple[Subscription, ...] = ()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self, subscriptions: Sequence[Subscription]) -> None:
        """Take messages of subscriptions of :attr:`group` from now on."""
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
                self._take_in_turn(handles, events)
            except rclpy_implementation.InvalidHandle:
                return  # destroyed before the thread ran
            except rclpy_implementation.RCLError:
                if self._context.ok():
                    raise  # else shut down meanwhile: a signal can come while a node is activated

    def _take_in_turn(self, handles: Sequence[Any], events: Sequence[EventHandler]) -> None:
        wait_set = rclpy_implementation.WaitSet(
            len(handles), 0, 0, 0, 0, len(events), self._context.handle
        )
        while not self._stopping.is_set() and self._context.ok():
            wait_set.clear_entities()
            for handle in handles:
                wait_set.add_subscription(handle)
            for event in events:
                event.add_to_wait_set(wait_set)
            wait_set.wait(_WAIT_NS)
            ready = wait_set.get_ready_entities("subscription")
            for subscription, handle in zip(self._subscriptions, handles, strict=True):
                if handle.pointer in ready:
                    self._take(subscription)
            for event in events:
                if event.is_ready(wait_set):
                    self._handle(event)

    def _take(self, subscription: Subscription) -> None:
        try:
            taken = subscription.handle.take_message(subscription.msg_type, subscription.raw)
            if taken is not None:
                subscription.callback(taken[0])
        except Exception:  # an exception of one callback must not end the inputs
            _log.exception("a message on %s could not be taken", subscription.topic_name)

    def _handle(self, event: EventHandler) -> None:
        try:
            what = event.take_data()
            if what is not None:
                event.callback(what)
        except Exception:
            _log.exception("an event of an input could not be handled")
