"""Definitions for browsers, by hand and against an independent reader of ``.msg`` text."""

from types import SimpleNamespace

import pytest
from geometry_msgs.msg import PoseWithCovariance, TransformStamped
from sensor_msgs.msg import CameraInfo, Image
from visualization_msgs.msg import MarkerArray

from smolrgpt_ros.msg import RegionArray, SpatialAnswer
from smolrgpt_ros.ros.view.web_schemas import definition_of
from smolrgpt_ros.srv import SpatialQuery

RULE = "=" * 80


def test_a_definition_by_hand():
    assert definition_of(TransformStamped).splitlines() == [
        "std_msgs/Header header",
        "string child_frame_id",
        "geometry_msgs/Transform transform",
        RULE,
        "MSG: std_msgs/Header",
        "builtin_interfaces/Time stamp",
        "string frame_id",
        RULE,
        "MSG: geometry_msgs/Transform",
        "geometry_msgs/Vector3 translation",
        "geometry_msgs/Quaternion rotation",
        RULE,
        "MSG: builtin_interfaces/Time",
        "int32 sec",
        "uint32 nanosec",
        RULE,
        "MSG: geometry_msgs/Vector3",
        *("float64 x", "float64 y", "float64 z"),
        RULE,
        "MSG: geometry_msgs/Quaternion",
        *("float64 x", "float64 y", "float64 z", "float64 w"),
    ]


def test_arrays_and_bounds():
    fields = {
        "a": "sequence<double>",
        "b": "sequence<uint8, 5>",
        "c": "float[9]",
        "d": "string<8>",
        "e": "sequence<string<8>, 3>",
        "f": "boolean",
    }
    kind = SimpleNamespace(get_fields_and_field_types=lambda: fields)
    assert definition_of(kind).splitlines() == [
        "float64[] a",
        "uint8[<=5] b",
        "float32[9] c",
        "string<=8 d",
        "string<=8[<=3] e",
        "bool f",
    ]


@pytest.mark.parametrize(
    "message",
    [
        *(CameraInfo, Image, MarkerArray, PoseWithCovariance, RegionArray, SpatialAnswer),
        *(SpatialQuery.Request, SpatialQuery.Response),
    ],
)
def test_another_reader_finds_the_same_fields(message):
    """rosbags parses the text as a browser does; a MultiArray checks each field."""
    typesys = pytest.importorskip("rosbags.typesys", reason="rosbags is not installed")
    found = typesys.get_types_from_msg(definition_of(message), "test/msg/Top")
    _, fields = found["test/msg/Top"]
    assert [name for name, _ in fields] == list(message.get_fields_and_field_types())
    used = {name for name in found if name != "test/msg/Top"}
    named = {line.split()[1] for line in definition_of(message).splitlines() if "MSG:" in line}
    assert used == {name.replace("/", "/msg/") for name in named}
