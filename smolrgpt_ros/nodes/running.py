"""A node's process from its start to its end."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import rclpy
from rclpy.executors import ExternalShutdownException

from .heap import use_one_heap


def run(
    name: str,
    make_node: Callable[[], Any],
    make_executor: Callable[[Any], Any],
    args: Sequence[str] | None,
    *,
    refusals: tuple[type[Exception], ...],
    fatal: tuple[type[Exception], ...] = (),
) -> int:
    """Make a node and spin it until the process is told to end.

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
                if not rclpy.ok():  # publishers fail once the process was told to end
                    break
                node.get_logger().error(f"a callback failed:\n{traceback.format_exc()}")
    except KeyboardInterrupt:
        pass
    finally:
        executor.shutdown(timeout_sec=2.0)
        node.destroy_node()
        rclpy.try_shutdown()
    return code
