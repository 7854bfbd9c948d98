# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What the log says while no camera is heard."""

import pytest
from diagnostic_msgs.msg import DiagnosticArray

pytestmark = [pytest.mark.ros]

LEFT = "Is the leftmost pallet to the left or to the right of the rightmost pallet?"


def test_without_a_camera_the_log_says_what_clients_would_read(start_graph, capfd):
    logged = ""

    def warned():
        nonlocal logged
        logged += "".join(capfd.readouterr())
        return "no image has come on /rgb/image_raw" in logged

    with start_graph() as graph:
        graph.wait_ready()
        graph.wait_until(warned, "the warning", 12.0)
        message = graph.ask(LEFT).message
    assert message in logged and "WARN" in logged


def test_lines_have_the_fully_qualified_name_of_the_node(start_graph):
    """Nodes of two namespaces have one name."""
    arrays: list[DiagnosticArray] = []
    with start_graph() as graph:
        graph.peer.create_subscription(DiagnosticArray, "/diagnostics", arrays.append, 10)
        graph.wait_until(lambda: arrays, "diagnostics")
    for line in arrays[-1].status:
        assert line.name.startswith("/spatial_query: ")
        assert line.hardware_id == "/spatial_query"
