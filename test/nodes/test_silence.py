"""What the log says while no camera is heard."""

import pytest

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
