# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The SROS 2 policy allows what the running node does, and nothing else."""

import importlib.util
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rclpy.action import (
    get_action_client_names_and_types_by_node,
    get_action_server_names_and_types_by_node,
)

from smolrgpt_ros.client.spatial_client import SpatialClient

pytestmark = [pytest.mark.ros]

#: The nodes of other tests have the same name.
NAMESPACE = "/secured"
#: Of the topic of each transport.
SUFFIX = {"raw": "", "compressed": "/compressed", "compressedDepth": "/compressedDepth"}
#: Topics that some values of parameters alone subscribe to.
BY_PARAMETER = {
    "/regions",
    "/detections",
    "/label_info",
    "/imu",
    "/rgb/image_raw",
    "/rgb/image_raw/compressed",
    *(f"/depth/image_raw{suffix}" for suffix in SUFFIX.values()),
}
POLICY = Path(__file__).parents[2] / "config" / "sros2_policy.xml"


def allowed(kind, what, node="spatial_query"):
    """Names of a kind, such as ``topic``, that a node's profile allows for ``what``."""
    (profile,) = ElementTree.parse(POLICY).iterfind(f".//profile[@node='{node}']")
    return {
        f"/{entry.text}"
        for group in profile.iterfind(f"{kind}s[@{what}='ALLOW']")
        for entry in group.iterfind(kind)
    }


def used(graph, method, namespace, node="spatial_query"):
    """Names that a node uses, those of its actions left out: a policy names actions as such."""
    found = getattr(graph.peer, method)(node, namespace)
    return {name.removeprefix(namespace) for name, _ in found if "/_action/" not in name}


@pytest.mark.parametrize(
    ("kind", "rgb", "depth", "imu"),
    [
        ("regions", "raw", "raw", ""),
        ("regions", "compressed", "compressed", "imu"),
        ("detections", "compressed", "compressedDepth", "imu"),
    ],
)
def test_the_policy_is_what_the_node_uses(start_graph, kind, rgb, depth, imu):
    if kind == "detections":
        pytest.importorskip("vision_msgs.msg", reason="run scripts/setup")
    parameters = {
        "detector.backend": "topic",
        "detector.topic_type": kind,
        "model.backend": "none",
        "use_sim_time": True,
        "transport.rgb": rgb,
        "transport.depth": depth,
        "gravity_imu_topic": imu,
    }
    namespace = f"{NAMESPACE}_{kind}_{depth}"
    with start_graph(
        parameters,
        namespace=namespace,
        detector_loader=lambda settings: None,
        engine_loader=lambda settings: None,
    ) as graph:
        graph.wait_until(lambda: graph.service is not None, "the node to be active")
        chosen = {f"/{kind}", f"/rgb/image_raw{SUFFIX[rgb]}", f"/depth/image_raw{SUFFIX[depth]}"}
        chosen |= {f"/{imu}"} if imu else set()
        chosen |= {"/label_info"} if kind == "detections" else set()
        heard = (allowed("topic", "subscribe") - BY_PARAMETER) | chosen
        told = allowed("topic", "publish")
        if importlib.util.find_spec("vision_msgs") is None:
            told = {name for name in told if not name.endswith(("detections", "_3d", "_info"))}
        if importlib.util.find_spec("tf2_ros") is None:
            heard -= {"/tf", "/tf_static"}
        subscribers = "get_subscriber_names_and_types_by_node"
        assert allowed("topic", "subscribe") >= BY_PARAMETER
        graph.wait_until(lambda: used(graph, subscribers, namespace) >= heard, "discovery")
        time.sleep(0.5)  # what the policy lacks may be discovered last
        for method, names in (
            (subscribers, heard),
            ("get_publisher_names_and_types_by_node", told),
            ("get_service_names_and_types_by_node", allowed("service", "reply")),
            ("get_client_names_and_types_by_node", set()),
        ):
            graph.wait_until(
                lambda method=method, names=names: used(graph, method, namespace) == names,
                f"{method} to give {sorted(names)}",
            )

        def actions():
            found = get_action_server_names_and_types_by_node(
                graph.peer, "spatial_query", namespace
            )
            return {name.removeprefix(namespace) for name, _ in found}

        graph.wait_until(lambda: actions() == allowed("action", "execute"), "the actions")


def test_the_policy_is_what_a_client_uses(start_graph):
    """Where something is refused to a node, it does not start: the client makes nothing more."""
    namespace = f"{NAMESPACE}_client"
    with start_graph({"autostart": False}, namespace=namespace) as graph:
        with SpatialClient(node=graph.peer) as client:
            name = client._node.get_name()

            def actions():
                found = get_action_client_names_and_types_by_node(graph.peer, name, namespace)
                return {name.removeprefix(namespace) for name, _ in found}

            graph.wait_until(lambda: actions() == allowed("action", "call", "client"), "actions")
            time.sleep(0.5)
            for method, kind, what in (
                ("get_publisher_names_and_types_by_node", "topic", "publish"),
                ("get_subscriber_names_and_types_by_node", "topic", "subscribe"),
                ("get_service_names_and_types_by_node", "service", "reply"),
                ("get_client_names_and_types_by_node", "service", "request"),
            ):
                extra = used(graph, method, namespace, name) - allowed(kind, what, "client")
                assert not extra, (method, extra)
            assert used(graph, "get_client_names_and_types_by_node", namespace, name)
