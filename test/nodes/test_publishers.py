# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Publishers that do not fit: regions of another quality of service."""

import time

import pytest

from smolrgpt_ros.msg import RegionArray
from smolrgpt_ros.ros.qos import profile
from smolrgpt_ros.srv import SpatialQuery

pytestmark = [pytest.mark.ros]


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
