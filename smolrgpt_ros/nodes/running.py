# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A node's process from its start to its end, and its lifecycle transitions."""

from __future__ import annotations

import re
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial, wraps
from typing import Any

import rclpy
from rclpy.exceptions import NameValidationException
from rclpy.executors import Executor, ExternalShutdownException, MultiThreadedExecutor
from rclpy.impl.implementation_singleton import rclpy_implementation
from rclpy.lifecycle import LifecycleState, TransitionCallbackReturn
from rclpy.signals import SignalHandlerOptions

from smolrgpt_ros.ros.fast_dds import use_profile

from .end_signals import EndSignals
from .namesakes import watch_for_namesakes

Transition = Callable[[Any, LifecycleState], TransitionCallbackReturn]

#: Longest time to end the node in once its process is asked to end, seconds. What has not ended
#: then (a model that loads or hangs) ends with the process.
_END_S = 1.0


def run(
    name: str,
    make_node: Callable[[], Any],
    make_executor: Callable[[Any], Any],
    args: Sequence[str] | None,
    *,
    refusals: tuple[type[Exception], ...],
    fatal: tuple[type[Exception], ...] = (),
) -> int:
    """Make a node and spin it until the process is asked to end.

    Args:
        name: of the node, for messages before there is one.
        make_node: makes it.
        make_executor: makes its executor, given the node.
        args: of ``rclpy.init``.
        refusals: what ``make_node`` raises for parameters that it cannot start with.
        fatal: what ends the node when a callback raises it. Anything else that a callback raises is
            logged, and the node goes on: rclpy would end the process.

    Returns:
        the exit code: 0, 1 after a fatal error, 2 for parameters, arguments or a log folder that it
        cannot start with.
    """
    use_profile()
    node: Any = None
    executor: Any = None
    signals = EndSignals()
    try:
        try:
            rclpy.init(args=args, signal_handler_options=SignalHandlerOptions.NO)
            node = make_node()
            executor = make_executor(node)
            executor.add_node(node)
            watch_for_namesakes(node)
            signals.pass_on(partial(_end_spinning, executor))
        except refusals as error:
            print(f"{name}: {error}", file=sys.stderr)
            return 2
        except (rclpy_implementation.RCLError, NameValidationException) as error:
            if not signals.received:
                print(f"{name}: {start_error(error)}", file=sys.stderr)
                return 2
        except Exception:
            if rclpy.ok():
                raise
        return _spin(node, executor, signals, fatal)
    finally:
        ending = threading.Thread(target=_end, args=(node, executor), daemon=True)
        ending.start()
        ending.join(_END_S)
        rclpy.try_shutdown()
        signals.close()


def _spin(node: Any, executor: Any, signals: EndSignals, fatal: tuple[type[Exception], ...]) -> int:
    """Serve a node until the process is asked to end; the exit code, see :func:`run`."""
    while rclpy.ok() and not signals.received:
        try:
            executor.spin()
        except fatal as error:
            node.get_logger().fatal(str(error))
            return 1
        except ExternalShutdownException:
            return 0
        except Exception:
            if not rclpy.ok():  # publishers fail once the process is ending
                return 0
            node.get_logger().error(f"a callback failed:\n{traceback.format_exc()}")
    return 0


def start_error(error: Exception) -> str:
    """What rcl could not start with, in one line, and what to set."""
    text = " ".join(re.sub(r",? at /\S+:\d+", "", str(error)).split())
    if "log directory" in text:
        return f"{text}; set ROS_LOG_DIR to a folder that can be written"
    return f"{text}; see the arguments after --ros-args and the file of --params-file"


def _end(node: Any, executor: Executor | None) -> None:
    if isinstance(executor, MultiThreadedExecutor):
        executor.shutdown(timeout_sec=0.0, wait_for_threads=False)
    elif executor is not None:
        executor.shutdown(timeout_sec=0.0)
    if node is not None:
        node.destroy_node()


def _end_spinning(executor: Executor) -> None:
    """Shut the context down as rclpy's own handlers do: nodes stay until no executor spins them."""
    with suppress(rclpy_implementation.RCLError):  # it is shut down already
        executor.context.handle.shutdown()
    executor.wake()


def logged(transition: Transition) -> Transition:
    """A method ``on_…`` of a lifecycle node whose exception is logged with its traceback.

    It is raised again, so that rclpy goes on to ``on_error``.
    """

    @wraps(transition)
    def with_log(node: Any, state: LifecycleState) -> TransitionCallbackReturn:
        try:
            return transition(node, state)
        except Exception:
            what = f"{transition.__name__} failed:\n{traceback.format_exc()}"
            node.get_logger().error(what)
            raise

    return with_log
