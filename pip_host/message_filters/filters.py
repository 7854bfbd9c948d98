# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The source of messages: a filter that has listeners, and the one that listens to a topic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


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


class Subscriber(SimpleFilter):
    """Puts out what arrives on a topic.

    Args:
        node: makes the subscription.
        msg_type, topic: as in ``Node.create_subscription``.
        kwargs: handed on to it; ``qos_profile`` is 10 (reliable) where it is not given, which
            hears nothing of a best-effort publisher.
    """

    def __init__(self, node: Any, msg_type: type, topic: str, **kwargs: Any) -> None:
        super().__init__()
        self.node = node
        self.topic = topic
        kwargs.setdefault("qos_profile", 10)
        self.sub = node.create_subscription(msg_type, topic, self.callback, **kwargs)

    def callback(self, msg: Any) -> None:
        self.signalMessage(msg)

    def getTopic(self) -> str:
        """The topic's name as it was given."""
        return self.topic

    def __getattr__(self, key: str) -> Any:
        if key == "sub":  # not made yet: asking it would ask us again
            raise AttributeError(key)
        return getattr(self.sub, key)
