"""A node's process from its start to its end, and its lifecycle transitions."""

from __future__ import annotations

import functools
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import rclpy
from rclpy.executors import Executor, ExternalShutdownException, MultiThreadedExecutor
from rclpy.lifecycle import LifecycleState, TransitionCallbackReturn

from smolrgpt_ros.ros.fast_dds import use_profile

from .process_memory import use_one_heap

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
        the exit code: 0, 1 after a fatal error, 2 for parameters it cannot start with.
    """
    use_one_heap()
    use_profile()
    code = 0
    node: Any = None
    executor: Any = None
    try:
        _handle(signal.SIGINT, signal.default_int_handler)
        _handle(signal.SIGTERM, signal.SIG_DFL)
        rclpy.init(args=args)
        try:
            node = make_node()
            executor = make_executor(node)
            executor.add_node(node)
        except refusals as error:
            print(f"{name}: {error}", file=sys.stderr)
            return 2
        except Exception:
            if rclpy.ok():
                raise
        while rclpy.ok():
            try:
                executor.spin()
            except fatal as error:
                node.get_logger().fatal(str(error))
                code = 1
                break
            except ExternalShutdownException:
                break
            except Exception:
                if not rclpy.ok():  # publishers fail once the process is ending
                    break
                node.get_logger().error(f"a callback failed:\n{traceback.format_exc()}")
    except KeyboardInterrupt:
        pass
    finally:
        # A terminal and a launch file send one each.
        before = _handle(signal.SIGINT, signal.SIG_IGN)
        ending = threading.Thread(target=_end, args=(node, executor), daemon=True)
        ending.start()
        ending.join(_END_S)
        rclpy.try_shutdown()
        _handle(signal.SIGINT, before)
    return code


def end_process(code: int) -> NoReturn:
    """End the process now: Python would wait for threads that hang in a model."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)


def _end(node: Any, executor: Executor | None) -> None:
    if isinstance(executor, MultiThreadedExecutor):
        executor.shutdown(timeout_sec=0.0, wait_for_threads=False)
    elif executor is not None:
        executor.shutdown(timeout_sec=0.0)
    if node is not None:
        node.destroy_node()


def _handle(number: signal.Signals, handler: Any) -> Any:
    """Set a signal's handler; returns the one before. Only the main thread may."""
    if threading.current_thread() is threading.main_thread():
        return signal.signal(number, handler)
    return None


def logged(transition: Transition) -> Transition:
    """A method ``on_…`` of a lifecycle node whose exception is logged with its traceback.

    It is raised again, so that rclpy goes on to ``on_error``.
    """

    @functools.wraps(transition)
    def with_log(node: Any, state: LifecycleState) -> TransitionCallbackReturn:
        try:
            return transition(node, state)
        except Exception:
            what = f"{transition.__name__} failed:\n{traceback.format_exc()}"
            node.get_logger().error(what)
            raise

    return with_log
