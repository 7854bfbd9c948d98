# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Waits on the caller's thread, with an end, and the thread that serves a node meanwhile."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from rclpy.executors import Executor, ExternalShutdownException
from rclpy.logging import get_logger
from rclpy.task import Future as RosFuture

_POLL_S = 0.02


def spin(executor: Executor) -> None:
    """Serves an executor's nodes until it is shut down, or its context: the body of a thread.

    What a callback raises is logged under the thread's name: rclpy would end the thread.
    """
    while executor.context.ok():
        try:
            executor.spin()
            return
        except ExternalShutdownException:
            return
        except Exception:
            if executor.context.ok():
                what = f"a callback failed:\n{traceback.format_exc()}"
                get_logger(threading.current_thread().name).error(what)


def done_by(
    future: RosFuture | Future[Any],
    end: float,
    ended: Callable[[], bool],
    cancelled: Callable[[], bool] = lambda: False,
) -> bool:
    """Whether a future was done before a time of the steady clock.

    Args:
        future: of rclpy, or of ``concurrent.futures``.
        end: latest time of the steady clock, seconds.
        ended, cancelled: polled; the wait is over soon after one of them returns True.
    """
    done = threading.Event()
    future.add_done_callback(lambda _: done.set())
    while not done.wait(min(max(end - time.monotonic(), 0.0), 0.1)):
        if time.monotonic() >= end or ended() or cancelled():
            return bool(future.done())
    return True


def wait_for(
    ready: Callable[[], bool],
    end: float,
    ended: Callable[[], bool],
    cancelled: Callable[[], bool] = lambda: False,
) -> bool:
    """Whether something was ready before a time of the steady clock; see :func:`done_by`."""
    while not ended():
        if ready():
            return True
        if time.monotonic() >= end or cancelled():
            return False
        time.sleep(_POLL_S)
    return False
