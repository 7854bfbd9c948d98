# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Publishers that do not fit: two of one topic, and regions of another quality of service."""

import time

import pytest
from sensor_msgs.msg import Image

from smolrgpt_ros.msg import RegionArray
from smolrgpt_ros.nodes import camera_pipeline
from smolrgpt_ros.ros.convert.time import time_of
from smolrgpt_ros.ros.qos import profile
from smolrgpt_ros.srv import SpatialQuery

pytestmark = [pytest.mark.ros]

LEFT = "Is the leftmost pallet to the left or to the right of the rightmost pallet?"


def test_two_cameras_on_one_topic_are_a_caveat_of_every_answer(start_graph, monkeypatch):
    """Colour of one and depth of the other may be one frame: nothing in them shows it."""
    monkeypatch.setattr(camera_pipeline, "_SEVERAL_S", 0.0)
    with start_graph({"query.max_age": 60.0}, namespace="/doubled") as graph:
        graph.wait_ready()
        second = graph.peer.create_publisher(Image, "depth/image_raw", profile("sensor_data"))
        graph.wait_until(lambda: graph.camera.state().several, "the second publisher")
        stamp = graph.see()
        response = graph.ask(LEFT, stamp=time_of(stamp))
        assert response.status == SpatialQuery.Response.STATUS_OK, response.message
        said = "2 nodes publish /doubled/depth/image_raw"
        assert any(said in caveat for caveat in response.answer.caveats), response.answer.caveats
        graph.peer.destroy_publisher(second)
        graph.wait_until(lambda: not graph.camera.state().several, "its end")
        response = graph.ask(LEFT, stamp=time_of(graph.see()))
        assert not any(said in caveat for caveat in response.answer.caveats)


def test_regions_of_another_quality_of_service_are_named(start_graph):
    parameters = {"detector.backend": "topic", "model.backend": "none"}
    without = {"detector_loader": lambda s: None, "engine_loader": lambda s: None}
    with start_graph(parameters, namespace="/unheard", **without) as graph:
        graph.wait_ready()
        graph.peer.create_publisher(RegionArray, "regions", profile("sensor_data"))
        graph.wait_until(lambda: graph.camera.state().mismatches, "the mismatch")
        graph.camera._last_offer = time.monotonic() - 60.0  # as after a minute without regions
        graph.publish()
        graph.wait_until(lambda: graph.camera.state().waits_for_regions, "a pair")
        graph.assert_refused(
            SpatialQuery.Response.STATUS_NO_FRAME, "RELIABILITY", "/unheard/regions"
        )
