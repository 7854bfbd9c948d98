# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The SROS 2 policy allows what the running node does, and nothing else."""

import importlib.util
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rclpy.action import get_action_server_names_and_types_by_node

pytestmark = [pytest.mark.ros]

#: The nodes of other tests have the same name.
NAMESPACE = "/secured"
POLICY = Path(__file__).parents[2] / "config" / "sros2_policy.xml"


def allowed(kind, what):
    """Names of a kind, such as ``topic``, that the node's profile allows for ``what``."""
    (profile,) = ElementTree.parse(POLICY).iterfind(".//profile[@node='spatial_query']")
    return {
        f"/{entry.text}"
        for group in profile.iterfind(f"{kind}s[@{what}='ALLOW']")
        for entry in group.iterfind(kind)
    }


def used(graph, method, namespace):
    """Names that the node uses, those of its actions left out: a policy names actions as such."""
    found = getattr(graph.peer, method)("spatial_query", namespace)
    return {name.removeprefix(namespace) for name, _ in found if "/_action/" not in name}


@pytest.mark.parametrize("kind", ["regions", "detections"])
def test_the_policy_is_what_the_node_uses(start_graph, kind):
    parameters = {"detector.backend": "topic", "model.backend": "none", "use_sim_time": True}
    if kind == "detections":
        pytest.importorskip("vision_msgs.msg", reason="run scripts/setup")
    parameters["detector.topic_type"] = kind
    namespace = f"{NAMESPACE}_{kind}"
    with start_graph(
        parameters,
        namespace=namespace,
        detector_loader=lambda settings: None,
        engine_loader=lambda settings: None,
    ) as graph:
        graph.wait_until(lambda: graph.node._query_service is not None, "the node to be active")
        heard = allowed("topic", "subscribe") - ({"/regions", "/detections"} - {f"/{kind}"})
        told = allowed("topic", "publish")
        if importlib.util.find_spec("vision_msgs") is None:
            told = {name for name in told if not name.endswith(("detections", "_3d", "_info"))}
        if importlib.util.find_spec("tf2_ros") is None:
            heard -= {"/tf", "/tf_static"}
        subscribers = "get_subscriber_names_and_types_by_node"
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
