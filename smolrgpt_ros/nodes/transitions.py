"""Lifecycle transitions whose exceptions are told; rclpy swallows them."""

from __future__ import annotations

import functools
import traceback
from collections.abc import Callable
from typing import Any

from rclpy.lifecycle import LifecycleState, TransitionCallbackReturn

Transition = Callable[[Any, LifecycleState], TransitionCallbackReturn]


def logged(transition: Transition) -> Transition:
    """A method ``on_…`` of a lifecycle node whose exception is logged with its traceback.

    It is raised again, so that rclpy goes on to ``on_error``.
    """

    @functools.wraps(transition)
    def told(node: Any, state: LifecycleState) -> TransitionCallbackReturn:
        try:
            return transition(node, state)
        except Exception:
            what = f"{transition.__name__} failed:\n{traceback.format_exc()}"
            node.get_logger().error(what)
            raise

    return told
