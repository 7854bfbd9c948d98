# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A warning where another node of the graph has the same name."""

from __future__ import annotations

from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.clock import Clock, ClockType
from rclpy.node import Node

#: Time between two looks at the graph, seconds.
PERIOD_S = 5.0


class NamesakeWatch:
    """Logs once that there are several nodes of a node's name, and again after they were gone.

    Their services answer in turn, and parameters, lifecycle and diagnostics are those of any of
    them.

    Args:
        node: whose name is looked for.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._logged = False

    def look(self) -> None:
        """Count the nodes of this name."""
        node = self._node
        own = (node.get_name(), node.get_namespace())
        number = node.get_node_names_and_namespaces().count(own)
        if number > 1 and not self._logged:
            node.get_logger().warning(
                f"{number} nodes are called {node.get_fully_qualified_name()}, and any of them "
                "may answer a request: end the others, or start this one with another name "
                "(--ros-args -r __node:=NAME, or -r __ns:=/NAMESPACE)"
            )
        self._logged = number > 1


def watch_for_namesakes(node: Node) -> None:
    """Look for nodes of the same name as long as a node lives."""
    # Steady: with use_sim_time and no /clock the node's own time stands still.
    clock = Clock(clock_type=ClockType.STEADY_TIME)
    watch = NamesakeWatch(node)
    node.create_timer(PERIOD_S, watch.look, MutuallyExclusiveCallbackGroup(), clock=clock)
