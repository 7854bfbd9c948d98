# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Publishers that do not fit: two of one topic, and regions of another quality of service."""

import time

import pytest
from query_node_graph import LEFT
from sensor_msgs.msg import Image

from smolrgpt_ros.msg import RegionArray
from smolrgpt_ros.nodes import camera_pipeline
from smolrgpt_ros.ros.convert.time import time_of
from smolrgpt_ros.ros.qos import profile
from smolrgpt_ros.srv import SpatialQuery

pytestmark = [pytest.mark.ros]

#: Of everything that another thread or DDS does, seconds.
TIMEOUT_S = 60.0


def test_two_publishers_of_one_topic_are_a_caveat_of_answers(start_graph, monkeypatch):
    """Colour of one camera and depth of another may be one frame: nothing in them shows it."""
    monkeypatch.setattr(camera_pipeline, "_SEVERAL_S", 0.0)
    patient = {"query.max_age": 600.0, "query.timeout": TIMEOUT_S}
    with start_graph(patient, namespace="/doubled") as graph:
        graph.wait_ready()

        def caveats():
            stamp = time_of(graph.see())
            response = graph.ask(LEFT, TIMEOUT_S, stamp=stamp)
            assert response.status == SpatialQuery.Response.STATUS_OK, response.message
            return " ".join(response.answer.caveats)

        second = graph.peer.create_publisher(Image, "depth/image_raw", profile("sensor_data"))
        graph.wait_until(lambda: graph.camera.state().several, "the second publisher", TIMEOUT_S)
        assert "2 nodes publish /doubled/depth/image_raw" in caveats()
        graph.peer.destroy_publisher(second)
        graph.wait_until(lambda: not graph.camera.state().several, "its end", TIMEOUT_S)
        assert "nodes publish" not in caveats()


def test_regions_of_another_quality_of_service_are_named(start_graph):
    parameters = {"detector.backend": "topic", "model.backend": "none"}
    without = {"detector_loader": lambda s: None, "engine_loader": lambda s: None}
    with start_graph(parameters, namespace="/unheard", **without) as graph:
        graph.wait_ready()
        graph.peer.create_publisher(RegionArray, "regions", profile("sensor_data"))
        graph.wait_until(lambda: graph.camera.state().mismatches, "the mismatch", TIMEOUT_S)
        graph.camera._last_offer = time.monotonic() - 60.0  # as after a minute without regions

        def waits():
            graph.publish()
            return graph.camera.state().waits_for_regions

        graph.wait_until(waits, "a pair", TIMEOUT_S)
        graph.assert_refused(
            SpatialQuery.Response.STATUS_NO_FRAME, "RELIABILITY", "/unheard/regions"
        )
