# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A node that is served while a program does something else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from smolrgpt_ros.client.waiting import spin


@contextmanager
def spinning(node: Node) -> Iterator[None]:
    """Serves a node on a thread of its own until the block ends.

    Args:
        node: destroyed by its maker, behind the block.
    """
    executor = SingleThreadedExecutor(context=node.context)
    executor.add_node(node)
    thread = threading.Thread(target=spin, args=(executor,), name=node.get_name(), daemon=True)
    thread.start()
    try:
        yield
    finally:
        executor.shutdown(timeout_sec=2.0)
        thread.join(5.0)
