# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""``warehouse.rviz`` against RViz's own properties and against the running graph."""

from pathlib import Path

import pytest
import yaml
from rclpy.qos import DurabilityPolicy, ReliabilityPolicy

from smolrgpt_ros.nodes import warehouse_camera_node
from smolrgpt_ros.nodes.warehouse_camera_node import WarehouseCameraNode
from smolrgpt_ros.ros.params.camera_presets import read_presets

CONFIG = Path(__file__).parents[2] / "config"
pytestmark = [
    pytest.mark.ros,
    pytest.mark.skipif(not CONFIG.is_dir(), reason="not run from the source tree"),
]

COMMON = {"Class", "Name", "Enabled", "Value", "Topic"}
#: Property names as rviz_default_plugins declares them, and what each display subscribes to.
DISPLAYS = {
    "Grid": (COMMON | {"Reference Frame", "Plane", "Cell Size", "Color", "Alpha"}, ""),
    "Image": (
        COMMON | {"Max Value", "Min Value", "Median window", "Normalize Range"},
        "sensor_msgs/msg/Image",
    ),
    "DepthCloud": (
        COMMON
        | {"Color Image Topic", "Depth Map Topic", "Color Transport Hint", "Style"}
        | {"Depth Map Transport Hint", "Reliability Policy", "Size (Pixels)", "Topic Filter"},
        "sensor_msgs/msg/Image",
    ),
    "MarkerArray": (COMMON | {"Namespaces"}, "visualization_msgs/msg/MarkerArray"),
    "TF": (COMMON | {"Marker Scale", "Show Names", "Show Axes", "Show Arrows"}, ""),
}
QOS = {
    "Value": None,
    "Depth": None,
    "History Policy": {"System Default", "Keep Last", "Keep All"},
    "Reliability Policy": {"System Default", "Reliable", "Best Effort"},
    "Durability Policy": {"System Default", "Transient Local", "Volatile"},
}
TOOLS = {"Interact", "MoveCamera", "Select", "FocusCamera", "Measure"}


@pytest.fixture(scope="module")
def manager():
    return yaml.safe_load((CONFIG / "warehouse.rviz").read_text())["Visualization Manager"]


def short(name):
    package, name = name.split("/")
    assert package == "rviz_default_plugins"
    return name


def test_every_display_and_property_is_one_of_rvizs(manager):
    names = [display["Name"] for display in manager["Displays"]]
    assert len(set(names)) == len(names)
    for display in manager["Displays"]:
        known, _ = DISPLAYS[short(display["Class"])]
        assert set(display) <= known, display["Name"]
        for key, value in display.get("Topic", {}).items():
            allowed = QOS[key]
            assert allowed is None or value in allowed, f"{display['Name']}: {key}"
    assert {short(tool["Class"]) for tool in manager["Tools"]} <= TOOLS
    assert short(manager["Views"]["Current"]["Class"]) == "Orbit"


def test_image_depth_cloud_markers_and_tf_are_shown(manager):
    shown = {short(d["Class"]) for d in manager["Displays"] if d["Enabled"]}
    assert shown == {"Image", "DepthCloud", "MarkerArray", "TF"}
    frame = manager["Global Options"]["Fixed Frame"]
    assert frame == read_presets(CONFIG / "cameras")["simulation"].frame


def subscriptions(manager):
    """What RViz would subscribe to: topic, type, whether it insists on reliable, on latched."""
    found = []
    for display in manager["Displays"]:
        kind = DISPLAYS[short(display["Class"])][1]
        if "Topic" in display:
            topic = display["Topic"]
            reliable = topic["Reliability Policy"] == "Reliable"
            latched = topic["Durability Policy"] == "Transient Local"
            found.append((topic["Value"], kind, reliable, latched))
        if display["Class"].endswith("DepthCloud"):
            reliable = display["Reliability Policy"] == "Reliable"
            for key in ("Color Image Topic", "Depth Map Topic"):
                found.append((display[key], kind, reliable, False))
            # As image_transport's getCameraInfoTopic does.
            info = display["Depth Map Topic"].rsplit("/", 1)[0] + "/camera_info"
            found.append((info, "sensor_msgs/msg/CameraInfo", False, False))
    return found


def test_every_display_finds_its_topic_type_and_quality_in_the_running_graph(
    manager, graph, monkeypatch
):
    monkeypatch.setattr(warehouse_camera_node, "_maker", lambda values: lambda index: None)
    camera = WarehouseCameraNode(context=graph.context)
    try:
        wanted = subscriptions(manager)
        assert len(wanted) == 5
        for topic, kind, reliable, latched in wanted:
            graph.wait_until(
                lambda t=topic: camera.get_publishers_info_by_topic(t), f"a publisher of {topic}"
            )
            types = dict(camera.get_topic_names_and_types())
            assert types[topic] == [kind], topic
            for publisher in camera.get_publishers_info_by_topic(topic):
                qos = publisher.qos_profile
                assert not reliable or qos.reliability == ReliabilityPolicy.RELIABLE, topic
                assert not latched or qos.durability == DurabilityPolicy.TRANSIENT_LOCAL, topic
    finally:
        camera.destroy_node()


def test_the_start_view_is_behind_the_camera_in_every_fixed_frame(manager):
    """With map as fixed frame it would start below the floor."""
    view = manager["Views"]["Current"]
    assert view["Target Frame"] == read_presets(CONFIG / "cameras")["simulation"].frame
    # Down its own axis: the robot's camera sees from 1 m to 20 m, the one at the ceiling 6 to 9 m.
    assert (view["Distance"], view["Focal Point"]["Z"], view["Pitch"]) == (9.5, 8, -1.4)


def test_a_slow_viewer_gets_the_newest_message(manager, graph):
    depths = {d["Name"]: d["Topic"]["Depth"] for d in manager["Displays"] if "Topic" in d}
    assert depths == {"Annotated": 1, "Regions and answer": 1}
    (markers,) = graph.node.get_publishers_info_by_topic("/spatial_query/markers")
    assert graph.node._outputs[""]._markers.qos_profile.depth == 1
    assert markers.qos_profile.reliability == ReliabilityPolicy.RELIABLE


def test_the_picture_has_the_room_beside_the_displays(manager):
    panels = yaml.safe_load((CONFIG / "warehouse.rviz").read_text())["Panels"]
    assert [panel["Class"] for panel in panels] == ["rviz_common/Displays"]
