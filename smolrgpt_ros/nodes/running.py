"""A node's process from its start to its end, and its lifecycle transitions."""

from __future__ import annotations

import functools
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.lifecycle import LifecycleState, TransitionCallbackReturn

from .process_memory import use_one_heap

Transition = Callable[[Any, LifecycleState], TransitionCallbackReturn]


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
    rclpy.init(args=args)
    try:
        node = make_node()
    except refusals as error:
        print(f"{name}: {error}", file=sys.stderr)
        rclpy.try_shutdown()
        return 2
    executor = make_executor(node)
    executor.add_node(node)
    code = 0
    try:
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
        executor.shutdown(timeout_sec=2.0)
        node.destroy_node()
        rclpy.try_shutdown()
    return code


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
