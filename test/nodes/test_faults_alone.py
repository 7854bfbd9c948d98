# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The rows of docs/faults.md that need a node of their own: its clock, its weights, its start."""

import shutil

import pytest
from rclpy.lifecycle import TransitionCallbackReturn
from rosgraph_msgs.msg import Clock

from smolrgpt_ros.checkpoints import MINI
from smolrgpt_ros.nodes.loading import load_engine
from smolrgpt_ros.ros.convert.time import nanoseconds, time_of
from smolrgpt_ros.ros.qos import profile
from smolrgpt_ros.srv import SpatialQuery

pytestmark = [pytest.mark.ros]

Response = SpatialQuery.Response
LEFT = "Is the leftmost pallet to the left or to the right of the rightmost pallet?"


def test_stamps_jump_back(start_graph):
    second = 1_000_000_000
    with start_graph({"use_sim_time": True, "detector.max_rate": 100.0}) as graph:
        graph.wait_ready()
        clock = graph.peer.create_publisher(Clock, "/clock", profile("reliable"))

        def set_clock(stamp_ns):
            def there():
                clock.publish(Clock(clock=time_of(stamp_ns)))
                return graph.node.get_clock().now().nanoseconds == stamp_ns

            graph.wait_until(there, f"the clock at {stamp_ns}")

        set_clock(500 * second)
        assert graph.see(stamp_ns=500 * second) == 500 * second
        # Colour without partner fills the synchronizer's queue with stamps from before the jump.
        colour = graph.camera.pairing
        for n in range(1, 13):
            before = colour.counters.rgb
            graph.publish(500 * second + n * 30_000_000, depth=False)
            graph.wait_until(lambda b=before: colour.counters.rgb > b, "a colour image")
        assert graph.ask(LEFT).status == Response.STATUS_OK
        set_clock(5 * second)
        response = graph.assert_refused(Response.STATUS_STALE_FRAME, "future", "use_sim_time")
        assert "495.00 s" in response.message
        assert graph.see(stamp_ns=5 * second + 7) == 5 * second + 7
        response = graph.ask(LEFT)
        assert response.status == Response.STATUS_OK, response.message
        assert nanoseconds(response.answer.header.stamp) == 5 * second + 7
        assert graph.camera.state().jumps == 1


def configure(graph):
    """Without the service: importing torch on a busy machine outlasts every client's patience."""
    return graph.node.trigger_configure() == TransitionCallbackReturn.SUCCESS


@pytest.mark.skipif(not (MINI / "config.json").is_file(), reason="the shipped weights are missing")
def test_model_file_missing_or_corrupt(start_graph, tmp_path):
    folder = tmp_path / "model"
    parameters = {"model.path": str(folder), "autostart": False, "device": "cpu", "threads": 1}
    with start_graph(parameters, engine_loader=load_engine) as graph:
        assert not configure(graph)
        graph.assert_refused(Response.STATUS_NOT_READY, str(folder), "config.json", "model.path")
        shutil.copytree(MINI, folder)
        whole = (folder / "model.safetensors").read_bytes()
        (folder / "model.safetensors").write_bytes(whole[: len(whole) // 2])
        assert not configure(graph)
        graph.assert_refused(Response.STATUS_NOT_READY, str(folder), "cannot be loaded")
        (folder / "model.safetensors").write_bytes(whole)
        assert configure(graph), graph.node._not_ready
        graph.assert_refused(Response.STATUS_NOT_READY, "activate")


def test_file_of_synonyms_missing_or_at_fault(start_graph, tmp_path):
    file = tmp_path / "words.yaml"
    parameters = {"vocabulary.file": str(file), "autostart": False, "query.max_age": 60.0}
    with start_graph(parameters) as graph:
        assert not configure(graph)
        graph.assert_refused(Response.STATUS_NOT_READY, str(file), "vocabulary.file")
        file.write_text("synonyms: {pallet: crate}")
        assert not configure(graph)
        graph.assert_refused(Response.STATUS_NOT_READY, "synonyms.pallet", "'crate'")
        file.write_text("synonyms: {pallet: [crate]}")
        assert configure(graph), graph.node._not_ready
        assert graph.node.trigger_activate() == TransitionCallbackReturn.SUCCESS
        graph.wait_ready()
        graph.see()
        response = graph.ask("How many crates are in view?")
        assert (response.answer.measured.value, response.answer.measured.unit) == (2.0, "count")


def test_weights_are_not_those_that_were_meant(start_graph):
    parameters = {"model.sha256": "0" * 64, "autostart": False}
    with start_graph(parameters, engine_loader=load_engine) as graph:
        assert not configure(graph)
        graph.assert_refused(Response.STATUS_NOT_READY, "SHA-256", "0" * 64, "model.sha256")
